#include "graph/order.hpp"

#include <algorithm>

namespace shoal {
namespace {

class Ordering {
 public:
  Ordering(const Graph& graph, const Dependents& dependents, std::span<const TaskId> outputs)
      : graph_(graph),
        dependents_(dependents),
        outputs_(outputs),
        tasks_(graph.size()),
        ranks_(graph.size(), not_needed) {}

  std::vector<std::uint32_t> run() {
    count();
    estimate_needs();
    for (TaskId output : outputs_) visit(output);
    return std::move(ranks_);
  }

 private:
  struct State {
    std::int64_t need = 0;         // memory its whole subtree needs at its peak
    std::int64_t ready_bytes = 0;  // of the results of its users that are ready
    std::uint32_t missing = 0;     // distinct inputs not yet placed
    std::uint32_t users = 0;       // distinct users not yet placed; an output has one for ever
    std::uint32_t ready_users = 0;
    TaskId seen_from = not_needed;  // the last task whose inputs were walked over this one
    bool needed = false;
  };

  std::int64_t bytes(TaskId id) const { return std::max<std::int64_t>(1, graph_.task(id).bytes); }

  // Calls function(input) once for each distinct input.
  template <class Function>
  void for_each_input(TaskId id, Function function) {
    const auto inputs = graph_.inputs(id);
    if (inputs.size() == 1) {
      function(inputs[0]);
      return;
    }
    for (TaskId input : inputs) tasks_[input].seen_from = not_needed;
    for (TaskId input : inputs) {
      if (tasks_[input].seen_from == id) continue;
      tasks_[input].seen_from = id;
      function(input);
    }
  }

  void count() {
    for (TaskId output : outputs_) {
      if (output >= graph_.size()) throw InternalError("order: an output is not in the graph");
      tasks_[output].needed = true;
      tasks_[output].users = 1;
    }
    for (std::size_t i = graph_.size(); i-- > 0;) {
      const auto id = static_cast<TaskId>(i);
      State& task = tasks_[id];
      if (!task.needed) continue;
      for_each_input(id, [&](TaskId input) {
        tasks_[input].needed = true;
        ++tasks_[input].users;
        ++task.missing;
      });
    }
  }

  // Inputs whose subtrees need more beyond their result come first.
  bool before(TaskId a, TaskId b) const {
    return tasks_[a].need - bytes(a) > tasks_[b].need - bytes(b);
  }

  void estimate_needs() {
    std::vector<TaskId> inputs;
    for (TaskId id = 0; id < graph_.size(); ++id) {
      State& task = tasks_[id];
      if (!task.needed) continue;
      const auto given = graph_.inputs(id);
      std::int64_t held = 0;
      if (given.size() == 1) {
        task.need = tasks_[given[0]].need;
        held = bytes(given[0]);
      } else {
        inputs.assign(given.begin(), given.end());
        sort_inputs(inputs);
        for (TaskId input : inputs) {
          task.need = std::max(task.need, held + tasks_[input].need);
          held += bytes(input);
        }
      }
      task.need = std::max(task.need, held + bytes(id));
    }
  }

  void sort_inputs(std::vector<TaskId>& inputs) const {
    const auto earlier = [this](TaskId a, TaskId b) { return before(a, b); };
    if (!std::is_sorted(inputs.begin(), inputs.end(), earlier))
      std::stable_sort(inputs.begin(), inputs.end(), earlier);
  }

  void visit(TaskId output) {
    pending_.push_back(output);
    while (!pending_.empty()) {
      const TaskId id = pending_.back();
      if (ranks_[id] != not_needed) {
        pending_.pop_back();
      } else if (tasks_[id].missing == 0) {
        pending_.pop_back();
        place(id);
        drain();
      } else {
        inputs_.assign(graph_.inputs(id).begin(), graph_.inputs(id).end());
        sort_inputs(inputs_);
        for (auto input = inputs_.rbegin(); input != inputs_.rend(); ++input)
          if (ranks_[*input] == not_needed) pending_.push_back(*input);
      }
    }
  }

  void place(TaskId id) {
    ranks_[id] = next_rank_++;
    for_each_input(id, [&](TaskId input) {
      State& task = tasks_[input];
      --task.users;
      --task.ready_users;
      task.ready_bytes -= bytes(id);
      check(input);
    });
    TaskId last = not_needed;
    for (TaskId user : dependents_.of(id)) {
      if (user == last) continue;
      last = user;
      if (!tasks_[user].needed || --tasks_[user].missing > 0) continue;
      for_each_input(user, [&](TaskId input) {
        ++tasks_[input].ready_users;
        tasks_[input].ready_bytes += bytes(user);
        check(input);
      });
    }
  }

  bool can_be_freed(TaskId id) const {
    const State& task = tasks_[id];
    return task.users > 0 && task.users == task.ready_users && task.ready_bytes <= bytes(id);
  }

  void check(TaskId id) {
    if (can_be_freed(id)) freeable_.push_back(id);
  }

  void drain() {
    while (!freeable_.empty()) {
      const TaskId id = freeable_.back();
      freeable_.pop_back();
      if (!can_be_freed(id)) continue;
      for (TaskId user : dependents_.of(id))
        if (tasks_[user].needed && ranks_[user] == not_needed) place(user);
    }
  }

  const Graph& graph_;
  const Dependents& dependents_;
  std::span<const TaskId> outputs_;
  std::vector<State> tasks_;
  std::vector<std::uint32_t> ranks_;
  std::uint32_t next_rank_ = 0;
  std::vector<TaskId> pending_;   // the depth-first walk
  std::vector<TaskId> freeable_;  // results that may be free after their ready users
  std::vector<TaskId> inputs_;
};

}  // namespace

std::vector<std::uint32_t> order(const Graph& graph, const Dependents& dependents,
                                 std::span<const TaskId> outputs) {
  return Ordering(graph, dependents, outputs).run();
}

std::vector<std::uint32_t> order(const Graph& graph, std::span<const TaskId> outputs) {
  return order(graph, Dependents(graph), outputs);
}

std::vector<bool> needed_tasks(const Graph& graph, std::span<const TaskId> outputs) {
  std::vector<bool> needed(graph.size(), false);
  for (TaskId output : outputs) {
    if (output >= graph.size()) throw InternalError("graph: an output is not in the graph");
    needed[output] = true;
  }
  for (std::size_t id = graph.size(); id-- > 0;)
    if (needed[id])
      for (TaskId input : graph.inputs(static_cast<TaskId>(id))) needed[input] = true;
  return needed;
}

}  // namespace shoal
