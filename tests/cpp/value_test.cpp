#include <arrow/array.h>
#include <arrow/array/builder_binary.h>
#include <arrow/array/builder_dict.h>
#include <arrow/array/builder_primitive.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <gtest/gtest.h>
#include <shoal/block.hpp>
#include <shoal/table.hpp>

#include <cstring>
#include <numeric>

namespace shoal {
namespace {

template <class T>
std::string serialised(const T& object) {
  std::string bytes;
  Value::of(object).serialise(bytes);
  return bytes;
}

TEST(Value, HoldsOneTypeAndSaysWhenAnotherIsReadFromIt) {
  const Value value = Value::of(std::string("seven"));
  EXPECT_TRUE(value.holds<std::string>());
  EXPECT_EQ(value.as<std::string>(), "seven");
  EXPECT_THROW(value.as<int>(), InternalError);
  EXPECT_THROW(Value().as<int>(), InternalError);
  EXPECT_TRUE(Value().empty());
  EXPECT_EQ(Value().nbytes(), 0u);
  EXPECT_GE(Value::of(std::vector<double>(100)).nbytes(), 800u);
}

TEST(ValueCodec, NumbersAndTextsComeBack) {
  EXPECT_EQ(Value::deserialise<double>(serialised(-2.5)).as<double>(), -2.5);
  EXPECT_EQ(Value::deserialise<std::int8_t>(serialised(std::int8_t{-3})).as<std::int8_t>(), -3);
  const std::string text("a\0b", 3);
  EXPECT_EQ(Value::deserialise<std::string>(serialised(text)).as<std::string>(), text);
  EXPECT_THROW(Value::deserialise<double>("short"), ValueError);
}

TEST(ValueCodec, WhatHasNoneStaysInItsProcess) {
  std::string bytes;
  EXPECT_THROW(Value::of(std::vector<std::string>{"a"}).serialise(bytes), TypeError);
  EXPECT_THROW(Value::of("a pointer").serialise(bytes), TypeError);
  EXPECT_THROW(Value::of(std::string_view("a view")).serialise(bytes), TypeError);
  EXPECT_THROW(Value().serialise(bytes), InternalError);
  EXPECT_EQ(bytes, "");
}

void expect_equal(const Block& a, const Block& b) {
  EXPECT_EQ(a.dtype(), b.dtype());
  EXPECT_EQ(a.shape(), b.shape());
  const Block first = a.contiguous();
  const Block second = b.contiguous();
  const auto bytes = static_cast<std::size_t>(a.size()) * itemsize(a.dtype());
  EXPECT_TRUE(bytes == 0 || std::memcmp(first.data(), second.data(), bytes) == 0);
}

Block numbered(DType dtype, Shape shape) {
  Block block = Block::allocate(dtype, std::move(shape));
  auto* bytes = static_cast<unsigned char*>(block.mutable_data());
  std::iota(bytes, bytes + static_cast<std::size_t>(block.size()) * itemsize(dtype), 1);
  return block;
}

TEST(ValueCodec, BlocksOfEveryDTypeAndShapeComeBack) {
  for (int dtype = 0; dtype <= static_cast<int>(DType::Complex128); ++dtype)
    for (const Shape& shape : {Shape{}, Shape{0}, Shape{1}, Shape{3, 0, 2}, Shape{3, 5, 2}}) {
      const Block block = numbered(static_cast<DType>(dtype), shape);
      const std::string bytes = serialised(block);
      expect_equal(Value::deserialise<Block>(bytes).as<Block>(), block);
    }
}

TEST(ValueCodec, AStridedBlockIsWrittenInOrder) {
  const Block whole = numbered(DType::Int32, {4, 6});
  auto* data = static_cast<std::int32_t*>(whole.mutable_data());
  // The transpose of every second column, rows backwards.
  const Block view = Block::view(DType::Int32, {3, 4}, {8, -24}, data + 18, whole.owner());
  const Block read = Value::deserialise<Block>(serialised(view)).as<Block>();
  EXPECT_TRUE(read.is_contiguous());
  EXPECT_EQ(read.data_as<std::int32_t>()[0], data[18]);
  EXPECT_EQ(read.data_as<std::int32_t>()[1], data[12]);
  EXPECT_EQ(read.data_as<std::int32_t>()[4], data[20]);
}

TEST(ValueCodec, BrokenBytesOfABlockAreRefused) {
  const std::string bytes = serialised(numbered(DType::Float64, {2, 3}));
  for (std::size_t size = 0; size < bytes.size(); ++size)
    EXPECT_THROW(ValueCodec<Block>::read(std::string_view(bytes).substr(0, size)), ValueError);
  EXPECT_THROW(ValueCodec<Block>::read(bytes + "more"), ValueError);
  EXPECT_THROW(ValueCodec<Block>::read(std::string(bytes.size(), '\xff')), ValueError);
}

Table weights() {
  arrow::LargeStringBuilder names;
  arrow::DoubleBuilder weights;
  arrow::StringDictionaryBuilder kinds;
  EXPECT_TRUE(names.AppendValues({"ab", "", "c", "d"}).ok());
  EXPECT_TRUE(weights.AppendValues({1.5, 2, 0, 4}, {true, true, false, true}).ok());
  for (const char* kind : {"x", "y", "x", "y"}) EXPECT_TRUE(kinds.Append(kind).ok());
  const auto schema = arrow::schema(
      {arrow::field("name", arrow::large_utf8()), arrow::field("weight", arrow::float64()),
       arrow::field("kind", arrow::dictionary(arrow::int8(), arrow::utf8()))});
  return {arrow::RecordBatch::Make(schema, 4,
                                   {names.Finish().ValueOrDie(), weights.Finish().ValueOrDie(),
                                    kinds.Finish().ValueOrDie()}),
          7,
          {"name"}};
}

void expect_equal(const Table& a, const Table& b) {
  EXPECT_EQ(a.first_row, b.first_row);
  EXPECT_EQ(a.index_columns, b.index_columns);
  ASSERT_EQ(a.columns == nullptr, b.columns == nullptr);
  if (!a.columns) return;
  EXPECT_TRUE(a.columns->schema()->Equals(*b.columns->schema(), true));
  EXPECT_TRUE(a.columns->Equals(*b.columns));
}

TEST(ValueCodec, TablesComeBack) {
  const Table whole = weights();
  const Table slice{whole.columns->Slice(1, 2), 8, {}};
  const Table no_rows{whole.columns->Slice(4, 0), 0, {"name", "kind"}};
  const Table no_columns{
      arrow::RecordBatch::Make(arrow::schema(arrow::FieldVector()), 3, arrow::ArrayVector()),
      2,
      {}};
  for (const Table& table : {whole, slice, no_rows, no_columns, Table{}})
    expect_equal(Value::deserialise<Table>(serialised(table)).as<Table>(), table);
}

TEST(ValueCodec, ATableOutlivesTheBytesItWasReadFrom) {
  auto bytes = std::make_unique<std::string>(serialised(weights()));
  const Value read = Value::deserialise<Table>(*bytes);
  bytes.reset();
  expect_equal(read.as<Table>(), weights());
}

TEST(ValueCodec, BrokenBytesOfATableAreRefused) {
  const std::string bytes = serialised(weights());
  for (const std::size_t size : {std::size_t{0}, std::size_t{5}, std::size_t{30}, bytes.size() / 2})
    EXPECT_THROW(ValueCodec<Table>::read(std::string_view(bytes).substr(0, size)), ValueError);
}

}  // namespace
}  // namespace shoal
