#include "array/elementwise.hpp"

#include <algorithm>
#include <limits>
#include <set>

#include "array/select.hpp"
#include "array/sources.hpp"

namespace shoal {
namespace {

struct Constant {
  Scalar value;
  DType dtype;
};

// An operation of the registry; its operands are inputs, in order, with constants between.
class Apply final : public Elementwise {
 public:
  Apply(const OpInfo& info, std::vector<std::optional<Constant>> constants)
      : info_(info), constants_(std::move(constants)) {}
  std::string name() const override { return std::string(info_.name); }
  std::string parameters() const override {
    std::string text;
    for (std::size_t i = 0; i < constants_.size(); ++i) {
      text += i ? ", " : "";
      text += constants_[i] ? scalar_text(constants_[i]->value) : "_";
    }
    return constants_.size() > 1 ? text : std::string();
  }
  void hash(Hasher& hasher) const override {
    for (const auto& constant : constants_) {
      hasher.number(constant.has_value());
      if (!constant) continue;
      hash_scalar(hasher, constant->value);
      hasher.number(constant->dtype);
    }
  }
  Register emit(TileBuilder& builder, std::span<const Register> inputs) const override {
    std::vector<Register> operands;
    std::size_t next = 0;
    for (const auto& constant : constants_)
      operands.push_back(constant ? builder.constant(constant->value, constant->dtype)
                                  : inputs[next++]);
    return builder.apply(info_, operands);
  }
  int cost() const override {
    switch (info_.code) {
      case OpCode::exp:
      case OpCode::log:
      case OpCode::sin:
      case OpCode::cos:
      case OpCode::tan:
      case OpCode::tanh:
      case OpCode::arctan2:
      case OpCode::hypot:
      case OpCode::power: return 8;
      default: return 1;
    }
  }

 private:
  const OpInfo& info_;
  std::vector<std::optional<Constant>> constants_;  // empty where the operand is an input
};

class Astype final : public Elementwise {
 public:
  explicit Astype(DType dtype) : dtype_(dtype) {}
  std::string name() const override { return "astype"; }
  std::string parameters() const override { return std::string(dtype_name(dtype_)); }
  void hash(Hasher& hasher) const override { hasher.number(dtype_); }
  Register emit(TileBuilder& builder, std::span<const Register> inputs) const override {
    return builder.cast(inputs[0], dtype_);
  }

 private:
  DType dtype_;
};

bool fits(std::int64_t value, DType dtype) {
  return visit_dtype(dtype, [&]<class Tag>(Tag) {
    using T = typename Tag::type;
    if constexpr (std::is_integral_v<T> && !std::is_same_v<T, bool>) return std::in_range<T>(value);
    else return true;
  });
}

// The dtype a weak scalar takes beside arrays that are promoted to `arrays`.
DType scalar_dtype(const OpInfo& info, const std::optional<DType>& arrays, const Scalar& scalar) {
  if (!arrays) return dtype_of_scalar(scalar);
  const DType dtype = promote(*arrays, scalar);
  const auto* integer = std::get_if<std::int64_t>(&scalar);
  if (!integer || fits(*integer, dtype)) return dtype;
  if (info.rule.result == ResultDType::Bool) return DType::Int64;  // comparing cannot overflow
  throw ValueError(std::string(info.name) + ": the integer " + std::to_string(*integer) +
                   " is out of bounds for " + std::string(dtype_name(dtype)) +
                   "; convert the array with astype first");
}

IndexMap broadcast_map(const Shape& from, const Shape& to) {
  IndexMap map(from.size());
  const std::size_t added = to.size() - from.size();
  for (std::size_t axis = 0; axis < from.size(); ++axis)
    map[axis] = from[axis] == to[axis + added] ? AxisMap{static_cast<int>(axis + added), 0, 1}
                                               : AxisMap{-1, 0, 0};
  return map;
}

// The chunks of a result of `shape` whose operands are broadcast to it.
Chunks unified_chunks(std::span<const ExprPtr> arrays, const Shape& shape) {
  Chunks chunks(shape.size());
  for (std::size_t axis = 0; axis < shape.size(); ++axis) {
    std::vector<std::vector<std::int64_t>> candidates;
    for (const ExprPtr& array : arrays) {
      const ArrayMeta& meta = array->array_meta();
      const std::size_t added = shape.size() - meta.shape.size();
      if (axis >= added && meta.shape[axis - added] == shape[axis])
        candidates.push_back(meta.chunks[axis - added]);
    }
    chunks[axis] =
        candidates.empty() ? std::vector<std::int64_t>{shape[axis]} : common_chunks(candidates);
  }
  return chunks;
}

ExprPtr broadcast_with_chunks(const ExprPtr& input, const Shape& shape, const Chunks& chunks) {
  const Shape& from = input->array_meta().shape;
  return select(input, from == shape ? "rechunk" : "broadcast_to",
                from == shape ? "" : shape_text(shape), broadcast_map(from, shape), shape, chunks);
}

}  // namespace

std::string shape_text(const Shape& shape) {
  std::string text = "(";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i ? ", " : "") + std::to_string(shape[i]);
  return text + (shape.size() == 1 ? ",)" : ")");
}

Shape broadcast_shape(std::string_view operation, std::span<const Shape> shapes) {
  std::size_t rank = 0;
  for (const Shape& shape : shapes) rank = std::max(rank, shape.size());
  Shape result(rank, 1);
  for (const Shape& shape : shapes) {
    const std::size_t added = rank - shape.size();
    for (std::size_t axis = 0; axis < shape.size(); ++axis) {
      std::int64_t& extent = result[axis + added];
      if (shape[axis] == extent || shape[axis] == 1) continue;
      if (extent == 1) {
        extent = shape[axis];
        continue;
      }
      std::string text;
      for (std::size_t i = 0; i < shapes.size(); ++i)
        text += (i == 0 ? "" : i + 1 == shapes.size() ? " and " : ", ") + shape_text(shapes[i]);
      throw ValueError(std::string(operation) + ": shapes " + text +
                       " do not broadcast; counted from the last axis, extents must be equal or 1");
    }
  }
  return result;
}

std::vector<std::int64_t> common_chunks(std::span<const std::vector<std::int64_t>> axes) {
  if (std::all_of(axes.begin(), axes.end(), [&](const auto& axis) { return axis == axes[0]; }))
    return axes[0];
  std::set<std::int64_t> ends;
  for (const auto& axis : axes) {
    std::int64_t end = 0;
    for (std::int64_t extent : axis)
      if (extent > 0) ends.insert(end += extent);
  }
  if (ends.empty()) return {0};
  std::vector<std::int64_t> chunks;
  std::int64_t start = 0;
  for (std::int64_t end : ends) {
    chunks.push_back(end - start);
    start = end;
  }
  return chunks;
}

ExprPtr elementwise(const OpInfo& info, std::span<const ArrayOperand> operands) {
  if (static_cast<int>(operands.size()) != info.arity)
    throw TypeError(std::string(info.name) + ": " + std::to_string(operands.size()) +
                    " operands given, " + std::to_string(info.arity) + " expected");
  std::vector<ExprPtr> arrays;
  std::vector<Shape> shapes;
  std::optional<DType> promoted;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    const auto* array = std::get_if<ExprPtr>(&operands[i]);
    if (!array) continue;
    const ArrayMeta& meta = (*array)->array_meta();
    arrays.push_back(*array);
    shapes.push_back(meta.shape);
    if (!(info.rule.condition_first && i == 0))
      promoted = promoted ? promote(*promoted, meta.dtype) : meta.dtype;
  }
  if (!promoted) {
    // Scalars alone: promoted among themselves, like NumPy's.
    for (std::size_t i = info.rule.condition_first ? 1 : 0; i < operands.size(); ++i) {
      const DType dtype = dtype_of_scalar(std::get<Scalar>(operands[i]));
      promoted = promoted ? promote(*promoted, dtype) : dtype;
    }
  }
  const Shape shape = broadcast_shape(info.name, shapes);
  const Chunks chunks = unified_chunks(arrays, shape);

  std::vector<std::optional<Constant>> constants;
  std::vector<ExprPtr> inputs;
  std::vector<DType> dtypes;
  for (std::size_t i = 0; i < operands.size(); ++i) {
    if (const auto* array = std::get_if<ExprPtr>(&operands[i])) {
      inputs.push_back(broadcast_with_chunks(*array, shape, chunks));
      constants.emplace_back();
      dtypes.push_back((*array)->array_meta().dtype);
      continue;
    }
    const Scalar& scalar = std::get<Scalar>(operands[i]);
    const DType dtype = info.rule.condition_first && i == 0 ? dtype_of_scalar(scalar)
                                                            : scalar_dtype(info, promoted, scalar);
    constants.push_back(Constant{scalar, dtype});
    dtypes.push_back(dtype);
  }
  const DType result = resolve(info, dtypes).result;
  return Expr::make(std::make_shared<Apply>(info, std::move(constants)), std::move(inputs),
                    ArrayMeta{result, shape, chunks});
}

ExprPtr astype(const ExprPtr& input, DType dtype) {
  ArrayMeta meta = input->array_meta();
  if (meta.dtype == dtype) return input;
  meta.dtype = dtype;
  return Expr::make(std::make_shared<Astype>(dtype), {input}, std::move(meta));
}

ExprPtr broadcast_to(const ExprPtr& input, const Shape& shape) {
  const Shape& from = input->array_meta().shape;
  const std::vector<Shape> shapes = {from, shape};
  if (from.size() > shape.size() || broadcast_shape("broadcast_to", shapes) != shape)
    throw ValueError("broadcast_to: an array of shape " + shape_text(from) +
                     " cannot be broadcast to " + shape_text(shape));
  return broadcast_with_chunks(input, shape, unified_chunks(std::span(&input, 1), shape));
}

}  // namespace shoal
