// What the operations of frames tell the passes about the columns they read. Columns are referred
// to by name, so that a source may drop those that nobody reads.
#pragma once

#include <shoal/table.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/expr.hpp"

namespace shoal {

// Names of the columns that pandas leaves without one: df.sum() has an index and values like that.
constexpr std::string_view kUnnamedIndex = "__unnamed_index__";
constexpr std::string_view kUnnamedColumn = "__unnamed__";

class FrameOperation : public Operation {
 public:
  // The columns of the only input that are read; absent: those that are asked of this node itself.
  virtual std::optional<std::vector<std::string>> columns_read() const = 0;
};

// A frame whose partitions come from outside the program: files, tables in memory.
class FrameSource : public Operation {
 public:
  virtual std::shared_ptr<const FrameSource> with_columns(
      const std::vector<std::string>& names) const = 0;
  virtual FrameMeta meta() const = 0;
  // Rows of each partition, where they are known.
  virtual std::optional<std::vector<std::int64_t>> partition_rows() const = 0;
};

ExprPtr make_source(std::shared_ptr<const FrameSource> source);

std::vector<std::string> schema_names(const arrow::Schema& schema);
// Columns that are not the index's: what pandas calls the frame's columns.
std::vector<std::string> data_columns(const FrameMeta& meta);
// The schema's field; throws KeyError with the nearest names.
int find_column(const FrameMeta& meta, const std::string& name, const std::string& operation);
// pandas' name of a column's type.
std::string pandas_dtype(const arrow::Schema& schema, int column);

}  // namespace shoal
