#include "array/indexing.hpp"

#include <algorithm>

#include "array/elementwise.hpp"
#include "array/reduce.hpp"
#include "array/select.hpp"
#include "array/sources.hpp"

namespace shoal {
namespace {

// The indices with the ellipsis written out: as many integers and slices as the array has axes.
std::vector<Index> expanded(const Shape& shape, std::span<const Index> indices) {
  std::size_t consumed = 0;
  std::size_t ellipses = 0;
  for (const Index& index : indices) {
    if (std::holds_alternative<Ellipsis>(index)) ++ellipses;
    else if (!std::holds_alternative<NewAxis>(index)) ++consumed;
  }
  if (ellipses > 1) throw IndexError("indexing: an index can have one ellipsis only");
  if (consumed > shape.size())
    throw IndexError("indexing: " + std::to_string(consumed) +
                     " indices given for an array of shape " + shape_text(shape) + ", which has " +
                     std::to_string(shape.size()) + (shape.size() == 1 ? " axis" : " axes"));
  std::vector<Index> full;
  const auto fill = [&] { full.insert(full.end(), shape.size() - consumed, Index(Slice{})); };
  for (const Index& index : indices) {
    if (std::holds_alternative<Ellipsis>(index)) fill();
    else full.push_back(index);
  }
  if (ellipses == 0) fill();
  return full;
}

std::int64_t checked_index(std::int64_t index, std::size_t axis, std::int64_t extent) {
  if (index < -extent || index >= extent)
    throw IndexError("index " + std::to_string(index) + " is out of bounds for axis " +
                     std::to_string(axis) + " with size " + std::to_string(extent));
  return index < 0 ? index + extent : index;
}

std::string index_text(const Index& index) {
  if (const auto* number = std::get_if<std::int64_t>(&index)) return std::to_string(*number);
  if (std::holds_alternative<NewAxis>(index)) return "newaxis";
  if (std::holds_alternative<Ellipsis>(index)) return "...";
  const auto& slice = std::get<Slice>(index);
  const auto text = [](const std::optional<std::int64_t>& bound) {
    return bound ? std::to_string(*bound) : std::string();
  };
  return text(slice.start) + ":" + text(slice.stop) + (slice.step ? ":" + text(slice.step) : "");
}

}  // namespace

AxisRange range_of(const Slice& slice, std::int64_t extent) {
  const std::int64_t step = slice.step.value_or(1);
  if (step == 0) throw ValueError("slicing: the step is 0; it must be positive or negative");
  const std::int64_t lowest = step > 0 ? 0 : -1;
  const std::int64_t highest = step > 0 ? extent : extent - 1;
  const auto clamp = [&](std::int64_t bound) {
    if (bound < 0) bound = bound < -extent ? lowest : bound + extent;
    return std::clamp(bound, lowest, highest);
  };
  const std::int64_t start = slice.start ? clamp(*slice.start) : step > 0 ? lowest : highest;
  const std::int64_t stop = slice.stop ? clamp(*slice.stop) : step > 0 ? highest : lowest;
  const std::int64_t distance = step > 0 ? stop - start : start - stop;
  const std::int64_t stride = step > 0 ? step : -(step + 1) + 1;
  return {start, step, distance <= 0 ? 0 : (distance - 1) / stride + 1};
}

std::vector<std::int64_t> chunks_of_range(const std::vector<std::int64_t>& chunks,
                                          const AxisRange& range) {
  std::vector<std::int64_t> taken;
  std::int64_t start = 0;
  const std::int64_t stride = std::abs(range.step);
  const std::int64_t last = range.start + range.step * (range.count - 1);
  const std::int64_t low = std::min(range.start, last);
  const std::int64_t high = std::max(range.start, last);
  for (std::int64_t extent : chunks) {
    // The elements low + stride * i in [start, start + extent).
    const std::int64_t from = std::max(start, low);
    const std::int64_t to = std::min(start + extent - 1, high);
    start += extent;
    if (range.count == 0 || from > to) continue;
    const std::int64_t first = (from - low + stride - 1) / stride;
    const std::int64_t count = (to - low) / stride - first + 1;
    if (count > 0) taken.push_back(count);
  }
  if (taken.empty()) taken.push_back(0);
  if (range.step < 0) std::reverse(taken.begin(), taken.end());
  return taken;
}

ExprPtr index_array(const ExprPtr& input, std::span<const Index> indices) {
  const ArrayMeta& meta = input->array_meta();
  IndexMap map(meta.shape.size());
  Shape shape;
  Chunks chunks;
  std::size_t axis = 0;
  for (const Index& index : expanded(meta.shape, indices)) {
    if (std::holds_alternative<NewAxis>(index)) {
      shape.push_back(1);
      chunks.push_back({1});
    } else if (const auto* number = std::get_if<std::int64_t>(&index)) {
      map[axis] = {-1, checked_index(*number, axis, meta.shape[axis]), 0};
      ++axis;
    } else {
      const AxisRange range = range_of(std::get<Slice>(index), meta.shape[axis]);
      map[axis] = {static_cast<int>(shape.size()), range.start, range.step};
      shape.push_back(range.count);
      chunks.push_back(range.count == meta.shape[axis] && range.step == 1
                           ? meta.chunks[axis]
                           : chunks_of_range(meta.chunks[axis], range));
      ++axis;
    }
  }
  std::string text;
  for (const Index& index : indices) text += (text.empty() ? "" : ", ") + index_text(index);
  return select(input, "getitem", std::move(text), std::move(map), std::move(shape),
                std::move(chunks));
}

std::vector<AxisRange> kept_ranges(const Shape& shape, std::span<const Index> indices) {
  std::vector<AxisRange> ranges;
  for (const Index& index : expanded(shape, indices)) {
    if (std::holds_alternative<NewAxis>(index)) continue;
    const std::size_t axis = ranges.size();
    if (const auto* number = std::get_if<std::int64_t>(&index))
      ranges.push_back({checked_index(*number, axis, shape[axis]), 1, 1});
    else ranges.push_back(range_of(std::get<Slice>(index), shape[axis]));
  }
  return ranges;
}

ExprPtr assign_scalar(const ExprPtr& input, std::span<const Index> indices, const Scalar& value) {
  const ArrayMeta& meta = input->array_meta();
  const auto apply = [](OpCode code, const ArrayOperand& a, const ArrayOperand& b) {
    const ArrayOperand operands[] = {a, b};
    return elementwise(operation(code), operands);
  };
  // The condition is a product over the axes of "this index is in the range".
  ArrayOperand inside = Scalar(true);
  const std::vector<AxisRange> ranges = kept_ranges(meta.shape, indices);
  for (std::size_t axis = 0; axis < ranges.size(); ++axis) {
    const AxisRange& range = ranges[axis];
    if (range.count == 0) return input;
    if (range.count == meta.shape[axis]) continue;
    const ArrayMeta numbers{DType::Int64, {meta.shape[axis]}, {meta.chunks[axis]}};
    ExprPtr number = Expr::make(
        std::make_shared<ArangeSource>(std::int64_t{0}, std::int64_t{1}, numbers), {}, numbers);
    Shape shape(meta.shape.size(), 1);
    Chunks chunks(meta.shape.size(), {1});
    shape[axis] = meta.shape[axis];
    chunks[axis] = meta.chunks[axis];
    number = select(number, "getitem", "", {{static_cast<int>(axis), 0, 1}}, shape, chunks);
    const std::int64_t last = range.start + range.step * (range.count - 1);
    const std::int64_t low = std::min(range.start, last);
    ExprPtr in_range =
        apply(OpCode::logical_and, apply(OpCode::greater_equal, number, Scalar(low)),
              apply(OpCode::less_equal, number, Scalar(std::max(range.start, last))));
    if (std::abs(range.step) > 1) {
      const ExprPtr distance = apply(OpCode::subtract, number, Scalar(low));
      const ExprPtr remainder = apply(OpCode::remainder, distance, Scalar(std::abs(range.step)));
      in_range = apply(OpCode::logical_and, in_range,
                       apply(OpCode::equal, remainder, Scalar(std::int64_t{0})));
    }
    inside = std::holds_alternative<Scalar>(inside) ? in_range
                                                    : apply(OpCode::logical_and, inside, in_range);
  }
  const ArrayOperand operands[] = {inside, value, input};
  return elementwise(operation(OpCode::where), operands);
}

ExprPtr transpose(const ExprPtr& input, const std::vector<int>& axes) {
  const ArrayMeta& meta = input->array_meta();
  const std::size_t rank = meta.shape.size();
  std::vector<int> order;
  if (axes.empty())
    for (std::size_t axis = rank; axis-- > 0;) order.push_back(static_cast<int>(axis));
  for (int axis : axes) order.push_back(normalized_axis("transpose", axis, rank));
  std::vector<int> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  if (order.size() != rank || std::adjacent_find(sorted.begin(), sorted.end()) != sorted.end())
    throw ValueError("transpose: the axes of an array of shape " + shape_text(meta.shape) +
                     " must each be given once");
  IndexMap map(rank);
  Shape shape;
  Chunks chunks;
  for (std::size_t i = 0; i < rank; ++i) {
    const auto axis = static_cast<std::size_t>(order[i]);
    map[axis] = {static_cast<int>(i), 0, 1};
    shape.push_back(meta.shape[axis]);
    chunks.push_back(meta.chunks[axis]);
  }
  std::string text;
  for (int axis : axes) text += (text.empty() ? "" : ", ") + std::to_string(axis);
  return select(input, "transpose", std::move(text), std::move(map), std::move(shape),
                std::move(chunks));
}

}  // namespace shoal
