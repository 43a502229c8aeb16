// Runs work at build time, before there is a graph, on the cores this process may use.
#pragma once

#include <shoal/config.hpp>

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <exception>
#include <thread>
#include <vector>

namespace shoal {

// work(i) for i in [0, count). Of several exceptions that of the smallest i is thrown.
template <class Work>
void parallel_for(std::size_t count, const Work& work) {
  std::vector<std::exception_ptr> errors(count);
  std::atomic<std::size_t> next{0};
  const auto run = [&] {
    for (std::size_t i = next++; i < count; i = next++) {
      try {
        work(i);
      } catch (...) {
        errors[i] = std::current_exception();
      }
    }
  };
  const auto workers = std::min(static_cast<std::size_t>(available_cores()), count);
  {
    std::vector<std::jthread> threads;
    for (std::size_t i = 1; i < workers; ++i) threads.emplace_back(run);
    run();
  }
  for (const auto& error : errors)
    if (error) std::rethrow_exception(error);
}

}  // namespace shoal
