#include "kernels/aggregate_passes.hpp"

#include <algorithm>

namespace shoal {
namespace {

void fill(Block& block, const Scalar& value) {
  TileBuilder builder;
  builder.add_output(builder.constant(value, block.dtype()));
  const TileProgram::Output output{block.mutable_data(), block.strides()};
  builder.build().run(block.shape(), {}, std::span(&output, 1));
}

bool is_first_pass(StateInput input, bool counts_presence) {
  return input == StateInput::Value || input == StateInput::Mean ||
         (input == StateInput::Presence && counts_presence);
}

// The mean so far is a sum; divides it by the count, 0 where nothing was counted.
void divide_by_count(Block& mean, const Block& count) {
  TileBuilder builder;
  const Register sum = builder.memory_leaf(mean.dtype());
  const Register number = builder.cast(builder.memory_leaf(DType::Int64), mean.dtype());
  const Register zero = builder.constant(std::int64_t{0}, mean.dtype());
  const Register quotient = builder.apply(OpCode::divide, {sum, number});
  builder.add_output(builder.apply(
      OpCode::where, {builder.apply(OpCode::not_equal, {number, zero}), quotient, zero}));
  const TileProgram::Leaf leaves[] = {TileProgram::Leaf::memory(mean.data(), mean.strides()),
                                      TileProgram::Leaf::memory(count.data(), count.strides())};
  Block result = Block::allocate(mean.dtype(), mean.shape());
  const TileProgram::Output output{result.mutable_data(), result.strides()};
  builder.build().run(mean.shape(), leaves, std::span(&output, 1));
  mean = result;
}

}  // namespace

AggregatePasses compile_passes(const Aggregator& aggregator,
                               const std::function<PresentValue(TileBuilder&)>& value) {
  AggregatePasses passes;
  TileBuilder first;
  const PresentValue present = value(first);
  const auto masked = [](TileBuilder& builder, Register element,
                         const std::optional<Register>& presence, Fold fold) {
    if (!presence) return element;
    const DType dtype = builder.dtype(element);
    return builder.apply(OpCode::where,
                         {*presence, element, builder.constant(fold_identity(fold, dtype), dtype)});
  };
  bool has_first = false;
  bool has_second = false;
  for (const StateColumn& column : aggregator.columns()) {
    if (column.input == StateInput::SquaredDeviation) {
      has_second = true;
      continue;
    }
    if (!is_first_pass(column.input, present.presence.has_value())) continue;
    has_first = true;
    if (column.input == StateInput::Presence) {
      first.add_fold(Fold::Sum, first.cast(*present.presence, column.dtype));
    } else {
      first.add_fold(column.fold, masked(first, first.cast(present.value, column.dtype),
                                         present.presence, column.fold));
    }
  }
  if (has_first) passes.first = first.build();
  if (!has_second) return passes;

  TileBuilder second;
  const PresentValue again = value(second);
  const auto mean_column =
      std::find_if(aggregator.columns().begin(), aggregator.columns().end(),
                   [](const StateColumn& column) { return column.input == StateInput::Mean; });
  const Register mean = second.memory_leaf(mean_column->dtype);
  const Register deviation =
      second.apply(OpCode::subtract, {second.cast(again.value, mean_column->dtype), mean});
  Register squared = second.apply(OpCode::square, {second.apply(OpCode::real, {deviation})});
  if (is_complex(mean_column->dtype))
    squared = second.apply(
        OpCode::add,
        {squared, second.apply(OpCode::square, {second.apply(OpCode::imag, {deviation})})});
  second.add_fold(Fold::Sum, masked(second, squared, again.presence, Fold::Sum));
  passes.second = second.build();
  return passes;
}

AggregateState run_passes(const AggregatePasses& passes, const Aggregator& aggregator,
                          bool counts_presence, std::span<const std::int64_t> shape,
                          std::span<const TileProgram::Leaf> leaves,
                          std::span<const int> reduced_axes) {
  Shape kept(shape.begin(), shape.end());
  std::int64_t folded = 1;
  for (int axis : reduced_axes) {
    folded *= kept[static_cast<std::size_t>(axis)];
    kept[static_cast<std::size_t>(axis)] = 1;
  }
  AggregateState state;
  std::vector<TileProgram::Output> first_outputs;
  std::vector<TileProgram::Output> second_outputs;
  for (const StateColumn& column : aggregator.columns()) {
    state.push_back(Block::allocate(column.dtype, kept));
    Block& block = state.back();
    if (column.input == StateInput::SquaredDeviation)
      second_outputs.push_back({block.mutable_data(), block.strides()});
    else if (is_first_pass(column.input, counts_presence))
      first_outputs.push_back({block.mutable_data(), block.strides()});
    else fill(block, folded);
  }
  if (passes.first) passes.first->run(shape, leaves, first_outputs, reduced_axes);
  if (!passes.second) return state;

  std::size_t mean = 0;
  std::size_t count = 0;
  for (std::size_t i = 0; i < state.size(); ++i) {
    if (aggregator.columns()[i].input == StateInput::Mean) mean = i;
    if (aggregator.columns()[i].input == StateInput::Presence) count = i;
  }
  divide_by_count(state[mean], state[count]);
  std::vector<TileProgram::Leaf> with_mean(leaves.begin(), leaves.end());
  Shape strides = state[mean].strides();
  for (int axis : reduced_axes) strides[static_cast<std::size_t>(axis)] = 0;
  with_mean.push_back(TileProgram::Leaf::memory(state[mean].data(), strides));
  passes.second->run(shape, with_mean, second_outputs, reduced_axes);
  return state;
}

}  // namespace shoal
