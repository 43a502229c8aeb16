#include "exec/executor.hpp"

namespace shoal {

Executor& find_executor(std::string_view name) {
  static InlineExecutor inline_executor;
  static ThreadsExecutor threads_executor;
  if (name == "sync") return inline_executor;
  if (name == "threads") return threads_executor;
  throw ValueError("scheduler '" + std::string(name) +
                   "' is not known; use 'sync' (one thread, for debugging) or 'threads'");
}

}  // namespace shoal
