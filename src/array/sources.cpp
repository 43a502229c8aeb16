#include "array/sources.hpp"

#include <charconv>

namespace shoal {
namespace {

std::string number_text(double value) {
  char buffer[32];
  const auto [end, error] = std::to_chars(buffer, buffer + sizeof buffer, value);
  (void)error;  // 32 characters hold every double
  std::string text(buffer, end);
  if (text.find_first_not_of("-0123456789") == std::string::npos) text += ".0";
  return text;
}

double as_double(const Scalar& scalar) {
  return std::visit(
      [](auto value) {
        if constexpr (std::is_same_v<decltype(value), std::complex<double>>) return value.real();
        else return static_cast<double>(value);
      },
      scalar);
}

std::int64_t as_integer(const Scalar& scalar) {
  if (const auto* value = std::get_if<std::int64_t>(&scalar)) return *value;
  return static_cast<std::int64_t>(as_double(scalar));
}

// The element number 1 is start + step as it rounds; the others add multiples of the difference
// that rounding left.
template <class Real>
Register float_arange(TileBuilder& builder, Real start, Real step, DType dtype) {
  const Real second = start + step;
  const Real difference = second - start;
  const Register index = builder.index_leaf();
  const Register values = builder.apply(
      OpCode::add, {builder.constant(static_cast<double>(start), dtype),
                    builder.apply(OpCode::multiply,
                                  {builder.cast(index, dtype),
                                   builder.constant(static_cast<double>(difference), dtype)})});
  if (start + difference == second) return values;
  const Register is_second =
      builder.apply(OpCode::equal, {index, builder.constant(std::int64_t{1}, DType::Int64)});
  return builder.apply(OpCode::where,
                       {is_second, builder.constant(static_cast<double>(second), dtype), values});
}

}  // namespace

std::string scalar_text(const Scalar& scalar) {
  return std::visit(
      [](auto value) -> std::string {
        using T = decltype(value);
        if constexpr (std::is_same_v<T, bool>) return value ? "True" : "False";
        else if constexpr (std::is_same_v<T, std::int64_t>) return std::to_string(value);
        else if constexpr (std::is_same_v<T, double>) return number_text(value);
        else
          return "(" + number_text(value.real()) + (std::signbit(value.imag()) ? "" : "+") +
                 number_text(value.imag()) + "j)";
      },
      scalar);
}

void hash_meta(Hasher& hasher, const ArrayMeta& meta) {
  hasher.number(meta.dtype).numbers(meta.shape);
  hash_chunks(hasher, meta.chunks);
}

void hash_scalar(Hasher& hasher, const Scalar& scalar) {
  hasher.number(scalar.index());
  std::visit(
      [&](auto value) {
        if constexpr (std::is_same_v<decltype(value), std::complex<double>>)
          hasher.number(value.real()).number(value.imag());
        else hasher.number(value);
      },
      scalar);
}

void RandomSource::hash(Hasher& hasher) const {
  hasher.number(seed_);
  hash_meta(hasher, meta_);
}

std::string FullSource::parameters() const { return scalar_text(value_); }

void FullSource::hash(Hasher& hasher) const {
  hash_scalar(hasher, value_);
  hash_meta(hasher, meta_);
}

ArangeSource::ArangeSource(Scalar start, Scalar step, const ArrayMeta& meta)
    : start_(start), step_(step), meta_(meta) {}

void ArangeSource::hash(Hasher& hasher) const {
  hash_scalar(hasher, start_);
  hash_scalar(hasher, step_);
  hash_meta(hasher, meta_);
}

Register ArangeSource::emit(TileBuilder& builder) const {
  if (meta_.dtype == DType::Float64)
    return float_arange<double>(builder, as_double(start_), as_double(step_), meta_.dtype);
  if (meta_.dtype == DType::Float32)
    return float_arange<float>(builder, static_cast<float>(as_double(start_)),
                               static_cast<float>(as_double(step_)), meta_.dtype);
  const Register index = builder.index_leaf();
  const std::int64_t start = as_integer(start_);
  // NumPy sees the second element in the array's dtype, so a float step is truncated with it.
  const std::int64_t step =
      std::holds_alternative<std::int64_t>(start_) && std::holds_alternative<std::int64_t>(step_)
          ? as_integer(step_)
          : as_integer(as_double(start_) + as_double(step_)) - start;
  const Register scaled =
      builder.apply(OpCode::multiply, {index, builder.constant(step, DType::Int64)});
  const Register values =
      builder.apply(OpCode::add, {scaled, builder.constant(start, DType::Int64)});
  return builder.cast(values, meta_.dtype);
}

std::string LinspaceSource::parameters() const {
  return number_text(start_) + ", " + number_text(stop_) + (endpoint_ ? "" : ", endpoint=False");
}

void LinspaceSource::hash(Hasher& hasher) const {
  hasher.number(start_).number(stop_).number(endpoint_);
  hash_meta(hasher, meta_);
}

Register LinspaceSource::emit(TileBuilder& builder) const {
  const auto number = [&](double value) { return builder.constant(value, DType::Float64); };
  const std::int64_t count = meta_.shape[0];
  const std::int64_t divisions = endpoint_ ? count - 1 : count;
  const double difference = stop_ - start_;
  const Register index = builder.index_leaf();
  Register value = builder.cast(index, DType::Float64);
  if (divisions > 0) {
    const double step = difference / static_cast<double>(divisions);
    if (step == 0) {
      value = builder.apply(OpCode::divide, {value, number(static_cast<double>(divisions))});
      value = builder.apply(OpCode::multiply, {value, number(difference)});
    } else {
      value = builder.apply(OpCode::multiply, {value, number(step)});
    }
  } else {
    value = builder.apply(OpCode::multiply, {value, number(difference)});
  }
  value = builder.apply(OpCode::add, {value, number(start_)});
  if (endpoint_ && count > 1) {
    const Register is_last =
        builder.apply(OpCode::equal, {index, builder.constant(count - 1, DType::Int64)});
    value = builder.apply(OpCode::where, {is_last, number(stop_), value});
  }
  if (is_integer(meta_.dtype)) value = builder.apply(OpCode::floor, {value});
  return builder.cast(value, meta_.dtype);
}

}  // namespace shoal
