// order(): in which order to run a graph so that results are freed soon.
//
// The tasks are taken depth-first from the outputs, of a task's inputs the one first whose own work
// needs most memory (Sethi and Ullman's rule for registers). On the way, as soon as everything that
// still needs some result could run, and would take no more memory than that result frees, it
// runs at once: so `x + x.T` finishes block (1, 0) right after (0, 1), and several reductions of
// one array walk it together. Linear in tasks and edges but for the sorting of each task's inputs.
#pragma once

#include "graph/dependents.hpp"
#include "graph/graph.hpp"

namespace shoal {

constexpr std::uint32_t not_needed = std::numeric_limits<std::uint32_t>::max();

// For each task its place in the order, 0 first; `not_needed` for tasks that no output needs.
std::vector<std::uint32_t> order(const Graph& graph, std::span<const TaskId> outputs);
std::vector<std::uint32_t> order(const Graph& graph, const Dependents& dependents,
                                 std::span<const TaskId> outputs);

// For each task whether an output needs it. Throws InternalError for an output not in the graph.
std::vector<bool> needed_tasks(const Graph& graph, std::span<const TaskId> outputs);

}  // namespace shoal
