// Pi on two workers: futures of a plain C++ function.
#include <shoal/shoal.hpp>

#include <cstdint>
#include <iomanip>
#include <iostream>
#include <numeric>

using namespace shoal;

// The terms lower to upper - 1 of the midpoint rule with n steps.
double pi_chunk(std::int64_t n, std::int64_t lower, std::int64_t upper) {
  const double step = 1.0 / static_cast<double>(n);
  double sum = 0;
  for (std::int64_t i = lower; i < upper; ++i) {
    const double x = (static_cast<double>(i) + 0.5) * step;
    sum += 4.0 / (1.0 + x * x);
  }
  return step * sum;
}

int main() {
  const std::int64_t n = 10'000'000;
  const std::int64_t parts = 4;
  std::vector<std::int64_t> ns(parts, n), lowers, uppers;
  for (std::int64_t i = 0; i < parts; ++i) {
    lowers.push_back(i * n / parts);
    uppers.push_back((i + 1) * n / parts);
  }

  Client client({.n_workers = 2});
  std::vector<double> sums = client.gather(client.map(pi_chunk, ns, lowers, uppers));
  const double pi = std::accumulate(sums.begin(), sums.end(), 0.0);
  std::cout << std::setprecision(16) << pi << "\n";
  // The lesson's serial program starts at 1, so it lacks the first term: the two differ by 4 / n.
  std::cout << pi - pi_chunk(n, 1, n) << " " << 4.0 / static_cast<double>(n) << "\n";
}
