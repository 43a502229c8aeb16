// Chunks to run with, where they need not be the user's: blocks large enough that tasks cost
// nothing, small enough that there is work for every core.
#pragma once

#include <cstdint>
#include <vector>

#include "expr/expr.hpp"

namespace shoal {

// Cut, along the first axes that `may_change` allows, until no block has more than `elements`.
Chunks cut_chunks(const Chunks& chunks, std::int64_t elements, const std::vector<bool>& may_change);

// Neighbours joined, along the last axes that `may_change` allows, while blocks have at most
// `elements`.
Chunks joined_chunks(const Chunks& chunks, std::int64_t elements,
                     const std::vector<bool>& may_change);

// Whether any chunks of the array can be computed as they are, because all it is made of are
// elementwise operations, views and sources.
bool has_any_chunks(const ExprPtr& array);

}  // namespace shoal
