#include "kernels/op_info.hpp"

#include <string>

namespace shoal {
namespace {

constexpr OpInfo operations[] = {
#define SHOAL_OPERATION(name, functor, arity, rule, numpy, doc) \
  {OpCode::name, #name, arity, dtype_rules::rule, numpy, doc},
#include <shoal/operations.def>
#undef SHOAL_OPERATION
};

std::string list_dtypes(std::span<const DType> dtypes) {
  std::string text;
  for (DType dtype : dtypes) {
    if (!text.empty()) text += " and ";
    text += dtype_name(dtype);
  }
  return text;
}

[[noreturn]] void throw_no_loop(const OpInfo& info, std::span<const DType> operands) {
  std::string message =
      std::string(info.name) + ": there is no such operation on " + list_dtypes(operands) + "; ";
  if (info.code == OpCode::subtract)
    message += "use bitwise_xor or logical_xor, or cast with astype first";
  else if (info.code == OpCode::negative)
    message += "use logical_not or invert, or cast with astype first";
  else message += "cast with astype first";
  throw TypeError(message);
}

// Where there are only loops for floats, each integer counts as the float that holds it: two of
// them may need a narrower float than the integer they promote to.
DType as_operand(const DTypeRule& rule, DType dtype) {
  if ((rule.loops & dtype_rules::integers) != 0 || (rule.loops & dtype_rules::floats) == 0 ||
      rule.integers_as_float64 || !is_integer(dtype))
    return dtype;
  return promote(dtype, DType::Float32);
}

// The dtype to compute in for operands that promote to `dtype`.
DType loop_for(const OpInfo& info, DType dtype, std::span<const DType> operands) {
  const DTypeRule& rule = info.rule;
  const auto has = [&](DType candidate) { return (rule.loops & dtype_bit(candidate)) != 0; };
  if (rule.loops == dtype_rules::bools) return DType::Bool;  // truth values of anything
  if (has(dtype)) return dtype;
  if (dtype == DType::Bool) {
    if (rule.bool_is_wrong) throw_no_loop(info, operands);
    if (has(DType::Int8)) return DType::Int8;
  }
  if ((dtype == DType::Bool || is_integer(dtype)) && has(DType::Float32)) {
    if (rule.integers_as_float64) return DType::Float64;
    // The first float that holds each operand: int16 and uint16 are float32, though together they
    // promote to int32.
    DType loop = DType::Float32;
    for (DType operand : operands) loop = promote(loop, operand);
    return loop;
  }
  throw_no_loop(info, operands);
}

}  // namespace

std::span<const OpInfo> elementwise_operations() { return operations; }

const OpInfo& operation(OpCode code) { return operations[static_cast<std::size_t>(code)]; }

const OpInfo& find_operation(std::string_view name) {
  for (const OpInfo& info : operations)
    if (info.name == name) return info;
  throw KeyError("there is no elementwise operation '" + std::string(name) +
                 "'; elementwise_operations() lists those there are");
}

Resolution resolve(const OpInfo& info, std::span<const DType> operands) {
  if (operands.size() != static_cast<std::size_t>(info.arity))
    throw TypeError(std::string(info.name) + " takes " + std::to_string(info.arity) +
                    " operands, not " + std::to_string(operands.size()));
  const std::size_t first = info.rule.condition_first ? 1 : 0;
  DType promoted = as_operand(info.rule, operands[first]);
  for (DType dtype : operands.subspan(first))
    promoted = promote(promoted, as_operand(info.rule, dtype));
  const DType loop = loop_for(info, promoted, operands);
  Resolution resolution{{loop, loop, loop}, loop};
  if (info.rule.condition_first) resolution.operands[0] = DType::Bool;
  if (info.rule.result == ResultDType::Bool) resolution.result = DType::Bool;
  if (info.rule.result == ResultDType::Real) resolution.result = real_dtype(loop);
  return resolution;
}

}  // namespace shoal
