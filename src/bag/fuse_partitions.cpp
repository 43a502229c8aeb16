// The pass that makes one step of a chain of steps, so that each partition is one task and steps
// that know each other need not store what is between them.
#include <unordered_map>

#include "bag/map_partitions.hpp"
#include "expr/optimize.hpp"

namespace shoal {
namespace {

// Steps one after the other.
class StepSequence final : public PartitionKernel {
 public:
  explicit StepSequence(std::vector<std::shared_ptr<const PartitionKernel>> steps)
      : steps_(std::move(steps)) {}
  std::string name() const override {
    std::string text;
    for (const auto& step : steps_) text += (text.empty() ? "" : ", ") + step->name();
    return text;
  }
  std::string runs() const override {
    std::string text;
    for (const auto& step : steps_) {
      const std::string runs = step->runs();
      if (!runs.empty()) text += (text.empty() ? "" : ", ") + runs;
    }
    return text;
  }
  Value run(std::span<const Value> inputs, const TaskContext& context) const override {
    Value value = steps_.front()->run(inputs, context);
    for (std::size_t i = 1; i < steps_.size(); ++i) value = steps_[i]->run({&value, 1}, context);
    return value;
  }
  Resource* resource() const override { return steps_.front()->resource(); }
  const std::vector<std::shared_ptr<const PartitionKernel>>& steps() const { return steps_; }

 private:
  std::vector<std::shared_ptr<const PartitionKernel>> steps_;
};

std::shared_ptr<const PartitionKernel> join(const std::shared_ptr<const PartitionKernel>& first,
                                            const std::shared_ptr<const PartitionKernel>& second) {
  if (auto fused = first->then(*second)) return fused;
  std::vector<std::shared_ptr<const PartitionKernel>> steps = {first};
  if (const auto* sequence = dynamic_cast<const StepSequence*>(first.get()))
    steps = sequence->steps();
  steps.push_back(second);
  return std::make_shared<const StepSequence>(std::move(steps));
}

std::vector<ExprPtr> fuse_partitions(std::span<const ExprPtr> roots) {
  std::unordered_map<Token, int> users;
  bool fusible = false;
  for (const auto& root : roots) ++users[root->token()];  // a result asked for must stay
  const std::vector<ExprPtr> order = topological_order(roots);
  for (const auto& expr : order) {
    for (const auto& input : expr->inputs()) ++users[input->token()];
    fusible = fusible || (expr->inputs().size() == 1 && operation_as<MapPartitions>(expr) &&
                          operation_as<MapPartitions>(expr->inputs()[0]));
  }
  if (!fusible) return {roots.begin(), roots.end()};
  std::unordered_map<Token, ExprPtr> rewritten;
  for (const auto& expr : order) {
    std::vector<ExprPtr> inputs;
    bool changed = false;
    for (const auto& input : expr->inputs()) {
      inputs.push_back(rewritten.at(input->token()));
      changed = changed || inputs.back()->token() != input->token();
    }
    const auto* step = operation_as<MapPartitions>(expr);
    const auto* before = step && inputs.size() == 1 && users.at(expr->inputs()[0]->token()) == 1
                             ? operation_as<MapPartitions>(inputs[0])
                             : nullptr;
    ExprPtr result = expr;
    if (before && before->kernel()->resource() == step->kernel()->resource()) {
      result =
          Expr::make(std::make_shared<const MapPartitions>(join(before->kernel(), step->kernel())),
                     inputs[0]->inputs(), expr->meta_ptr());
    } else if (changed) {
      result = Expr::make(expr->operation_ptr(), std::move(inputs), expr->meta_ptr());
    }
    rewritten.emplace(expr->token(), std::move(result));
  }
  std::vector<ExprPtr> results;
  for (const auto& root : roots) results.push_back(rewritten.at(root->token()));
  return results;
}

const bool registered =
    register_pass({"fuse_partitions", PassStage::Fuse, fuse_partitions, MetaKind::Bag});

}  // namespace
}  // namespace shoal
