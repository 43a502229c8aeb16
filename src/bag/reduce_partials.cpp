// The primitive that makes one value of a bag's partials: a tree of tasks.
#include <shoal/bag.hpp>

#include "expr/expr.hpp"

namespace shoal {
namespace {

class ReducePartials final : public Operation {
 public:
  explicit ReducePartials(PartialReduction reduction) : reduction_(std::move(reduction)) {}
  std::string name() const override { return reduction_.name; }
  std::string runs() const override { return reduction_.runs; }
  void hash(Hasher& hasher) const override { hasher.token(identity_); }
  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    std::vector<TaskId> level(inputs[0].begin(), inputs[0].end());
    const auto most = static_cast<std::size_t>(reduction_.split_every);
    if (most > 0 && level.size() > most) {
      const LayerId layer = graph.add_layer(reduction_.combine, reduction_.name + "-combine");
      std::int64_t index = 0;
      while (level.size() > most) {
        std::vector<TaskId> next;
        for (std::size_t at = 0; at < level.size(); at += most)
          next.push_back(graph.add(
              layer, index++,
              std::span<const TaskId>(level).subspan(at, std::min(most, level.size() - at))));
        level = std::move(next);
      }
    }
    blocks.push_back(graph.add(graph.add_layer(reduction_.finish, reduction_.name), 0, level));
  }

 private:
  PartialReduction reduction_;
  Token identity_ = unique_token();
};

}  // namespace

ExprPtr reduce_partials(PartialReduction reduction, const ExprPtr& partials) {
  if (reduction.split_every < 0 || reduction.split_every == 1)
    throw ValueError("bag." + reduction.name + ": split_every is " +
                     std::to_string(reduction.split_every) +
                     "; give 2 or more, or 0 to combine all partitions at once");
  return Expr::make(std::make_shared<const ReducePartials>(std::move(reduction)), {partials},
                    Meta(DelayedMeta{}));
}

}  // namespace shoal
