#include <gtest/gtest.h>

#include <shoal/client.hpp>

#include <atomic>
#include <chrono>
#include <numeric>
#include <stdexcept>
#include <string>
#include <thread>

namespace shoal {
namespace {

double pi_chunk(long n, long lower, long upper) {
  const double step = 1.0 / static_cast<double>(n);
  double sum = 0;
  for (long i = lower; i < upper; ++i) {
    const double x = (static_cast<double>(i) + 0.5) * step;
    sum += 4.0 / (1.0 + x * x);
  }
  return step * sum;
}

TEST(Client, MapsOverZippedVectorsAndGathers) {
  Client client({.n_workers = 2});
  const std::vector<long> ns(4, 100000), lowers = {0, 25000, 50000, 75000},
                                         uppers = {25000, 50000, 75000, 100000};
  const std::vector<double> parts = client.gather(client.map(pi_chunk, ns, lowers, uppers));
  EXPECT_NEAR(std::accumulate(parts.begin(), parts.end(), 0.0), 3.14159265358979, 1e-9);
}

TEST(Client, MapStopsAtTheShortestVector) {
  Client client({.n_workers = 1});
  const auto futures = client.map([](int a, int b) { return a + b; }, std::vector<int>{1, 2, 3},
                                  std::vector<int>{10, 20});
  EXPECT_EQ(client.gather(futures), (std::vector<int>{11, 22}));
  EXPECT_TRUE(client.gather(client.map([](int a) { return a; }, std::vector<int>{})).empty());
}

TEST(Client, FuturesAreArguments) {
  Client client({.n_workers = 2});
  const auto inc = [](int x) { return x + 1; };
  Future<int> value = client.submit(inc, 0);
  for (int i = 0; i < 1000; ++i) value = client.submit(inc, value);
  EXPECT_EQ(value.result(), 1001);
  const auto sum = [](const std::vector<int>& items, const std::string& text) {
    return text + std::to_string(std::accumulate(items.begin(), items.end(), 0));
  };
  const auto futures = client.map(inc, std::vector<int>{1, 2, 3});
  EXPECT_EQ(client.submit(sum, futures, std::string("sum ")).result(), "sum 9");
}

TEST(Client, AnExceptionComesWithTheResultAndFailsWhatNeedsIt) {
  Client client({.n_workers = 2});
  const Future<int> failed = client.submit([]() -> int { throw std::range_error("far"); });
  const auto user = client.submit([](int x) { return x; }, failed);
  EXPECT_THROW(failed.result(), std::range_error);
  EXPECT_THROW(user.result(), std::range_error);
  EXPECT_EQ(user.status(), FutureStatus::Error);
  EXPECT_TRUE(user.done());
}

TEST(Client, CancelsWhatHasNotStarted) {
  Client client({.n_workers = 1});
  std::atomic<bool> go = false;
  std::atomic<bool> started = false;
  const Future<void> first = client.submit([&] {
    started = true;
    while (!go) std::this_thread::yield();
  });
  while (!started) std::this_thread::yield();
  const auto second = client.submit([] { return 1; });
  EXPECT_FALSE(first.cancel());
  EXPECT_FALSE(second.done());
  EXPECT_TRUE(second.cancel());
  go = true;
  first.result();
  EXPECT_THROW(second.result(), Cancelled);
}

TEST(Client, ACallMayWaitForFuturesOfItsOwn) {
  Client client({.n_workers = 1});
  const auto outer =
      client.submit([&client] { return client.submit([] { return 20; }).result() + 1; });
  EXPECT_EQ(outer.result(), 21);
}

TEST(Client, WaitsForWhatRunsBeforeItIsGone) {
  std::atomic<bool> started = false, finished = false;
  {
    Client client({.n_workers = 1});
    client.submit([&] {
      started = true;
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
      finished = true;
    });
    while (!started) std::this_thread::yield();
  }
  EXPECT_TRUE(finished);
}

TEST(Client, IsClosed) {
  Client client({.n_workers = 1});
  const auto future = client.submit([] { return 1; });
  EXPECT_EQ(future.result(), 1);
  client.close();
  EXPECT_THROW(client.submit([] { return 1; }), ValueError);
  EXPECT_EQ(future.result(), 1);
}

}  // namespace
}  // namespace shoal
