// Observer: told of a run's progress. Calls come from several threads, one at a time per run.
#pragma once

#include <cstddef>
#include <string_view>

namespace shoal {

class Observer {
 public:
  virtual ~Observer() = default;
  virtual void run_started(std::size_t tasks) { (void)tasks; }
  virtual void task_finished(std::string_view layer) { (void)layer; }
  virtual void run_finished(bool ok) { (void)ok; }
};

}  // namespace shoal
