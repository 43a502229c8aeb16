// Arrays: many elements of one type, cut into chunks, computed when asked for.
#include <shoal/shoal.hpp>

#include <iostream>

using namespace shoal;

int main() {
  Array x = random::random({10000, 10000}, {.chunks = {1000, 1000}});
  std::cout << x << "\n";
  std::cout << x.sum() << "\n";
  std::cout << "sum: " << x.sum().compute<double>() << "\n";

  Array y = x + x.T();
  Array z = y(slice(none, none, 2), slice(5000)).mean(1);
  std::cout << z << "\n";
  NDArray<double> means = z.compute<double>();
  std::cout << means.size() << " means, the first: " << means(0) << "\n";
}
