#include "delayed/call.hpp"

#include <shoal/delayed.hpp>

namespace shoal {
namespace {

class Call final : public Operation {
 public:
  explicit Call(std::shared_ptr<const CallKernel> kernel) : kernel_(std::move(kernel)) {}
  std::string name() const override { return kernel_->name(); }
  std::string runs() const override { return kernel_->runs(); }
  // Reached when a pass rebuilds the call over other inputs: no two calls share a kernel.
  void hash(Hasher& hasher) const override {
    hasher.number(reinterpret_cast<std::uintptr_t>(kernel_.get()));
  }
  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer = graph.add_layer(kernel_, kernel_->name());
    std::vector<TaskId> ids;
    for (const auto& input : inputs) ids.insert(ids.end(), input.begin(), input.end());
    blocks.push_back(graph.add(layer, 0, ids));
  }

 private:
  std::shared_ptr<const CallKernel> kernel_;
};

}  // namespace

const std::shared_ptr<const Meta>& delayed_meta() {
  static const auto meta = std::make_shared<const Meta>(DelayedMeta{});
  return meta;
}

ExprPtr make_named_call(std::shared_ptr<const CallKernel> kernel, std::vector<ExprPtr> inputs,
                        const Token& token) {
  return Expr::make_named(std::make_shared<const Call>(std::move(kernel)), std::move(inputs),
                          delayed_meta(), token);
}

ExprPtr make_call(std::shared_ptr<const CallKernel> kernel, std::vector<ExprPtr> inputs) {
  return make_named_call(std::move(kernel), std::move(inputs), unique_token());
}

}  // namespace shoal
