// Group: a DAG of elementwise operations and sources over one index space, compiled to one tile
// program that makes a block at a time. Every array node that computes lowers through a group: an
// operation alone is a group of one, the fusing pass makes large ones.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "array/chunk_grid.hpp"
#include "array/index_map.hpp"
#include "expr/expr.hpp"
#include "kernels/aggregator.hpp"
#include "kernels/tile_program.hpp"

namespace shoal {

// Computes each element of its result from the same element of its inputs.
class Elementwise : public Operation {
 public:
  virtual Register emit(TileBuilder& builder, std::span<const Register> inputs) const = 0;
  virtual int cost() const { return 1; }  // an element, next to an addition's
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
};

// Has no inputs; each element is a function of its number in the whole array (row-major), so that a
// view of it is the same function at other numbers.
class GeneratedSource : public Operation {
 public:
  // Makes leaf_count() index or random leaves.
  virtual Register emit(TileBuilder& builder) const = 0;
  virtual std::size_t leaf_count() const = 0;
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
};

// The user's memory, whole.
class MemorySource final : public Operation {
 public:
  MemorySource(Block memory, const Chunks& chunks);
  std::string name() const override { return "from_array"; }
  void hash(Hasher& hasher) const override;
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
  const Block& memory() const { return memory_; }

 private:
  Block memory_;
  Chunks chunks_;
  Token identity_;
};

class Group {
 public:
  using StepId = std::uint32_t;
  explicit Group(std::size_t rank) : rank_(rank) {}

  StepId add_generated(std::shared_ptr<const GeneratedSource> source, AffinePosition elements);
  StepId add_memory(std::shared_ptr<const MemorySource> source, AffinePosition bytes);
  StepId add_input(DType dtype);  // the block of the task's next input
  StepId add_elementwise(std::shared_ptr<const Elementwise> operation,
                         std::vector<StepId> operands);

  std::size_t rank() const { return rank_; }
  std::size_t input_count() const { return input_count_; }
  std::size_t step_count() const { return steps_.size(); }
  Register emit(TileBuilder& builder) const;  // the last step's value
  std::vector<TileProgram::Leaf> bind(const BlockRegion& region,
                                      std::span<const Value> inputs) const;
  // The operations' names in order, each once: "random, add".
  std::vector<std::string> names() const;

 private:
  struct Generated {
    std::shared_ptr<const GeneratedSource> source;
    AffinePosition elements;
  };
  struct Memory {
    std::shared_ptr<const MemorySource> source;
    AffinePosition bytes;
  };
  struct Input {
    DType dtype;
    std::size_t number;
  };
  struct Computed {
    std::shared_ptr<const Elementwise> operation;
    std::vector<StepId> operands;
  };
  StepId add(std::variant<Generated, Memory, Input, Computed> step);

  std::size_t rank_;
  std::size_t input_count_ = 0;
  std::vector<std::variant<Generated, Memory, Input, Computed>> steps_;
};

// What folds a group's elements along axes.
struct Reduction {
  Aggregator aggregator;
  std::vector<int> axes;  // ascending
  bool keepdims = false;
  int split_every = 8;  // states merged by one task
};

// The value of each task that writes its block into its slice of one whole array.
struct StoredBlock {
  Block whole;
};

// What becomes of a group's blocks: values of their own, or slices of an array that each run
// allocates.
enum class BlocksGo { IntoValues, IntoOneArray };

// One task a block.
void lower_group(const std::shared_ptr<const Group>& group, const Chunks& chunks,
                 const std::string& name, BlocksGo where, const LoweredInputs& inputs, Graph& graph,
                 std::vector<TaskId>& blocks);

// One task a block folds it to a state; a tree of tasks merges the states of each result block.
void lower_reduction(const std::shared_ptr<const Group>& group, const Chunks& chunks,
                     const std::string& name, const Reduction& reduction,
                     const LoweredInputs& inputs, Graph& graph, std::vector<TaskId>& blocks);

}  // namespace shoal
