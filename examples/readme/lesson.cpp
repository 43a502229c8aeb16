#include <functional>
#include <iostream>
#include <numeric>
#include <shoal/shoal.hpp>

using namespace shoal;

int inc(int n) { return n + 1; }
int twice(int n) { return 2 * n; }
int sum(const std::vector<int>& terms) { return std::accumulate(terms.begin(), terms.end(), 0); }

int main() {
  // Arrays: nothing is computed before compute(), and then nothing that is not needed.
  Array x = random::random({10000, 10000}, {.chunks = {1000, 1000}});
  Array y = x + x.T();
  Array z = y(slice(none, none, 2), slice(5000)).mean(1);
  std::cout << x << " " << x.sum().compute<double>() << " " << z.compute<double>()(0) << "\n";

  // Data frames: a file is read in blocks.
  DataFrame df = read_csv("surveys.csv");
  std::cout << df.head() << df["weight"].max().compute<double>() << "\n";
  std::cout << df.groupby("species_id")["weight"].mean().compute();

  // Bags: elements of any one type.
  auto b = Bag<int>::from_sequence({1, 2, 3, 4, 5}, {.npartitions = 2});
  std::cout << b.map(twice).sum().compute() << " " << b.fold(std::plus()).compute() << "\n";

  // Delayed functions: calls become tasks.
  auto add = delayed(std::plus<int>());
  std::vector<Delayed<int>> terms;
  for (int n = 1; n <= 5; ++n) terms.push_back(add(delayed(inc)(n), delayed(twice)(n)));
  std::cout << delayed(sum)(terms).compute() << "\n";  // 50

  // Futures: calls start at once.
  Client client;
  std::vector<int> numbers = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
  std::cout << sum(client.gather(client.map(inc, numbers))) << "\n";  // 55
}
