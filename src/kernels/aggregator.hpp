// Aggregator: how many elements become one number in parallel: each part is folded into a state,
// states are merged in any tree, the last one is finished. One row here serves arrays, frames
// and groupby.
//
// A state is a list of columns, each a Block; all columns have the same shape, one element for each
// result: () for one number, (k,) for k groups, the kept shape for an array folded along axes.
#pragma once

#include <shoal/block.hpp>

#include <functional>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "kernels/tile_program.hpp"

namespace shoal {

using AggregateState = std::vector<Block>;

struct AggregateOptions {
  std::int64_t ddof = 0;  // var and std divide by count - ddof
};

// What a state column folds.
enum class StateInput : std::uint8_t {
  Value,             // the elements that are present
  Presence,          // 1 for each element that is present
  Mean,              // var's running mean of the elements present
  SquaredDeviation,  // var's sum of |x - mean|**2
};

struct StateColumn {
  StateInput input;
  Fold fold;    // a mean is the Sum divided by the count
  DType dtype;  // what the input is cast to before it is folded
};

struct AggregatorRow;    // a row of the registry
struct AggregatePasses;  // the compiled folds of one expression

class Aggregator {
 public:
  // sum, prod, min, max, any, all, count, mean, var or std of elements of `value`.
  // Throws KeyError for another name, TypeError for a dtype it cannot take.
  static Aggregator make(std::string_view name, DType value, const AggregateOptions& options = {});
  static std::span<const std::string_view> names();

  std::string_view name() const;
  std::string_view doc() const;
  DType value_dtype() const { return value_; }
  DType result_dtype() const { return result_; }
  const std::vector<StateColumn>& columns() const { return columns_; }
  const AggregateOptions& options() const { return options_; }

  AggregateState empty_state(const Shape& shape) const;  // the state of no elements
  // Of equal shapes. The state of `first`'s elements and `second`'s together.
  AggregateState merge(const AggregateState& first, const AggregateState& second) const;
  AggregateState merge(std::span<const AggregateState* const> states) const;  // at least one
  // into[groups[i]] = merge(into[groups[i]], part[i]); groups without repetition, states 1-d.
  void merge_groups(AggregateState& into, const AggregateState& part,
                    std::span<const std::int64_t> groups) const;
  Block finish(const AggregateState& state) const;  // of the state's shape

  struct Programs;
  const Programs& programs() const { return *programs_; }

 private:
  Aggregator() = default;
  const AggregatorRow* row_ = nullptr;
  DType value_ = DType::Float64;
  DType result_ = DType::Float64;
  AggregateOptions options_;
  std::vector<StateColumn> columns_;
  std::shared_ptr<const Programs> programs_;
};

// Computes the state of a block-sized expression along axes, the expression fused into the fold.
class AggregateProgram {
 public:
  // `value` writes the expression into the builder it is given and returns its register, of dtype
  // aggregator.value_dtype(). It is called once or twice and must make the same leaves each time.
  AggregateProgram(Aggregator aggregator, const std::function<Register(TileBuilder&)>& value);

  // The state over reduced_axes (ascending) of `shape`; its columns' shape is `shape` with 1 at the
  // reduced axes.
  AggregateState run(std::span<const std::int64_t> shape, std::span<const TileProgram::Leaf> leaves,
                     std::span<const int> reduced_axes) const;

  const Aggregator& aggregator() const { return aggregator_; }

 private:
  Aggregator aggregator_;
  std::shared_ptr<const AggregatePasses> passes_;
};

}  // namespace shoal
