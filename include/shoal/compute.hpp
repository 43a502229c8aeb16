// What all lazy handles share: how they are computed, drawn and explained.
#pragma once

#include <shoal/kernel.hpp>
#include <shoal/observer.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace shoal {

class Expr;

struct ComputeOptions {
  std::optional<std::string> scheduler = {};  // "sync" or "threads"; the configured one when absent
  std::optional<int> num_workers = {};        // the configured number when absent
  bool optimize = true;                       // false: run the program as it was written
  std::vector<Observer*> observers = {};
  // Polled while waiting; true stops the run with Cancelled.
  std::function<bool()> interrupted = {};
  std::shared_ptr<const RunEnvironment> environment = {};
  // Threads of the caller's to run on instead of Shoal's: called once for each worker wanted with a
  // function to call once on another thread, late or never if need be (the run then goes on in the
  // caller's thread).
  std::function<void(std::function<void()> worker)> spawn = {};
};

// Computes several expressions in one run, common work once: for each its blocks' values, in
// row-major block order.
std::vector<std::vector<Value>> compute_blocks(
    std::span<const std::shared_ptr<const Expr>> expressions, const ComputeOptions& options = {});

// The program before and after the passes, and what each pass did.
std::string explain(std::span<const std::shared_ptr<const Expr>> expressions);

// The task graph in Graphviz' language.
std::string graph_dot(std::span<const std::shared_ptr<const Expr>> expressions,
                      bool optimize = false);

// Draws the task graph with Graphviz' `dot`; the format is the path's ending: svg, png, pdf, dot.
// Throws IOError when `dot` is not installed or the file cannot be written, ValueError for another
// ending.
void visualize(std::span<const std::shared_ptr<const Expr>> expressions, const std::string& path,
               bool optimize = false);

// Prints "[####      ] 40% 1.2 s" lines to standard error while a run goes on.
class ProgressBar final : public Observer {
 public:
  explicit ProgressBar(double seconds_between_updates = 0.1);
  ~ProgressBar() override;
  void run_started(std::size_t tasks) override;
  void task_finished(std::string_view layer) override;
  void run_finished(bool ok) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace shoal
