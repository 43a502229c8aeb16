// The bare task: one call of a function, an expression of one value.
#pragma once

#include <shoal/bound_call.hpp>

#include "expr/expr.hpp"

namespace shoal {

// The Meta that all calls share.
const std::shared_ptr<const Meta>& delayed_meta();

// A call under a name of its own: a pure call (its content's hash) or one that the user named.
ExprPtr make_named_call(std::shared_ptr<const CallKernel> kernel, std::vector<ExprPtr> inputs,
                        const Token& token);

}  // namespace shoal
