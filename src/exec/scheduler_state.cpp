#include "exec/scheduler_state.hpp"

#include <algorithm>

#include "graph/order.hpp"

namespace shoal {

SchedulerState::SchedulerState(const Graph& graph, const Dependents& dependents,
                               std::span<const TaskId> outputs,
                               std::span<const std::uint32_t> ranks, std::int64_t memory_limit)
    : graph_(graph),
      dependents_(dependents),
      ranks_(ranks),
      tasks_(graph.size()),
      quick_(graph.layer_count(), false),
      budget_(memory_limit) {
  budget_.check(graph);
  const auto count = static_cast<TaskId>(graph.size());
  needed_ = static_cast<std::size_t>(
      std::count_if(ranks.begin(), ranks.end(), [](auto rank) { return rank != not_needed; }));
  unfinished_ = needed_;
  by_rank_.resize(needed_);
  if (budget_.limited()) bytes_.resize(count);
  find_resources();
  for (TaskId id = 0; id < count; ++id) {
    if (ranks[id] == not_needed) continue;
    by_rank_[ranks[id]] = id;
    const auto inputs = graph.inputs(id);
    TaskState& task = tasks_[id];
    task.waiting = static_cast<std::uint32_t>(inputs.size());
    std::int64_t input_bytes = 0;
    for (TaskId input : inputs) {
      ++tasks_[input].users;
      input_bytes += graph.task(input).bytes;
    }
    task.growing = inputs.empty() || graph.task(id).bytes > input_bytes;
    if (inputs.empty()) make_ready(id);
  }
  for (TaskId output : outputs) ++tasks_[output].users;
}

void SchedulerState::find_resources() {
  resources_ = {nullptr};
  layer_resources_.reserve(graph_.layer_count());
  for (LayerId id = 0; id < graph_.layer_count(); ++id) {
    Resource* resource = graph_.layer(id).kernel->resource();
    auto known = std::find(resources_.begin(), resources_.end(), resource);
    if (known == resources_.end()) known = resources_.insert(known, resource);
    layer_resources_.push_back(static_cast<ResourceId>(known - resources_.begin()));
  }
  for (std::size_t i = 0; i < resources_.size(); ++i) lanes_.emplace_back(needed_);
}

void SchedulerState::make_ready(TaskId task) {
  Lane& lane = lanes_[resource_of(task)];
  (tasks_[task].growing ? lane.growing : lane.steady).insert(ranks_[task]);
  ++ready_;
}

bool SchedulerState::admits(std::uint32_t rank) const {
  return budget_.admits(graph_.task(by_rank_[rank]).bytes, running_);
}

void SchedulerState::consider(ResourceId resource, bool growing, Choice& choice) const {
  const Lane& lane = lanes_[resource];
  const std::uint32_t rank = (growing ? lane.growing : lane.steady).least();
  if (rank < choice.rank && (!growing || admits(rank))) choice = {rank, resource, growing};
}

SchedulerState::Choice SchedulerState::choose(ResourceId held) const {
  Choice choice;
  if (held != 0) {
    consider(held, false, choice);
    consider(held, true, choice);
    if (choice.rank != RankSet::none) return choice;
  }
  // Waiting for a busy resource would waste the worker; but sources are not run ahead of their
  // turn, or their results would pile up.
  Choice any;
  for (ResourceId resource = 0; resource < lanes_.size(); ++resource) {
    if (!lanes_[resource].busy) consider(resource, false, choice);
    consider(resource, false, any);
    consider(resource, true, any);
  }
  const bool best_is_busy = any.rank != RankSet::none && lanes_[any.resource].busy;
  return best_is_busy && choice.rank != RankSet::none ? choice : any;
}

void SchedulerState::start(const Choice& choice, std::vector<TaskId>& out) {
  Lane& lane = lanes_[choice.resource];
  (choice.growing ? lane.growing : lane.steady).erase(choice.rank);
  const TaskId task = by_rank_[choice.rank];
  budget_.started(graph_.task(task).bytes);
  --ready_;
  ++running_;
  out.push_back(task);
}

std::size_t SchedulerState::take(ResourceId held, std::size_t most, std::vector<TaskId>& out) {
  if (ready_ == 0 || most == 0) return 0;
  Choice choice = choose(held);
  std::size_t taken = 0;
  while (choice.rank != RankSet::none) {
    start(choice, out);
    if (++taken == most || !is_quick(choice)) break;
    const ResourceId resource = choice.resource;
    choice = {};
    consider(resource, false, choice);
    consider(resource, true, choice);
    if (choice.rank != RankSet::none && !is_quick(choice)) break;
  }
  return taken;
}

bool SchedulerState::is_quick(const Choice& choice) const {
  return quick_[graph_.task(by_rank_[choice.rank]).layer];
}

void SchedulerState::finished(TaskId id, std::int64_t bytes, std::vector<TaskId>& released) {
  --running_;
  --unfinished_;
  if (budget_.limited()) {
    budget_.ended(graph_.task(id).bytes);
    budget_.stored(bytes);
    bytes_[id] = bytes;
  }
  for (TaskId input : graph_.inputs(id))
    if (--tasks_[input].users == 0) {
      released.push_back(input);
      if (budget_.limited()) budget_.released(bytes_[input]);
    }
  if (stopped_) return;
  for (TaskId user : dependents_.of(id))
    if (ranks_[user] != not_needed && --tasks_[user].waiting == 0) make_ready(user);
}

void SchedulerState::failed(TaskId id) {
  --running_;
  budget_.ended(graph_.task(id).bytes);
  stop();
}

void SchedulerState::cancel() { stop(); }

void SchedulerState::stop() {
  stopped_ = true;
  ready_ = 0;
  for (Lane& lane : lanes_) {
    lane.steady.clear();
    lane.growing.clear();
  }
}

}  // namespace shoal
