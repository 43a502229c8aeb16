// Runs a compiled tile program: walks the plan's loop nest, and for each tile loads the leaves,
// calls the instructions' kernels, and stores or folds what comes out.
#include <algorithm>
#include <cstring>
#include <memory>

#include "kernels/leaf_reader.hpp"
#include "kernels/memory_kernels.hpp"
#include "kernels/tile_plan.hpp"
#include "kernels/tile_program.hpp"

namespace shoal {
namespace {

std::size_t round_up(std::size_t value, std::size_t multiple) {
  return (value + multiple - 1) / multiple * multiple;
}

// A random run starts anywhere in a group, and kernels read whole granules.
constexpr std::size_t tile_slack_bytes = (tile_granule + 16) * sizeof(double);

// Memory that a thread keeps from run to run.
class Scratch {
 public:
  std::byte* reserve(std::size_t bytes) {
    if (bytes > size_) {
      memory_.reset();
      memory_.reset(static_cast<std::byte*>(std::aligned_alloc(64, round_up(bytes, 64))));
      if (!memory_) throw MemoryError("a tile program found no memory for its tiles");
      size_ = bytes;
      std::memset(memory_.get(), 0, bytes);
    }
    return memory_.get();
  }

 private:
  struct Free {
    void operator()(std::byte* memory) const { std::free(memory); }
  };
  std::unique_ptr<std::byte[], Free> memory_;
  std::size_t size_ = 0;
};

thread_local Scratch thread_scratch;

// Walks axes like an odometer and keeps the offsets of leaves and outputs in step. After the last
// index both are what they were before the first.
class Odometer {
 public:
  explicit Odometer(const std::vector<PlanAxis>& axes) : axes_(axes), at_(axes.size(), 0) {}

  bool next(std::vector<std::int64_t>& leaf_offsets, std::vector<std::int64_t>& output_offsets) {
    for (std::size_t axis = axes_.size(); axis-- > 0;) {
      const bool wraps = ++at_[axis] == axes_[axis].extent;
      const std::int64_t steps = wraps ? 1 - axes_[axis].extent : 1;
      for (std::size_t i = 0; i < leaf_offsets.size(); ++i)
        leaf_offsets[i] += steps * axes_[axis].leaf_strides[i];
      for (std::size_t i = 0; i < output_offsets.size(); ++i)
        output_offsets[i] += steps * axes_[axis].output_strides[i];
      if (!wraps) return true;
      at_[axis] = 0;
    }
    return false;
  }

 private:
  const std::vector<PlanAxis>& axes_;
  std::vector<std::int64_t> at_;
};

// A tile: a range of the tile axes' indices in row-major order.
struct TileRange {
  std::int64_t start;
  std::int64_t count;
};

class Runner {
 public:
  Runner(const TileCode& code, const TilePlan& plan, std::span<const TileProgram::Leaf> leaves,
         std::span<const TileProgram::Output> outputs);
  void run();

 private:
  void run_rows(const TileRange& tile, std::int64_t first_row, std::int64_t rows, bool keeps_rows);
  void run_all_rows(const TileRange& tile);
  void run_tile(const TileRange& tile, std::int64_t row, std::int64_t running_row);
  void load_patches(const TileRange& tile, std::int64_t first_row, std::int64_t rows);
  void load(std::size_t leaf, const TileRange& tile, std::int64_t row);
  void place_leaf(std::size_t leaf, const void* re, const void* im, std::size_t step);
  bool write_through(std::size_t output, const TileRange& tile, std::int64_t row);
  void store(std::size_t output, DType dtype, const void* re, const void* im, const TileRange& tile,
             std::int64_t row);
  void start_folds(std::int64_t rows, std::int64_t count);
  void fold(std::size_t output, const void* re, const void* im, std::int64_t count,
            std::int64_t running_row);
  void finish_folds(const TileRange& tile, std::int64_t first_row, std::int64_t rows);

  template <class Function>
  void for_each_tile(Function function) {
    for (std::int64_t start = 0; start < plan_.tile_total; start += plan_.tile_length)
      function(TileRange{start, std::min(plan_.tile_length, plan_.tile_total - start)});
  }
  // Calls function(offset in the tile, count, indices along the tile axes' outer axes applied to
  // strides) for each run of the innermost tile axis.
  template <class Strides, class Function>
  void for_each_run(const TileRange& tile, Strides strides_of, Function function) const;

  std::byte* tile_at(std::uint32_t tile) { return tiles_ + tile * tile_bytes_; }
  std::byte* running_re(std::size_t output, std::int64_t row) {
    return running_ +
           (static_cast<std::size_t>(row) * code_.outputs.size() + output) * 2 * tile_bytes_;
  }

  const TileCode& code_;
  const TilePlan& plan_;
  std::span<const TileProgram::Leaf> leaves_;
  std::span<const TileProgram::Output> outputs_;
  std::vector<std::int64_t> leaf_offsets_;
  std::vector<std::int64_t> output_offsets_;
  std::vector<KernelArguments> arguments_;
  std::vector<FoldState> states_;  // of folds along the tiles: [row][output]
  std::vector<std::size_t> patch_of_;
  std::int64_t patch_first_row_ = 0;
  std::size_t tile_bytes_ = 0;
  std::byte* tiles_ = nullptr;   // the program's tiles
  std::byte* splats_ = nullptr;  // two a leaf
  std::byte* items_ = nullptr;   // one tile in a block's layout
  std::byte* patches_ = nullptr;
  std::byte* running_ = nullptr;  // of folds that keep the tile's elements: [row][output][re, im]
  std::size_t padded_ = 0;        // elements of the current tile, in whole granules
};

Runner::Runner(const TileCode& code, const TilePlan& plan,
               std::span<const TileProgram::Leaf> leaves,
               std::span<const TileProgram::Output> outputs)
    : code_(code),
      plan_(plan),
      leaves_(leaves),
      outputs_(outputs),
      output_offsets_(outputs.size(), 0),
      arguments_(code.instructions.size()),
      patch_of_(code.leaves.size(), 0) {
  for (const auto& leaf : leaves)
    leaf_offsets_.push_back(
        leaf.data ? static_cast<std::int64_t>(reinterpret_cast<std::intptr_t>(leaf.data))
                  : leaf.base);
  // An odd number of cache lines between tiles, so that they do not compete for the same ones.
  tile_bytes_ = round_up(code.tile_elements * sizeof(double) + tile_slack_bytes, 64);
  if (tile_bytes_ / 64 % 2 == 0) tile_bytes_ += 64;

  std::size_t patches = 0;
  for (std::size_t leaf = 0; leaf < plan.patched.size(); ++leaf)
    if (plan.patched[leaf]) patch_of_[leaf] = patches++;
  const std::size_t running_rows =
      plan.has_rows && !plan.row.reduced ? static_cast<std::size_t>(plan.rows_at_once) : 1;
  const std::size_t tiles = code.tiles * tile_bytes_;
  const std::size_t splats = code.leaves.size() * 2 * splat_bytes;
  const std::size_t items = 2 * tile_bytes_;
  const std::size_t patch_area = patches * round_up(plan.patch_bytes, 64);
  const std::size_t running =
      code.folds && !plan.tiles_reduced ? running_rows * outputs.size() * 2 * tile_bytes_ : 0;
  tiles_ = thread_scratch.reserve(tiles + splats + items + patch_area + running);
  splats_ = tiles_ + tiles;
  items_ = splats_ + splats;
  patches_ = items_ + items;
  running_ = patches_ + patch_area;
  if (code.folds && plan.tiles_reduced) states_.resize(running_rows * outputs.size());

  for (std::size_t i = 0; i < code.instructions.size(); ++i) {
    const Instruction& instruction = code.instructions[i];
    KernelArguments& arguments = arguments_[i];
    for (std::size_t operand = 0; operand < instruction.arity; ++operand) {
      const Place& place = instruction.operands[operand];
      if (place.kind == Place::Kind::Tile) {
        arguments.in[operand] = tile_at(place.re);
        arguments.in_imag[operand] = tile_at(place.im);
        arguments.step[operand] = 1;
      } else if (place.kind == Place::Kind::Constant) {
        arguments.in[operand] = code.constants[place.re].re;
        arguments.in_imag[operand] = code.constants[place.re].im;
        arguments.step[operand] = 0;
      }
    }
    if (instruction.kind == Instruction::Kind::Compute) {
      arguments.out = tile_at(instruction.out.re);
      arguments.out_imag = tile_at(instruction.out.im);
    }
  }
}

void Runner::run() {
  if (plan_.nothing_to_fold) {
    states_.resize(outputs_.size());
    Odometer kept(plan_.kept);
    do {
      start_folds(1, 0);
      for (std::size_t output = 0; output < outputs_.size(); ++output)
        code_.outputs[output].fold.finish(
            states_[output],
            static_cast<std::byte*>(outputs_[output].data) + output_offsets_[output]);
    } while (kept.next(leaf_offsets_, output_offsets_));
    return;
  }
  const bool keeps_rows = !plan_.row.reduced;
  const std::int64_t kept_rows = keeps_rows ? plan_.row.extent : 1;
  const std::int64_t kept_at_once = keeps_rows ? plan_.rows_at_once : 1;
  Odometer kept(plan_.kept);
  Odometer reduced(plan_.reduced);
  do {
    for (std::int64_t first_row = 0; first_row < kept_rows; first_row += kept_at_once) {
      const std::int64_t rows = std::min(kept_at_once, kept_rows - first_row);
      const auto run_here = [&](const TileRange& tile) {
        if (keeps_rows) {
          run_rows(tile, first_row, rows, true);
        } else {
          run_all_rows(tile);
        }
      };
      if (!code_.folds) {
        for_each_tile(run_here);
      } else if (plan_.tiles_reduced) {
        start_folds(rows, 0);
        do for_each_tile(run_here);
        while (reduced.next(leaf_offsets_, output_offsets_));
        finish_folds({0, 1}, first_row, rows);
      } else {
        for_each_tile([&](const TileRange& tile) {
          start_folds(rows, tile.count);
          do run_here(tile);
          while (reduced.next(leaf_offsets_, output_offsets_));
          finish_folds(tile, first_row, rows);
        });
      }
    }
  } while (kept.next(leaf_offsets_, output_offsets_));
}

void Runner::run_all_rows(const TileRange& tile) {
  for (std::int64_t first = 0; first < plan_.row.extent; first += plan_.rows_at_once)
    run_rows(tile, first, std::min(plan_.rows_at_once, plan_.row.extent - first), false);
}

void Runner::run_rows(const TileRange& tile, std::int64_t first_row, std::int64_t rows,
                      bool keeps_rows) {
  if (plan_.has_rows) load_patches(tile, first_row, rows);
  for (std::int64_t row = 0; row < rows; ++row)
    run_tile(tile, first_row + row, keeps_rows ? row : 0);
}

void Runner::run_tile(const TileRange& tile, std::int64_t row, std::int64_t running_row) {
  padded_ = round_up(static_cast<std::size_t>(tile.count), tile_granule);
  std::uint64_t written_through = 0;  // of the first 64 outputs
  for (std::size_t output = 0; output < std::min<std::size_t>(outputs_.size(), 64); ++output)
    if (code_.outputs[output].direct && write_through(output, tile, row))
      written_through |= 1ull << output;
  for (std::size_t i = 0; i < code_.instructions.size(); ++i) {
    const Instruction& instruction = code_.instructions[i];
    const KernelArguments& arguments = arguments_[i];
    const std::size_t output = instruction.index;
    switch (instruction.kind) {
      case Instruction::Kind::Compute: instruction.kernel(arguments, padded_); break;
      case Instruction::Kind::Load: load(instruction.index, tile, row); break;
      case Instruction::Kind::Store:
        if (output >= 64 || !(written_through >> output & 1))
          store(output, code_.outputs[output].dtype, arguments.in[0], arguments.in_imag[0], tile,
                row);
        break;
      case Instruction::Kind::Fold:
        fold(output, arguments.in[0], arguments.in_imag[0], tile.count, running_row);
        break;
    }
  }
}

template <class Strides, class Function>
void Runner::for_each_run(const TileRange& tile, Strides strides_of, Function function) const {
  const std::vector<PlanAxis>& axes = plan_.tile_axes;
  if (axes.empty()) {
    function(std::int64_t{0}, std::int64_t{1}, std::int64_t{0}, std::int64_t{0});
    return;
  }
  const PlanAxis& inner = axes.back();
  const std::int64_t inner_stride = strides_of(inner);
  if (axes.size() == 1) {
    function(std::int64_t{0}, tile.count, tile.start * inner_stride, inner_stride);
    return;
  }
  std::int64_t done = 0;
  std::int64_t within = tile.start % inner.extent;
  std::int64_t outer = tile.start / inner.extent;
  while (done < tile.count) {
    std::int64_t offset = within * inner_stride;
    std::int64_t left = outer;
    for (std::size_t axis = axes.size() - 1; axis-- > 0;) {
      offset += left % axes[axis].extent * strides_of(axes[axis]);
      left /= axes[axis].extent;
    }
    const std::int64_t count = std::min(inner.extent - within, tile.count - done);
    function(done, count, offset, inner_stride);
    done += count;
    within = 0;
    ++outer;
  }
}

void Runner::load_patches(const TileRange& tile, std::int64_t first_row, std::int64_t rows) {
  patch_first_row_ = first_row;
  for (std::size_t leaf = 0; leaf < plan_.patched.size(); ++leaf) {
    if (!plan_.patched[leaf]) continue;
    const std::int64_t row_step = plan_.row.leaf_strides[leaf];
    const std::int64_t step = plan_.tile_axes[0].leaf_strides[leaf];
    const std::intptr_t at = leaf_offsets_[leaf] + first_row * row_step + tile.start * step;
    read_patch(code_.leaves[leaf], {at, step, tile.count}, rows, row_step,
               patches_ + patch_of_[leaf] * round_up(plan_.patch_bytes, 64),
               static_cast<std::size_t>(plan_.tile_length) * itemsize(code_.leaves[leaf].dtype));
  }
}

void Runner::place_leaf(std::size_t leaf, const void* re, const void* im, std::size_t step) {
  for (const LeafUse& use : code_.leaves[leaf].uses) {
    KernelArguments& arguments = arguments_[use.instruction];
    arguments.in[use.operand] = re;
    arguments.in_imag[use.operand] = im;
    arguments.step[use.operand] = step;
  }
}

// From items in a block's layout to a register's tiles.
void spread_items(DType dtype, const void* items, std::size_t count, std::byte* re, std::byte* im) {
  switch (dtype) {
    case DType::Bool:
      pack_bools(static_cast<const std::uint8_t*>(items), round_up(count, tile_granule), re);
      break;
    case DType::Complex64:
      split_complex(static_cast<const float*>(items), count, reinterpret_cast<float*>(re),
                    reinterpret_cast<float*>(im));
      break;
    case DType::Complex128:
      split_complex(static_cast<const double*>(items), count, reinterpret_cast<double*>(re),
                    reinterpret_cast<double*>(im));
      break;
    default: std::memcpy(re, items, count * itemsize(dtype));
  }
}

void splat_item(DType dtype, const std::byte* item, std::byte* re, std::byte* im) {
  if (dtype == DType::Bool) {
    std::memset(re, *item == std::byte{0} ? 0 : 0xFF, splat_bytes);
    return;
  }
  const std::size_t plane = itemsize(real_dtype(dtype));
  for (std::size_t at = 0; at < splat_bytes; at += plane) {
    std::memcpy(re + at, item, plane);
    if (is_complex(dtype)) std::memcpy(im + at, item + plane, plane);
  }
}

void Runner::load(std::size_t index, const TileRange& tile, std::int64_t row) {
  const LeafCode& leaf = code_.leaves[index];
  std::byte* re = tile_at(leaf.re);
  std::byte* im = tile_at(leaf.im);
  const auto item = static_cast<std::int64_t>(itemsize(leaf.dtype));
  const bool is_plain = leaf.dtype != DType::Bool && !is_complex(leaf.dtype);
  const bool is_whole = padded_ == static_cast<std::size_t>(tile.count);
  std::intptr_t start = leaf_offsets_[index] + row * plan_.row.leaf_strides[index];
  const LeafCode* source = &leaf;
  LeafCode patch;
  std::int64_t patch_step = 0;
  if (plan_.patched[index]) {
    patch.dtype = leaf.dtype;
    source = &patch;
    patch_step = item;
    start = reinterpret_cast<std::intptr_t>(
        patches_ + patch_of_[index] * round_up(plan_.patch_bytes, 64) +
        static_cast<std::size_t>((row - patch_first_row_) * plan_.tile_length * item));
  }

  if (plan_.tile_axes.size() <= 1) {
    LeafRun run{start, 0, tile.count};
    if (patch_step != 0) {
      run.step = patch_step;
    } else if (!plan_.tile_axes.empty()) {
      run.step = plan_.tile_axes[0].leaf_strides[index];
      run.at += tile.start * run.step;
    }
    if (run.step == 0 && !leaf.needs_tile) {
      std::byte* splat = splats_ + index * 2 * splat_bytes;
      alignas(16) std::byte one[16];
      read_run(*source, {run.at, 0, 1}, one);
      splat_item(leaf.dtype, one, splat, splat + splat_bytes);
      place_leaf(index, splat, splat + splat_bytes, 0);
      return;
    }
    if (source->kind == LeafKind::Memory && run.step == item && is_plain && is_whole) {
      place_leaf(index, reinterpret_cast<const void*>(run.at), im, 1);
      return;
    }
    if (source->kind == LeafKind::Random && run.step == 1) {
      // Whole groups, the first of which may begin before the run.
      const std::int64_t into_group = run.at % 16;
      LeafRun whole = run;
      whole.at -= into_group;
      whole.count =
          static_cast<std::int64_t>(round_up(static_cast<std::size_t>(run.count + into_group), 16));
      read_run(leaf, whole, re);
      place_leaf(index, re + into_group * item, im, 1);
      return;
    }
    if (source->kind == LeafKind::Memory && run.step == item && !is_plain &&
        (leaf.dtype != DType::Bool || is_whole)) {
      spread_items(leaf.dtype, reinterpret_cast<const void*>(run.at),
                   static_cast<std::size_t>(run.count), re, im);
      place_leaf(index, re, im, 1);
      return;
    }
    std::byte* to = is_plain ? re : items_;
    read_run(*source, run, to);
    if (!is_plain) spread_items(leaf.dtype, to, static_cast<std::size_t>(run.count), re, im);
    place_leaf(index, re, im, 1);
    return;
  }
  std::byte* to = is_plain ? re : items_;
  for_each_run(
      tile, [index](const PlanAxis& axis) { return axis.leaf_strides[index]; },
      [&](std::int64_t at, std::int64_t count, std::int64_t offset, std::int64_t step) {
        read_run(leaf, {start + offset, step, count}, to + at * item);
      });
  if (!is_plain) spread_items(leaf.dtype, to, static_cast<std::size_t>(tile.count), re, im);
  place_leaf(index, re, im, 1);
}

// Lets the last instruction write to the output itself, where a whole tile is contiguous there.
bool Runner::write_through(std::size_t output, const TileRange& tile, std::int64_t row) {
  const OutputCode& code = code_.outputs[output];
  const auto item = static_cast<std::int64_t>(itemsize(code.dtype));
  KernelArguments& arguments = arguments_[code.producer];
  if (plan_.tile_axes.size() == 1 && plan_.tile_axes[0].output_strides[output] == item &&
      padded_ == static_cast<std::size_t>(tile.count)) {
    arguments.out = static_cast<std::byte*>(outputs_[output].data) + output_offsets_[output] +
                    row * plan_.row.output_strides[output] + tile.start * item;
    return true;
  }
  arguments.out = tile_at(code_.instructions[code.producer].out.re);
  return false;
}

void Runner::store(std::size_t output, DType dtype, const void* re, const void* im,
                   const TileRange& tile, std::int64_t row) {
  const auto item = static_cast<std::int64_t>(itemsize(dtype));
  const auto count = static_cast<std::size_t>(tile.count);
  const auto* items = static_cast<const std::byte*>(re);
  if (dtype == DType::Bool) {
    unpack_bools(re, round_up(count, tile_granule), reinterpret_cast<std::uint8_t*>(items_));
    items = items_;
  } else if (dtype == DType::Complex64) {
    join_complex(static_cast<const float*>(re), static_cast<const float*>(im), count,
                 reinterpret_cast<float*>(items_));
    items = items_;
  } else if (dtype == DType::Complex128) {
    join_complex(static_cast<const double*>(re), static_cast<const double*>(im), count,
                 reinterpret_cast<double*>(items_));
    items = items_;
  }
  auto* base = static_cast<std::byte*>(outputs_[output].data) + output_offsets_[output] +
               row * plan_.row.output_strides[output];
  for_each_run(
      tile, [output](const PlanAxis& axis) { return axis.output_strides[output]; },
      [&](std::int64_t at, std::int64_t run, std::int64_t offset, std::int64_t step) {
        const std::byte* from = items + at * item;
        std::byte* to = base + offset;
        if (step == item) {
          std::memcpy(to, from, static_cast<std::size_t>(run * item));
        } else {
          for (std::int64_t i = 0; i < run; ++i)
            std::memcpy(to + i * step, from + i * item, static_cast<std::size_t>(item));
        }
      });
}

void Runner::start_folds(std::int64_t rows, std::int64_t count) {
  const std::size_t padded = round_up(static_cast<std::size_t>(count), tile_granule);
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::size_t output = 0; output < outputs_.size(); ++output) {
      const FoldKernels& kernels = code_.outputs[output].fold;
      if (plan_.tiles_reduced || plan_.nothing_to_fold) {
        kernels.start(states_[static_cast<std::size_t>(row) * outputs_.size() + output]);
      } else {
        std::byte* re = running_re(output, row);
        kernels.fill_identity(re, re + tile_bytes_, 0, padded);
      }
    }
  }
}

void Runner::fold(std::size_t output, const void* re, const void* im, std::int64_t count,
                  std::int64_t running_row) {
  const OutputCode& code = code_.outputs[output];
  if (plan_.tiles_reduced) {
    // Beyond the tile's end is a scratch tile's garbage: memory of others is only read in place
    // when the tile is whole.
    if (padded_ != static_cast<std::size_t>(count))
      code.fold.fill_identity(const_cast<void*>(re), const_cast<void*>(im),
                              static_cast<std::size_t>(count), padded_);
    code.fold.add(states_[static_cast<std::size_t>(running_row) * outputs_.size() + output], re, im,
                  padded_);
    return;
  }
  std::byte* running = running_re(output, running_row);
  KernelArguments arguments;
  arguments.out = running;
  arguments.out_imag = running + tile_bytes_;
  arguments.in = {running, re, nullptr};
  arguments.in_imag = {running + tile_bytes_, im, nullptr};
  arguments.step = {1, 1, 0};
  code.pairwise(arguments, padded_);
}

void Runner::finish_folds(const TileRange& tile, std::int64_t first_row, std::int64_t rows) {
  for (std::int64_t row = 0; row < rows; ++row) {
    for (std::size_t output = 0; output < outputs_.size(); ++output) {
      const OutputCode& code = code_.outputs[output];
      if (plan_.tiles_reduced) {
        code.fold.finish(states_[static_cast<std::size_t>(row) * outputs_.size() + output],
                         static_cast<std::byte*>(outputs_[output].data) + output_offsets_[output] +
                             (first_row + row) * plan_.row.output_strides[output]);
      } else {
        const std::byte* re = running_re(output, row);
        store(output, code.dtype, re, re + tile_bytes_, tile, first_row + row);
      }
    }
  }
}

}  // namespace

void TileProgram::run(std::span<const std::int64_t> shape, std::span<const Leaf> leaves,
                      std::span<const Output> outputs, std::span<const int> reduced_axes) const {
  const TilePlan plan = make_plan(*code_, shape, leaves, outputs, reduced_axes);
  if (plan.empty) return;
  Runner(*code_, plan, leaves, outputs).run();
}

}  // namespace shoal
