#include "array/group.hpp"

#include <algorithm>
#include <mutex>

namespace shoal {
namespace {

template <class... Functions>
struct Overloaded : Functions... {
  using Functions::operator()...;
};

std::int64_t position(const AffinePosition& affine, const Shape& index) {
  std::int64_t at = affine.base;
  for (std::size_t axis = 0; axis < index.size(); ++axis) at += affine.strides[axis] * index[axis];
  return at;
}

}  // namespace

MemorySource::MemorySource(Block memory, const Chunks& chunks)
    : memory_(std::move(memory)), chunks_(chunks), identity_(unique_token()) {}

void MemorySource::hash(Hasher& hasher) const { hasher.token(identity_); }

void MemorySource::lower(const Expr&, const LoweredInputs&, Graph& graph,
                         std::vector<TaskId>& blocks) const {
  ChunkGrid grid(chunks_);
  const std::int64_t count = grid.block_count();
  const LayerId layer =
      graph.add_layer(make_kernel([memory = memory_, grid = std::move(grid)](
                                      std::span<const Value>, const TaskContext& context) {
                        const BlockRegion region = grid.region(context.index);
                        char* data = static_cast<char*>(memory.mutable_data());
                        for (std::size_t axis = 0; axis < region.origin.size(); ++axis)
                          data += region.origin[axis] * memory.strides()[axis];
                        return Value::of(Block::view(memory.dtype(), region.shape, memory.strides(),
                                                     data, memory.owner()));
                      }),
                      name());
  for (std::int64_t i = 0; i < count; ++i) blocks.push_back(graph.add(layer, i, {}));
}

Group::StepId Group::add(std::variant<Generated, Memory, Input, Computed> step) {
  steps_.push_back(std::move(step));
  return static_cast<StepId>(steps_.size() - 1);
}

Group::StepId Group::add_generated(std::shared_ptr<const GeneratedSource> source,
                                   AffinePosition elements) {
  return add(Generated{std::move(source), std::move(elements)});
}

Group::StepId Group::add_memory(std::shared_ptr<const MemorySource> source, AffinePosition bytes) {
  return add(Memory{std::move(source), std::move(bytes)});
}

Group::StepId Group::add_input(DType dtype) { return add(Input{dtype, input_count_++}); }

Group::StepId Group::add_elementwise(std::shared_ptr<const Elementwise> operation,
                                     std::vector<StepId> operands) {
  return add(Computed{std::move(operation), std::move(operands)});
}

Register Group::emit(TileBuilder& builder) const {
  std::vector<Register> registers;
  registers.reserve(steps_.size());
  std::vector<Register> operands;
  for (const auto& step : steps_) {
    registers.push_back(std::visit(
        Overloaded{
            [&](const Generated& leaf) { return leaf.source->emit(builder); },
            [&](const Memory& leaf) { return builder.memory_leaf(leaf.source->memory().dtype()); },
            [&](const Input& leaf) { return builder.memory_leaf(leaf.dtype); },
            [&](const Computed& computed) {
              operands.clear();
              for (StepId operand : computed.operands) operands.push_back(registers[operand]);
              return computed.operation->emit(builder, operands);
            }},
        step));
  }
  return registers.back();
}

std::vector<TileProgram::Leaf> Group::bind(const BlockRegion& region,
                                           std::span<const Value> inputs) const {
  std::vector<TileProgram::Leaf> leaves;
  for (const auto& step : steps_) {
    std::visit(
        Overloaded{[&](const Generated& leaf) {
                     const std::int64_t base = position(leaf.elements, region.origin);
                     for (std::size_t i = 0; i < leaf.source->leaf_count(); ++i)
                       leaves.push_back(TileProgram::Leaf::index(base, leaf.elements.strides));
                   },
                   [&](const Memory& leaf) {
                     const char* data = static_cast<const char*>(leaf.source->memory().data());
                     leaves.push_back(TileProgram::Leaf::memory(
                         data + position(leaf.bytes, region.origin), leaf.bytes.strides));
                   },
                   [&](const Input& leaf) {
                     const Block& block = inputs[leaf.number].as<Block>();
                     if (block.shape() != region.shape)
                       throw InternalError("array group: an input block has another shape");
                     leaves.push_back(TileProgram::Leaf::memory(block.data(), block.strides()));
                   },
                   [](const Computed&) {}},
        step);
  }
  return leaves;
}

std::vector<std::string> Group::names() const {
  std::vector<std::string> names;
  for (const auto& step : steps_) {
    std::string name =
        std::visit(Overloaded{[](const Generated& leaf) { return leaf.source->name(); },
                              [](const Memory& leaf) { return leaf.source->name(); },
                              [](const Input&) { return std::string(); },
                              [](const Computed& computed) { return computed.operation->name(); }},
                   step);
    if (!name.empty() && std::find(names.begin(), names.end(), name) == names.end())
      names.push_back(std::move(name));
  }
  if (names.empty()) names.push_back("copy");
  return names;
}

namespace {

class GroupKernel final : public Kernel {
 public:
  GroupKernel(std::shared_ptr<const Group> group, const Chunks& chunks, BlocksGo where)
      : group_(std::move(group)),
        grid_(chunks),
        where_(where),
        program_(compile(*group_)),
        dtype_(program_.output_dtype(0)) {}

  DType dtype() const { return dtype_; }

  Value run(std::span<const Value> inputs, const TaskContext& context) const override {
    const BlockRegion region = grid_.region(context.index);
    Block result = where_ == BlocksGo::IntoValues ? Block::allocate(dtype_, region.shape)
                                                  : slice_of_whole(region);
    const std::vector<TileProgram::Leaf> leaves = group_->bind(region, inputs);
    const TileProgram::Output output{result.mutable_data(), result.strides()};
    program_.run(region.shape, leaves, std::span(&output, 1));
    return where_ == BlocksGo::IntoValues ? Value::of(std::move(result))
                                          : Value::of(StoredBlock{whole_});
  }

 private:
  static TileProgram compile(const Group& group) {
    TileBuilder builder;
    builder.add_output(group.emit(builder));
    return builder.build();
  }

  Block slice_of_whole(const BlockRegion& region) const {
    std::call_once(allocated_, [&] { whole_ = Block::allocate(dtype_, grid_.shape()); });
    char* data = static_cast<char*>(whole_.mutable_data());
    for (std::size_t axis = 0; axis < region.origin.size(); ++axis)
      data += region.origin[axis] * whole_.strides()[axis];
    return Block::view(dtype_, region.shape, whole_.strides(), data, whole_.owner());
  }

  std::shared_ptr<const Group> group_;
  ChunkGrid grid_;
  BlocksGo where_;
  TileProgram program_;
  DType dtype_;
  mutable std::once_flag allocated_;  // by the run's first task: a plan needs no memory
  mutable Block whole_;
};

class FoldKernel final : public Kernel {
 public:
  FoldKernel(std::shared_ptr<const Group> group, const Chunks& chunks, const Reduction& reduction)
      : group_(std::move(group)),
        grid_(chunks),
        axes_(reduction.axes),
        program_(reduction.aggregator,
                 [this](TileBuilder& builder) { return group_->emit(builder); }) {}

  Value run(std::span<const Value> inputs, const TaskContext& context) const override {
    const BlockRegion region = grid_.region(context.index);
    return Value::of(program_.run(region.shape, group_->bind(region, inputs), axes_));
  }

 private:
  std::shared_ptr<const Group> group_;
  ChunkGrid grid_;
  std::vector<int> axes_;
  AggregateProgram program_;
};

AggregateState merged(const Aggregator& aggregator, std::span<const Value> inputs) {
  std::vector<const AggregateState*> states;
  for (const Value& input : inputs) states.push_back(&input.as<AggregateState>());
  return aggregator.merge(std::span<const AggregateState* const>(states));
}

Block without_axes(const Block& block, const std::vector<int>& axes) {
  Shape shape;
  Shape strides;
  for (std::size_t axis = 0; axis < block.shape().size(); ++axis) {
    if (std::find(axes.begin(), axes.end(), static_cast<int>(axis)) != axes.end()) continue;
    shape.push_back(block.shape()[axis]);
    strides.push_back(block.strides()[axis]);
  }
  return Block::view(block.dtype(), shape, strides, block.mutable_data(), block.owner());
}

void add_block_tasks(const ChunkGrid& grid, LayerId layer, std::size_t input_count,
                     std::int64_t item_bytes, const LoweredInputs& inputs, Graph& graph,
                     std::vector<TaskId>& blocks) {
  std::vector<TaskId> block_inputs(input_count);
  for (std::int64_t i = 0; i < grid.block_count(); ++i) {
    for (std::size_t input = 0; input < input_count; ++input)
      block_inputs[input] = inputs[input][static_cast<std::size_t>(i)];
    const std::int64_t bytes =
        item_bytes == 0 ? 0 : item_bytes * element_count(grid.region(i).shape);
    blocks.push_back(graph.add(layer, i, block_inputs, bytes));
  }
}

}  // namespace

void lower_group(const std::shared_ptr<const Group>& group, const Chunks& chunks,
                 const std::string& name, BlocksGo where, const LoweredInputs& inputs, Graph& graph,
                 std::vector<TaskId>& blocks) {
  const auto kernel = std::make_shared<const GroupKernel>(group, chunks, where);
  const std::int64_t item_bytes =
      where == BlocksGo::IntoValues ? static_cast<std::int64_t>(itemsize(kernel->dtype())) : 0;
  add_block_tasks(ChunkGrid(chunks), graph.add_layer(kernel, name), group->input_count(),
                  item_bytes, inputs, graph, blocks);
}

void lower_reduction(const std::shared_ptr<const Group>& group, const Chunks& chunks,
                     const std::string& name, const Reduction& reduction,
                     const LoweredInputs& inputs, Graph& graph, std::vector<TaskId>& blocks) {
  const ChunkGrid grid(chunks);
  std::vector<TaskId> parts;
  add_block_tasks(
      grid, graph.add_layer(std::make_shared<const FoldKernel>(group, chunks, reduction), name),
      group->input_count(), 0, inputs, graph, parts);

  const LayerId merge =
      graph.add_layer(make_kernel([aggregator = reduction.aggregator](std::span<const Value> states,
                                                                      const TaskContext&) {
                        return Value::of(merged(aggregator, states));
                      }),
                      name + "-merge");
  const LayerId finish = graph.add_layer(
      make_kernel([reduction](std::span<const Value> states, const TaskContext&) {
        Block block = reduction.aggregator.finish(merged(reduction.aggregator, states));
        return Value::of(reduction.keepdims ? block : without_axes(block, reduction.axes));
      }),
      name + "-finish");

  // The parts of each result block, in row-major order of the blocks.
  Chunks kept = chunks;
  for (int axis : reduction.axes) kept[static_cast<std::size_t>(axis)] = {1};
  const ChunkGrid results(kept);
  std::vector<std::vector<TaskId>> states(static_cast<std::size_t>(results.block_count()));
  for (std::int64_t i = 0; i < grid.block_count(); ++i) {
    std::vector<std::int64_t> at = grid.region(i).coordinates;
    for (int axis : reduction.axes) at[static_cast<std::size_t>(axis)] = 0;
    states[static_cast<std::size_t>(results.block_number(at))].push_back(
        parts[static_cast<std::size_t>(i)]);
  }
  const std::size_t fan_in = static_cast<std::size_t>(std::max(2, reduction.split_every));
  std::int64_t merges = 0;
  for (std::size_t result = 0; result < states.size(); ++result) {
    std::vector<TaskId> level = std::move(states[result]);
    while (level.size() > fan_in) {
      std::vector<TaskId> next;
      for (std::size_t first = 0; first < level.size(); first += fan_in)
        next.push_back(
            graph.add(merge, merges++,
                      std::span(level).subspan(first, std::min(fan_in, level.size() - first))));
      level = std::move(next);
    }
    blocks.push_back(graph.add(finish, static_cast<std::int64_t>(result), level));
  }
}

void Elementwise::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                        std::vector<TaskId>& blocks) const {
  const auto group = std::make_shared<Group>(self.array_meta().shape.size());
  std::vector<Group::StepId> operands;
  for (const ExprPtr& input : self.inputs())
    operands.push_back(group->add_input(input->array_meta().dtype));
  group->add_elementwise(std::dynamic_pointer_cast<const Elementwise>(self.operation_ptr()),
                         operands);
  lower_group(group, self.array_meta().chunks, name(), BlocksGo::IntoValues, inputs, graph, blocks);
}

void GeneratedSource::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                            std::vector<TaskId>& blocks) const {
  const Shape& shape = self.array_meta().shape;
  const auto group = std::make_shared<Group>(shape.size());
  group->add_generated(std::dynamic_pointer_cast<const GeneratedSource>(self.operation_ptr()),
                       {0, row_major_strides(shape)});
  lower_group(group, self.array_meta().chunks, name(), BlocksGo::IntoValues, inputs, graph, blocks);
}

}  // namespace shoal
