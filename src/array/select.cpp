#include "array/select.hpp"

#include <algorithm>

#include "kernels/tile_program.hpp"

namespace shoal {
namespace {

// The part of a block along one axis of the input that comes from one chunk of the input.
struct Piece {
  std::int64_t chunk = 0;
  std::int64_t first = 0;  // in the block of the view: its elements [first, first + count)
  std::int64_t count = 0;
  std::int64_t start = 0;  // in the input's chunk: the element that `first` is
};

// A way to make a block of the view: which input blocks it reads, and where they go.
struct BlockPlan {
  BlockRegion region;
  std::vector<std::vector<Piece>> pieces;  // one list an axis of the input
  std::int64_t count = 1;                  // products of pieces: input blocks
};

class Layout {
 public:
  Layout(const IndexMap& map, const Chunks& input, const Chunks& view)
      : map_(map), input_(input), view_(view) {}

  std::int64_t block_count() const { return view_.block_count(); }

  BlockPlan plan(std::int64_t block) const {
    BlockPlan plan{view_.region(block), {}, 1};
    for (std::size_t axis = 0; axis < map_.size(); ++axis) {
      plan.pieces.push_back(pieces(axis, plan.region));
      plan.count *= static_cast<std::int64_t>(plan.pieces.back().size());
    }
    return plan;
  }

  // The piece of each input axis that the number-th input block of the plan is.
  std::vector<Piece> combination(const BlockPlan& plan, std::int64_t number) const {
    std::vector<Piece> chosen(map_.size());
    for (std::size_t axis = map_.size(); axis-- > 0;) {
      const auto count = static_cast<std::int64_t>(plan.pieces[axis].size());
      chosen[axis] = plan.pieces[axis][static_cast<std::size_t>(number % count)];
      number /= count;
    }
    return chosen;
  }

  std::int64_t input_block(const std::vector<Piece>& chosen) const {
    std::vector<std::int64_t> coordinates;
    for (const Piece& piece : chosen) coordinates.push_back(piece.chunk);
    return input_.block_number(coordinates);
  }

  // The chosen part of an input block, with the view's axes; `origin` is where it lies in the
  // view's block.
  Block part(const Block& input, const std::vector<Piece>& chosen, const BlockRegion& region,
             Shape* origin) const {
    Shape shape = region.shape;
    Shape strides(shape.size(), 0);
    if (origin) origin->assign(shape.size(), 0);
    char* data = static_cast<char*>(input.mutable_data());
    for (std::size_t axis = 0; axis < map_.size(); ++axis) {
      data += chosen[axis].start * input.strides()[axis];
      if (map_[axis].axis < 0) continue;
      const auto view_axis = static_cast<std::size_t>(map_[axis].axis);
      shape[view_axis] = chosen[axis].count;
      strides[view_axis] = map_[axis].step * input.strides()[axis];
      if (origin) (*origin)[view_axis] = chosen[axis].first;
    }
    return Block::view(input.dtype(), std::move(shape), std::move(strides), data, input.owner());
  }

 private:
  std::vector<Piece> pieces(std::size_t axis, const BlockRegion& region) const {
    const AxisMap& along = map_[axis];
    const std::int64_t extent =
        along.axis < 0 ? 1 : region.shape[static_cast<std::size_t>(along.axis)];
    if (extent == 0) return {};
    const std::int64_t origin =
        along.axis < 0 ? 0 : region.origin[static_cast<std::size_t>(along.axis)];
    std::vector<Piece> pieces;
    for (std::int64_t first = 0; first < extent;) {
      const std::int64_t index = along.offset + along.step * (origin + first);
      const std::int64_t chunk = input_.chunk_of(axis, index);
      const std::int64_t start = input_.chunk_start(axis, chunk);
      std::int64_t count = extent - first;
      if (along.step > 0)
        count = std::min(count, (input_.chunk_end(axis, chunk) - index - 1) / along.step + 1);
      else if (along.step < 0) count = std::min(count, (index - start) / -along.step + 1);
      pieces.push_back({chunk, first, count, index - start});
      first += count;
    }
    return pieces;
  }

  IndexMap map_;
  ChunkGrid input_;
  ChunkGrid view_;
};

TileProgram copy_program(DType dtype) {
  TileBuilder builder;
  builder.add_output(builder.memory_leaf(dtype));
  return builder.build();
}

class SelectKernel final : public Kernel {
 public:
  SelectKernel(Layout layout, DType dtype)
      : layout_(std::move(layout)), dtype_(dtype), copy_(copy_program(dtype)) {}

  const Layout& layout() const { return layout_; }

  Value run(std::span<const Value> inputs, const TaskContext& context) const override {
    const BlockPlan plan = layout_.plan(context.index);
    if (plan.count == 1)
      return Value::of(
          layout_.part(inputs[0].as<Block>(), layout_.combination(plan, 0), plan.region, nullptr));
    Block result = Block::allocate(dtype_, plan.region.shape);
    Shape origin;
    for (std::int64_t i = 0; i < plan.count; ++i) {
      const Block part = layout_.part(inputs[static_cast<std::size_t>(i)].as<Block>(),
                                      layout_.combination(plan, i), plan.region, &origin);
      char* data = static_cast<char*>(result.mutable_data());
      for (std::size_t axis = 0; axis < origin.size(); ++axis)
        data += origin[axis] * result.strides()[axis];
      const auto leaf = TileProgram::Leaf::memory(part.data(), part.strides());
      const TileProgram::Output output{data, result.strides()};
      copy_.run(part.shape(), std::span(&leaf, 1), std::span(&output, 1));
    }
    return Value::of(std::move(result));
  }

 private:
  Layout layout_;
  DType dtype_;
  TileProgram copy_;
};

}  // namespace

Select::Select(std::string name, std::string text, IndexMap map, Shape shape, Chunks chunks)
    : name_(std::move(name)),
      text_(std::move(text)),
      map_(std::move(map)),
      shape_(std::move(shape)),
      chunks_(std::move(chunks)) {}

void Select::hash(Hasher& hasher) const {
  hash_map(hasher, map_);
  hasher.numbers(shape_);
  hash_chunks(hasher, chunks_);
}

void Select::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                   std::vector<TaskId>& blocks) const {
  const ArrayMeta& input = self.inputs()[0]->array_meta();
  const auto kernel =
      std::make_shared<const SelectKernel>(Layout(map_, input.chunks, chunks_), input.dtype);
  const Layout& layout = kernel->layout();
  const LayerId layer = graph.add_layer(kernel, name_);
  const auto item_bytes = static_cast<std::int64_t>(itemsize(input.dtype));
  std::vector<TaskId> reads;
  for (std::int64_t i = 0; i < layout.block_count(); ++i) {
    const BlockPlan plan = layout.plan(i);
    reads.clear();
    for (std::int64_t k = 0; k < plan.count; ++k)
      reads.push_back(
          inputs[0][static_cast<std::size_t>(layout.input_block(layout.combination(plan, k)))]);
    const std::int64_t bytes = plan.count == 1 ? 0 : item_bytes * element_count(plan.region.shape);
    blocks.push_back(graph.add(layer, i, reads, bytes));
  }
}

ExprPtr select(const ExprPtr& input, std::string name, std::string text, IndexMap map, Shape shape,
               Chunks chunks) {
  const ArrayMeta& meta = input->array_meta();
  if (shape == meta.shape && chunks == meta.chunks && is_identity(map, shape.size())) return input;
  ArrayMeta result{meta.dtype, shape, chunks};
  return Expr::make(std::make_shared<Select>(std::move(name), std::move(text), std::move(map),
                                             std::move(shape), std::move(chunks)),
                    {input}, std::move(result));
}

ExprPtr rechunked(const ExprPtr& input, const Chunks& chunks) {
  const Shape& shape = input->array_meta().shape;
  return select(input, "rechunk", "", identity_map(shape.size()), shape, chunks);
}

}  // namespace shoal
