// OpInfo: the registry of elementwise operations. A row of operations.def says how an operation is
// named, what dtypes it takes and gives, and what it does; kernels and fronts are made from it.
#pragma once

#include <shoal/dtype.hpp>

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace shoal {

enum class OpCode : std::uint8_t {
#define SHOAL_OPERATION(name, functor, arity, rule, numpy, doc) name,
#include <shoal/operations.def>
#undef SHOAL_OPERATION
};
inline constexpr std::size_t operation_count = 0
#define SHOAL_OPERATION(name, functor, arity, rule, numpy, doc) +1
#include <shoal/operations.def>
#undef SHOAL_OPERATION
    ;

// A set of dtypes, one bit each.
using DTypeSet = std::uint16_t;
constexpr DTypeSet dtype_bit(DType dtype) {
  return static_cast<DTypeSet>(1u << static_cast<unsigned>(dtype));
}

enum class ResultDType : std::uint8_t { Same, Bool, Real };  // of the dtype computed in

// How an operation's dtypes follow from its operands': they are promoted, and where there is no
// loop for the promoted dtype they are cast to the next one that has one, as NumPy does.
struct DTypeRule {
  DTypeSet loops;  // the dtypes there are kernels for
  ResultDType result = ResultDType::Same;
  bool bool_is_wrong = false;        // NumPy refuses bool instead of computing in int8
  bool integers_as_float64 = false;  // true division: never float32
  bool condition_first = false;      // the first operand is a condition, not promoted
};

namespace dtype_rules {
inline constexpr DTypeSet bools = dtype_bit(DType::Bool);
inline constexpr DTypeSet integers = dtype_bit(DType::Int8) | dtype_bit(DType::Int16) |
                                     dtype_bit(DType::Int32) | dtype_bit(DType::Int64) |
                                     dtype_bit(DType::UInt8) | dtype_bit(DType::UInt16) |
                                     dtype_bit(DType::UInt32) | dtype_bit(DType::UInt64);
inline constexpr DTypeSet floats = dtype_bit(DType::Float32) | dtype_bit(DType::Float64);
inline constexpr DTypeSet complexes = dtype_bit(DType::Complex64) | dtype_bit(DType::Complex128);

inline constexpr DTypeRule any_same{bools | integers | floats | complexes};
inline constexpr DTypeRule any_but_complex_same{bools | integers | floats};
inline constexpr DTypeRule number_same{integers | floats | complexes, ResultDType::Same, true};
inline constexpr DTypeRule integral_or_above{integers | floats | complexes};
inline constexpr DTypeRule real_same{integers | floats};
inline constexpr DTypeRule integer_same{integers};
inline constexpr DTypeRule bits_same{bools | integers};
inline constexpr DTypeRule inexact_same{floats | complexes};
inline constexpr DTypeRule float_same{floats};
inline constexpr DTypeRule true_division{floats | complexes, ResultDType::Same, false, true};
inline constexpr DTypeRule any_real{bools | integers | floats | complexes, ResultDType::Real};
inline constexpr DTypeRule comparison{bools | integers | floats | complexes, ResultDType::Bool};
inline constexpr DTypeRule test{bools | integers | floats | complexes, ResultDType::Bool};
inline constexpr DTypeRule truth{bools, ResultDType::Bool};
inline constexpr DTypeRule choice{bools | integers | floats | complexes, ResultDType::Same, false,
                                  false, true};
}  // namespace dtype_rules

struct OpInfo {
  OpCode code;
  std::string_view name;  // "add"
  int arity;
  DTypeRule rule;
  std::string_view numpy;  // the function it answers to: "numpy.add"
  std::string_view doc;    // one line
};

inline constexpr int max_arity = 3;

std::span<const OpInfo> elementwise_operations();
const OpInfo& operation(OpCode code);
const OpInfo& find_operation(std::string_view name);  // throws KeyError

struct Resolution {
  std::array<DType, max_arity> operands;  // what each operand is cast to
  DType result;
};

// The dtypes NumPy 2 computes in. Throws TypeError where NumPy has no such operation.
Resolution resolve(const OpInfo& info, std::span<const DType> operands);

}  // namespace shoal
