#include "frame/columns.hpp"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/bitmap_ops.h>

#include <cmath>
#include <cstring>

namespace shoal {
namespace {

// Keeps a block's memory as an Arrow buffer.
class BlockBuffer final : public arrow::Buffer {
 public:
  explicit BlockBuffer(Block block)
      : arrow::Buffer(static_cast<const std::uint8_t*>(block.data()),
                      block.size() * static_cast<std::int64_t>(itemsize(block.dtype()))),
        block_(std::move(block)) {}

 private:
  Block block_;
};

std::shared_ptr<arrow::Buffer> zeroed_bits(std::int64_t count) {
  const std::int64_t bytes = arrow::bit_util::BytesForBits(count);
  auto buffer = arrow::AllocateBuffer(bytes);
  if (!buffer.ok())
    throw MemoryError("no memory for a column of " + std::to_string(count) + " rows");
  std::shared_ptr<arrow::Buffer> bits = std::move(buffer).ValueUnsafe();
  std::memset(bits->mutable_data(), 0, static_cast<std::size_t>(bytes));
  return bits;
}

}  // namespace

std::optional<DType> numeric_dtype(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::BOOL: return DType::Bool;
    case arrow::Type::INT8: return DType::Int8;
    case arrow::Type::INT16: return DType::Int16;
    case arrow::Type::INT32: return DType::Int32;
    case arrow::Type::INT64: return DType::Int64;
    case arrow::Type::UINT8: return DType::UInt8;
    case arrow::Type::UINT16: return DType::UInt16;
    case arrow::Type::UINT32: return DType::UInt32;
    case arrow::Type::UINT64: return DType::UInt64;
    case arrow::Type::FLOAT: return DType::Float32;
    case arrow::Type::DOUBLE: return DType::Float64;
    default: return std::nullopt;
  }
}

std::shared_ptr<arrow::DataType> arrow_type(DType dtype) {
  switch (dtype) {
    case DType::Bool: return arrow::boolean();
    case DType::Int8: return arrow::int8();
    case DType::Int16: return arrow::int16();
    case DType::Int32: return arrow::int32();
    case DType::Int64: return arrow::int64();
    case DType::UInt8: return arrow::uint8();
    case DType::UInt16: return arrow::uint16();
    case DType::UInt32: return arrow::uint32();
    case DType::UInt64: return arrow::uint64();
    case DType::Float32: return arrow::float32();
    case DType::Float64: return arrow::float64();
    default: throw TypeError("a frame's column cannot be " + std::string(dtype_name(dtype)));
  }
}

ColumnView column_view(const arrow::Array& column) {
  const auto& data = *column.data();
  ColumnView view;
  view.dtype = numeric_dtype(*data.type).value();
  view.values = data.buffers[1] ? data.buffers[1]->data() : nullptr;
  view.validity = column.null_count() > 0 ? column.null_bitmap_data() : nullptr;
  view.offset = data.offset;
  view.length = data.length;
  return view;
}

ColumnView presence_view(const arrow::Array& column, std::vector<std::uint8_t>& bits) {
  const std::int64_t length = column.length();
  const auto bytes = static_cast<std::size_t>(arrow::bit_util::BytesForBits(length)) + 1;
  bits.assign(bytes, column.type_id() == arrow::Type::NA ? 0 : 0xff);
  if (column.null_bitmap_data() && column.null_count() > 0)
    arrow::internal::CopyBitmap(column.null_bitmap_data(), column.offset(), length, bits.data(), 0);
  ColumnView view;
  view.dtype = DType::Bool;
  view.length = length;
  view.values = bits.data();
  view.validity = bits.data();
  view.nan_is_missing = false;
  return view;
}

std::shared_ptr<arrow::Array> column_from_block(const Block& given, const Block* present) {
  const Block block = given.contiguous();
  const std::int64_t count = block.size();
  std::shared_ptr<arrow::Buffer> values;
  if (block.dtype() == DType::Bool) {
    values = zeroed_bits(count);
    for (std::int64_t i = 0; i < count; ++i)
      if (block.data_as<bool>()[i]) arrow::bit_util::SetBit(values->mutable_data(), i);
  } else {
    values = std::make_shared<BlockBuffer>(block);
  }
  std::shared_ptr<arrow::Buffer> validity;
  std::int64_t missing = 0;
  const auto set_missing = [&](std::int64_t i) {
    if (!validity) {
      validity = zeroed_bits(count);
      std::memset(validity->mutable_data(), 0xff, static_cast<std::size_t>(validity->size()));
    }
    if (!arrow::bit_util::GetBit(validity->data(), i)) return;
    arrow::bit_util::ClearBit(validity->mutable_data(), i);
    ++missing;
  };
  if (present) {
    const auto* counts = present->data_as<std::int64_t>();
    for (std::int64_t i = 0; i < count; ++i)
      if (counts[i] == 0) set_missing(i);
  }
  if (is_float(block.dtype())) {
    visit_dtype(block.dtype(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_floating_point_v<T>) {
        for (std::int64_t i = 0; i < count; ++i)
          if (std::isnan(block.data_as<T>()[i])) set_missing(i);
      }
    });
  }
  return arrow::MakeArray(arrow::ArrayData::Make(
      arrow_type(block.dtype()), count, {std::move(validity), std::move(values)}, missing));
}

}  // namespace shoal
