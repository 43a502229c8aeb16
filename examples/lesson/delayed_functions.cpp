// Delayed functions: plain functions and lambdas whose calls become tasks.
#include <shoal/shoal.hpp>

#include <iostream>
#include <numeric>

using shoal::Delayed;
using shoal::delayed;

int inc(int x) { return x + 1; }

int add(int x, int y) { return x + y; }

int sum(const std::vector<int>& values) { return std::accumulate(values.begin(), values.end(), 0); }

int main() {
  auto twice = [](int x) { return 2 * x; };

  std::vector<Delayed<int>> output;
  for (int x : {1, 2, 3, 4, 5}) {
    auto a = delayed(inc, "inc")(x);
    auto b = delayed(twice, "double")(x);
    auto c = delayed(add, "add")(a, b);
    output.push_back(c);
  }
  auto total = delayed(sum, "sum")(output);
  std::cout << total.compute() << "\n";
  std::cout << total.explain();
}
