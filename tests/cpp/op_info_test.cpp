#include "kernels/op_info.hpp"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace shoal {
namespace {

DType result(std::string_view name, std::initializer_list<DType> operands) {
  return resolve(find_operation(name), std::span(operands.begin(), operands.size())).result;
}

TEST(OpInfo, EveryRowIsComplete) {
  std::set<std::string_view> names;
  for (const OpInfo& info : elementwise_operations()) {
    EXPECT_TRUE(names.insert(info.name).second) << info.name;
    EXPECT_GE(info.arity, 1);
    EXPECT_LE(info.arity, max_arity);
    EXPECT_FALSE(info.doc.empty());
    EXPECT_EQ(info.numpy.substr(0, 6), "numpy.");
    EXPECT_EQ(&find_operation(info.name), &info);
    EXPECT_EQ(&operation(info.code), &info);
  }
  EXPECT_THROW(find_operation("frobnicate"), KeyError);
}

TEST(OpInfo, ResultDTypesAreNumPys) {
  using enum DType;
  EXPECT_EQ(result("add", {Bool, Bool}), Bool);
  EXPECT_EQ(result("add", {Int8, UInt8}), Int16);
  EXPECT_EQ(result("add", {Int64, UInt64}), Float64);
  EXPECT_EQ(result("add", {Float32, Complex64}), Complex64);
  EXPECT_EQ(result("divide", {Int8, Int8}), Float64);
  EXPECT_EQ(result("divide", {Bool, Bool}), Float64);
  EXPECT_EQ(result("divide", {Float32, Float32}), Float32);
  EXPECT_EQ(result("floor_divide", {Bool, Bool}), Int8);
  EXPECT_EQ(result("power", {Bool, Bool}), Int8);
  EXPECT_EQ(result("square", {Bool}), Int8);
  EXPECT_EQ(result("sqrt", {Int16}), Float32);
  EXPECT_EQ(result("sqrt", {Int64}), Float64);
  EXPECT_EQ(result("sqrt", {Complex64}), Complex64);
  EXPECT_EQ(result("hypot", {Int8, UInt16}), Float32);
  EXPECT_EQ(result("hypot", {Int8, Int32}), Float64);
  EXPECT_EQ(result("absolute", {Complex128}), Float64);
  EXPECT_EQ(result("absolute", {Bool}), Bool);
  EXPECT_EQ(result("floor", {Int32}), Int32);
  EXPECT_EQ(result("rint", {Int32}), Float64);
  EXPECT_EQ(result("less", {Complex64, Int8}), Bool);
  EXPECT_EQ(result("logical_and", {Float64, Int8}), Bool);
  EXPECT_EQ(result("left_shift", {Bool, Bool}), Int8);
  EXPECT_EQ(result("where", {Float64, Int8, Float32}), Float32);
  EXPECT_EQ(result("real", {Complex64}), Float32);
  EXPECT_EQ(result("conj", {Bool}), Int8);
}

TEST(OpInfo, OperandsAreCastToWhatIsComputedIn) {
  const DType operands[] = {DType::Float64, DType::Int8, DType::Float32};
  const Resolution resolution = resolve(find_operation("where"), operands);
  EXPECT_EQ(resolution.operands,
            (std::array<DType, 3>{DType::Bool, DType::Float32, DType::Float32}));
}

TEST(OpInfo, ErrorsNameTheOperationAndTheDTypes) {
  using enum DType;
  EXPECT_THROW(result("subtract", {Bool, Bool}), TypeError);
  EXPECT_THROW(result("negative", {Bool}), TypeError);
  EXPECT_THROW(result("floor", {Complex64}), TypeError);
  EXPECT_THROW(result("remainder", {Complex64, Int8}), TypeError);
  EXPECT_THROW(result("left_shift", {Int64, UInt64}), TypeError);
  EXPECT_THROW(result("add", {Int8}), TypeError);
  try {
    result("bitwise_and", {Float32, Int8});
    FAIL() << "float32 has no bits to and";
  } catch (const TypeError& error) {
    const std::string message = error.what();
    EXPECT_NE(message.find("bitwise_and"), std::string::npos) << message;
    EXPECT_NE(message.find("float32 and int8"), std::string::npos) << message;
    EXPECT_NE(message.find("astype"), std::string::npos) << message;
  }
}

}  // namespace
}  // namespace shoal
