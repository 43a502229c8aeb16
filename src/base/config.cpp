#include <sched.h>
#include <shoal/config.hpp>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <mutex>
#include <thread>

namespace shoal {
namespace {

struct Settings {
  std::mutex mutex;
  Config config;
};

Settings& settings() {
  static Settings settings;
  return settings;
}

// Cores that the control group's quota allows, rounded up; a large number where there is none.
int control_group_cores() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (file >> quota >> period && quota != "max" && period > 0)
    return std::max(1, static_cast<int>(std::ceil(std::stod(quota) / period)));
  return 1 << 20;
}

}  // namespace

Config current_config() {
  std::lock_guard lock(settings().mutex);
  return settings().config;
}

void set_config(const Config& config) {
  std::lock_guard lock(settings().mutex);
  settings().config = config;
}

int available_cores() {
  int cores = std::max(1u, std::thread::hardware_concurrency());
  cpu_set_t mask;
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) cores = CPU_COUNT(&mask);
  return std::max(1, std::min(cores, control_group_cores()));
}

}  // namespace shoal
