// SchedulerState: which tasks of a graph may run now, and which results nobody needs any more.
//
// A pure machine: events in (finished, failed, cancel), instructions out (tasks to start, results
// to release). It has no threads, no clock and no I/O, and never sees a result, so every order of
// events can be tried without running anything. The executors call it under a lock of theirs.
#pragma once

#include "exec/memory_budget.hpp"
#include "exec/rank_set.hpp"
#include "graph/dependents.hpp"
#include "graph/graph.hpp"

namespace shoal {

using ResourceId = std::uint32_t;  // 0: none; others count the run's distinct Resources from 1

class SchedulerState {
 public:
  // Starts with every source ready; `ranks` is order()'s answer. The graph must outlive the state.
  // Throws MemoryError when a task can never fit the memory limit (0: none).
  SchedulerState(const Graph& graph, const Dependents& dependents, std::span<const TaskId> outputs,
                 std::span<const std::uint32_t> ranks, std::int64_t memory_limit);

  // Instruction: start these. Appends at most `most` tasks to `out`, the first in order first, all
  // of one resource: `held` where it has ready tasks (0: the worker holds nothing), else one that
  // is not busy where such a task neither makes memory grow nor has to wait for memory, else any.
  // More than one only of layers that are quick. Appends none when nothing is ready or memory is
  // short.
  std::size_t take(ResourceId held, std::size_t most, std::vector<TaskId>& out);

  // Event: a taken task has its result, of `bytes` bytes. Instruction: drop the results appended to
  // `released`.
  void finished(TaskId task, std::int64_t bytes, std::vector<TaskId>& released);
  // Event: a taken task has failed, or was not started. Nothing is handed out any more.
  void failed(TaskId task);
  // Event: the run is given up. Nothing is handed out any more.
  void cancel();
  // Event: a worker holds this resource, or none does any more. Others then prefer other tasks.
  void set_busy(ResourceId resource, bool busy) { lanes_[resource].busy = busy; }

  // Event: tasks of this layer take so little time that one may wait for others of its worker's.
  void set_quick(LayerId layer, bool quick) { quick_[layer] = quick; }

  bool stopped() const { return stopped_; }
  bool done() const { return running_ == 0 && (stopped_ || unfinished_ == 0); }
  std::size_t ready() const { return ready_; }
  std::size_t running() const { return running_; }
  std::size_t needed() const { return needed_; }  // tasks the outputs need
  const MemoryBudget& budget() const { return budget_; }

  Resource* resource(ResourceId id) const { return resources_[id]; }
  ResourceId resource_of(TaskId task) const { return layer_resources_[graph_.task(task).layer]; }
  std::size_t resource_count() const { return resources_.size(); }  // with "none"

 private:
  // The ready tasks of one resource. Those that make memory grow stand apart, so that they can be
  // withheld.
  struct Lane {
    explicit Lane(std::size_t bound) : steady(bound), growing(bound) {}
    RankSet steady;
    RankSet growing;
    bool busy = false;
  };
  struct TaskState {
    std::uint32_t waiting = 0;  // inputs not yet finished
    std::uint32_t users = 0;    // users not yet finished; an output has one for ever
    bool growing = false;
  };
  struct Choice {
    std::uint32_t rank = RankSet::none;
    ResourceId resource = 0;
    bool growing = false;
  };

  void find_resources();
  void make_ready(TaskId task);
  bool admits(std::uint32_t rank) const;
  bool is_quick(const Choice& choice) const;
  void consider(ResourceId resource, bool growing, Choice& choice) const;
  Choice choose(ResourceId held) const;
  void start(const Choice& choice, std::vector<TaskId>& out);
  void stop();

  const Graph& graph_;
  const Dependents& dependents_;
  std::span<const std::uint32_t> ranks_;
  std::vector<TaskId> by_rank_;
  std::vector<TaskState> tasks_;
  std::vector<std::int64_t> bytes_;  // of the results that are there, only under a memory limit
  std::vector<Resource*> resources_;
  std::vector<ResourceId> layer_resources_;
  std::vector<Lane> lanes_;  // one a resource
  std::vector<bool> quick_;  // by layer
  MemoryBudget budget_;
  std::size_t needed_ = 0;
  std::size_t unfinished_ = 0;
  std::size_t ready_ = 0;
  std::size_t running_ = 0;
  bool stopped_ = false;
};

}  // namespace shoal
