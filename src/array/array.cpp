#include <shoal/array.hpp>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "array/elementwise.hpp"
#include "array/indexing.hpp"
#include "array/reduce.hpp"
#include "array/select.hpp"
#include "array/sources.hpp"
#include "array/store.hpp"
#include "expr/expr.hpp"

namespace shoal {
namespace {

ArrayOperand operand_of(const Operand& operand) {
  if (const auto* array = std::get_if<Array>(&operand.get())) return array->expression();
  return std::get<Scalar>(operand.get());
}

// A number as an array of `dtype` can hold it, cut like astype cuts.
Scalar assignable(const Scalar& value, DType dtype) {
  return std::visit(
      [&](auto number) -> Scalar {
        using T = decltype(number);
        if constexpr (std::is_same_v<T, std::complex<double>>) {
          if (is_complex(dtype)) return number;
          throw TypeError("assigning: a complex number does not fit into an array of " +
                          std::string(dtype_name(dtype)) + "; assign its .real or use astype");
        } else {
          if (dtype == DType::Bool) return number != T(0);
          if constexpr (std::is_same_v<T, double>)
            if (is_integer(dtype) && !(std::abs(number) < 0x1p63))
              throw ValueError("assigning: " + scalar_text(number) +
                               " does not fit into an array of " + std::string(dtype_name(dtype)));
          if (is_integer(dtype)) return static_cast<std::int64_t>(number);
          return static_cast<double>(number);
        }
      },
      value);
}

ArrayOperand assignable(const Operand& value, DType dtype) {
  const auto* array = std::get_if<Array>(&value.get());
  if (!array) return assignable(std::get<Scalar>(value.get()), dtype);
  if (is_complex(array->dtype()) && !is_complex(dtype))
    throw TypeError("assigning: complex numbers do not fit into an array of " +
                    std::string(dtype_name(dtype)) + "; assign their .real or use astype");
  return astype(array->expression(), dtype);
}

// array where the condition is false, the value where it is true; the array keeps shape and dtype.
Array assigned(const Array& array, const ArrayOperand& condition, const ArrayOperand& value) {
  const ArrayOperand operands[] = {condition, value, array.expression()};
  const Array result(elementwise(operation(OpCode::where), operands));
  if (result.shape() != array.shape())
    throw ValueError("assigning: a value of shape " +
                     shape_text(std::get<ExprPtr>(value)->array_meta().shape) +
                     " does not fit into an array of shape " + shape_text(array.shape()));
  return result;
}

}  // namespace

Array::Array(std::shared_ptr<const Expr> expression) : expression_(std::move(expression)) {
  if (!expression_ || !std::holds_alternative<ArrayMeta>(expression_->meta()))
    throw InternalError("Array: the expression does not make an array");
}

DType Array::dtype() const { return expression_->array_meta().dtype; }
const Shape& Array::shape() const { return expression_->array_meta().shape; }
const Chunks& Array::chunks() const { return expression_->array_meta().chunks; }

Shape Array::chunksize() const {
  Shape largest;
  for (const auto& axis : chunks()) largest.push_back(*std::max_element(axis.begin(), axis.end()));
  return largest;
}

Shape Array::numblocks() const {
  Shape counts;
  for (const auto& axis : chunks()) counts.push_back(static_cast<std::int64_t>(axis.size()));
  return counts;
}

std::int64_t Array::npartitions() const { return block_count(expression_->meta()); }
std::string Array::name() const { return expression_->operation().name(); }

std::string Array::repr() const {
  return "shoal.array<" + name() + ", shape=" + shape_text(shape()) +
         ", dtype=" + std::string(dtype_name(dtype())) + ", chunksize=" + shape_text(chunksize()) +
         ">";
}

Array Array::transpose(const std::vector<int>& axes) const {
  return Array(shoal::transpose(expression_, axes));
}

Array Array::astype(DType dtype) const { return Array(shoal::astype(expression_, dtype)); }

Array Array::rechunk(const ChunkSpec& chunks) const {
  return Array(rechunked(expression_, chunks.normalized(shape(), dtype())));
}

Array Array::real() const { return is_complex(dtype()) ? shoal::real(*this) : *this; }
Array Array::imag() const { return shoal::imag(*this); }
Array Array::conj() const { return is_complex(dtype()) ? shoal::conj(*this) : *this; }

Array Array::index(const std::vector<Index>& indices) const {
  return Array(index_array(expression_, indices));
}

void Array::assign(const Array& mask, const Operand& value) {
  if (mask.dtype() != DType::Bool)
    throw IndexError("assigning: the mask has dtype " + std::string(dtype_name(mask.dtype())) +
                     "; it must be bool");
  if (mask.shape() != shape())
    throw IndexError("assigning: the mask has shape " + shape_text(mask.shape()) + ", the array " +
                     shape_text(shape()) + "; they must be equal");
  *this = assigned(*this, mask.expression(), assignable(value, dtype()));
}

void Array::assign(const std::vector<Index>& indices, const Operand& value) {
  const ArrayOperand number = assignable(value, dtype());
  const auto* scalar = std::get_if<Scalar>(&number);
  if (!scalar)
    throw ValueError(
        "assigning: only a number can be assigned to a slice so far; build the array "
        "with where or concatenate instead");
  expression_ = assign_scalar(expression_, indices, *scalar);
}

Array Array::reduce(std::string_view name, const Axes& axes,
                    const ReductionOptions& options) const {
  return Array(shoal::reduce(name, expression_,
                             {axes.get(), options.keepdims, options.ddof, options.split_every}));
}

#define SHOAL_REDUCTION(name)                                                  \
  Array Array::name(const Axes& axes, const ReductionOptions& options) const { \
    return reduce(#name, axes, options);                                       \
  }
SHOAL_REDUCTION(sum)
SHOAL_REDUCTION(prod)
SHOAL_REDUCTION(min)
SHOAL_REDUCTION(max)
SHOAL_REDUCTION(any)
SHOAL_REDUCTION(all)
SHOAL_REDUCTION(mean)
SHOAL_REDUCTION(var)
SHOAL_REDUCTION(std)
#undef SHOAL_REDUCTION

std::vector<Block> compute(const std::vector<Array>& arrays, const ComputeOptions& options) {
  std::vector<ExprPtr> stores;
  for (const Array& array : arrays) stores.push_back(store(array.expression()));
  const std::vector<std::vector<Value>> values = compute_blocks(stores, options);
  std::vector<Block> results;
  for (const auto& blocks : values) results.push_back(blocks[0].as<StoredBlock>().whole);
  return results;
}

Block Array::compute(const ComputeOptions& options) const {
  return std::move(shoal::compute({*this}, options)[0]);
}

Array Array::persist(const ComputeOptions& options) const {
  auto blocks = compute_blocks(std::span(&expression_, 1), options);
  return Array(held_values(name(), std::move(blocks[0]), expression_->meta()));
}

std::string Array::explain() const { return shoal::explain(std::span(&expression_, 1)); }

void Array::visualize(const std::string& path, bool optimize) const {
  shoal::visualize(std::span(&expression_, 1), path, optimize);
}

Array elementwise(std::string_view name, const std::vector<Operand>& operands) {
  std::vector<ArrayOperand> converted;
  for (const Operand& operand : operands) converted.push_back(operand_of(operand));
  return Array(elementwise(find_operation(name), converted));
}

#define SHOAL_OPERANDS_1 const Operand& x
#define SHOAL_OPERANDS_2 const Operand &x1, const Operand &x2
#define SHOAL_OPERANDS_3 const Operand &x1, const Operand &x2, const Operand &x3
#define SHOAL_VALUES_1 operand_of(x)
#define SHOAL_VALUES_2 operand_of(x1), operand_of(x2)
#define SHOAL_VALUES_3 operand_of(x1), operand_of(x2), operand_of(x3)
#define SHOAL_OPERATION(name, functor, arity, rule, numpy, doc)   \
  Array name(SHOAL_OPERANDS_##arity) {                            \
    const ArrayOperand operands[] = {SHOAL_VALUES_##arity};       \
    return Array(elementwise(operation(OpCode::name), operands)); \
  }
#include <shoal/operations.def>
#undef SHOAL_OPERATION
#undef SHOAL_OPERANDS_1
#undef SHOAL_OPERANDS_2
#undef SHOAL_OPERANDS_3
#undef SHOAL_VALUES_1
#undef SHOAL_VALUES_2
#undef SHOAL_VALUES_3

Array abs(const Operand& x) { return absolute(x); }

Array pow(const Operand& x, const Operand& exponent) {
  const auto* base = std::get_if<Array>(&x.get());
  const auto* scalar = std::get_if<Scalar>(&exponent.get());
  if (base && scalar && base->dtype() != DType::Bool) {
    const bool fractions = is_float(base->dtype()) || is_complex(base->dtype());
    const auto* whole = std::get_if<std::int64_t>(scalar);
    const auto* real = std::get_if<double>(scalar);
    if (whole || (real && fractions)) {
      const double value = whole ? static_cast<double>(*whole) : *real;
      if (value == 2) return square(x);
      if (value == 1) return *base;
      if (value == 0.5 && fractions) return sqrt(x);
      if (value == -1 && fractions) return reciprocal(x);
    }
  }
  return power(x, exponent);
}

std::ostream& operator<<(std::ostream& out, const Array& array) { return out << array.repr(); }

}  // namespace shoal
