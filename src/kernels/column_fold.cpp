#include "kernels/column_fold.hpp"

#include <cmath>
#include <cstring>
#include <vector>

#include "kernels/aggregator_programs.hpp"

namespace shoal {
namespace {

std::vector<std::uint8_t> unpack_bitmap(const std::uint8_t* bits, std::int64_t offset,
                                        std::int64_t length) {
  std::vector<std::uint8_t> bytes(static_cast<std::size_t>(length));
  for (std::int64_t i = 0; i < length; ++i)
    bytes[static_cast<std::size_t>(i)] = bits[(offset + i) / 8] >> ((offset + i) % 8) & 1;
  return bytes;
}

// A column's values and presence as tile programs read them.
struct Readable {
  std::vector<std::uint8_t> bools;     // of bool columns
  std::vector<std::uint8_t> validity;  // empty when all are valid
  const void* values = nullptr;

  explicit Readable(const ColumnView& column) {
    if (column.validity) validity = unpack_bitmap(column.validity, column.offset, column.length);
    if (column.dtype == DType::Bool) {
      bools = unpack_bitmap(static_cast<const std::uint8_t*>(column.values), column.offset,
                            column.length);
      values = bools.data();
    } else {
      values = static_cast<const std::byte*>(column.values) +
               column.offset * static_cast<std::int64_t>(itemsize(column.dtype));
    }
  }
};

bool may_be_nan(const ColumnView& column) {
  return column.nan_is_missing && (is_float(column.dtype) || is_complex(column.dtype));
}

PresentValue present_value(TileBuilder& builder, DType dtype, bool has_validity, bool skips_nan) {
  PresentValue present{builder.memory_leaf(dtype), std::nullopt};
  if (has_validity) present.presence = builder.memory_leaf(DType::Bool);
  if (skips_nan) {
    const Register number =
        builder.apply(OpCode::logical_not, {builder.apply(OpCode::isnan, {present.value})});
    present.presence =
        present.presence ? builder.apply(OpCode::logical_and, {*present.presence, number}) : number;
  }
  return present;
}

// The column cast to `dtype`, contiguous.
std::vector<std::byte> cast_values(const Readable& readable, const ColumnView& column,
                                   DType dtype) {
  std::vector<std::byte> cast(static_cast<std::size_t>(column.length) * itemsize(dtype));
  TileBuilder builder;
  builder.add_output(builder.cast(builder.memory_leaf(column.dtype), dtype));
  const auto leaf = TileProgram::Leaf::memory(readable.values,
                                              {static_cast<std::int64_t>(itemsize(column.dtype))});
  const TileProgram::Output output{cast.data(), {static_cast<std::int64_t>(itemsize(dtype))}};
  builder.build().run(std::span(&column.length, 1), std::span(&leaf, 1), std::span(&output, 1));
  return cast;
}

// Sums of floats with Kahan's correction: groups are long, and rounding errors would add up.
template <class T>
struct GroupSum {
  std::vector<T> lost;
  explicit GroupSum(std::size_t groups) : lost(groups) {}
  void add(T* sums, std::size_t group, T value) {
    const T corrected = value - lost[group];
    const T next = sums[group] + corrected;
    const T rounding = (next - sums[group]) - corrected;
    lost[group] = rounding == rounding ? rounding : T(0);  // infinities leave nothing to correct
    sums[group] = next;
  }
};

template <class T>
bool less(T a, T b) {
  if constexpr (requires { a.real(); })
    return a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
  else return a < b;
}

template <class T>
void fold_groups(Fold fold, const T* values, const std::vector<std::int64_t>& groups_of, T* states,
                 std::size_t groups) {
  const auto for_each = [&](auto function) {
    for (std::size_t i = 0; i < groups_of.size(); ++i)
      if (groups_of[i] >= 0) function(static_cast<std::size_t>(groups_of[i]), values[i]);
  };
  if constexpr (std::is_same_v<T, bool>) {
    const bool is_any = fold == Fold::Any || fold == Fold::Max || fold == Fold::Sum;
    for_each([&](std::size_t group, bool value) {
      states[group] = is_any ? states[group] || value : states[group] && value;
    });
    return;
  } else {
    switch (fold) {
      case Fold::Sum:
        if constexpr (std::is_integral_v<T>) {
          using Unsigned = std::make_unsigned_t<T>;
          for_each([&](std::size_t group, T value) {
            states[group] =
                static_cast<T>(static_cast<Unsigned>(states[group]) + static_cast<Unsigned>(value));
          });
        } else {
          GroupSum<T> sum(groups);
          for_each([&](std::size_t group, T value) { sum.add(states, group, value); });
        }
        return;
      case Fold::Prod:
        if constexpr (std::is_integral_v<T>) {
          for_each([&](std::size_t group, T value) {
            states[group] = static_cast<T>(static_cast<std::uint64_t>(states[group]) *
                                           static_cast<std::uint64_t>(value));
          });
        } else {
          for_each([&](std::size_t group, T value) { states[group] *= value; });
        }
        return;
      case Fold::Min:
        for_each([&](std::size_t group, T value) {
          if (less(value, states[group]) || value != value) states[group] = value;
        });
        return;
      case Fold::Max:
        for_each([&](std::size_t group, T value) {
          if (less(states[group], value) || value != value) states[group] = value;
        });
        return;
      default: throw InternalError("fold_groups: any and all fold bools");
    }
  }
}

}  // namespace

AggregateState fold_column(const Aggregator& aggregator, const ColumnView& column) {
  const Readable readable(column);
  const bool has_validity = column.validity != nullptr;
  const bool skips_nan = may_be_nan(column);
  auto& compiled =
      aggregator.programs().column_passes[(has_validity ? 2u : 0u) + (skips_nan ? 1u : 0u)];
  std::call_once(compiled.compiled, [&] {
    compiled.passes = compile_passes(aggregator, [&](TileBuilder& builder) {
      return present_value(builder, column.dtype, has_validity, skips_nan);
    });
  });
  std::vector<TileProgram::Leaf> leaves{TileProgram::Leaf::memory(
      readable.values, {static_cast<std::int64_t>(itemsize(column.dtype))})};
  if (has_validity) leaves.push_back(TileProgram::Leaf::memory(readable.validity.data(), {1}));
  const int axis = 0;
  const AggregateState kept = run_passes(compiled.passes, aggregator, has_validity || skips_nan,
                                         std::span(&column.length, 1), leaves, std::span(&axis, 1));
  AggregateState state;
  for (const Block& block : kept)
    state.push_back(Block::view(block.dtype(), {}, {}, block.mutable_data(), block.owner()));
  return state;
}

AggregateState fold_column_grouped(const Aggregator& aggregator, const ColumnView& column,
                                   std::span<const std::int64_t> group_ids, std::int64_t groups) {
  if (static_cast<std::int64_t>(group_ids.size()) != column.length)
    throw InternalError("fold_column_grouped: one group id an element is needed");
  const Readable readable(column);
  std::vector<std::int64_t> groups_of(group_ids.begin(), group_ids.end());  // -1 where missing
  for (std::size_t i = 0; i < readable.validity.size(); ++i)
    if (!readable.validity[i]) groups_of[i] = -1;
  if (may_be_nan(column))
    visit_dtype(column.dtype, [&]<class T>(TypeTag<T>) {
      const T* values = static_cast<const T*>(readable.values);
      for (std::size_t i = 0; i < groups_of.size(); ++i)
        if (values[i] != values[i]) groups_of[i] = -1;
    });

  const auto group_count = static_cast<std::size_t>(groups);
  AggregateState state = aggregator.empty_state({groups});
  const Block* means = nullptr;
  const Block* counts = nullptr;
  for (std::size_t at = 0; at < state.size(); ++at) {
    const StateColumn& wanted = aggregator.columns()[at];
    if (wanted.input == StateInput::Presence) {
      auto* present = static_cast<std::int64_t*>(state[at].mutable_data());
      for (std::int64_t group : groups_of)
        if (group >= 0) ++present[group];
      counts = &state[at];
      continue;
    }
    const DType dtype =
        wanted.input == StateInput::SquaredDeviation ? means->dtype() : wanted.dtype;
    const std::vector<std::byte> values = cast_values(readable, column, dtype);
    visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
      const T* elements = reinterpret_cast<const T*>(values.data());
      if (wanted.input != StateInput::SquaredDeviation) {
        fold_groups(wanted.fold, elements, groups_of, static_cast<T*>(state[at].mutable_data()),
                    group_count);
        return;
      }
      if constexpr (!std::is_integral_v<T>) {
        const T* mean = static_cast<const T*>(means->data());
        std::vector<double> squares(groups_of.size());
        for (std::size_t i = 0; i < groups_of.size(); ++i) {
          if (groups_of[i] < 0) continue;
          const T deviation = elements[i] - mean[groups_of[i]];
          if constexpr (requires { deviation.real(); })
            squares[i] = std::norm(std::complex<double>(deviation));
          else squares[i] = static_cast<double>(deviation) * static_cast<double>(deviation);
        }
        fold_groups(Fold::Sum, squares.data(), groups_of,
                    static_cast<double*>(state[at].mutable_data()), group_count);
      }
    });
    if (wanted.input == StateInput::Mean) {
      visit_dtype(dtype, [&]<class T>(TypeTag<T>) {
        if constexpr (!std::is_integral_v<T>) {
          T* mean = static_cast<T*>(state[at].mutable_data());
          const auto* present = counts->data_as<std::int64_t>();
          for (std::size_t group = 0; group < group_count; ++group)
            if (present[group] > 0)
              mean[group] /= static_cast<T>(static_cast<double>(present[group]));
        }
      });
      means = &state[at];
    }
  }
  return state;
}

}  // namespace shoal
