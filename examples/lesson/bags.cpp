// Bags: elements of any one type, for the first look at raw data.
#include <shoal/shoal.hpp>

#include <functional>
#include <iostream>

using namespace shoal;

void print(const std::vector<int>& elements) {
  for (int element : elements) std::cout << element << " ";
  std::cout << "\n";
}

int main() {
  auto b = Bag<int>::from_sequence({1, 2, 3, 4, 5}, {.npartitions = 2});
  std::cout << b << "\n";
  print(b.compute());
  print(b.map([](int x) { return 2 * x; }).compute());
  print(b.filter([](int x) { return x % 2 == 0; }).compute());
  std::cout << "sum: " << b.sum().compute() << "\n";
  std::cout << "fold: " << b.fold(std::plus<int>()).compute() << "\n";
}
