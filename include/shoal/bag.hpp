// Bags: elements of any one type in partitions, for the first look at raw data.
//
//   auto bag = shoal::Bag<int>::from_sequence({1, 2, 3, 4, 5}, {.npartitions = 2});
//   std::vector<int> even = bag.filter([](int x) { return x % 2 == 0; }).compute();
#pragma once

#include <shoal/compute.hpp>

#include <algorithm>
#include <cstdint>
#include <map>
#include <optional>
#include <ostream>
#include <type_traits>

namespace shoal {

// A step over one partition (of each input). Adjacent steps run as one task.
class PartitionKernel : public Kernel {
 public:
  virtual std::string name() const = 0;
  virtual std::string runs() const { return {}; }  // as Operation::runs: empty for C++ code
  // This step and `next` over its result as one step, where they have a better way than one after
  // the other; null where they have not.
  virtual std::shared_ptr<const PartitionKernel> then(const PartitionKernel& next) const {
    (void)next;
    return nullptr;
  }
};

// How the partial results of partitions become one value. Partials come in the partitions' order.
struct PartialReduction {
  std::string name;
  KernelPtr combine;    // several partials to one
  KernelPtr finish;     // the last partials (at least one) to the result
  int split_every = 8;  // partials a task takes; 0: all at once
  std::string runs;     // as Operation::runs
};

struct Partitioning {
  std::int64_t npartitions = 0;     // wanted; fewer when the elements do not go further
  std::int64_t partition_size = 0;  // elements in each but the last; wins over npartitions
};

// The elements of each partition: by default one element each, or 100 partitions of equal size.
std::vector<std::int64_t> partition_sizes(std::int64_t elements, const Partitioning& partitioning);

std::shared_ptr<const Expr> bag_source(std::string name, std::vector<Value> partitions);
// Inputs are bags of equally many partitions, the first among them, or single values that every
// partition sees.
std::shared_ptr<const Expr> map_partitions(std::shared_ptr<const PartitionKernel> kernel,
                                           std::vector<std::shared_ptr<const Expr>> inputs);
std::shared_ptr<const Expr> reduce_partials(PartialReduction reduction,
                                            const std::shared_ptr<const Expr>& partials);
std::shared_ptr<const Expr> first_partitions(const std::shared_ptr<const Expr>& bag,
                                             std::int64_t count);  // -1: all
// One value, the partition itself.
std::shared_ptr<const Expr> one_partition(const std::shared_ptr<const Expr>& bag,
                                          std::int64_t index);
// A bag of single values, each a partition.
std::shared_ptr<const Expr> bag_of_values(std::vector<std::shared_ptr<const Expr>> values);
std::int64_t partition_count(const Expr& bag);
std::string bag_text(const Expr& bag);  // "shoal.bag<map, npartitions=2>"

// A step from a callable `Value(std::span<const Value>)`.
template <class Function>
std::shared_ptr<const PartitionKernel> make_partition_kernel(std::string name, Function function) {
  struct FunctionStep final : PartitionKernel {
    FunctionStep(std::string name, Function function)
        : step_name(std::move(name)), function(std::move(function)) {}
    std::string name() const override { return step_name; }
    Value run(std::span<const Value> inputs, const TaskContext&) const override {
      return function(inputs);
    }
    std::string step_name;
    Function function;
  };
  return std::make_shared<const FunctionStep>(std::move(name), std::move(function));
}

// One value to come out of a bag.
template <class T>
class Item {
 public:
  using value_type = T;
  explicit Item(std::shared_ptr<const Expr> expression) : expression_(std::move(expression)) {}
  T compute(const ComputeOptions& options = {}) const {
    return compute_blocks({&expression_, 1}, options)[0][0].template as<T>();
  }
  void visualize(const std::string& path, bool optimize = false) const {
    shoal::visualize({&expression_, 1}, path, optimize);
  }
  std::string explain() const { return shoal::explain({&expression_, 1}); }
  const std::shared_ptr<const Expr>& expression() const { return expression_; }

 private:
  std::shared_ptr<const Expr> expression_;
};

// What sums of T are: integers are summed in 64 bits.
template <class T>
using SumOf = std::conditional_t<
    std::is_integral_v<T>,
    std::conditional_t<std::is_signed_v<T> || std::is_same_v<T, bool>, std::int64_t, std::uint64_t>,
    T>;

template <class T>
class Bag {
 public:
  using value_type = T;

  static Bag from_sequence(const std::vector<T>& elements, const Partitioning& partitioning = {}) {
    std::vector<Value> partitions;
    auto next = elements.begin();
    for (const std::int64_t size :
         partition_sizes(static_cast<std::int64_t>(elements.size()), partitioning)) {
      partitions.push_back(Value::of(std::vector<T>(next, next + size)));
      next += size;
    }
    return Bag(bag_source("from_sequence", std::move(partitions)));
  }

  explicit Bag(std::shared_ptr<const Expr> expression) : expression_(std::move(expression)) {}

  template <class Function>
  auto map(Function function) const {
    using R = std::decay_t<std::invoke_result_t<const Function&, const T&>>;
    return step<R>("map", [function = std::move(function)](const std::vector<T>& partition) {
      std::vector<R> out;
      out.reserve(partition.size());
      for (const auto& element : partition) out.push_back(function(element));
      return out;
    });
  }

  template <class Predicate>
  Bag filter(Predicate predicate) const {
    return step<T>("filter", [predicate = std::move(predicate)](const std::vector<T>& partition) {
      std::vector<T> out;
      for (const auto& element : partition)
        if (predicate(element)) out.push_back(element);
      return out;
    });
  }

  // The elements of the elements.
  auto flatten() const {
    using R = std::decay_t<decltype(*std::declval<const T&>().begin())>;
    return step<R>("flatten", [](const std::vector<T>& partition) {
      std::vector<R> out;
      for (const auto& element : partition) out.insert(out.end(), element.begin(), element.end());
      return out;
    });
  }

  // `function` makes a std::vector<R> of each partition's std::vector<T>.
  template <class Function>
  auto map_partitions(Function function) const {
    using Out = std::decay_t<std::invoke_result_t<const Function&, const std::vector<T>&>>;
    return step<typename Out::value_type>("map_partitions", std::move(function));
  }

  // Folds neighbours with an associative function. Throws ValueError when there are no elements.
  template <class Binary>
  Item<T> fold(Binary binary) const {
    return fold_with<T>("fold", binary, binary, std::nullopt, std::nullopt);
  }
  // The initial value counts once, before all elements.
  template <class Binary>
  Item<T> fold(Binary binary, T initial) const {
    return fold_with<T>("fold", binary, binary, std::nullopt, std::move(initial));
  }
  // `binary(R, T)` takes in an element, `combine(R, R)` joins two results. Every partition that has
  // elements starts from `initial`: it must change nothing when combined.
  template <class Binary, class Combine, class R>
  Item<R> fold(Binary binary, Combine combine, R initial) const {
    return fold_with<R>("fold", binary, combine, initial, initial);
  }

  // `per_partition` makes a P of each partition's std::vector<T>, `aggregate` a result of a
  // std::vector<P>; in several rounds when the result is a P as well, else all at once.
  template <class PerPartition, class Aggregate>
  auto reduction(PerPartition per_partition, Aggregate aggregate,
                 std::string name = "reduction") const {
    using P = std::decay_t<std::invoke_result_t<const PerPartition&, const std::vector<T>&>>;
    using R = std::decay_t<std::invoke_result_t<const Aggregate&, const std::vector<P>&>>;
    return reduce<P, R>(std::move(name), std::move(per_partition), aggregate, aggregate);
  }

  Item<SumOf<T>> sum() const {
    using R = SumOf<T>;
    const auto add = [](const R& a, const auto& b) { return static_cast<R>(a + b); };
    return fold_with<R>("sum", add, add, R{}, R{});
  }
  // Throws ValueError when there are no elements.
  Item<T> min() const {
    return extreme("min", [](const T& a, const T& b) { return b < a ? b : a; });
  }
  Item<T> max() const {
    return extreme("max", [](const T& a, const T& b) { return a < b ? b : a; });
  }
  Item<std::int64_t> count() const {
    const auto total = [](const std::vector<std::int64_t>& counts) {
      std::int64_t sum = 0;
      for (std::int64_t count : counts) sum += count;
      return sum;
    };
    return reduction(
        [](const std::vector<T>& partition) { return static_cast<std::int64_t>(partition.size()); },
        total, "count");
  }
  // Throws ValueError when there are no elements.
  Item<double> mean() const {
    struct Partial {
      SumOf<T> sum{};
      std::int64_t count = 0;
    };
    const auto combine = [](const std::vector<Partial>& partials) {
      Partial total;
      for (const Partial& partial : partials) {
        total.sum += partial.sum;
        total.count += partial.count;
      }
      return total;
    };
    return reduce<Partial, double>(
        "mean",
        [](const std::vector<T>& partition) {
          Partial partial{{}, static_cast<std::int64_t>(partition.size())};
          for (const auto& element : partition) partial.sum += element;
          return partial;
        },
        combine,
        [combine](const std::vector<Partial>& partials) {
          const Partial total = combine(partials);
          if (total.count == 0) throw ValueError("bag.mean: the bag has no elements");
          return static_cast<double>(total.sum) / static_cast<double>(total.count);
        });
  }
  Item<bool> any() const {
    return reduction(
        [](const std::vector<T>& partition) {
          return std::any_of(partition.begin(), partition.end(),
                             [](const auto& element) { return static_cast<bool>(element); });
        },
        [](const std::vector<bool>& some) {
          return std::find(some.begin(), some.end(), true) != some.end();
        },
        "any");
  }
  Item<bool> all() const {
    return reduction(
        [](const std::vector<T>& partition) {
          return std::all_of(partition.begin(), partition.end(),
                             [](const auto& element) { return static_cast<bool>(element); });
        },
        [](const std::vector<bool>& all) {
          return std::find(all.begin(), all.end(), false) == all.end();
        },
        "all");
  }

  // How often each element occurs.
  Item<std::map<T, std::int64_t>> frequencies() const {
    using Counts = std::map<T, std::int64_t>;
    return reduction(
        [](const std::vector<T>& partition) {
          Counts counts;
          for (const auto& element : partition) ++counts[element];
          return counts;
        },
        [](const std::vector<Counts>& partials) {
          Counts total;
          for (const Counts& counts : partials)
            for (const auto& [element, count] : counts) total[element] += count;
          return total;
        },
        "frequencies");
  }

  // The first n elements of the first partitions (-1: of all), computed now; fewer when those have
  // no more.
  std::vector<T> take(std::size_t n, std::int64_t npartitions = 1,
                      const ComputeOptions& options = {}) const {
    const auto first = [n](const std::vector<T>& partition) {
      return std::vector<T>(
          partition.begin(),
          partition.begin() + static_cast<std::ptrdiff_t>(std::min(n, partition.size())));
    };
    std::vector<T> elements =
        Bag(first_partitions(step<T>("take", first).expression(), npartitions)).compute(options);
    if (elements.size() > n) elements.resize(n);
    return elements;
  }

  std::vector<T> compute(const ComputeOptions& options = {}) const {
    std::vector<T> elements;
    const auto blocks = compute_blocks({&expression_, 1}, options);
    for (const Value& block : blocks[0]) {
      const auto& partition = block.template as<std::vector<T>>();
      elements.insert(elements.end(), partition.begin(), partition.end());
    }
    return elements;
  }

  std::int64_t npartitions() const { return partition_count(*expression_); }
  void visualize(const std::string& path, bool optimize = false) const {
    shoal::visualize({&expression_, 1}, path, optimize);
  }
  std::string explain() const { return shoal::explain({&expression_, 1}); }
  const std::shared_ptr<const Expr>& expression() const { return expression_; }

 private:
  template <class R, class Function>
  Bag<R> step(std::string name, Function function) const {
    return Bag<R>(shoal::map_partitions(
        make_partition_kernel(std::move(name),
                              [function = std::move(function)](std::span<const Value> inputs) {
                                return Value::of(
                                    std::vector<R>(function(inputs[0].as<std::vector<T>>())));
                              }),
        {expression_}));
  }

  template <class P, class R, class PerPartition, class Combine, class Finish>
  Item<R> reduce(std::string name, PerPartition per_partition, Combine combine,
                 Finish finish) const {
    const auto partials = shoal::map_partitions(
        make_partition_kernel(
            name,
            [per_partition = std::move(per_partition)](std::span<const Value> inputs) {
              return Value::of(P(per_partition(inputs[0].as<std::vector<T>>())));
            }),
        {expression_});
    const auto gather = [](std::span<const Value> inputs) {
      std::vector<P> values;
      values.reserve(inputs.size());
      for (const Value& input : inputs) values.push_back(input.as<P>());
      return values;
    };
    PartialReduction reduction;
    reduction.name = std::move(name);
    reduction.finish = make_kernel(
        [gather, finish = std::move(finish)](std::span<const Value> inputs, const TaskContext&) {
          return Value::of(R(finish(gather(inputs))));
        });
    if constexpr (std::is_same_v<
                      P,
                      std::decay_t<std::invoke_result_t<const Combine&, const std::vector<P>&>>>) {
      reduction.combine = make_kernel([gather, combine = std::move(combine)](
                                          std::span<const Value> inputs, const TaskContext&) {
        return Value::of(P(combine(gather(inputs))));
      });
    } else {
      reduction.split_every = 0;
    }
    return Item<R>(reduce_partials(std::move(reduction), partials));
  }

  // Partials are empty for partitions without elements, so that these count for nothing.
  // `start` begins every partition, `initial` the result.
  template <class R, class Binary, class Combine>
  Item<R> fold_with(std::string name, Binary binary, Combine combine, std::optional<R> start,
                    std::optional<R> initial) const {
    using Partial = std::optional<R>;
    const auto join = [combine](const std::vector<Partial>& partials) {
      Partial total;
      for (const Partial& partial : partials) {
        if (!partial) continue;
        total = total ? Partial(combine(*total, *partial)) : partial;
      }
      return total;
    };
    const bool counts_initial = !start;
    return reduce<Partial, R>(
        name,
        [binary, start](const std::vector<T>& partition) {
          Partial total = partition.empty() ? Partial() : start;
          for (const auto& element : partition) {
            if (total) {
              total = binary(*total, element);
            } else if constexpr (std::is_same_v<R, T>) {
              total = element;
            }
          }
          return total;
        },
        join,
        [name, join, combine, initial, counts_initial](const std::vector<Partial>& partials) -> R {
          const Partial total = join(partials);
          if (total) return initial && counts_initial ? R(combine(*initial, *total)) : *total;
          if (initial) return *initial;
          throw ValueError("bag." + name + ": the bag has no elements" +
                           (name == "fold" ? ", and no initial value is given" : ""));
        });
  }

  template <class Choose>
  Item<T> extreme(std::string name, Choose choose) const {
    return fold_with<T>(std::move(name), choose, choose, std::nullopt, std::nullopt);
  }

  std::shared_ptr<const Expr> expression_;
};

template <class T>
std::ostream& operator<<(std::ostream& out, const Bag<T>& bag) {
  return out << bag_text(*bag.expression());
}

}  // namespace shoal
