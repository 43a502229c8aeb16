#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>
#include <shoal/table.hpp>

namespace shoal {

std::int64_t Table::num_rows() const { return columns ? columns->num_rows() : 0; }

std::size_t ValueTraits<Table>::nbytes(const Table& table) {
  const std::int64_t buffers = table.columns ? arrow::util::TotalBufferSize(*table.columns) : 0;
  return sizeof table + static_cast<std::size_t>(buffers);
}

}  // namespace shoal
