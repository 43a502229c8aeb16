// optimize(): the one runner of passes. A pass rewrites the program into an equal one; each is
// named, timed, can be switched off, and may not change what a root's Meta says.
#pragma once

#include <functional>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "expr/expr.hpp"

namespace shoal {

// Passes run in the order of their stages, within a stage in the order of their names.
enum class PassStage { Simplify, PushSelections, Fuse };

struct Pass {
  std::string name;
  PassStage stage;
  std::function<std::vector<ExprPtr>(std::span<const ExprPtr> roots)> run;
  std::optional<MetaKind> concerns = {};  // left out where the program has no such node
};

// Called once for each pass, from the file that defines it: `static const bool registered = ...`.
bool register_pass(Pass pass);

struct PassRecord {
  std::string name;
  double seconds = 0;
  std::size_t nodes_before = 0;
  std::size_t nodes_after = 0;
};

struct OptimizeOptions {
  std::set<std::string> disabled;              // names of passes to leave out
  std::vector<PassRecord>* records = nullptr;  // what each pass did, when asked for
};

std::vector<ExprPtr> optimize(std::span<const ExprPtr> roots, const OptimizeOptions& options = {});

// Rebuilds the program from its sources up: `rewrite` sees each node once, its inputs rewritten
// already, and returns it or an equal one.
std::vector<ExprPtr> rewrite_bottom_up(std::span<const ExprPtr> roots,
                                       const std::function<ExprPtr(const ExprPtr&)>& rewrite);

}  // namespace shoal
