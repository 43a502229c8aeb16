// Data frames: columns of several types, rows with an index, read from a file in blocks.
#include <shoal/shoal.hpp>

#include <iostream>

using namespace shoal;

int main() {
  DataFrame df = read_csv("surveys.csv");
  std::cout << df << "\n";
  std::cout << df.head() << "\n";
  std::cout << df.tail() << "\n";
  std::cout << "largest weight: " << df["weight"].max().compute<double>() << "\n";

  df = read_csv("surveys.csv", {.blocksize = "10000"});
  std::cout << "in blocks of 10,000 bytes: " << df["weight"].max().compute<double>() << "\n";
  df = read_csv("surveys.csv", {.blocksize = 10000});
  std::cout << "the size given as a number: " << df["weight"].max().compute<double>() << "\n";

  std::cout << df.groupby("species_id")["weight"].mean().compute() << "\n";
}
