// The pass that moves selections below reductions: x.mean(axis=1)[:10] folds ten rows only. Through
// everything else selections move when groups are fused.
#include <unordered_map>

#include "array/indexing.hpp"
#include "array/reduce.hpp"
#include "array/select.hpp"
#include "expr/optimize.hpp"

namespace shoal {
namespace {

bool is_reduced(const Reduction& reduction, std::size_t axis) {
  for (int reduced : reduction.axes)
    if (static_cast<std::size_t>(reduced) == axis) return true;
  return false;
}

// Select(TreeReduce(x)) as Select(TreeReduce(Select(x))), when that leaves out elements of x: the
// inner selection takes what is kept of each axis, the outer one rearranges the axes as before.
ExprPtr pushed(const ExprPtr& expr) {
  const auto* outer = operation_as<Select>(expr);
  const ExprPtr& reduced = expr->inputs()[0];
  const Reduction& reduction = operation_as<TreeReduce>(reduced)->reduction();
  const ExprPtr& input = reduced->inputs()[0];
  const ArrayMeta& meta = input->array_meta();

  ArrayMeta result = reduced->array_meta();
  ArrayMeta kept = meta;
  IndexMap inner = identity_map(meta.shape.size());
  IndexMap rest = outer->map();
  std::size_t of_result = 0;
  for (std::size_t axis = 0; axis < meta.shape.size(); ++axis) {
    if (is_reduced(reduction, axis)) {
      of_result += reduction.keepdims;
      continue;
    }
    AxisMap& map = rest[of_result];
    const std::int64_t count =
        map.axis < 0 ? 1 : expr->array_meta().shape[static_cast<std::size_t>(map.axis)];
    const AxisRange range{map.offset, map.axis < 0 ? 1 : map.step, count};
    if (count != meta.shape[axis] || range.step != 1) {
      kept.shape[axis] = count;
      kept.chunks[axis] = chunks_of_range(meta.chunks[axis], range);
      result.shape[of_result] = count;
      result.chunks[of_result] = kept.chunks[axis];
      inner[axis] = {static_cast<int>(axis), range.start, range.step};
      map = {map.axis, 0, map.axis < 0 ? 0 : 1};
    }
    ++of_result;
  }
  if (element_count(kept.shape) >= element_count(meta.shape)) return expr;
  const ExprPtr selected =
      select(input, outer->name(), outer->parameters(), std::move(inner), kept.shape, kept.chunks);
  const ExprPtr folded = Expr::make(reduced->operation_ptr(), {selected}, std::move(result));
  return select(folded, outer->name(), "", std::move(rest), expr->array_meta().shape,
                expr->array_meta().chunks);
}

std::vector<ExprPtr> push_selections(std::span<const ExprPtr> roots) {
  std::unordered_map<Token, int> users;
  for (const ExprPtr& root : roots) ++users[root->token()];
  for (const ExprPtr& expr : topological_order(roots))
    for (const ExprPtr& input : expr->inputs()) ++users[input->token()];
  return rewrite_bottom_up(roots, [&](const ExprPtr& expr) {
    if (!operation_as<Select>(expr)) return expr;
    const ExprPtr& input = expr->inputs()[0];
    if (!operation_as<TreeReduce>(input)) return expr;
    const auto found = users.find(input->token());
    return found != users.end() && found->second == 1 ? pushed(expr) : expr;
  });
}

const bool registered =
    register_pass({"push selections below reductions", PassStage::PushSelections, push_selections,
                   MetaKind::Array});

}  // namespace
}  // namespace shoal
