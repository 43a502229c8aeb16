// Select: a view of its input through an IndexMap, cut into chunks of its own. Slicing,
// transposing, broadcasting and rechunking are all this one primitive.
#pragma once

#include <string>

#include "array/chunk_grid.hpp"
#include "array/index_map.hpp"
#include "expr/expr.hpp"

namespace shoal {

class Select final : public Operation {
 public:
  // `name` and `text` are for plans: "getitem" and "::2, 5000:".
  Select(std::string name, std::string text, IndexMap map, Shape shape, Chunks chunks);
  std::string name() const override { return name_; }
  std::string parameters() const override { return text_; }
  void hash(Hasher& hasher) const override;
  // A block that lies in one block of the input is a view of it; others are copied together.
  void lower(const Expr& self, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override;
  const IndexMap& map() const { return map_; }

 private:
  std::string name_;
  std::string text_;
  IndexMap map_;
  Shape shape_;
  Chunks chunks_;
};

// The input itself when nothing would change.
ExprPtr select(const ExprPtr& input, std::string name, std::string text, IndexMap map, Shape shape,
               Chunks chunks);
ExprPtr rechunked(const ExprPtr& input, const Chunks& chunks);

}  // namespace shoal
