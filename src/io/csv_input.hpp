// The files of one read_csv: where their rows start, which blocks they are cut into, the columns'
// types, and the parsing of a block.
#pragma once

#include <shoal/table.hpp>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "io/csv_types.hpp"
#include "io/mapped_file.hpp"

namespace arrow {
class Schema;
}

namespace shoal {

// Input up to this size has all of its fields looked at for the types; larger input is sampled.
constexpr std::size_t kWholeScanBytes = std::size_t{64} << 20;

struct CsvSettings {
  CsvDialect dialect;
  std::int64_t blocksize = 0;                 // 0: chosen from the input's size and the cores
  std::map<std::string, std::string> dtypes;  // of single columns
  std::string dtype;                          // of all the others; empty: found from the text
  std::size_t whole_scan_bytes = kWholeScanBytes;
};

struct CsvBlock {
  std::size_t file = 0;
  std::size_t begin = 0;  // bytes in the file
  std::size_t end = 0;
  std::int64_t rows = 0;
  std::int64_t first_row = 0;  // counted over all files
};

class CsvInput {
 public:
  // Opens, scans and types the files. Throws IOError, and ValueError for malformed text.
  CsvInput(const std::vector<std::string>& paths, CsvSettings settings);

  const std::shared_ptr<arrow::Schema>& schema() const { return schema_; }
  const std::vector<CsvBlock>& blocks() const { return blocks_; }
  const std::vector<std::unique_ptr<MappedFile>>& files() const { return files_; }
  const CsvSettings& settings() const { return settings_; }

  // The columns at `columns` (ascending, of the schema) of a block.
  Table parse(const CsvBlock& block, std::span<const int> columns) const;

 private:
  std::string place(std::size_t file, const char* where) const;
  [[noreturn]] void throw_fault(std::size_t file, const CsvFault& fault) const;
  void read_headers();
  void cut_blocks();
  void find_types();

  CsvSettings settings_;
  std::vector<std::unique_ptr<MappedFile>> files_;
  std::vector<std::size_t> bodies_;  // where each file's first row after the header starts
  std::vector<std::string> names_;
  std::vector<CsvBlock> blocks_;
  std::vector<CsvBlock> pieces_;  // finer than blocks: the unit of work of the scan
  std::shared_ptr<arrow::Schema> schema_;
};

}  // namespace shoal
