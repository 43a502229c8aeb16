// Expr: an immutable node of the program: an operation, its inputs, and the Meta of its result.
// Its token is a hash of its content, so equal work is found by comparing tokens.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/token.hpp"
#include "expr/meta.hpp"
#include "graph/graph.hpp"

namespace shoal {

class Expr;
using ExprPtr = std::shared_ptr<const Expr>;

// The tasks of an expression's inputs: one list of block ids an input, in row-major block order.
using LoweredInputs = std::vector<std::span<const TaskId>>;

// What a node does. Subclasses are the primitives of the array, frame, bag and delayed layers.
class Operation {
 public:
  virtual ~Operation() = default;
  virtual std::string name() const = 0;                  // "random", "add", "read_csv"
  virtual std::string parameters() const { return {}; }  // one line for plans
  virtual void hash(Hasher& hasher) const = 0;           // all that tells it from its namesakes
  // Appends the ids of the tasks that make this node's blocks, in row-major block order.
  virtual void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
                     std::vector<TaskId>& blocks) const = 0;
  // Where it runs, for plans: empty for native code, else "Python function inc".
  virtual std::string runs() const { return {}; }
};

class Expr {
 public:
  // The token is the hash of the operation, the inputs' tokens and what kind of result it is.
  static ExprPtr make(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
                      std::shared_ptr<const Meta> meta);
  static ExprPtr make(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
                      Meta meta);
  // A node whose identity is given: impure work, or work named by the user.
  static ExprPtr make_named(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
                            std::shared_ptr<const Meta> meta, const Token& token);
  ~Expr();  // frees chains of any length without recursion

  const Operation& operation() const { return *operation_; }
  const std::shared_ptr<const Operation>& operation_ptr() const { return operation_; }
  const std::vector<ExprPtr>& inputs() const { return inputs_; }
  const Meta& meta() const { return *meta_; }
  const std::shared_ptr<const Meta>& meta_ptr() const { return meta_; }
  const ArrayMeta& array_meta() const { return std::get<ArrayMeta>(*meta_); }
  const FrameMeta& frame_meta() const { return std::get<FrameMeta>(*meta_); }
  const BagMeta& bag_meta() const { return std::get<BagMeta>(*meta_); }
  const Token& token() const { return token_; }

  Expr(const Expr&) = delete;
  Expr& operator=(const Expr&) = delete;

 private:
  Expr(std::shared_ptr<const Operation> operation, std::vector<ExprPtr> inputs,
       std::shared_ptr<const Meta> meta, const Token& token);

  std::shared_ptr<const Operation> operation_;
  std::vector<ExprPtr> inputs_;
  std::shared_ptr<const Meta> meta_;
  Token token_;
};

// The operation as an `Op`, null when it is another.
template <class Op>
const Op* operation_as(const ExprPtr& expr) {
  return dynamic_cast<const Op*>(&expr->operation());
}

// Every node below the roots once (by token), inputs before their users.
std::vector<ExprPtr> topological_order(std::span<const ExprPtr> roots);

// Values already there, one a block: persisted results and user data.
ExprPtr held_values(std::string name, std::vector<Value> values, Meta meta);

// Lowers the roots into one graph, common work once. outputs[i] are the tasks of roots[i]'s blocks.
struct LoweredGraph {
  Graph graph;
  std::vector<std::vector<TaskId>> outputs;
};
LoweredGraph lower(std::span<const ExprPtr> roots);

// The nodes below the roots, one a line, indented under their users.
std::string plan_text(std::span<const ExprPtr> roots);

}  // namespace shoal
