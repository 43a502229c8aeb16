#include <shoal/dtype.hpp>

#include <array>
#include <string>

namespace shoal {
namespace {

struct DTypeRow {
  std::string_view name;
  std::size_t size;
};

constexpr std::array<DTypeRow, 13> rows = {{{"bool", 1},
                                            {"int8", 1},
                                            {"int16", 2},
                                            {"int32", 4},
                                            {"int64", 8},
                                            {"uint8", 1},
                                            {"uint16", 2},
                                            {"uint32", 4},
                                            {"uint64", 8},
                                            {"float32", 4},
                                            {"float64", 8},
                                            {"complex64", 8},
                                            {"complex128", 16}}};

const DTypeRow& row(DType dtype) { return rows.at(static_cast<std::size_t>(dtype)); }

DType signed_of_size(std::size_t size) {
  return size == 1   ? DType::Int8
         : size == 2 ? DType::Int16
         : size == 4 ? DType::Int32
                     : DType::Int64;
}

// The smallest float that holds every value of an integer dtype, as NumPy chooses it (float16,
// which we do not have, becomes float32).
DType float_for_integer(DType dtype) {
  return itemsize(dtype) <= 2 ? DType::Float32 : DType::Float64;
}

}  // namespace

std::size_t itemsize(DType dtype) { return row(dtype).size; }
std::string_view dtype_name(DType dtype) { return row(dtype).name; }

DType dtype_from_name(std::string_view name) {
  if (name == "int") return DType::Int64;
  if (name == "float") return DType::Float64;
  if (name == "complex") return DType::Complex128;
  for (std::size_t i = 0; i < rows.size(); ++i)
    if (rows[i].name == name) return static_cast<DType>(i);
  throw TypeError("dtype '" + std::string(name) +
                  "' is not one that arrays hold; use bool, int8 to int64, uint8 to uint64, "
                  "float32, float64, complex64 or complex128");
}

bool is_signed_integer(DType dtype) { return dtype >= DType::Int8 && dtype <= DType::Int64; }
bool is_integer(DType dtype) { return dtype >= DType::Int8 && dtype <= DType::UInt64; }
bool is_float(DType dtype) { return dtype == DType::Float32 || dtype == DType::Float64; }
bool is_complex(DType dtype) { return dtype >= DType::Complex64; }

DType real_dtype(DType dtype) {
  if (dtype == DType::Complex64) return DType::Float32;
  if (dtype == DType::Complex128) return DType::Float64;
  return dtype;
}

DType promote(DType a, DType b) {
  if (a == b) return a;
  if (a > b) std::swap(a, b);  // the enum's order: bool, signed, unsigned, float, complex
  if (a == DType::Bool) return b;
  if (is_complex(b) || is_float(b)) {
    DType real_a = real_dtype(a);
    if (is_integer(real_a)) real_a = float_for_integer(real_a);
    const bool wide = real_a == DType::Float64 || real_dtype(b) == DType::Float64;
    if (is_complex(b)) return wide ? DType::Complex128 : DType::Complex64;
    return wide ? DType::Float64 : DType::Float32;
  }
  if (is_signed_integer(a) == is_signed_integer(b)) return itemsize(a) >= itemsize(b) ? a : b;
  // a signed, b unsigned: the signed type that holds both, float64 where there is none
  if (itemsize(a) > itemsize(b)) return a;
  return itemsize(b) == 8 ? DType::Float64 : signed_of_size(2 * itemsize(b));
}

DType dtype_of_scalar(const Scalar& scalar) {
  switch (scalar.index()) {
    case 0: return DType::Bool;
    case 1: return DType::Int64;
    case 2: return DType::Float64;
    default: return DType::Complex128;
  }
}

DType promote(DType array, const Scalar& scalar) {
  switch (scalar.index()) {
    case 0: return array;
    case 1: return array == DType::Bool ? DType::Int64 : array;
    case 2: return array == DType::Bool || is_integer(array) ? DType::Float64 : array;
    default:
      if (is_complex(array)) return array;
      return array == DType::Float32 ? DType::Complex64 : DType::Complex128;
  }
}

}  // namespace shoal
