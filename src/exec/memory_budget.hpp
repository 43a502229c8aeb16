// MemoryBudget: how many bytes the results that live and those being made may take.
#pragma once

#include "graph/graph.hpp"

namespace shoal {

class MemoryBudget {
 public:
  explicit MemoryBudget(std::int64_t limit) : limit_(limit) {}  // 0: no limit

  // Throws MemoryError when a task's result alone cannot fit.
  void check(const Graph& graph) const;

  bool limited() const { return limit_ > 0; }
  std::int64_t used() const { return live_ + projected_; }
  // May a task that grows memory start now? One that runs alone always may: nothing else could
  // make room for it.
  bool admits(std::int64_t expected_bytes, std::size_t running) const {
    return !limited() || running == 0 || used() + expected_bytes <= limit_;
  }

  void started(std::int64_t expected_bytes) { projected_ += expected_bytes; }
  void ended(std::int64_t expected_bytes) { projected_ -= expected_bytes; }
  void stored(std::int64_t bytes) { live_ += bytes; }
  void released(std::int64_t bytes) { live_ -= bytes; }

 private:
  std::int64_t limit_;
  std::int64_t live_ = 0;       // bytes of the results that are there
  std::int64_t projected_ = 0;  // bytes that the running tasks are expected to add
};

}  // namespace shoal
