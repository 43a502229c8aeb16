#include "graph/fuse.hpp"

#include <algorithm>
#include <map>

namespace shoal {
namespace {

constexpr std::uint32_t longest_chain = 8;

// Runs the kernels one after the other, each on the value of the one before. A task's index is its
// place in a table of the indices that its members have in their own layers.
class FusedKernel final : public Kernel {
 public:
  explicit FusedKernel(std::vector<KernelPtr> members) : members_(std::move(members)) {}

  std::int64_t add(std::span<const std::int64_t> member_indices) {
    const std::size_t at = indices_.size() / members_.size();
    indices_.insert(indices_.end(), member_indices.begin(), member_indices.end());
    return static_cast<std::int64_t>(at);
  }

  Value run(std::span<const Value> inputs, const TaskContext& context) const override {
    const std::int64_t* indices =
        indices_.data() + static_cast<std::size_t>(context.index) * members_.size();
    Value value = members_[0]->run(inputs, {indices[0], context.environment});
    for (std::size_t i = 1; i < members_.size(); ++i)
      value = members_[i]->run({&value, 1}, {indices[i], context.environment});
    return value;
  }
  Resource* resource() const override { return members_[0]->resource(); }

 private:
  std::vector<KernelPtr> members_;
  std::vector<std::int64_t> indices_;
};

class Fusion {
 public:
  explicit Fusion(Subgraph subgraph) : old_(std::move(subgraph)), fuses_(old_.graph.size()) {}

  Subgraph run() {
    if (!find_chains()) return std::move(old_);
    const auto count = static_cast<TaskId>(old_.graph.size());
    new_ids_.resize(count);
    new_layers_.assign(old_.graph.layer_count(), no_layer);
    for (TaskId id = 0; id < count; ++id)
      if (!fuses_[id]) add_chain(id);
    for (TaskId& output : old_.outputs) output = new_ids_[output];
    return {std::move(graph_), std::move(old_.outputs)};
  }

 private:
  static constexpr LayerId no_layer = std::numeric_limits<LayerId>::max();
  struct FusedLayer {
    LayerId id;
    std::shared_ptr<FusedKernel> kernel;
  };

  // Marks the tasks that run within their only user's.
  bool find_chains() {
    const Graph& graph = old_.graph;
    std::vector<std::uint32_t> uses(graph.size(), 0);
    for (TaskId id = 0; id < graph.size(); ++id)
      for (TaskId input : graph.inputs(id)) ++uses[input];
    for (TaskId output : old_.outputs) uses[output] += 2;
    std::vector<std::uint32_t> length(graph.size(), 1);  // of the chain that ends here
    bool any = false;
    for (TaskId id = 0; id < graph.size(); ++id) {
      const auto inputs = graph.inputs(id);
      if (inputs.size() != 1 || uses[inputs[0]] != 1) continue;
      if (graph.layer_of(id).kernel->resource() != graph.layer_of(inputs[0]).kernel->resource())
        continue;
      if (length[inputs[0]] == longest_chain) continue;
      length[id] = length[inputs[0]] + 1;
      fuses_[inputs[0]] = true;
      any = true;
    }
    return any;
  }

  void add_chain(TaskId last) {
    const Graph& graph = old_.graph;
    chain_.assign(1, last);
    while (graph.inputs(chain_.back()).size() == 1 && fuses_[graph.inputs(chain_.back())[0]])
      chain_.push_back(graph.inputs(chain_.back())[0]);
    const TaskId first = chain_.back();
    inputs_.clear();
    for (TaskId input : graph.inputs(first)) inputs_.push_back(new_ids_[input]);
    const Task& task = graph.task(last);
    if (chain_.size() == 1) {
      LayerId& layer = new_layers_[task.layer];
      if (layer == no_layer)
        layer = graph_.add_layer(graph.layer(task.layer).kernel, graph.layer(task.layer).name);
      new_ids_[last] = graph_.add(layer, task.index, inputs_, task.bytes);
      return;
    }
    std::vector<LayerId> layers;
    std::vector<std::int64_t> indices;
    std::int64_t bytes = 0;  // at its largest, and unknown when a member's is
    bool known = true;
    for (auto member = chain_.rbegin(); member != chain_.rend(); ++member) {
      const Task& part = graph.task(*member);
      layers.push_back(part.layer);
      indices.push_back(part.index);
      bytes = std::max(bytes, part.bytes);
      known = known && part.bytes > 0;
    }
    const FusedLayer& layer = fused_layer(layers);
    new_ids_[last] = graph_.add(layer.id, layer.kernel->add(indices), inputs_, known ? bytes : 0);
  }

  const FusedLayer& fused_layer(const std::vector<LayerId>& layers) {
    const auto known = fused_layers_.find(layers);
    if (known != fused_layers_.end()) return known->second;
    std::vector<KernelPtr> kernels;
    std::string name;
    for (LayerId layer : layers) {
      kernels.push_back(old_.graph.layer(layer).kernel);
      name += (name.empty() ? "" : ", ") + old_.graph.layer(layer).name;
    }
    auto kernel = std::make_shared<FusedKernel>(std::move(kernels));
    const LayerId id = graph_.add_layer(kernel, std::move(name));
    return fused_layers_.emplace(layers, FusedLayer{id, std::move(kernel)}).first->second;
  }

  Subgraph old_;
  Graph graph_;
  std::vector<bool> fuses_;  // whether a task runs within its user's
  std::vector<TaskId> new_ids_;
  std::vector<LayerId> new_layers_;
  std::map<std::vector<LayerId>, FusedLayer> fused_layers_;
  std::vector<TaskId> chain_;
  std::vector<TaskId> inputs_;
};

}  // namespace

Subgraph fuse(Subgraph subgraph) { return Fusion(std::move(subgraph)).run(); }

}  // namespace shoal
