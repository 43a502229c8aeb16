// Making bags of partitions and taking them apart: no tasks of its own but the sources'.
#include <shoal/bag.hpp>

#include "expr/expr.hpp"

namespace shoal {
namespace {

// Some of the input's partitions, as they are.
class SelectPartitions final : public Operation {
 public:
  SelectPartitions(std::int64_t first, std::int64_t count) : first_(first), count_(count) {}
  std::string name() const override { return "partitions"; }
  std::string parameters() const override {
    return std::to_string(first_) + " to " + std::to_string(first_ + count_ - 1);
  }
  void hash(Hasher& hasher) const override { hasher.number(first_).number(count_); }
  void lower(const Expr&, const LoweredInputs& inputs, Graph&,
             std::vector<TaskId>& blocks) const override {
    const auto chosen =
        inputs[0].subspan(static_cast<std::size_t>(first_), static_cast<std::size_t>(count_));
    blocks.insert(blocks.end(), chosen.begin(), chosen.end());
  }

 private:
  std::int64_t first_;
  std::int64_t count_;
};

// Every input's one value a partition.
class GatherValues final : public Operation {
 public:
  std::string name() const override { return "from_delayed"; }
  void hash(Hasher&) const override {}
  void lower(const Expr&, const LoweredInputs& inputs, Graph&,
             std::vector<TaskId>& blocks) const override {
    for (const auto& input : inputs) blocks.insert(blocks.end(), input.begin(), input.end());
  }
};

}  // namespace

std::vector<std::int64_t> partition_sizes(std::int64_t elements, const Partitioning& partitioning) {
  if (partitioning.npartitions < 0 || partitioning.partition_size < 0)
    throw ValueError("bag.from_sequence: npartitions is " +
                     std::to_string(partitioning.npartitions) + " and partition_size " +
                     std::to_string(partitioning.partition_size) + "; give one of them, 1 or more");
  const std::int64_t parts = partitioning.npartitions > 0 ? partitioning.npartitions : 100;
  const std::int64_t size = partitioning.partition_size > 0
                                ? partitioning.partition_size
                                : std::max<std::int64_t>(1, (elements + parts - 1) / parts);
  std::vector<std::int64_t> sizes;
  for (std::int64_t at = 0; at < elements; at += size)
    sizes.push_back(std::min(size, elements - at));
  if (sizes.empty()) sizes.push_back(0);
  return sizes;
}

ExprPtr bag_source(std::string name, std::vector<Value> partitions) {
  const BagMeta meta{static_cast<std::int64_t>(partitions.size())};
  return held_values(std::move(name), std::move(partitions), meta);
}

ExprPtr first_partitions(const ExprPtr& bag, std::int64_t count) {
  const std::int64_t partitions = partition_count(*bag);
  if (count == -1) count = partitions;
  if (count < 1 || count > partitions)
    throw ValueError("bag.take: npartitions is " + std::to_string(count) + ", the bag has " +
                     std::to_string(partitions) + "; give 1 to that, or -1 for all");
  return Expr::make(std::make_shared<const SelectPartitions>(0, count), {bag},
                    Meta(BagMeta{count}));
}

ExprPtr one_partition(const ExprPtr& bag, std::int64_t index) {
  const std::int64_t partitions = partition_count(*bag);
  if (index < 0 || index >= partitions)
    throw IndexError("bag: partition " + std::to_string(index) + " of " +
                     std::to_string(partitions));
  return Expr::make(std::make_shared<const SelectPartitions>(index, 1), {bag}, Meta(DelayedMeta{}));
}

ExprPtr bag_of_values(std::vector<ExprPtr> values) {
  if (values.empty()) throw ValueError("bag.from_delayed: no values given; give at least one");
  const BagMeta meta{static_cast<std::int64_t>(values.size())};
  return Expr::make(std::make_shared<const GatherValues>(), std::move(values), Meta(meta));
}

std::int64_t partition_count(const Expr& bag) { return bag.bag_meta().partitions; }

std::string bag_text(const Expr& bag) {
  return "shoal.bag<" + bag.operation().name() +
         ", npartitions=" + std::to_string(partition_count(bag)) + ">";
}

}  // namespace shoal
