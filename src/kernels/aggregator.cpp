#include "kernels/aggregator.hpp"

#include <array>
#include <cstring>
#include <limits>
#include <string>

#include "kernels/aggregator_programs.hpp"

namespace shoal {

// How to add an aggregator: a row in `rows` below, with
//   columns: what its state folds; result: its dtype;
//   merge: null when every column merges by its own fold; finish: from state to result.
struct AggregatorRow {
  std::string_view name;
  std::string_view doc;
  std::vector<StateColumn> (*columns)(DType value);
  DType (*result)(DType value);
  std::vector<Register> (*merge)(TileBuilder& builder, std::span<const Register> first,
                                 std::span<const Register> second);
  Register (*finish)(TileBuilder& builder, std::span<const Register> state,
                     const AggregateOptions& options);
};

namespace {

// NumPy adds small integers up in int64 or uint64.
DType sum_result(DType value) {
  if (value == DType::Bool || is_signed_integer(value)) return DType::Int64;
  return is_integer(value) ? DType::UInt64 : value;
}

// Sums of single precision are kept in double until they are finished.
DType accumulator(DType value) {
  if (is_complex(value)) return DType::Complex128;
  return is_float(value) ? DType::Float64 : sum_result(value);
}

DType mean_accumulator(DType value) {
  return is_complex(value) ? DType::Complex128 : DType::Float64;
}

DType mean_result(DType value) {
  return is_complex(value) || is_float(value) ? value : DType::Float64;
}

DType same_dtype(DType value) { return value; }
DType bool_dtype(DType) { return DType::Bool; }
DType count_dtype(DType) { return DType::Int64; }
DType var_result(DType value) { return real_dtype(mean_result(value)); }

constexpr StateColumn presence{StateInput::Presence, Fold::Sum, DType::Int64};

Register first_column(TileBuilder&, std::span<const Register> state, const AggregateOptions&) {
  return state[0];
}

// Of no elements a float has no least or greatest: NaN.
Register extreme_of_any(TileBuilder& builder, std::span<const Register> state,
                        const AggregateOptions&) {
  const DType dtype = builder.dtype(state[0]);
  if (!is_float(dtype) && !is_complex(dtype)) return state[0];
  const Register nothing =
      builder.apply(OpCode::equal, {state[1], builder.constant(std::int64_t{0}, DType::Int64)});
  return builder.apply(
      OpCode::where,
      {nothing, builder.constant(std::numeric_limits<double>::quiet_NaN(), dtype), state[0]});
}

Register sum_over_count(TileBuilder& builder, std::span<const Register> state,
                        const AggregateOptions&) {
  return builder.apply(OpCode::divide, {state[0], builder.cast(state[1], builder.dtype(state[0]))});
}

// Columns of var and std.
enum : std::size_t { count_at, mean_at, squares_at };

// Chan, Golub and LeVeque's update: two means and sums of squared deviations become one.
std::vector<Register> merge_moments(TileBuilder& builder, std::span<const Register> first,
                                    std::span<const Register> second) {
  const auto on = [&](OpCode code, Register a, Register b) { return builder.apply(code, {a, b}); };
  const DType mean_dtype = builder.dtype(first[mean_at]);
  const Register count = on(OpCode::add, first[count_at], second[count_at]);
  const Register first_count = builder.cast(first[count_at], DType::Float64);
  const Register second_count = builder.cast(second[count_at], DType::Float64);
  const Register some = on(OpCode::greater, count, builder.constant(std::int64_t{0}, DType::Int64));
  const Register share = builder.apply(
      OpCode::where, {some, on(OpCode::divide, second_count, builder.cast(count, DType::Float64)),
                      builder.constant(0.0, DType::Float64)});
  const Register delta = on(OpCode::subtract, second[mean_at], first[mean_at]);
  const Register mean =
      on(OpCode::add, first[mean_at], on(OpCode::multiply, delta, builder.cast(share, mean_dtype)));
  Register distance = builder.apply(OpCode::square, {builder.apply(OpCode::real, {delta})});
  if (is_complex(mean_dtype))
    distance = on(OpCode::add, distance,
                  builder.apply(OpCode::square, {builder.apply(OpCode::imag, {delta})}));
  const Register between = on(OpCode::multiply, distance, on(OpCode::multiply, first_count, share));
  const Register squares =
      on(OpCode::add, on(OpCode::add, first[squares_at], second[squares_at]), between);
  return {count, mean, squares};
}

Register variance(TileBuilder& builder, std::span<const Register> state,
                  const AggregateOptions& options) {
  const Register freedom =
      builder.apply(OpCode::maximum,
                    {builder.apply(OpCode::subtract,
                                   {state[count_at], builder.constant(options.ddof, DType::Int64)}),
                     builder.constant(std::int64_t{0}, DType::Int64)});
  return builder.apply(OpCode::divide, {state[squares_at], builder.cast(freedom, DType::Float64)});
}

Register deviation(TileBuilder& builder, std::span<const Register> state,
                   const AggregateOptions& options) {
  return builder.apply(OpCode::sqrt, {variance(builder, state, options)});
}

template <Fold fold>
std::vector<StateColumn> accumulated(DType value) {
  return {{StateInput::Value, fold, accumulator(value)}};
}
template <Fold fold>
std::vector<StateColumn> extreme(DType value) {
  return {{StateInput::Value, fold, value}, presence};
}
template <Fold fold>
std::vector<StateColumn> truth(DType) {
  return {{StateInput::Value, fold, DType::Bool}};
}
std::vector<StateColumn> counted(DType) { return {presence}; }
std::vector<StateColumn> averaged(DType value) {
  return {{StateInput::Value, Fold::Sum, mean_accumulator(value)}, presence};
}
std::vector<StateColumn> moments(DType value) {
  return {presence,
          {StateInput::Mean, Fold::Sum, mean_accumulator(value)},
          {StateInput::SquaredDeviation, Fold::Sum, DType::Float64}};
}

constexpr std::array<AggregatorRow, 10> rows = {{
    {"sum", "The sum", accumulated<Fold::Sum>, sum_result, nullptr, first_column},
    {"prod", "The product", accumulated<Fold::Prod>, sum_result, nullptr, first_column},
    {"min", "The least, NaN where one is", extreme<Fold::Min>, same_dtype, nullptr, extreme_of_any},
    {"max", "The greatest, NaN where one is", extreme<Fold::Max>, same_dtype, nullptr,
     extreme_of_any},
    {"any", "Whether one is not zero", truth<Fold::Any>, bool_dtype, nullptr, first_column},
    {"all", "Whether none is zero", truth<Fold::All>, bool_dtype, nullptr, first_column},
    {"count", "How many are present", counted, count_dtype, nullptr, first_column},
    {"mean", "The sum divided by the count", averaged, mean_result, nullptr, sum_over_count},
    {"var", "The mean squared deviation from the mean", moments, var_result, merge_moments,
     variance},
    {"std", "The square root of var", moments, var_result, merge_moments, deviation},
}};

constexpr auto row_names = [] {
  std::array<std::string_view, rows.size()> names{};
  for (std::size_t i = 0; i < rows.size(); ++i) names[i] = rows[i].name;
  return names;
}();

OpCode merging(Fold fold) {
  switch (fold) {
    case Fold::Sum: return OpCode::add;
    case Fold::Prod: return OpCode::multiply;
    case Fold::Min: return OpCode::minimum;
    case Fold::Max: return OpCode::maximum;
    case Fold::Any: return OpCode::logical_or;
    case Fold::All: return OpCode::logical_and;
  }
  throw InternalError("aggregator: unknown fold");
}

std::vector<Register> state_leaves(TileBuilder& builder, const std::vector<StateColumn>& columns) {
  std::vector<Register> registers;
  for (const StateColumn& column : columns) registers.push_back(builder.memory_leaf(column.dtype));
  return registers;
}

TileProgram compile_merge(const AggregatorRow& row, const std::vector<StateColumn>& columns) {
  TileBuilder builder;
  const std::vector<Register> first = state_leaves(builder, columns);
  const std::vector<Register> second = state_leaves(builder, columns);
  if (row.merge) {
    for (Register merged : row.merge(builder, first, second)) builder.add_output(merged);
  } else {
    for (std::size_t i = 0; i < columns.size(); ++i)
      builder.add_output(builder.apply(merging(columns[i].fold), {first[i], second[i]}));
  }
  return builder.build();
}

TileProgram compile_finish(const AggregatorRow& row, const std::vector<StateColumn>& columns,
                           const AggregateOptions& options, DType result) {
  TileBuilder builder;
  const std::vector<Register> state = state_leaves(builder, columns);
  builder.add_output(builder.cast(row.finish(builder, state, options), result));
  return builder.build();
}

void append_leaves(std::vector<TileProgram::Leaf>& leaves, const AggregateState& state) {
  for (const Block& column : state)
    leaves.push_back(TileProgram::Leaf::memory(column.data(), column.strides()));
}

}  // namespace

Aggregator Aggregator::make(std::string_view name, DType value, const AggregateOptions& options) {
  for (const AggregatorRow& row : rows) {
    if (row.name != name) continue;
    Aggregator aggregator;
    aggregator.row_ = &row;
    aggregator.value_ = value;
    aggregator.result_ = row.result(value);
    aggregator.options_ = options;
    aggregator.columns_ = row.columns(value);
    aggregator.programs_ = std::make_shared<const Programs>(
        compile_merge(row, aggregator.columns_),
        compile_finish(row, aggregator.columns_, options, aggregator.result_));
    return aggregator;
  }
  std::string known;
  for (std::string_view other : row_names)
    known += (known.empty() ? "" : ", ") + std::string(other);
  throw KeyError("there is no aggregation '" + std::string(name) + "'; there are " + known);
}

std::span<const std::string_view> Aggregator::names() { return row_names; }
std::string_view Aggregator::name() const { return row_->name; }
std::string_view Aggregator::doc() const { return row_->doc; }

AggregateState Aggregator::empty_state(const Shape& shape) const {
  AggregateState state;
  for (const StateColumn& column : columns_) {
    TileBuilder builder;
    builder.add_output(builder.constant(fold_identity(column.fold, column.dtype), column.dtype));
    Block block = Block::allocate(column.dtype, shape);
    const TileProgram::Output output{block.mutable_data(), block.strides()};
    builder.build().run(shape, {}, std::span(&output, 1));
    state.push_back(std::move(block));
  }
  return state;
}

AggregateState Aggregator::merge(const AggregateState& first, const AggregateState& second) const {
  if (first.size() != columns_.size() || second.size() != columns_.size() ||
      first[0].shape() != second[0].shape())
    throw InternalError("merge: the states are not of this aggregator, or of different shapes");
  std::vector<TileProgram::Leaf> leaves;
  append_leaves(leaves, first);
  append_leaves(leaves, second);
  AggregateState merged;
  std::vector<TileProgram::Output> outputs;
  for (const StateColumn& column : columns_) {
    merged.push_back(Block::allocate(column.dtype, first[0].shape()));
    outputs.push_back({merged.back().mutable_data(), merged.back().strides()});
  }
  programs_->merge.run(first[0].shape(), leaves, outputs);
  return merged;
}

AggregateState Aggregator::merge(std::span<const AggregateState* const> states) const {
  if (states.empty()) throw InternalError("merge: no states");
  AggregateState merged = *states[0];
  for (const AggregateState* state : states.subspan(1)) merged = merge(merged, *state);
  return merged;
}

void Aggregator::merge_groups(AggregateState& into, const AggregateState& part,
                              std::span<const std::int64_t> groups) const {
  AggregateState gathered;
  const Shape shape{static_cast<std::int64_t>(groups.size())};
  for (const Block& column : into) {
    const std::size_t item = itemsize(column.dtype());
    Block picked = Block::allocate(column.dtype(), shape);
    for (std::size_t i = 0; i < groups.size(); ++i)
      std::memcpy(
          static_cast<std::byte*>(picked.mutable_data()) + i * item,
          static_cast<const std::byte*>(column.data()) + static_cast<std::size_t>(groups[i]) * item,
          item);
    gathered.push_back(std::move(picked));
  }
  const AggregateState merged = merge(gathered, part);
  for (std::size_t at = 0; at < into.size(); ++at) {
    const std::size_t item = itemsize(into[at].dtype());
    for (std::size_t i = 0; i < groups.size(); ++i)
      std::memcpy(static_cast<std::byte*>(into[at].mutable_data()) +
                      static_cast<std::size_t>(groups[i]) * item,
                  static_cast<const std::byte*>(merged[at].data()) + i * item, item);
  }
}

Block Aggregator::finish(const AggregateState& state) const {
  if (state.size() != columns_.size())
    throw InternalError("finish: the state is not of this aggregator");
  std::vector<TileProgram::Leaf> leaves;
  append_leaves(leaves, state);
  Block result = Block::allocate(result_, state[0].shape());
  const TileProgram::Output output{result.mutable_data(), result.strides()};
  programs_->finish.run(result.shape(), leaves, std::span(&output, 1));
  return result;
}

AggregateProgram::AggregateProgram(Aggregator aggregator,
                                   const std::function<Register(TileBuilder&)>& value)
    : aggregator_(std::move(aggregator)) {
  passes_ = std::make_shared<const AggregatePasses>(compile_passes(
      aggregator_,
      [&](TileBuilder& builder) { return PresentValue{value(builder), std::nullopt}; }));
}

AggregateState AggregateProgram::run(std::span<const std::int64_t> shape,
                                     std::span<const TileProgram::Leaf> leaves,
                                     std::span<const int> reduced_axes) const {
  return run_passes(*passes_, aggregator_, false, shape, leaves, reduced_axes);
}

}  // namespace shoal
