// Settings that hold for every computation of the process unless one is given its own.
#pragma once

#include <cstdint>
#include <string>

namespace shoal {

struct Config {
  std::string scheduler = "threads";  // "sync" or "threads"; Python adds "processes"
  int num_workers = 0;                // 0: every core this process may use
  std::int64_t memory_limit = 0;      // bytes the running tasks' results may take; 0: no limit
};

// A copy of the settings in force. Safe from any thread.
Config current_config();
void set_config(const Config& config);

// Cores this process may use: the least of the machine's, the affinity mask's (taskset, Slurm) and
// the control group's quota. At least 1.
int available_cores();

}  // namespace shoal
