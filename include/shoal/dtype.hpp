// DType: the type of an array's elements, with NumPy 2's promotion rules.
#pragma once

#include <shoal/error.hpp>

#include <complex>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <variant>

namespace shoal {

enum class DType : std::uint8_t {
  Bool,
  Int8,
  Int16,
  Int32,
  Int64,
  UInt8,
  UInt16,
  UInt32,
  UInt64,
  Float32,
  Float64,
  Complex64,
  Complex128,
};

std::size_t itemsize(DType dtype);             // bytes an element
std::string_view dtype_name(DType dtype);      // NumPy's name: "float64"
DType dtype_from_name(std::string_view name);  // throws TypeError for a name NumPy has and we lack
bool is_integer(DType dtype);                  // signed or unsigned, not bool
bool is_signed_integer(DType dtype);
bool is_float(DType dtype);
bool is_complex(DType dtype);
DType real_dtype(DType dtype);  // complex64 -> float32, complex128 -> float64, others unchanged

// numpy.result_type of two array dtypes.
DType promote(DType a, DType b);

template <class T>
struct TypeTag {
  using type = T;
};

// Calls function(TypeTag<T>{}) with the C++ type of the elements.
template <class Function>
decltype(auto) visit_dtype(DType dtype, Function&& function) {
  switch (dtype) {
    case DType::Bool: return function(TypeTag<bool>{});
    case DType::Int8: return function(TypeTag<std::int8_t>{});
    case DType::Int16: return function(TypeTag<std::int16_t>{});
    case DType::Int32: return function(TypeTag<std::int32_t>{});
    case DType::Int64: return function(TypeTag<std::int64_t>{});
    case DType::UInt8: return function(TypeTag<std::uint8_t>{});
    case DType::UInt16: return function(TypeTag<std::uint16_t>{});
    case DType::UInt32: return function(TypeTag<std::uint32_t>{});
    case DType::UInt64: return function(TypeTag<std::uint64_t>{});
    case DType::Float32: return function(TypeTag<float>{});
    case DType::Float64: return function(TypeTag<double>{});
    case DType::Complex64: return function(TypeTag<std::complex<float>>{});
    case DType::Complex128: return function(TypeTag<std::complex<double>>{});
  }
  throw InternalError("visit_dtype: unknown dtype");
}

template <class T>
constexpr DType dtype_of() {
  if constexpr (std::is_same_v<T, bool>) return DType::Bool;
  else if constexpr (std::is_same_v<T, float>) return DType::Float32;
  else if constexpr (std::is_same_v<T, double>) return DType::Float64;
  else if constexpr (std::is_same_v<T, std::complex<float>>) return DType::Complex64;
  else if constexpr (std::is_same_v<T, std::complex<double>>) return DType::Complex128;
  else {
    static_assert(std::is_integral_v<T>, "no dtype for this type");
    constexpr bool is_signed = std::is_signed_v<T>;
    if constexpr (sizeof(T) == 1) return is_signed ? DType::Int8 : DType::UInt8;
    else if constexpr (sizeof(T) == 2) return is_signed ? DType::Int16 : DType::UInt16;
    else if constexpr (sizeof(T) == 4) return is_signed ? DType::Int32 : DType::UInt32;
    else return is_signed ? DType::Int64 : DType::UInt64;
  }
}

// A Python or C++ number in an expression. Like NumPy 2's Python scalars it is "weak": it takes
// the array's dtype where its kind (bool < int < float < complex) is not above the array's.
using Scalar = std::variant<bool, std::int64_t, double, std::complex<double>>;

// numpy.result_type of an array dtype and a Python scalar.
DType promote(DType array, const Scalar& scalar);
// The dtype numpy.asarray(scalar) has: bool, int64, float64, complex128.
DType dtype_of_scalar(const Scalar& scalar);

}  // namespace shoal
