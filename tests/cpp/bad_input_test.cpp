// What C++ users do wrong, through the public headers alone: each a clear error of the right type,
// as early as it can be known. tests/python/test_bad_input.py is the same for Python.
#include <gtest/gtest.h>
#include <shoal/shoal.hpp>

#include <filesystem>
#include <fstream>
#include <random>
#include <stdexcept>

namespace shoal {
namespace {

template <class Exception, class Function>
void expect_error(Function function, std::initializer_list<const char*> parts) {
  try {
    function();
  } catch (const Exception& error) {
    const std::string message = error.what();
    for (const char* part : parts) EXPECT_NE(message.find(part), std::string::npos) << message;
    return;
  }
  ADD_FAILURE() << "nothing was thrown";
}

class BadInput : public testing::Test {
 protected:
  BadInput() { std::filesystem::create_directories(folder_); }
  ~BadInput() override { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << text;
    return (folder_ / name).string();
  }
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() /
                                  ("shoal-bad-input-" + std::to_string(std::random_device{}()));
};

TEST_F(BadInput, AMissingFile) {
  const std::string path = (folder_ / "no.csv").string();
  expect_error<IOError>([&] { read_csv(path); }, {"read_csv", path.c_str()});
  expect_error<IOError>([&] { read_csv((folder_ / "*.csv").string()); }, {"read_csv", "*.csv"});
}

TEST_F(BadInput, ARaggedRow) {
  const std::string path = write("ragged.csv", "a,b\n1,2\n3,4,5\n");
  expect_error<ValueError>([&] { read_csv(path); },
                           {"ragged.csv", "byte 8", "line 3", "3 fields", "expected 2"});
}

TEST_F(BadInput, AnUnknownColumn) {
  const DataFrame df = read_csv(write("surveys.csv", "weight,species_id\n1,NL\n2,DM\n"));
  expect_error<KeyError>([&] { df["wieght"]; }, {"wieght", "did you mean 'weight'"});
  expect_error<KeyError>([&] { df.groupby("species"); }, {"species", "'species_id'"});
  expect_error<KeyError>([&] { df.groupby("species_id")["mass"]; }, {"mass"});
}

TEST_F(BadInput, ABlocksizeThatIsNotASize) {
  const std::string path = write("one.csv", "a\n1\n");
  expect_error<ValueError>([&] { read_csv(path, {.blocksize = "large"}); }, {"blocksize", "large"});
  expect_error<ValueError>([&] { read_csv(path, {.blocksize = -5}); }, {"blocksize", "-5"});
  expect_error<ValueError>([&] { read_csv(path, {.blocksize = 0}); }, {"blocksize", "0"});
  expect_error<ValueError>([&] { read_csv(path, {.blocksize = "0"}); }, {"blocksize", "0"});
}

TEST_F(BadInput, ShapesThatDoNotBroadcast) {
  expect_error<ValueError>([] { ones({3, 4}) + ones({3}); }, {"add", "(3, 4)", "(3,)"});
}

TEST_F(BadInput, ChunksThatDoNotAddUp) {
  expect_error<ValueError>([] { ones({10, 10}, {.chunks = {{4, 4}, -1}}); },
                           {"chunks of axis 0", "add up to 8", "10"});
  expect_error<ValueError>([] { ones({10}, {.chunks = 0}); }, {"chunks of axis 0", "0"});
  expect_error<ValueError>([] { ones({10}, {.chunks = {5, 5, 5}}); }, {"15", "10"});
}

TEST_F(BadInput, AnUnknownScheduler) {
  const Array x = ones({2});
  expect_error<ValueError>([&] { x.compute({.scheduler = "fastest"}); },
                           {"fastest", "'sync'", "'threads'"});
  expect_error<ValueError>([&] { x.compute({.num_workers = -1}); }, {"num_workers", "-1"});
}

TEST_F(BadInput, ATaskThatThrows) {
  const auto inverse = [](int x) {
    return x ? 1.0 / x : throw std::domain_error("no inverse of 0");
  };
  for (const char* scheduler : {"sync", "threads"}) {
    const ComputeOptions options{.scheduler = scheduler};
    expect_error<std::domain_error>([&] { delayed(inverse)(0).compute(options); }, {"no inverse"});
    const auto bag = Bag<int>::from_sequence({2, 1, 0}, {.npartitions = 2});
    expect_error<std::domain_error>([&] { bag.map(inverse).sum().compute(options); },
                                    {"no inverse"});
  }
  Client client({.n_workers = 2});
  expect_error<std::domain_error>([&] { client.submit(inverse, 0).result(); }, {"no inverse"});
}

}  // namespace
}  // namespace shoal
