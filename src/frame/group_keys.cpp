#include "frame/group_keys.hpp"

#include <arrow/array.h>
#include <arrow/type.h>
#include <shoal/error.hpp>

#include <algorithm>
#include <bit>
#include <cmath>
#include <functional>
#include <numeric>
#include <string_view>
#include <type_traits>

namespace shoal {
namespace {

std::size_t mix(std::uint64_t key) {
  key *= 0x9E3779B97F4A7C15ull;
  return static_cast<std::size_t>(key ^ (key >> 32));
}

// Open addressing from keys to their numbers.
template <class Key, class Hash>
class KeyNumbers {
 public:
  KeyNumbers() : slots_(64) {}

  // The key's number; `next` for a key that was not there.
  std::int64_t number(const Key& key, std::int64_t next) {
    if (2 * used_ >= slots_.size()) grow();
    const std::size_t hash = Hash{}(key);
    for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
      Slot& slot = slots_[at];
      if (slot.number < 0) {
        slot = {hash, key, next};
        ++used_;
        return next;
      }
      if (slot.hash == hash && slot.key == key) return slot.number;
    }
  }

 private:
  struct Slot {
    std::size_t hash = 0;
    Key key{};
    std::int64_t number = -1;
  };

  void grow() {
    std::vector<Slot> larger(4 * slots_.size());
    for (const Slot& slot : slots_) {
      if (slot.number < 0) continue;
      std::size_t at = slot.hash & (larger.size() - 1);
      while (larger[at].number >= 0) at = (at + 1) & (larger.size() - 1);
      larger[at] = slot;
    }
    slots_ = std::move(larger);
  }

  std::vector<Slot> slots_;
  std::size_t used_ = 0;
};

struct MixHash {
  std::size_t operator()(std::uint64_t key) const { return mix(key); }
};
using IntegerNumbers = KeyNumbers<std::uint64_t, MixHash>;
using TextNumbers = KeyNumbers<std::string_view, std::hash<std::string_view>>;

template <class Numbers, class KeyOf, class IsMissing>
RowGroups number_rows(std::int64_t rows, const KeyOf& key_of, const IsMissing& is_missing) {
  RowGroups result;
  result.groups.resize(static_cast<std::size_t>(rows));
  Numbers numbers;
  for (std::int64_t row = 0; row < rows; ++row) {
    std::int64_t group = -1;
    if (!is_missing(row)) {
      group = numbers.number(key_of(row), result.count());
      if (group == result.count()) result.first_rows.push_back(row);
    }
    result.groups[static_cast<std::size_t>(row)] = group;
  }
  return result;
}

// Calls function(value_of) with a function from a row to the key's value: an arithmetic type or
// std::string_view.
template <class Function>
decltype(auto) visit_column(const arrow::Array& column, Function&& function) {
  const auto numbers = [&]<class T>(std::type_identity<T>) -> decltype(auto) {
    const T* values = column.data()->GetValues<T>(1);
    return function([values](std::int64_t row) { return values[row]; });
  };
  const auto texts = [&](const auto& array) -> decltype(auto) {
    return function([&array](std::int64_t row) {
      const auto view = array.GetView(row);
      return std::string_view(view.data(), view.size());
    });
  };
  switch (column.type_id()) {
    case arrow::Type::BOOL: {
      const auto& array = static_cast<const arrow::BooleanArray&>(column);
      return function([&array](std::int64_t row) { return array.Value(row); });
    }
    case arrow::Type::INT8: return numbers(std::type_identity<std::int8_t>{});
    case arrow::Type::INT16: return numbers(std::type_identity<std::int16_t>{});
    case arrow::Type::INT32: return numbers(std::type_identity<std::int32_t>{});
    case arrow::Type::INT64: return numbers(std::type_identity<std::int64_t>{});
    case arrow::Type::UINT8: return numbers(std::type_identity<std::uint8_t>{});
    case arrow::Type::UINT16: return numbers(std::type_identity<std::uint16_t>{});
    case arrow::Type::UINT32: return numbers(std::type_identity<std::uint32_t>{});
    case arrow::Type::UINT64: return numbers(std::type_identity<std::uint64_t>{});
    case arrow::Type::FLOAT: return numbers(std::type_identity<float>{});
    case arrow::Type::DOUBLE: return numbers(std::type_identity<double>{});
    case arrow::Type::STRING: return texts(static_cast<const arrow::StringArray&>(column));
    case arrow::Type::LARGE_STRING:
      return texts(static_cast<const arrow::LargeStringArray&>(column));
    default:
      throw TypeError("groupby: a column of type " + column.type()->ToString() +
                      " cannot be a key");
  }
}

RowGroups group_column(const arrow::Array& column) {
  const std::int64_t rows = column.length();
  if (column.type_id() == arrow::Type::NA) {
    RowGroups none;
    none.groups.assign(static_cast<std::size_t>(rows), -1);
    return none;
  }
  const bool any_null = column.null_count() > 0;
  const auto is_null = [&](std::int64_t row) { return any_null && column.IsNull(row); };
  return visit_column(column, [&](const auto& value_of) {
    using T = std::decay_t<decltype(value_of(0))>;
    if constexpr (std::is_same_v<T, std::string_view>) {
      return number_rows<TextNumbers>(rows, value_of, is_null);
    } else if constexpr (std::is_floating_point_v<T>) {
      return number_rows<IntegerNumbers>(
          rows,
          [&](std::int64_t row) {
            const auto value = static_cast<double>(value_of(row));
            return std::bit_cast<std::uint64_t>(value == 0 ? 0.0 : value);  // -0.0 equals 0.0
          },
          [&](std::int64_t row) { return is_null(row) || std::isnan(value_of(row)); });
    } else {
      return number_rows<IntegerNumbers>(
          rows, [&](std::int64_t row) { return static_cast<std::uint64_t>(value_of(row)); },
          is_null);
    }
  });
}

}  // namespace

RowGroups group_rows(std::span<const std::shared_ptr<arrow::Array>> keys, std::int64_t rows) {
  RowGroups all = group_column(*keys[0]);
  for (const auto& key : keys.subspan(1)) {
    // A pair of numbers below the count of rows is one integer key again.
    const RowGroups next = group_column(*key);
    const auto width = static_cast<std::uint64_t>(next.count());
    all = number_rows<IntegerNumbers>(
        rows,
        [&](std::int64_t row) {
          const auto at = static_cast<std::size_t>(row);
          return static_cast<std::uint64_t>(all.groups[at]) * width +
                 static_cast<std::uint64_t>(next.groups[at]);
        },
        [&](std::int64_t row) {
          const auto at = static_cast<std::size_t>(row);
          return all.groups[at] < 0 || next.groups[at] < 0;
        });
  }
  return all;
}

std::vector<std::int64_t> sorted_rows(std::span<const std::shared_ptr<arrow::Array>> keys,
                                      std::int64_t rows) {
  std::vector<std::int64_t> order(static_cast<std::size_t>(rows));
  std::iota(order.begin(), order.end(), std::int64_t{0});
  // Stable sorts from the last key to the first.
  for (auto key = keys.rbegin(); key != keys.rend(); ++key) {
    if ((*key)->type_id() == arrow::Type::NA) continue;
    visit_column(**key, [&](const auto& value_of) {
      std::stable_sort(order.begin(), order.end(),
                       [&](std::int64_t a, std::int64_t b) { return value_of(a) < value_of(b); });
    });
  }
  return order;
}

}  // namespace shoal
