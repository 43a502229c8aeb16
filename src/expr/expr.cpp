#include "expr/expr.hpp"

#include <algorithm>
#include <iterator>
#include <unordered_map>
#include <unordered_set>

namespace shoal {

Expr::Expr(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
           std::shared_ptr<const Meta> meta, const Token& token)
    : operation_(std::move(operation)),
      inputs_(std::move(inputs)),
      meta_(std::move(meta)),
      token_(token) {}

ExprPtr Expr::make(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
                   std::shared_ptr<const Meta> meta) {
  Hasher hasher;
  hasher.text(operation->name());
  operation->hash(hasher);
  hash_kind(hasher, *meta);
  for (const auto& input : inputs) hasher.token(input->token());
  return make_named(std::move(operation), std::move(inputs), std::move(meta), hasher.finish());
}

ExprPtr Expr::make(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
                   Meta meta) {
  return make(std::move(operation), std::move(inputs),
              std::make_shared<const Meta>(std::move(meta)));
}

ExprPtr Expr::make_named(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
                         std::shared_ptr<const Meta> meta, const Token& token) {
  return ExprPtr(new Expr(std::move(operation), std::move(inputs), std::move(meta), token));
}

Expr::~Expr() {
  // The outermost destructor of a thread releases the inputs of all below it, which leave them
  // here.
  thread_local std::vector<ExprPtr>* left = nullptr;
  if (left) {
    std::move(inputs_.begin(), inputs_.end(), std::back_inserter(*left));
    return;
  }
  std::vector<ExprPtr> own = std::move(inputs_);
  left = &own;
  while (!own.empty()) {
    const ExprPtr last = std::move(own.back());
    own.pop_back();
  }
  left = nullptr;
}

std::vector<ExprPtr> topological_order(std::span<const ExprPtr> roots) {
  std::vector<ExprPtr> order;
  std::unordered_set<Token> seen;
  struct Visit {
    const ExprPtr* expr;
    std::size_t next_input;
  };
  std::vector<Visit> stack;
  for (const auto& root : roots) {
    if (!seen.insert(root->token()).second) continue;
    stack.push_back({&root, 0});
    while (!stack.empty()) {
      Visit& visit = stack.back();
      const auto& inputs = (*visit.expr)->inputs();
      if (visit.next_input == inputs.size()) {
        order.push_back(*visit.expr);
        stack.pop_back();
        continue;
      }
      const ExprPtr& input = inputs[visit.next_input++];
      if (seen.insert(input->token()).second) stack.push_back({&input, 0});
    }
  }
  return order;
}

namespace {

class HeldValues final : public Operation {
 public:
  HeldValues(std::string name, std::vector<Value> values)
      : name_(std::move(name)), values_(std::make_shared<std::vector<Value>>(std::move(values))) {}
  std::string name() const override { return name_; }
  void hash(Hasher& hasher) const override { hasher.token(unique_token()); }
  void lower(const Expr&, const LoweredInputs&, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer = graph.add_layer(
        make_kernel([values = values_](std::span<const Value>, const TaskContext& context) {
          return (*values)[static_cast<std::size_t>(context.index)];
        }),
        name_);
    for (std::size_t i = 0; i < values_->size(); ++i)
      blocks.push_back(graph.add(layer, static_cast<std::int64_t>(i), {}));
  }

 private:
  std::string name_;
  std::shared_ptr<const std::vector<Value>> values_;
};

}  // namespace

ExprPtr held_values(std::string name, std::vector<Value> values, Meta meta) {
  if (static_cast<std::int64_t>(values.size()) != block_count(meta))
    throw InternalError("held values: " + std::to_string(values.size()) + " values for " +
                        std::to_string(block_count(meta)) + " blocks");
  return Expr::make(std::make_shared<HeldValues>(std::move(name), std::move(values)), {},
                    std::move(meta));
}

LoweredGraph lower(std::span<const ExprPtr> roots) {
  LoweredGraph lowered;
  const std::vector<ExprPtr> order = topological_order(roots);
  std::unordered_map<Token, std::size_t> position;  // of a node in `order`
  position.reserve(order.size());
  std::vector<std::size_t> first_block(order.size() + 1, 0);
  std::vector<TaskId> blocks;
  blocks.reserve(order.size());
  LoweredInputs inputs;
  std::vector<TaskId> own;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Expr& expr = *order[i];
    inputs.clear();
    for (const auto& input : expr.inputs()) {
      const std::size_t at = position.at(input->token());
      inputs.emplace_back(blocks.data() + first_block[at], first_block[at + 1] - first_block[at]);
    }
    own.clear();
    expr.operation().lower(expr, inputs, lowered.graph, own);
    if (static_cast<std::int64_t>(own.size()) != block_count(expr.meta()))
      throw InternalError(expr.operation().name() + ": lowered to " + std::to_string(own.size()) +
                          " blocks, its meta says " + std::to_string(block_count(expr.meta())));
    blocks.insert(blocks.end(), own.begin(), own.end());
    first_block[i + 1] = blocks.size();
    position.emplace(expr.token(), i);
  }
  for (const auto& root : roots) {
    const std::size_t at = position.at(root->token());
    lowered.outputs.emplace_back(blocks.begin() + static_cast<std::ptrdiff_t>(first_block[at]),
                                 blocks.begin() + static_cast<std::ptrdiff_t>(first_block[at + 1]));
  }
  return lowered;
}

std::string plan_text(std::span<const ExprPtr> roots) {
  std::string text;
  std::unordered_set<Token> shown;
  struct Line {
    const Expr* expr;
    std::size_t depth;
  };
  std::vector<Line> stack;
  for (auto root = roots.rbegin(); root != roots.rend(); ++root) stack.push_back({root->get(), 0});
  while (!stack.empty()) {
    const Line line = stack.back();
    stack.pop_back();
    const Expr& expr = *line.expr;
    const bool first = shown.insert(expr.token()).second;
    text += std::string(2 * line.depth, ' ') + expr.operation().name();
    const std::string parameters = expr.operation().parameters();
    if (!parameters.empty()) text += "(" + parameters + ")";
    text += "  " + describe(expr.meta());
    const std::string runs = expr.operation().runs();
    if (!runs.empty()) text += "  [" + runs + "]";
    if (!first && !expr.inputs().empty()) {
      text += "  (see above)\n";
      continue;
    }
    text += "\n";
    for (auto input = expr.inputs().rbegin(); input != expr.inputs().rend(); ++input)
      stack.push_back({input->get(), line.depth + 1});
  }
  return text;
}

}  // namespace shoal
