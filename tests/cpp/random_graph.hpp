// Graphs for tests: small builders, and random ones whose results are known without an executor.
#pragma once

#include <cstdint>
#include <random>
#include <vector>

#include "graph/graph.hpp"

namespace shoal::testing {

// A kernel that mixes its index and its inputs (std::uint64_t) into one number.
inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  return (a ^ (b + 0x9e3779b97f4a7c15ull + (a << 6) + (a >> 2))) * 0xff51afd7ed558ccdull;
}
inline KernelPtr mixing_kernel(std::uint64_t salt) {
  return make_kernel([salt](std::span<const Value> inputs, const TaskContext& context) {
    std::uint64_t result = mix(salt, static_cast<std::uint64_t>(context.index));
    for (const Value& input : inputs) result = mix(result, input.as<std::uint64_t>());
    return Value::of(result);
  });
}

struct RandomGraph {
  Graph graph;
  std::vector<TaskId> outputs;
  std::vector<std::uint64_t> expected;  // of every task, computed while building
};

// Some inputs and some outputs are named twice, some tasks are needed by no output.
inline RandomGraph random_graph(std::mt19937_64& random, std::size_t tasks, std::size_t outputs) {
  RandomGraph result;
  const auto below = [&](std::size_t bound) { return static_cast<std::size_t>(random() % bound); };
  std::vector<LayerId> layers;
  for (std::uint64_t i = 0; i < 4; ++i)
    layers.push_back(result.graph.add_layer(mixing_kernel(i), "layer" + std::to_string(i)));
  for (std::size_t id = 0; id < tasks; ++id) {
    std::vector<TaskId> inputs;
    const std::size_t count = id == 0 ? 0 : below(4);
    for (std::size_t i = 0; i < count; ++i) {
      const std::size_t reach = below(2) ? id : std::min<std::size_t>(id, 5);
      inputs.push_back(static_cast<TaskId>(id - 1 - below(reach)));
    }
    const std::size_t layer = below(layers.size());
    const auto index = static_cast<std::int64_t>(below(1000));
    std::uint64_t value = mix(layer, static_cast<std::uint64_t>(index));
    for (TaskId input : inputs) value = mix(value, result.expected[input]);
    result.graph.add(layers[layer], index, inputs, static_cast<std::int64_t>(below(100)));
    result.expected.push_back(value);
  }
  for (std::size_t i = 0; i < outputs && tasks > 0; ++i)
    result.outputs.push_back(static_cast<TaskId>(below(tasks)));
  return result;
}

}  // namespace shoal::testing
