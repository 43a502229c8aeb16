// Elementwise operations of the registry on arrays and scalars, with broadcasting.
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "array/group.hpp"
#include "kernels/op_info.hpp"

namespace shoal {

using ArrayOperand = std::variant<ExprPtr, Scalar>;

// NumPy's result of the operation: operands are broadcast, rechunked to common chunks and promoted;
// scalars are weak. Throws ValueError for shapes that do not broadcast, TypeError for dtypes that
// the operation does not take.
ExprPtr elementwise(const OpInfo& info, std::span<const ArrayOperand> operands);
ExprPtr astype(const ExprPtr& input, DType dtype);  // the input itself when it has the dtype
ExprPtr broadcast_to(const ExprPtr& input, const Shape& shape);

// numpy.broadcast_shapes; errors name `operation`.
Shape broadcast_shape(std::string_view operation, std::span<const Shape> shapes);
// The chunks whose bounds are the bounds of all of them. Each adds up to the same extent.
std::vector<std::int64_t> common_chunks(std::span<const std::vector<std::int64_t>> axes);

std::string shape_text(const Shape& shape);  // "(3, 4)", "(3,)", "()"

}  // namespace shoal
