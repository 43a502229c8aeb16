// read_csv: the CSV input as a source of frames, a partition for each block.
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <shoal/error.hpp>
#include <shoal/io.hpp>

#include <algorithm>

#include "base/byte_size.hpp"
#include "frame/frame_operation.hpp"
#include "frame/nearest_names.hpp"
#include "frame/select.hpp"
#include "io/csv_input.hpp"

namespace shoal {
namespace {

class ReadCsv final : public FrameSource {
 public:
  ReadCsv(std::shared_ptr<const CsvInput> input, std::vector<int> columns)
      : input_(std::move(input)), columns_(std::move(columns)) {}

  std::string name() const override { return "read_csv"; }
  std::string parameters() const override {
    const auto& files = input_->files();
    std::string text = files[0]->path();
    if (files.size() > 1) text += " and " + std::to_string(files.size() - 1) + " more";
    return text;
  }

  void hash(Hasher& hasher) const override {
    const CsvSettings& settings = input_->settings();
    for (const auto& file : input_->files())
      hasher.text(file->path()).number(file->text().size()).number(file->modified());
    hasher.number(settings.dialect.delimiter).number(settings.dialect.quote);
    hasher.number(settings.blocksize);
    hasher.text(input_->schema()->ToString());
    hasher.numbers(columns_);
  }

  std::shared_ptr<const FrameSource> with_columns(
      const std::vector<std::string>& names) const override {
    std::vector<int> kept;
    for (const int column : columns_)
      if (std::find(names.begin(), names.end(), input_->schema()->field(column)->name()) !=
          names.end())
        kept.push_back(column);
    return std::make_shared<ReadCsv>(input_, std::move(kept));
  }

  FrameMeta meta() const override {
    FrameMeta meta;
    std::vector<std::shared_ptr<arrow::Field>> fields;
    for (const int column : columns_) fields.push_back(input_->schema()->field(column));
    meta.schema = arrow::schema(std::move(fields));
    meta.partitions = static_cast<std::int64_t>(input_->blocks().size());
    return meta;
  }

  std::optional<std::vector<std::int64_t>> partition_rows() const override {
    std::vector<std::int64_t> rows;
    for (const auto& block : input_->blocks()) rows.push_back(block.rows);
    return rows;
  }

  void lower(const Expr&, const LoweredInputs&, Graph& graph,
             std::vector<TaskId>& blocks) const override {
    const LayerId layer =
        graph.add_layer(make_kernel([input = input_, columns = columns_](
                                        std::span<const Value>, const TaskContext& context) {
                          return Value::of(input->parse(
                              input->blocks()[static_cast<std::size_t>(context.index)], columns));
                        }),
                        name());
    const auto all = static_cast<std::int64_t>(input_->schema()->num_fields());
    const auto kept = static_cast<std::int64_t>(columns_.size());
    for (const auto& block : input_->blocks()) {
      // Parsed, a column takes about twice its share of the text.
      const auto bytes = static_cast<std::int64_t>(block.end - block.begin) * 2 * kept / all;
      blocks.push_back(graph.add(layer, static_cast<std::int64_t>(blocks.size()), {}, bytes));
    }
  }

 private:
  std::shared_ptr<const CsvInput> input_;
  std::vector<int> columns_;  // of the input's, ascending
};

void check_dialect(const CsvDialect& dialect) {
  const auto is_line_end = [](char c) { return c == '\n' || c == '\r' || c == '\0'; };
  if (is_line_end(dialect.delimiter) || is_line_end(dialect.quote) ||
      dialect.delimiter == dialect.quote)
    throw ValueError(
        "read_csv: the separator and the quote are two different characters that do not end a "
        "line, as ',' and '\"'");
}

}  // namespace

BlockSize::BlockSize(const std::string& text) {
  try {
    bytes_ = parse_byte_size(text);
  } catch (const ValueError& error) {
    throw ValueError("blocksize: " + std::string(error.what()));
  }
  if (bytes_ == 0)
    throw ValueError("blocksize: '" + text + "' is no room for a row; give 1 or more bytes");
}

BlockSize::BlockSize(std::int64_t bytes, Checked) : bytes_(bytes) {
  if (bytes <= 0)
    throw ValueError("blocksize: " + std::to_string(bytes) +
                     " is not a size; give 1 or more bytes, as 10000 or \"64MB\"");
}

DataFrame read_csv(const std::string& path, const CsvOptions& options) {
  return read_csv(std::vector<std::string>{path}, options);
}

DataFrame read_csv(const std::vector<std::string>& paths, const CsvOptions& options) {
  if (paths.empty()) throw ValueError("read_csv: give at least one path");
  CsvSettings settings;
  settings.dialect = {options.separator, options.quote};
  check_dialect(settings.dialect);
  settings.blocksize = options.blocksize.bytes();
  settings.dtypes = options.dtypes;
  settings.dtype = options.dtype;
  std::vector<std::string> files;
  for (const auto& path : paths) {
    const auto found = matching_files(path, "read_csv");
    files.insert(files.end(), found.begin(), found.end());
  }
  auto input = std::make_shared<const CsvInput>(files, std::move(settings));
  const auto names = schema_names(*input->schema());
  for (const auto& name : options.usecols)
    if (std::find(names.begin(), names.end(), name) == names.end())
      throw ValueError("read_csv: usecols names '" + name + "', which the file does not have" +
                       suggest_names(name, names));
  std::vector<int> columns;  // in the file's order, as pandas keeps them
  for (int i = 0; i < static_cast<int>(names.size()); ++i)
    if (options.usecols.empty() ||
        std::find(options.usecols.begin(), options.usecols.end(),
                  names[static_cast<std::size_t>(i)]) != options.usecols.end())
      columns.push_back(i);
  return DataFrame(make_source(std::make_shared<ReadCsv>(std::move(input), std::move(columns))));
}

}  // namespace shoal
