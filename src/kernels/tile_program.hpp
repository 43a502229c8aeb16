// Tile programs: a DAG of elementwise operations, compiled into instructions that each run over a
// tile of a few hundred elements in L1 cache, so that nothing between the operations is
// materialised. A TileBuilder writes the program once; a TileProgram runs it on many blocks.
//
//   TileBuilder builder;
//   Register x = builder.memory_leaf(DType::Float64);          // leaf 0
//   Register r = builder.random_leaf(seed);                    // leaf 1
//   Register two = builder.constant(2.0, DType::Float64);
//   Register y = builder.apply(OpCode::add, {builder.apply(OpCode::multiply, {x, two}), r});
//   builder.add_fold(Fold::Sum, y);                            // output 0
//   TileProgram program = builder.build();
//   program.run(shape, leaves, outputs, reduced_axes);
#pragma once

#include <shoal/block.hpp>
#include <shoal/dtype.hpp>

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>

#include "kernels/op_info.hpp"

namespace shoal {

// How many elements become one. Min and Max give NaN where an element is NaN.
enum class Fold : std::uint8_t { Sum, Prod, Min, Max, Any, All };

// What a fold of no elements gives: 0, 1, the dtype's largest (+inf), its least (-inf), false,
// true.
Scalar fold_identity(Fold fold, DType dtype);

// A virtual register: one value of the program. Only its own builder understands it.
struct Register {
  std::uint32_t id = 0;
  bool operator==(const Register&) const = default;
};

struct TileCode;  // the compiled program

class TileProgram {
 public:
  // Where one leaf's elements are. Element (i0, i1, ...) of the iteration is read from
  // data + sum(i * stride) bytes by a memory leaf, and has the number base + sum(i * stride) for an
  // index or random leaf. Strides are one an axis, 0 where broadcast, any sign.
  struct Leaf {
    const void* data = nullptr;
    std::int64_t base = 0;
    Shape strides;
    static Leaf memory(const void* data, Shape byte_strides) {
      return {data, 0, std::move(byte_strides)};
    }
    static Leaf index(std::int64_t base, Shape steps) { return {nullptr, base, std::move(steps)}; }
  };
  // Byte strides are one an axis of the iteration; those of reduced axes are not looked at.
  struct Output {
    void* data = nullptr;
    Shape strides;
  };

  // Runs the program over every index of `shape`. leaves and outputs are in the order in which the
  // builder was given them. reduced_axes, ascending, is empty unless the outputs are folds; a fold
  // of nothing is its identity. Outputs must not overlap leaves. Safe from many threads at once;
  // uses one core.
  void run(std::span<const std::int64_t> shape, std::span<const Leaf> leaves,
           std::span<const Output> outputs, std::span<const int> reduced_axes = {}) const;

  DType output_dtype(std::size_t output) const;
  std::size_t instruction_count() const;  // run for each tile, casts included, loads not
  std::size_t tile_count() const;         // tiles of scratch memory that all registers share

 private:
  friend class TileBuilder;
  explicit TileProgram(std::shared_ptr<const TileCode> code) : code_(std::move(code)) {}
  std::shared_ptr<const TileCode> code_;
};

// Writes a program. Equal operations on equal registers are computed once, operations on constants
// at build time, and what no output needs not at all.
class TileBuilder {
 public:
  TileBuilder();
  ~TileBuilder();
  TileBuilder(TileBuilder&&) noexcept;
  TileBuilder& operator=(TileBuilder&&) noexcept;

  // Leaves: numbered from 0 in the order they are made; a binding is expected for each.
  Register memory_leaf(DType dtype);
  Register index_leaf();                     // int64: the element's number
  Register random_leaf(std::uint64_t seed);  // float64 in [0, 1), by seed and the element's number

  Register constant(const Scalar& value, DType dtype);  // value cast to dtype
  // The operands are cast by the operation's dtype rule. Throws TypeError as resolve does.
  Register apply(const OpInfo& info, std::span<const Register> operands);
  Register apply(OpCode code, std::initializer_list<Register> operands) {
    return apply(operation(code), std::span(operands.begin(), operands.size()));
  }
  Register cast(Register value, DType dtype);  // like numpy.astype; complex to real drops imag

  DType dtype(Register value) const;

  // Outputs, numbered from 0: either all elementwise or all folds.
  std::size_t add_output(Register value);
  std::size_t add_fold(Fold fold, Register value);  // of value's dtype; Any and All give bool

  TileProgram build() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shoal
