#include "array/index_map.hpp"

namespace shoal {

IndexMap identity_map(std::size_t rank) {
  IndexMap map(rank);
  for (std::size_t axis = 0; axis < rank; ++axis) map[axis] = {static_cast<int>(axis), 0, 1};
  return map;
}

bool is_identity(const IndexMap& map, std::size_t view_rank) {
  return map.size() == view_rank && map == identity_map(view_rank);
}

IndexMap compose(const IndexMap& outer, const IndexMap& inner) {
  IndexMap map(inner.size());
  for (std::size_t axis = 0; axis < inner.size(); ++axis) {
    const AxisMap& step = inner[axis];
    if (step.axis < 0) {
      map[axis] = step;
      continue;
    }
    const AxisMap& through = outer[static_cast<std::size_t>(step.axis)];
    map[axis] = {through.axis, step.offset + step.step * through.offset, step.step * through.step};
  }
  return map;
}

AffinePosition position_of(const IndexMap& map, std::size_t view_rank, const Shape& array_strides) {
  AffinePosition position{0, Shape(view_rank, 0)};
  for (std::size_t axis = 0; axis < map.size(); ++axis) {
    position.base += array_strides[axis] * map[axis].offset;
    if (map[axis].axis >= 0)
      position.strides[static_cast<std::size_t>(map[axis].axis)] +=
          array_strides[axis] * map[axis].step;
  }
  return position;
}

Shape row_major_strides(const Shape& shape) {
  Shape strides(shape.size());
  std::int64_t stride = 1;
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

void hash_map(Hasher& hasher, const IndexMap& map) {
  hasher.number(map.size());
  for (const AxisMap& axis : map) hasher.number(axis.axis).number(axis.offset).number(axis.step);
}

}  // namespace shoal
