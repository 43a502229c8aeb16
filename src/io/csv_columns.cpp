#include "io/csv_columns.hpp"

#include <arrow/array.h>
#include <arrow/buffer.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/utf8.h>
#include <shoal/error.hpp>

#include <cstring>
#include <limits>
#include <type_traits>

#include "io/csv_values.hpp"

namespace shoal {
namespace {

std::shared_ptr<arrow::Buffer> new_buffer(std::size_t bytes) {
  auto buffer = arrow::AllocateBuffer(static_cast<std::int64_t>(bytes));
  if (!buffer.ok())
    throw MemoryError("read_csv: no memory for " + std::to_string(bytes) +
                      " bytes of a column; use a smaller blocksize");
  return std::move(buffer).ValueUnsafe();
}

// Which rows are present; no bitmap is made until one is missing.
class Validity {
 public:
  explicit Validity(std::size_t rows) : rows_(rows) {}
  void set_missing(std::size_t row) {
    if (!bits_) {
      bits_ = new_buffer((rows_ + 7) / 8);
      std::memset(bits_->mutable_data(), 0xff, (rows_ + 7) / 8);
    }
    arrow::bit_util::ClearBit(bits_->mutable_data(), static_cast<std::int64_t>(row));
    ++missing_;
  }
  const std::shared_ptr<arrow::Buffer>& bits() const { return bits_; }
  std::int64_t missing() const { return missing_; }

 private:
  std::size_t rows_;
  std::shared_ptr<arrow::Buffer> bits_;
  std::int64_t missing_ = 0;
};

class ColumnBase : public CsvColumn {
 public:
  ColumnBase(std::shared_ptr<arrow::DataType> type, std::size_t rows, char quote)
      : type_(std::move(type)), rows_(rows), quote_(quote), validity_(rows) {}

 protected:
  std::string_view text(const char* base, CsvField field) {
    return field_text(base, field, quote_, scratch_);
  }
  // Calls store(row, place, text) for each field in turn.
  template <class Store>
  void append_each(const char* base, const CsvField* fields, std::size_t count, Store store) {
    require_room(count);
    for (std::size_t i = 0; i < count; ++i) store(row_ + i, fields[i], text(base, fields[i]));
    row_ += count;
  }
  void require_room(std::size_t count) const {
    if (row_ + count > rows_) throw InternalError("csv column: more rows than were counted");
  }
  [[noreturn]] static void contradict(const char* base, CsvField field, std::string_view value,
                                      std::string reason = {}) {
    throw CsvContradiction{base + field.begin, std::string(value), std::move(reason)};
  }
  std::shared_ptr<arrow::Array> array(std::vector<std::shared_ptr<arrow::Buffer>> buffers) {
    if (row_ != rows_) throw InternalError("csv column: fewer rows than were counted");
    return arrow::MakeArray(arrow::ArrayData::Make(type_, static_cast<std::int64_t>(rows_),
                                                   std::move(buffers), validity_.missing()));
  }

  std::shared_ptr<arrow::DataType> type_;
  std::size_t rows_;
  char quote_;
  Validity validity_;
  std::size_t row_ = 0;
  std::string scratch_;
};

template <class T>
class IntegerColumn final : public ColumnBase {
 public:
  IntegerColumn(std::shared_ptr<arrow::DataType> type, std::size_t rows, char quote)
      : ColumnBase(std::move(type), rows, quote), values_(new_buffer(rows * sizeof(T))) {}

  void append(const char* base, const CsvField* fields, std::size_t count) override {
    T* const out = reinterpret_cast<T*>(values_->mutable_data());
    append_each(base, fields, count, [&](std::size_t row, CsvField place, std::string_view field) {
      std::int64_t value;
      if (read_int64(field, value)) {
        if (!std::in_range<T>(value)) contradict(base, place, field);
        out[row] = static_cast<T>(value);
      } else {
        out[row] = read_unusual(base, place, field);
      }
    });
  }

  std::shared_ptr<arrow::Array> finish() override { return array({nullptr, values_}); }

 private:
  T read_unusual(const char* base, CsvField place, std::string_view field) {
    if constexpr (std::is_same_v<T, std::uint64_t>) {
      bool negative;
      std::uint64_t magnitude;
      if (read_integer(field, negative, magnitude) == IntegerText::UInt64) return magnitude;
    }
    contradict(base, place, field,
               is_missing(field) ? "an integer column cannot hold a missing value" : "");
  }

  std::shared_ptr<arrow::Buffer> values_;
};

template <class T>
class RealColumn final : public ColumnBase {
 public:
  RealColumn(std::shared_ptr<arrow::DataType> type, std::size_t rows, char quote)
      : ColumnBase(std::move(type), rows, quote), values_(new_buffer(rows * sizeof(T))) {}

  void append(const char* base, const CsvField* fields, std::size_t count) override {
    T* const out = reinterpret_cast<T*>(values_->mutable_data());
    append_each(base, fields, count, [&](std::size_t row, CsvField place, std::string_view field) {
      double value;
      if (read_double(field, value)) {
        out[row] = static_cast<T>(value);
      } else if (is_missing(field)) {
        out[row] = std::numeric_limits<T>::quiet_NaN();
        validity_.set_missing(row);
      } else {
        contradict(base, place, field);
      }
    });
  }

  std::shared_ptr<arrow::Array> finish() override { return array({validity_.bits(), values_}); }

 private:
  std::shared_ptr<arrow::Buffer> values_;
};

class BooleanColumn final : public ColumnBase {
 public:
  BooleanColumn(std::shared_ptr<arrow::DataType> type, std::size_t rows, char quote, bool may_miss)
      : ColumnBase(std::move(type), rows, quote),
        may_miss_(may_miss),
        values_(new_buffer((rows + 7) / 8)) {
    std::memset(values_->mutable_data(), 0, (rows + 7) / 8);
  }

  void append(const char* base, const CsvField* fields, std::size_t count) override {
    append_each(base, fields, count, [&](std::size_t row, CsvField place, std::string_view field) {
      bool value;
      if (read_bool(field, value)) {
        if (value) arrow::bit_util::SetBit(values_->mutable_data(), static_cast<std::int64_t>(row));
      } else if (is_missing(field)) {
        if (!may_miss_) contradict(base, place, field, "a bool column cannot hold a missing value");
        validity_.set_missing(row);
      } else {
        contradict(base, place, field);
      }
    });
  }

  std::shared_ptr<arrow::Array> finish() override { return array({validity_.bits(), values_}); }

 private:
  bool may_miss_;
  std::shared_ptr<arrow::Buffer> values_;
};

bool is_ascii(const char* text, std::size_t size) {
  unsigned char bits = 0;
  for (std::size_t i = 0; i < size; ++i) bits |= static_cast<unsigned char>(text[i]);
  return bits < 0x80;
}

class TextColumn final : public ColumnBase {
 public:
  TextColumn(std::shared_ptr<arrow::DataType> type, std::size_t rows, char quote)
      : ColumnBase(std::move(type), rows, quote),
        offsets_(new_buffer((rows + 1) * sizeof(std::int64_t))) {
    offsets()[0] = 0;
  }

  void append(const char* base, const CsvField* fields, std::size_t count) override {
    require_room(count);
    std::size_t needed = size_;
    for (std::size_t i = 0; i < count; ++i) needed += fields[i].size & ~kQuotedField;
    grow(needed, row_ + count);
    char* const out = reinterpret_cast<char*>(characters_->mutable_data());
    std::int64_t* const ends = offsets() + row_ + 1;
    const std::size_t first = size_;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view field = text(base, fields[i]);
      if (is_missing(field)) {
        validity_.set_missing(row_ + i);
      } else {
        std::memcpy(out + size_, field.data(), field.size());
        size_ += field.size();
      }
      ends[i] = static_cast<std::int64_t>(size_);
    }
    check_encoding(base, fields, count, out + first, size_ - first);
    row_ += count;
  }

  std::shared_ptr<arrow::Array> finish() override {
    grow(0, rows_);
    return array({validity_.bits(), offsets_,
                  arrow::SliceBuffer(characters_, 0, static_cast<std::int64_t>(size_))});
  }

 private:
  std::int64_t* offsets() { return reinterpret_cast<std::int64_t*>(offsets_->mutable_data()); }

  // Room for `needed` characters when `rows_done` of the rows are in.
  void grow(std::size_t needed, std::size_t rows_done) {
    if (characters_ && needed <= capacity_) return;
    // What the rest will need if it is like what is here, and a little more.
    const double share =
        static_cast<double>(rows_) / static_cast<double>(std::max<std::size_t>(rows_done, 1));
    capacity_ = needed + static_cast<std::size_t>(static_cast<double>(needed) * (share - 1) * 1.1);
    auto larger = new_buffer(capacity_);
    if (size_ > 0) std::memcpy(larger->mutable_data(), characters_->data(), size_);
    characters_ = std::move(larger);
  }

  void check_encoding(const char* base, const CsvField* fields, std::size_t count,
                      const char* added, std::size_t size) {
    if (is_ascii(added, size)) return;
    arrow::util::InitializeUTF8();
    for (std::size_t i = 0; i < count; ++i) {
      const std::string_view field = text(base, fields[i]);
      if (!arrow::util::ValidateUTF8(reinterpret_cast<const std::uint8_t*>(field.data()),
                                     static_cast<std::int64_t>(field.size())))
        contradict(base, fields[i], "", "the text is not UTF-8; convert the file to UTF-8 first");
    }
  }

  std::shared_ptr<arrow::Buffer> offsets_;
  std::shared_ptr<arrow::Buffer> characters_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

// Of an input without rows.
class NoColumn final : public ColumnBase {
 public:
  using ColumnBase::ColumnBase;
  void append(const char*, const CsvField*, std::size_t count) override {
    require_room(count);
    row_ += count;
  }
  std::shared_ptr<arrow::Array> finish() override {
    return std::make_shared<arrow::NullArray>(static_cast<std::int64_t>(rows_));
  }
};

}  // namespace

std::unique_ptr<CsvColumn> CsvColumn::make(const arrow::Field& field, std::size_t rows,
                                           char quote) {
  const auto& type = field.type();
  switch (type->id()) {
    case arrow::Type::BOOL:
      return std::make_unique<BooleanColumn>(type, rows, quote, field.nullable());
    case arrow::Type::INT8: return std::make_unique<IntegerColumn<std::int8_t>>(type, rows, quote);
    case arrow::Type::INT16:
      return std::make_unique<IntegerColumn<std::int16_t>>(type, rows, quote);
    case arrow::Type::INT32:
      return std::make_unique<IntegerColumn<std::int32_t>>(type, rows, quote);
    case arrow::Type::INT64:
      return std::make_unique<IntegerColumn<std::int64_t>>(type, rows, quote);
    case arrow::Type::UINT8:
      return std::make_unique<IntegerColumn<std::uint8_t>>(type, rows, quote);
    case arrow::Type::UINT16:
      return std::make_unique<IntegerColumn<std::uint16_t>>(type, rows, quote);
    case arrow::Type::UINT32:
      return std::make_unique<IntegerColumn<std::uint32_t>>(type, rows, quote);
    case arrow::Type::UINT64:
      return std::make_unique<IntegerColumn<std::uint64_t>>(type, rows, quote);
    case arrow::Type::FLOAT: return std::make_unique<RealColumn<float>>(type, rows, quote);
    case arrow::Type::DOUBLE: return std::make_unique<RealColumn<double>>(type, rows, quote);
    case arrow::Type::LARGE_STRING: return std::make_unique<TextColumn>(type, rows, quote);
    case arrow::Type::NA: return std::make_unique<NoColumn>(type, rows, quote);
    default: throw InternalError("csv column: no reader for type " + type->ToString());
  }
}

}  // namespace shoal
