#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>
#include <shoal/compute.hpp>
#include <shoal/config.hpp>

#include <atomic>
#include <filesystem>
#include <fstream>

#include "expr/expr.hpp"
#include "expr/optimize.hpp"

namespace shoal {
namespace {

namespace fs = std::filesystem;

// Adds a number to each block of its input.
class AddNumber final : public Operation {
 public:
  AddNumber(int number, std::atomic<int>* calls) : number_(number), calls_(calls) {}
  std::string name() const override { return "add_number"; }
  std::string parameters() const override { return std::to_string(number_); }
  void hash(Hasher& hasher) const override { hasher.number(number_); }
  void lower(const Expr&, const LoweredInputs& inputs, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer =
        graph.add_layer(make_kernel([number = number_, calls = calls_](
                                        std::span<const Value> values, const TaskContext&) {
                          if (calls) ++*calls;
                          return Value::of(values[0].as<int>() + number);
                        }),
                        name());
    for (std::size_t i = 0; i < inputs[0].size(); ++i)
      blocks.push_back(graph.add(layer, static_cast<std::int64_t>(i), {inputs[0][i]}));
  }

 private:
  int number_;
  std::atomic<int>* calls_;
};

ExprPtr numbers(std::vector<int> items) {
  std::vector<Value> values;
  for (int item : items) values.push_back(Value::of(item));
  const auto partitions = static_cast<std::int64_t>(values.size());
  return held_values("numbers", std::move(values), BagMeta{partitions});
}
ExprPtr add_number(const ExprPtr& input, int number, std::atomic<int>* calls = nullptr) {
  return Expr::make(std::make_shared<AddNumber>(number, calls), {input}, input->meta_ptr());
}
std::vector<int> ints(const std::vector<Value>& values) {
  std::vector<int> result;
  for (const Value& value : values) result.push_back(value.as<int>());
  return result;
}

class ComputeBlocks : public ::testing::TestWithParam<std::tuple<std::string, bool>> {
 protected:
  ComputeOptions options() const {
    ComputeOptions options;
    options.scheduler = std::get<0>(GetParam());
    options.optimize = std::get<1>(GetParam());
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(Settings, ComputeBlocks,
                         ::testing::Combine(::testing::Values("sync", "threads"),
                                            ::testing::Bool()));

TEST_P(ComputeBlocks, GivesEachExpressionItsBlocksInOrder) {
  const ExprPtr source = numbers({1, 2, 3});
  const std::vector<ExprPtr> roots = {add_number(add_number(source, 1), 10), source, numbers({}),
                                      add_number(source, 1), source};
  const auto results = compute_blocks(roots, options());
  ASSERT_EQ(results.size(), 5u);
  EXPECT_EQ(ints(results[0]), (std::vector<int>{12, 13, 14}));
  EXPECT_EQ(ints(results[1]), (std::vector<int>{1, 2, 3}));
  EXPECT_TRUE(results[2].empty());
  EXPECT_EQ(ints(results[3]), (std::vector<int>{2, 3, 4}));
  EXPECT_EQ(ints(results[4]), (std::vector<int>{1, 2, 3}));
}

TEST_P(ComputeBlocks, RunsCommonWorkOnce) {
  std::atomic<int> calls = 0;
  const ExprPtr common = add_number(numbers({1, 2, 3}), 1, &calls);
  const std::vector<ExprPtr> roots = {add_number(common, 1), add_number(common, 2)};
  compute_blocks(roots, options());
  EXPECT_EQ(calls, 3);
}

TEST_P(ComputeBlocks, LongChainsAreRun) {
  ExprPtr expr = numbers({0});
  for (int i = 0; i < 10000; ++i) expr = add_number(expr, 1);
  EXPECT_EQ(ints(compute_blocks(std::vector<ExprPtr>{expr}, options())[0]),
            std::vector<int>{10000});
}

TEST(ComputeOptions, AnUnknownSchedulerIsRefusedBeforeAnythingRuns) {
  std::atomic<int> calls = 0;
  const std::vector<ExprPtr> roots = {add_number(numbers({1}), 1, &calls)};
  ComputeOptions options;
  options.scheduler = "fastest";
  EXPECT_THROW(compute_blocks(roots, options), ValueError);
  EXPECT_EQ(calls, 0);
}

TEST(ComputeOptions, ANegativeNumberOfWorkersIsRefused) {
  const std::vector<ExprPtr> roots = {numbers({1})};
  ComputeOptions options;
  options.num_workers = -2;
  EXPECT_THROW(compute_blocks(roots, options), ValueError);
}

TEST(ComputeOptions, TheConfigurationHoldsWhereNoOptionIsGiven) {
  const Config before = current_config();
  Config config;
  config.scheduler = "fastest";
  set_config(config);
  const std::vector<ExprPtr> roots = {numbers({1})};
  EXPECT_THROW(compute_blocks(roots), ValueError);
  ComputeOptions options;
  options.scheduler = "sync";
  EXPECT_EQ(ints(compute_blocks(roots, options)[0]), std::vector<int>{1});
  set_config(before);
}

TEST(Explain, ShowsThePlansAndTheNumberOfTasks) {
  const std::vector<ExprPtr> roots = {add_number(add_number(numbers({1, 2}), 3), 4)};
  const std::string text = explain(roots);
  for (const char* part : {"As written:", "add_number(4)", "add_number(3)", "numbers",
                           "Passes:", "As run:", "Tasks: 6, 2 after chains are fused"})
    EXPECT_NE(text.find(part), std::string::npos) << part << "\n" << text;
}

TEST(GraphDot, DrawsFunctionsAndData) {
  const std::vector<ExprPtr> roots = {add_number(numbers({1, 2}), 3)};
  const std::string text = graph_dot(roots);
  std::size_t circles = 0, boxes = 0, at = 0;
  while ((at = text.find("shape=circle", at)) != std::string::npos) ++circles, ++at;
  at = 0;
  while ((at = text.find("shape=box", at)) != std::string::npos) ++boxes, ++at;
  EXPECT_EQ(circles, 4u);
  EXPECT_EQ(boxes, 4u);
  EXPECT_NE(text.find("label=\"add_number\""), std::string::npos);
  EXPECT_NE(text.find("data0 -> function2"), std::string::npos) << text;
}

class Visualize : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "visualizeXXXXXX").string();
    folder = ::mkdtemp(pattern.data());
  }
  void TearDown() override { fs::remove_all(folder); }
  std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(fs::directory_iterator(folder), fs::directory_iterator()));
  }
  std::string start_of(const fs::path& path) const {
    std::ifstream file(path, std::ios::binary);
    std::string text(200, '\0');
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    return text;
  }
  fs::path folder;
  std::vector<ExprPtr> roots = {add_number(numbers({1, 2}), 3)};
};

TEST_F(Visualize, WritesTheFormatOfTheEnding) {
  visualize(roots, folder / "graph.dot");
  EXPECT_EQ(start_of(folder / "graph.dot").find("digraph"), 0u);
  visualize(roots, folder / "graph.svg", true);
  EXPECT_EQ(start_of(folder / "graph.svg").find("<?xml"), 0u);
  visualize(roots, folder / "graph.png");
  EXPECT_EQ(start_of(folder / "graph.png").substr(1, 3), "PNG");
  EXPECT_EQ(files(), 3u);  // nothing else is left
}

TEST_F(Visualize, RefusesOtherEndings) {
  EXPECT_THROW(visualize(roots, folder / "graph.jpg"), ValueError);
  EXPECT_THROW(visualize(roots, folder / "graph"), ValueError);
  EXPECT_EQ(files(), 0u);
}

TEST_F(Visualize, AFolderThatIsNotThereIsAnIOError) {
  EXPECT_THROW(visualize(roots, folder / "no" / "graph.svg"), IOError);
}

TEST_F(Visualize, SaysWhenGraphvizIsMissing) {
  const std::string path = ::getenv("PATH");
  ::setenv("PATH", folder.c_str(), 1);
  try {
    visualize(roots, folder / "graph.svg");
    ADD_FAILURE() << "no exception";
  } catch (const IOError& error) {
    EXPECT_NE(std::string(error.what()).find("install Graphviz"), std::string::npos);
  }
  ::setenv("PATH", path.c_str(), 1);
  EXPECT_EQ(files(), 0u);
}

TEST(ProgressBar, PrintsTheShareDone) {
  ::testing::internal::CaptureStderr();
  {
    ProgressBar bar;
    ComputeOptions options;
    options.observers = {&bar};
    compute_blocks(std::vector<ExprPtr>{add_number(numbers({1, 2, 3}), 3)}, options);
  }
  const std::string printed = ::testing::internal::GetCapturedStderr();
  EXPECT_NE(printed.find("[########################################] 100%"), std::string::npos)
      << printed;
}

}  // namespace
}  // namespace shoal
