#include "frame/compute_frame.hpp"

#include <shoal/error.hpp>

#include <algorithm>

#include "frame/select.hpp"
#include "frame/tables.hpp"

namespace shoal {
namespace {

std::vector<Table> compute_tables(const ExprPtr& frame, const ComputeOptions& options) {
  const std::vector<ExprPtr> roots = {frame};
  std::vector<Table> tables;
  const auto results = compute_blocks(roots, options);
  for (const Value& value : results[0]) tables.push_back(value.as<Table>());
  return tables;
}

void require_count(std::int64_t count, const char* operation) {
  if (count < 0)
    throw ValueError(std::string(operation) + ": " + std::to_string(count) +
                     " rows; give 0 or more");
}

}  // namespace

Table compute_frame(const ExprPtr& frame, const ComputeOptions& options) {
  return concatenate(compute_tables(frame, options));
}

Table first_rows(const ExprPtr& frame, std::int64_t count, const ComputeOptions& options) {
  require_count(count, "head");
  const std::int64_t partitions = frame->frame_meta().partitions;
  std::vector<Table> tables;
  std::int64_t rows = 0;
  std::int64_t done = 0;
  // One partition, then as many as are done already, until there are rows enough.
  while (done < partitions && (done == 0 || rows < count)) {
    const std::int64_t next = std::min(std::max<std::int64_t>(done, 1), partitions - done);
    for (auto& table : compute_tables(select_partitions(frame, done, next), options)) {
      rows += table.num_rows();
      tables.push_back(std::move(table));
    }
    done += next;
  }
  return slice(concatenate(tables), 0, std::min(rows, count));
}

Table last_rows(const ExprPtr& frame, std::int64_t count, const ComputeOptions& options) {
  require_count(count, "tail");
  const std::int64_t partitions = frame->frame_meta().partitions;
  std::vector<Table> tables;
  std::int64_t rows = 0;
  std::int64_t done = 0;
  while (done < partitions && (done == 0 || rows < count)) {
    const std::int64_t next = std::min(std::max<std::int64_t>(done, 1), partitions - done);
    auto before = compute_tables(select_partitions(frame, partitions - done - next, next), options);
    for (const auto& table : before) rows += table.num_rows();
    tables.insert(tables.begin(), before.begin(), before.end());
    done += next;
  }
  const std::int64_t kept = std::min(rows, count);
  return slice(concatenate(tables), rows - kept, kept);
}

}  // namespace shoal
