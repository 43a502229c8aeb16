#include <arrow/buffer.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>
#include <arrow/ipc/writer.h>
#include <arrow/record_batch.h>
#include <arrow/util/byte_size.h>
#include <shoal/table.hpp>

#include "data/byte_reader.hpp"

namespace shoal {

std::int64_t Table::num_rows() const { return columns ? columns->num_rows() : 0; }

std::size_t ValueTraits<Table>::nbytes(const Table& table) {
  const std::int64_t buffers = table.columns ? arrow::util::TotalBufferSize(*table.columns) : 0;
  return sizeof table + static_cast<std::size_t>(buffers);
}

namespace {

// The columns as an Arrow stream: the schema, the dictionaries, one batch.
arrow::Result<std::shared_ptr<arrow::Buffer>> write_stream(const arrow::RecordBatch& columns) {
  ARROW_ASSIGN_OR_RAISE(auto sink, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(sink, columns.schema()));
  ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(columns));
  ARROW_RETURN_NOT_OK(writer->Close());
  return sink->Finish();
}

// Null for a stream without a batch.
arrow::Result<std::shared_ptr<arrow::RecordBatch>> read_stream(std::string_view bytes) {
  // The columns refer to this copy.
  const auto source =
      std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(std::string(bytes)));
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(source));
  std::shared_ptr<arrow::RecordBatch> columns;
  ARROW_RETURN_NOT_OK(reader->ReadNext(&columns));
  if (columns) ARROW_RETURN_NOT_OK(columns->ValidateFull());
  return columns;
}

}  // namespace

void ValueCodec<Table>::write(const Table& table, std::string& out) {
  ValueCodec<std::int64_t>::write(table.first_row, out);
  ValueCodec<std::int64_t>::write(static_cast<std::int64_t>(table.index_columns.size()), out);
  for (const auto& name : table.index_columns) {
    ValueCodec<std::int64_t>::write(static_cast<std::int64_t>(name.size()), out);
    out += name;
  }
  if (!table.columns) return;
  const auto stream = write_stream(*table.columns);
  if (!stream.ok()) throw MemoryError("serialise: a table: " + stream.status().ToString());
  out += std::string_view(**stream);
}

Table ValueCodec<Table>::read(std::string_view bytes) {
  ByteReader reader(bytes, "a table");
  Table table;
  table.first_row = reader.number();
  table.index_columns.resize(reader.count(sizeof(std::int64_t)));
  for (auto& name : table.index_columns) name = reader.take(reader.count(1));
  if (reader.rest().empty()) return table;
  auto columns = read_stream(reader.rest());
  if (!columns.ok()) reader.fail(columns.status().ToString());
  if (!*columns) reader.fail("its columns are missing");
  table.columns = std::move(columns).ValueUnsafe();
  return table;
}

}  // namespace shoal
