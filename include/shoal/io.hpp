// Reading files into collections.
#pragma once

#include <shoal/dataframe.hpp>

#include <concepts>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace shoal {

// A size in bytes, as a number or as text: 10000, "10000", "64MB", "1 MiB".
class BlockSize {
 public:
  BlockSize() = default;  // chosen from the input's size and the cores
  template <std::integral T>
  BlockSize(T bytes) : BlockSize(static_cast<std::int64_t>(bytes), Checked{}) {}
  BlockSize(const char* text) : BlockSize(std::string(text)) {}
  BlockSize(const std::string& text);            // throws ValueError
  std::int64_t bytes() const { return bytes_; }  // 0: chosen

 private:
  struct Checked {};
  BlockSize(std::int64_t bytes, Checked);  // throws ValueError
  std::int64_t bytes_ = 0;
};

struct CsvOptions {
  BlockSize blocksize = {};
  std::map<std::string, std::string> dtypes = {};  // of single columns: {{"zip", "str"}}
  std::string dtype = {};                          // of all columns not in dtypes
  std::vector<std::string> usecols = {};           // all when empty
  char separator = ',';
  char quote = '"';
};

// A data frame of one file, of the files that a pattern matches, or of several; rows are numbered
// on from file to file. The columns' types are found from the text by pandas' rules and hold for
// the whole input: up to 64 MiB all of it is looked at, larger input is sampled, and a value that
// contradicts the sample is an error that names its place.
DataFrame read_csv(const std::string& path, const CsvOptions& options = {});
DataFrame read_csv(const std::vector<std::string>& paths, const CsvOptions& options = {});

}  // namespace shoal
