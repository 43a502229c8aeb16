#include "bag/map_partitions.hpp"

namespace shoal {

void MapPartitions::hash(Hasher& hasher) const { hasher.token(identity_); }

void MapPartitions::lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                          std::vector<TaskId>& blocks) const {
  const LayerId layer = graph.add_layer(kernel_, name());
  std::vector<TaskId> ids(inputs.size());
  for (std::int64_t i = 0; i < self.bag_meta().partitions; ++i) {
    for (std::size_t k = 0; k < inputs.size(); ++k) {
      const bool shared = std::holds_alternative<DelayedMeta>(self.inputs()[k]->meta());
      ids[k] = inputs[k][shared ? 0 : static_cast<std::size_t>(i)];
    }
    blocks.push_back(graph.add(layer, i, ids));
  }
}

ExprPtr map_partitions(std::shared_ptr<const PartitionKernel> kernel, std::vector<ExprPtr> inputs) {
  const BagMeta meta{partition_count(*inputs.front())};
  for (const auto& input : inputs) {
    const auto* bag = std::get_if<BagMeta>(&input->meta());
    if (bag && bag->partitions != meta.partitions)
      throw ValueError("bag." + kernel->name() + ": bags of " + std::to_string(meta.partitions) +
                       " and " + std::to_string(bag->partitions) +
                       " partitions; all bags must have as many partitions as the first");
  }
  return Expr::make(std::make_shared<const MapPartitions>(std::move(kernel)), std::move(inputs),
                    Meta(meta));
}

}  // namespace shoal
