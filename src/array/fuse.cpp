// The fusing pass: whole DAGs of elementwise operations, views and sources become one operation
// each, with the reduction or the store at their end, so that nothing between is materialised.
//
// Nodes are visited users first. A node is known to its users' groups under the view (IndexMap)
// they have of it: a slice or a transpose is only another view, so selections move down to the
// sources by themselves. A node is computed inside every group that uses it when that is no more
// work than computing it once, or when it is cheap; otherwise it becomes a group of its own, whose
// blocks the others read.
#include <algorithm>
#include <optional>
#include <unordered_map>

#include "array/block_sizes.hpp"
#include "array/group.hpp"
#include "array/reduce.hpp"
#include "array/select.hpp"
#include "array/store.hpp"
#include "expr/optimize.hpp"

namespace shoal {
namespace {

constexpr int cheap = 4;                                // additions an element
constexpr std::int64_t largest_folded_block = 1 << 21;  // elements
constexpr std::int64_t smallest_folded_block = 1 << 14;

// A fused group with what ends it.
class Fused final : public Operation {
 public:
  Fused(std::shared_ptr<const Group> group, Chunks chunks, const ExprPtr& end)
      : group_(std::move(group)), chunks_(std::move(chunks)), token_(end->token()) {
    if (const auto* reduce = operation_as<TreeReduce>(end)) {
      reduction_ = reduce->reduction();
      end_ = reduce->name() + "(" + reduce->parameters() + ")";
    } else if (const auto* store = operation_as<Store>(end)) {
      blocks_go_ = BlocksGo::IntoOneArray;
      end_ = store->name();
    }
  }

  std::string name() const override { return "fused"; }

  std::string parameters() const override {
    std::string text;
    for (const std::string& name : group_->names()) text += (text.empty() ? "" : ", ") + name;
    return end_.empty() ? text : text + " -> " + end_;
  }

  void hash(Hasher& hasher) const override { hasher.token(token_); }

  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    if (reduction_)
      lower_reduction(group_, chunks_, layer_name(), *reduction_, inputs, graph, blocks);
    else lower_group(group_, chunks_, layer_name(), blocks_go_, inputs, graph, blocks);
  }

 private:
  std::string layer_name() const {
    std::vector<std::string> names = group_->names();
    if (reduction_) names.emplace_back(reduction_->aggregator.name());
    if (blocks_go_ == BlocksGo::IntoOneArray) names.emplace_back("store");
    constexpr std::size_t most = 4;
    if (names.size() > most) return names.front() + "-...-" + names.back();
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : "-") + name;
    return text;
  }

  std::shared_ptr<const Group> group_;
  Chunks chunks_;
  Token token_;  // of the expression that the group computes
  std::optional<Reduction> reduction_;
  BlocksGo blocks_go_ = BlocksGo::IntoValues;
  std::string end_;
};

enum class Kind { Generated, Memory, Elementwise, Select, Reduce, Store, Other };

Kind kind_of(const ExprPtr& expr) {
  if (!std::holds_alternative<ArrayMeta>(expr->meta())) return Kind::Other;
  if (operation_as<GeneratedSource>(expr)) return Kind::Generated;
  if (operation_as<MemorySource>(expr)) return Kind::Memory;
  if (operation_as<Elementwise>(expr)) return Kind::Elementwise;
  if (operation_as<Select>(expr)) return Kind::Select;
  if (operation_as<TreeReduce>(expr)) return Kind::Reduce;
  if (operation_as<Store>(expr)) return Kind::Store;
  return Kind::Other;
}

bool ends_a_group(Kind kind) { return kind == Kind::Reduce || kind == Kind::Store; }

template <class Op>
std::shared_ptr<const Op> shared_operation(const ExprPtr& expr) {
  return std::dynamic_pointer_cast<const Op>(expr->operation_ptr());
}

// A node as one group sees it.
struct Use {
  std::size_t group = 0;  // the position of the node that ends the group
  IndexMap map;
  bool operator==(const Use&) const = default;
};

class Fuser {
 public:
  explicit Fuser(std::span<const ExprPtr> roots) : roots_(roots), order_(topological_order(roots)) {
    nodes_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i) {
      nodes_[i].kind = kind_of(order_[i]);
      position_.emplace(order_[i]->token(), i);
    }
    for (const ExprPtr& root : roots) nodes_[position_.at(root->token())].materialised = true;
  }

  std::vector<ExprPtr> run() {
    estimate_costs();
    for (std::size_t i = order_.size(); i-- > 0;) decide(i);
    results_.resize(order_.size());
    for (std::size_t i = 0; i < order_.size(); ++i)
      if (nodes_[i].materialised) results_[i] = rebuild(i);
    std::vector<ExprPtr> fused;
    for (const ExprPtr& root : roots_) fused.push_back(results_[position_.at(root->token())]);
    return fused;
  }

 private:
  struct Node {
    Kind kind = Kind::Other;
    bool materialised = false;
    int cost = 0;
    std::vector<Use> uses;
  };

  std::size_t input_position(std::size_t node, std::size_t input) const {
    return position_.at(order_[node]->inputs()[input]->token());
  }

  // The shape that a group which ends at the node iterates over.
  const ArrayMeta& iterated(std::size_t node) const {
    return ends_a_group(nodes_[node].kind) ? order_[node]->inputs()[0]->array_meta()
                                           : order_[node]->array_meta();
  }

  void estimate_costs() {
    constexpr int most = 1 << 20;
    for (std::size_t i = 0; i < order_.size(); ++i) {
      const auto* operation = operation_as<Elementwise>(order_[i]);
      int cost = operation ? operation->cost() : nodes_[i].kind == Kind::Select ? 0 : 1;
      if (nodes_[i].kind == Kind::Elementwise || nodes_[i].kind == Kind::Select)
        for (std::size_t k = 0; k < order_[i]->inputs().size(); ++k)
          cost = std::min(most, cost + nodes_[input_position(i, k)].cost);
      nodes_[i].cost = cost;
    }
  }

  bool is_recomputed(std::size_t i) const {
    const Node& node = nodes_[i];
    if (node.kind == Kind::Generated || node.kind == Kind::Memory || node.cost <= cheap)
      return true;
    const std::int64_t once = element_count(order_[i]->array_meta().shape);
    std::int64_t work = 0;
    for (const Use& use : node.uses) {
      work += element_count(iterated(use.group).shape);
      if (work > once) return false;
    }
    return true;
  }

  void decide(std::size_t i) {
    Node& node = nodes_[i];
    const bool fusable = node.kind != Kind::Other && !ends_a_group(node.kind);
    node.materialised = node.materialised || !fusable || !is_recomputed(i);
    if (node.kind == Kind::Other) {
      for (std::size_t k = 0; k < order_[i]->inputs().size(); ++k)
        nodes_[input_position(i, k)].materialised = true;
      return;
    }
    if (node.materialised) node.uses = {Use{i, identity_map(iterated(i).shape.size())}};
    for (std::size_t k = 0; k < order_[i]->inputs().size(); ++k) {
      Node& input = nodes_[input_position(i, k)];
      for (const Use& use : node.uses) {
        Use seen{use.group, map_to_input(i, use.map)};
        if (std::find(input.uses.begin(), input.uses.end(), seen) == input.uses.end())
          input.uses.push_back(std::move(seen));
      }
    }
  }

  IndexMap map_to_input(std::size_t node, const IndexMap& map) const {
    const auto* view = operation_as<Select>(order_[node]);
    return view ? compose(map, view->map()) : map;
  }

  ExprPtr rebuild(std::size_t i) {
    const ExprPtr& expr = order_[i];
    if (nodes_[i].kind != Kind::Other) return build_group(i);
    std::vector<ExprPtr> inputs;
    bool changed = false;
    for (std::size_t k = 0; k < expr->inputs().size(); ++k) {
      inputs.push_back(results_[input_position(i, k)]);
      changed = changed || inputs.back() != expr->inputs()[k];
    }
    return changed ? Expr::make(expr->operation_ptr(), std::move(inputs), expr->meta_ptr()) : expr;
  }

  // What a group under construction has already: a node under a view.
  struct Seen {
    std::size_t node;
    IndexMap map;
    bool operator==(const Seen&) const = default;
  };
  struct SeenHash {
    std::size_t operator()(const Seen& seen) const {
      Hasher hasher;
      hasher.number(seen.node);
      hash_map(hasher, seen.map);
      return hasher.finish().low;
    }
  };

  ExprPtr build_group(std::size_t end) {
    const ExprPtr& expr = order_[end];
    const ArrayMeta& space = iterated(end);
    const std::size_t rank = space.shape.size();
    std::vector<bool> is_folded(rank, false);
    if (const auto* reduce = operation_as<TreeReduce>(expr))
      for (int axis : reduce->reduction().axes) is_folded[static_cast<std::size_t>(axis)] = true;
    Chunks chunks = cut_chunks(space.chunks, largest_folded_block, is_folded);
    const auto group = std::make_shared<Group>(rank);
    std::vector<ExprPtr> inputs;
    std::unordered_map<Seen, Group::StepId, SeenHash> steps;

    // Depth first without recursion: a node is opened, then closed when its inputs have steps.
    struct Visit {
      Seen seen;
      bool opened = false;
    };
    std::vector<Visit> stack;
    const Seen top{ends_a_group(nodes_[end].kind) ? input_position(end, 0) : end,
                   identity_map(rank)};
    stack.push_back({top});
    while (!stack.empty()) {
      const Seen seen = stack.back().seen;
      if (steps.contains(seen)) {
        stack.pop_back();
        continue;
      }
      const std::size_t node = seen.node;
      const ExprPtr& current = order_[node];
      if (nodes_[node].materialised && node != end) {
        inputs.push_back(
            select(results_[node], view_name(end), view_text(end), seen.map, space.shape, chunks));
        steps.emplace(seen, group->add_input(current->array_meta().dtype));
        stack.pop_back();
        continue;
      }
      switch (nodes_[node].kind) {
        case Kind::Generated:
          steps.emplace(seen, group->add_generated(
                                  shared_operation<GeneratedSource>(current),
                                  position_of(seen.map, rank,
                                              row_major_strides(current->array_meta().shape))));
          stack.pop_back();
          continue;
        case Kind::Memory: {
          auto source = shared_operation<MemorySource>(current);
          AffinePosition bytes = position_of(seen.map, rank, source->memory().strides());
          steps.emplace(seen, group->add_memory(std::move(source), std::move(bytes)));
          stack.pop_back();
          continue;
        }
        default: break;
      }
      const IndexMap inner = map_to_input(node, seen.map);
      if (!stack.back().opened) {
        stack.back().opened = true;
        for (std::size_t k = current->inputs().size(); k-- > 0;)
          stack.push_back({Seen{input_position(node, k), inner}});
        continue;
      }
      std::vector<Group::StepId> operands;
      for (std::size_t k = 0; k < current->inputs().size(); ++k)
        operands.push_back(steps.at(Seen{input_position(node, k), inner}));
      steps.emplace(seen, nodes_[node].kind == Kind::Select
                              ? operands[0]
                              : group->add_elementwise(shared_operation<Elementwise>(current),
                                                       std::move(operands)));
      stack.pop_back();
    }
    if (steps.at(top) + 1 != group->step_count())
      throw InternalError("fusing arrays: the last step of a group is not its result");
    if (inputs.empty()) chunks = joined_chunks(chunks, smallest_folded_block, is_folded);
    return finished(end, group, std::move(inputs), std::move(chunks));
  }

  // A group of one operation stays that operation.
  ExprPtr finished(std::size_t end, const std::shared_ptr<const Group>& group,
                   std::vector<ExprPtr> inputs, Chunks chunks) const {
    const ExprPtr& expr = order_[end];
    const bool only_input = group->step_count() == 1 && inputs.size() == 1;
    const bool only_this = group->step_count() == inputs.size() + 1;
    switch (nodes_[end].kind) {
      case Kind::Generated:
      case Kind::Memory: return expr;
      case Kind::Select:
        if (only_input) return inputs[0];
        break;
      case Kind::Reduce:
      case Kind::Store:
        if (only_input)
          return Expr::make(expr->operation_ptr(), std::move(inputs), expr->meta_ptr());
        break;
      default:
        if (only_this && inputs.size() == expr->inputs().size())
          return Expr::make(expr->operation_ptr(), std::move(inputs), expr->meta_ptr());
    }
    return Expr::make(std::make_shared<Fused>(group, std::move(chunks), expr), std::move(inputs),
                      expr->meta_ptr());
  }

  // What plans call the reading of another group's blocks: the view's own name where it is alone.
  std::string view_name(std::size_t end) const {
    return nodes_[end].kind == Kind::Select ? order_[end]->operation().name() : "read";
  }
  std::string view_text(std::size_t end) const {
    return nodes_[end].kind == Kind::Select ? order_[end]->operation().parameters() : "";
  }

  std::span<const ExprPtr> roots_;
  std::vector<ExprPtr> order_;
  std::vector<Node> nodes_;
  std::unordered_map<Token, std::size_t> position_;
  std::vector<ExprPtr> results_;  // of materialised nodes
};

const bool registered = register_pass(
    {"fuse arrays", PassStage::Fuse,
     [](std::span<const ExprPtr> roots) { return Fuser(roots).run(); }, MetaKind::Array});

}  // namespace
}  // namespace shoal
