// A pass: sources read only the columns that somebody uses.
#include <arrow/type.h>

#include <algorithm>
#include <set>
#include <unordered_map>

#include "expr/optimize.hpp"
#include "frame/frame_operation.hpp"
#include "frame/select.hpp"

namespace shoal {
namespace {

// What the users of a node read of it; absent: everything.
using Wanted = std::optional<std::set<std::string>>;

std::unordered_map<Token, Wanted> find_wanted(std::span<const ExprPtr> roots,
                                              const std::vector<ExprPtr>& order) {
  std::unordered_map<Token, Wanted> wanted;
  for (const auto& root : roots) wanted[root->token()] = std::nullopt;
  for (auto node = order.rbegin(); node != order.rend(); ++node) {
    const ExprPtr& expr = *node;
    const auto* operation = operation_as<FrameOperation>(expr);
    for (const auto& input : expr->inputs()) {
      Wanted read;
      if (operation) {
        if (const auto columns = operation->columns_read())
          read.emplace(columns->begin(), columns->end());
        else read = wanted.at(expr->token());
      }
      const auto [entry, is_new] = wanted.try_emplace(input->token(), read);
      if (is_new) continue;
      if (!read) entry->second.reset();
      else if (entry->second) entry->second->insert(read->begin(), read->end());
    }
  }
  return wanted;
}

std::vector<ExprPtr> push_columns(std::span<const ExprPtr> roots) {
  const auto wanted = find_wanted(roots, topological_order(roots));
  return rewrite_bottom_up(roots, [&](const ExprPtr& expr) -> ExprPtr {
    if (const auto* source = operation_as<FrameSource>(expr)) {
      const Wanted& names = wanted.at(expr->token());
      std::vector<std::string> kept;
      const auto all = data_columns(expr->frame_meta());
      for (const auto& name : all)
        if (!names || names->contains(name)) kept.push_back(name);
      return kept.size() == all.size() ? expr : make_source(source->with_columns(kept));
    }
    if (ExprPtr partitions = rebuild_partitions(expr)) return partitions;
    // An operation that reads columns by name needs no selection below it.
    const auto* operation = operation_as<FrameOperation>(expr);
    if (operation && operation->columns_read()) {
      if (ExprPtr below = input_of_selection(expr->inputs()[0]))
        return Expr::make(expr->operation_ptr(), {std::move(below)}, expr->meta_ptr());
    }
    return expr;
  });
}

[[maybe_unused]] const bool registered =
    register_pass({"push_columns", PassStage::PushSelections, push_columns, MetaKind::Frame});

}  // namespace
}  // namespace shoal
