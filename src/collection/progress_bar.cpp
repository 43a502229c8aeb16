#include <unistd.h>
#include <shoal/compute.hpp>

#include <chrono>
#include <cstdio>

namespace shoal {

struct ProgressBar::State {
  using Clock = std::chrono::steady_clock;

  void print(const char* ending) const {
    constexpr int width = 40;
    const double share =
        tasks == 0 ? 1 : static_cast<double>(finished) / static_cast<double>(tasks);
    const int filled = static_cast<int>(share * width);
    const std::chrono::duration<double> elapsed = Clock::now() - start;
    std::string bar = "[" + std::string(static_cast<std::size_t>(filled), '#') +
                      std::string(static_cast<std::size_t>(width - filled), ' ') + "]";
    // On a terminal a line is written over the one before.
    std::fprintf(stderr, "%s%s %3d%% %.1f s%s", terminal ? "\r" : "", bar.c_str(),
                 static_cast<int>(100 * share), elapsed.count(), ending);
    std::fflush(stderr);
  }

  Clock::duration interval{};
  Clock::time_point start, next;
  std::size_t tasks = 0;
  std::size_t finished = 0;
  bool terminal = false;
};

ProgressBar::ProgressBar(double seconds_between_updates) : state_(std::make_unique<State>()) {
  state_->interval = std::chrono::duration_cast<State::Clock::duration>(
      std::chrono::duration<double>(seconds_between_updates));
  state_->terminal = ::isatty(STDERR_FILENO) == 1;
}

ProgressBar::~ProgressBar() = default;

void ProgressBar::run_started(std::size_t tasks) {
  state_->start = state_->next = State::Clock::now();
  state_->tasks = tasks;
  state_->finished = 0;
}

void ProgressBar::task_finished(std::string_view) {
  ++state_->finished;
  const auto now = State::Clock::now();
  if (!state_->terminal || now < state_->next) return;  // a log file gets the last line only
  state_->next = now + state_->interval;
  state_->print("");
}

void ProgressBar::run_finished(bool ok) { state_->print(ok ? "\n" : " (stopped)\n"); }

}  // namespace shoal
