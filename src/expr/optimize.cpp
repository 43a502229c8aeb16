#include "expr/optimize.hpp"

#include <algorithm>
#include <chrono>
#include <unordered_map>

namespace shoal {
namespace {

std::vector<Pass>& passes() {
  static std::vector<Pass> passes;
  return passes;
}

}  // namespace

bool register_pass(Pass pass) {
  auto& all = passes();
  const auto before = [](const Pass& a, const Pass& b) {
    return std::tie(a.stage, a.name) < std::tie(b.stage, b.name);
  };
  all.insert(std::upper_bound(all.begin(), all.end(), pass, before), std::move(pass));
  return true;
}

std::vector<ExprPtr> optimize(std::span<const ExprPtr> roots, const OptimizeOptions& options) {
  std::vector<ExprPtr> current(roots.begin(), roots.end());
  std::set<std::size_t> kinds;  // of the program's nodes; passes make no new ones
  for (const ExprPtr& expr : topological_order(roots)) kinds.insert(expr->meta().index());
  for (const Pass& pass : passes()) {
    if (options.disabled.contains(pass.name)) continue;
    if (pass.concerns && !kinds.contains(static_cast<std::size_t>(*pass.concerns))) continue;
    const auto start = std::chrono::steady_clock::now();
    std::vector<ExprPtr> next = pass.run(current);
    if (next.size() != current.size())
      throw InternalError("pass " + pass.name + " returned another number of roots");
    for (std::size_t i = 0; i < next.size(); ++i)
      if (!same_result(current[i]->meta(), next[i]->meta()))
        throw InternalError("pass " + pass.name + " changed a result from " +
                            describe(current[i]->meta()) + " to " + describe(next[i]->meta()));
    if (options.records) {
      const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
      options.records->push_back({pass.name, elapsed.count(), topological_order(current).size(),
                                  topological_order(next).size()});
    }
    current = std::move(next);
  }
  return current;
}

std::vector<ExprPtr> rewrite_bottom_up(std::span<const ExprPtr> roots,
                                       const std::function<ExprPtr(const ExprPtr&)>& rewrite) {
  std::unordered_map<Token, ExprPtr> rewritten;
  for (const ExprPtr& expr : topological_order(roots)) {
    std::vector<ExprPtr> inputs;
    inputs.reserve(expr->inputs().size());
    bool changed = false;
    for (const auto& input : expr->inputs()) {
      inputs.push_back(rewritten.at(input->token()));
      changed = changed || inputs.back()->token() != input->token();
    }
    const ExprPtr node =
        changed ? Expr::make(expr->operation_ptr(), std::move(inputs), expr->meta_ptr()) : expr;
    rewritten.emplace(expr->token(), rewrite(node));
  }
  std::vector<ExprPtr> results;
  for (const auto& root : roots) results.push_back(rewritten.at(root->token()));
  return results;
}

}  // namespace shoal
