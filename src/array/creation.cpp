// Making arrays: constants, ranges, grids, random numbers, the user's memory.
#include <shoal/array.hpp>

#include <cmath>
#include <limits>
#include <random>

#include "array/concatenate.hpp"
#include "array/elementwise.hpp"
#include "array/select.hpp"
#include "array/sources.hpp"

namespace shoal {
namespace {

ArrayMeta meta_of(std::string_view operation, const Shape& shape, const ChunkSpec& chunks,
                  DType dtype) {
  for (std::int64_t extent : shape)
    if (extent < 0)
      throw ValueError(std::string(operation) + ": the shape " + shape_text(shape) +
                       " has a negative extent");
  return {dtype, shape, chunks.normalized(shape, dtype)};
}

template <class Source, class... Arguments>
Array generated(const ArrayMeta& meta, Arguments... arguments) {
  return Array(Expr::make(std::make_shared<Source>(arguments..., meta), {}, meta));
}

Array constant(std::string_view name, const Shape& shape, const Scalar& value,
               const ArrayOptions& options, DType default_dtype) {
  return generated<FullSource>(
      meta_of(name, shape, options.chunks, options.dtype.value_or(default_dtype)),
      std::string(name), value);
}

Array constant_like(std::string_view name, const Array& array, const Scalar& value,
                    std::optional<DType> dtype) {
  return generated<FullSource>(
      ArrayMeta{dtype.value_or(array.dtype()), array.shape(), array.chunks()}, std::string(name),
      value);
}

double real_value(const Scalar& scalar) {
  if (const auto* value = std::get_if<double>(&scalar)) return *value;
  if (const auto* value = std::get_if<std::int64_t>(&scalar)) return static_cast<double>(*value);
  if (const auto* value = std::get_if<bool>(&scalar)) return *value;
  throw TypeError("arange: complex numbers are not in order; give real ones");
}

// ceil((stop - start) / step), NumPy's length of a range.
std::int64_t range_length(const Scalar& start, const Scalar& stop, const Scalar& step) {
  if (std::holds_alternative<std::int64_t>(start) && std::holds_alternative<std::int64_t>(stop) &&
      std::holds_alternative<std::int64_t>(step)) {
    const auto from = std::get<std::int64_t>(start);
    const auto to = std::get<std::int64_t>(stop);
    const auto by = std::get<std::int64_t>(step);
    if (by == 0) throw ValueError("arange: the step is 0");
    const std::int64_t distance = to - from;
    const std::int64_t length =
        distance / by + ((distance % by != 0) && ((distance > 0) == (by > 0)));
    return std::max<std::int64_t>(0, length);
  }
  if (real_value(step) == 0) throw ValueError("arange: the step is 0");
  const double length = std::ceil((real_value(stop) - real_value(start)) / real_value(step));
  if (std::isnan(length)) throw ValueError("arange: a bound is not a number");
  if (length >= 0x1p62) throw ValueError("arange: the range has too many elements");
  return std::max<std::int64_t>(0, static_cast<std::int64_t>(length));
}

std::uint64_t seed_from_the_system() {
  std::random_device device;
  return (static_cast<std::uint64_t>(device()) << 32) | device();
}

}  // namespace

Array zeros(const Shape& shape, const ArrayOptions& options) {
  return constant("zeros", shape, std::int64_t{0}, options, DType::Float64);
}
Array ones(const Shape& shape, const ArrayOptions& options) {
  return constant("ones", shape, std::int64_t{1}, options, DType::Float64);
}
Array empty(const Shape& shape, const ArrayOptions& options) {
  return constant("empty", shape, std::int64_t{0}, options, DType::Float64);
}
Array full(const Shape& shape, const Scalar& value, const ArrayOptions& options) {
  return constant("full", shape, value, options, dtype_of_scalar(value));
}
Array zeros_like(const Array& array, std::optional<DType> dtype) {
  return constant_like("zeros", array, std::int64_t{0}, dtype);
}
Array ones_like(const Array& array, std::optional<DType> dtype) {
  return constant_like("ones", array, std::int64_t{1}, dtype);
}
Array empty_like(const Array& array, std::optional<DType> dtype) {
  return constant_like("empty", array, std::int64_t{0}, dtype);
}
Array full_like(const Array& array, const Scalar& value, std::optional<DType> dtype) {
  return constant_like("full", array, value, dtype);
}

Array arange(const Scalar& start, const Scalar& stop, const Scalar& step,
             const ArrayOptions& options) {
  const std::int64_t length = range_length(start, stop, step);
  const bool has_fractions = std::holds_alternative<double>(start) ||
                             std::holds_alternative<double>(stop) ||
                             std::holds_alternative<double>(step);
  const DType dtype = options.dtype.value_or(has_fractions ? DType::Float64 : DType::Int64);
  if (dtype == DType::Bool || is_complex(dtype))
    throw TypeError("arange: the dtype is " + std::string(dtype_name(dtype)) +
                    "; give an integer or float dtype, and use astype for others");
  return generated<ArangeSource>(meta_of("arange", {length}, options.chunks, dtype), start, step);
}

Array linspace(double start, double stop, std::int64_t count, const LinspaceOptions& options) {
  if (count < 0)
    throw ValueError("linspace: the number of samples is " + std::to_string(count) +
                     "; it must not be negative");
  return generated<LinspaceSource>(
      meta_of("linspace", {count}, options.chunks, options.dtype.value_or(DType::Float64)), start,
      stop, options.endpoint);
}

double linspace_step(double start, double stop, std::int64_t count, bool endpoint) {
  const std::int64_t divisions = endpoint ? count - 1 : count;
  return divisions > 0 ? (stop - start) / static_cast<double>(divisions)
                       : std::numeric_limits<double>::quiet_NaN();
}

std::vector<Array> meshgrid(const std::vector<Array>& axes, const MeshgridOptions& options) {
  const std::size_t rank = axes.size();
  // The axis of the grid along which the i-th array runs.
  const auto place = [&](std::size_t i) {
    return rank > 1 && !options.ij_indexing && i < 2 ? 1 - i : i;
  };
  Shape shape(rank, 1);
  Chunks chunks(rank, {1});
  for (std::size_t i = 0; i < rank; ++i) {
    const Array& array = axes[i];
    if (array.ndim() > 1)
      throw ValueError("meshgrid: array " + std::to_string(i) + " has shape " +
                       shape_text(array.shape()) + "; each must have one dimension");
    shape[place(i)] = array.size();
    if (array.ndim() == 1) chunks[place(i)] = array.chunks()[0];
  }
  std::vector<Array> grids;
  for (std::size_t i = 0; i < rank; ++i) {
    const std::size_t along = place(i);
    Shape own_shape = shape;
    Chunks own_chunks = chunks;
    for (std::size_t axis = 0; options.sparse && axis < rank; ++axis) {
      if (axis == along) continue;
      own_shape[axis] = 1;
      own_chunks[axis] = {1};
    }
    IndexMap map;
    if (axes[i].ndim() == 1) map = {{static_cast<int>(along), 0, 1}};
    grids.emplace_back(
        select(axes[i].expression(), "meshgrid", "", std::move(map), own_shape, own_chunks));
  }
  return grids;
}

std::array<Array, 2> meshgrid(const Array& x, const Array& y, const MeshgridOptions& options) {
  std::vector<Array> grids = meshgrid(std::vector<Array>{x, y}, options);
  return {grids[0], grids[1]};
}

Array broadcast_to(const Array& array, const Shape& shape) {
  return Array(broadcast_to(array.expression(), shape));
}

Array concatenate(const std::vector<Array>& arrays, int axis) {
  std::vector<ExprPtr> expressions;
  for (const Array& array : arrays) expressions.push_back(array.expression());
  return Array(concatenate(expressions, axis));
}

Array stack(const std::vector<Array>& arrays, int axis) {
  std::vector<ExprPtr> expressions;
  for (const Array& array : arrays) expressions.push_back(array.expression());
  return Array(stack(expressions, axis));
}

Array from_block(const Block& memory, const ChunkSpec& chunks) {
  ArrayMeta meta{memory.dtype(), memory.shape(), chunks.normalized(memory.shape(), memory.dtype())};
  const auto source = std::make_shared<MemorySource>(memory, meta.chunks);
  return Array(Expr::make(source, {}, std::move(meta)));
}

namespace random {

Array random(const Shape& shape, const RandomOptions& options) {
  return generated<RandomSource>(meta_of("random", shape, options.chunks, DType::Float64),
                                 options.seed ? *options.seed : seed_from_the_system());
}

}  // namespace random

}  // namespace shoal
