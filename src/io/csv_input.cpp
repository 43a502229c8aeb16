#include "io/csv_input.hpp"

#include <arrow/array.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <arrow/util/utf8.h>
#include <shoal/error.hpp>

#include <algorithm>
#include <numeric>

#include "io/csv_columns.hpp"
#include "io/csv_scan.hpp"
#include "io/parallel_for.hpp"

namespace shoal {
namespace {

constexpr std::int64_t kLeastBlock = std::int64_t{2} << 20;
constexpr std::int64_t kLargestBlock = std::int64_t{64} << 20;
constexpr std::size_t kPieceBytes = std::size_t{1} << 20;
constexpr std::size_t kMostBlocks = 1 << 20;  // of a file
constexpr std::size_t kSampledPieces = 64;    // of input too large to be looked at whole

// Large enough to cost little each, small enough that every core has some.
std::int64_t default_blocksize(std::size_t bytes) {
  const std::int64_t shares = std::int64_t{2} * available_cores();
  return std::clamp(static_cast<std::int64_t>(bytes) / shares + 1, kLeastBlock, kLargestBlock);
}

std::int64_t line_number(std::string_view text, std::size_t offset) {
  std::int64_t line = 1;
  for (std::size_t i = 0; i < offset; ++i)
    if (text[i] == '\n' || (text[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n')))
      ++line;
  return line;
}

std::string in_one_line(std::string_view value) {
  std::string text;
  for (char c : value.substr(0, 60)) text += c == '\n' || c == '\r' ? ' ' : c;
  return value.size() > 60 ? text + "..." : text;
}

}  // namespace

CsvInput::CsvInput(const std::vector<std::string>& paths, CsvSettings settings)
    : settings_(std::move(settings)) {
  for (const auto& path : paths) files_.push_back(std::make_unique<MappedFile>(path, "read_csv"));
  std::size_t bytes = 0;
  for (const auto& file : files_) bytes += file->text().size();
  if (settings_.blocksize == 0) settings_.blocksize = default_blocksize(bytes);
  read_headers();
  cut_blocks();
  find_types();
}

std::string CsvInput::place(std::size_t file, const char* where) const {
  const std::string_view text = files_[file]->text();
  const auto offset = static_cast<std::size_t>(where - text.data());
  return "'" + files_[file]->path() + "', byte " + std::to_string(offset) + ", line " +
         std::to_string(line_number(text, offset));
}

void CsvInput::throw_fault(std::size_t file, const CsvFault& fault) const {
  const std::string start = "read_csv: " + place(file, fault.where) + ": ";
  switch (fault.kind) {
    case CsvFault::TooManyFields:
      throw ValueError(start + "the row has " + std::to_string(fault.fields_found) +
                       " fields, expected " + std::to_string(names_.size()) +
                       " as in the header; mend the row, or quote the field that holds a '" +
                       settings_.dialect.delimiter + "'");
    case CsvFault::UnclosedQuote:
      throw ValueError(start + "a quote opens in this row and is not closed before the file ends");
    case CsvFault::RowTooLong:
      throw ValueError(start + "the row is longer than 1 GiB; is a quote missing?");
  }
  throw InternalError("csv: unknown fault");
}

void CsvInput::read_headers() {
  for (std::size_t i = 0; i < files_.size(); ++i) {
    const std::string_view text = files_[i]->text();
    if (text.starts_with("\xff\xfe") || text.starts_with("\xfe\xff"))
      throw ValueError("read_csv: '" + files_[i]->path() +
                       "' is UTF-16 text; convert it to UTF-8 first");
    const std::size_t mark = text.starts_with("\xef\xbb\xbf") ? 3 : 0;
    std::size_t end = 0;
    std::vector<std::string> header;
    try {
      header = read_header(text.substr(mark), settings_.dialect, end);
    } catch (const CsvFault& fault) {
      throw_fault(i, fault);
    }
    if (header.empty())
      throw ValueError("read_csv: '" + files_[i]->path() +
                       "' is empty: there is no header line with the columns' names");
    arrow::util::InitializeUTF8();
    for (const auto& name : header)
      if (!arrow::util::ValidateUTF8(name))
        throw ValueError("read_csv: the header of '" + files_[i]->path() +
                         "' is not UTF-8; convert the file to UTF-8 first");
    header = column_names(std::move(header));
    bodies_.push_back(mark + end);
    if (i == 0) {
      names_ = std::move(header);
    } else if (header != names_) {
      const auto list = [](const std::vector<std::string>& names) {
        std::string text;
        for (const auto& name : names) text += (text.empty() ? "" : ", ") + name;
        return text;
      };
      throw ValueError("read_csv: the columns of '" + files_[i]->path() + "' (" + list(header) +
                       ") are not those of '" + files_[0]->path() + "' (" + list(names_) + ")");
    }
  }
}

void CsvInput::cut_blocks() {
  // Every block is a whole number of pieces. A block holds the rows that start in its share of the
  // file; where a row is longer than a share, the shares it covers come to nothing.
  std::int64_t first_row = 0;
  for (std::size_t file = 0; file < files_.size(); ++file) {
    const std::string_view text = files_[file]->text();
    const std::size_t blocksize =
        std::min(static_cast<std::size_t>(settings_.blocksize), text.size());
    if (text.size() / std::max<std::size_t>(blocksize, 1) > kMostBlocks)
      throw ValueError("read_csv: a blocksize of " + std::to_string(blocksize) +
                       " bytes would cut '" + files_[file]->path() + "' into over " +
                       std::to_string(kMostBlocks) + " blocks; give a larger one");
    const std::size_t pieces_in_block = (blocksize + kPieceBytes - 1) / kPieceBytes;
    std::vector<std::size_t> wanted;
    for (std::size_t block = 0; block * blocksize < text.size(); ++block)
      for (std::size_t piece = 0; piece < pieces_in_block; ++piece)
        wanted.push_back(block * blocksize + blocksize / pieces_in_block * piece);
    std::vector<RowMark> marks;
    try {
      marks = scan_rows(text, bodies_[file], settings_.dialect, wanted);
    } catch (const CsvFault& fault) {
      throw_fault(file, fault);
    }
    const auto add = [&](std::vector<CsvBlock>& list, std::size_t from, std::size_t to) {
      const RowMark& begin = marks[from];
      const RowMark& end = marks[std::min(to, marks.size() - 1)];
      if (end.rows > begin.rows)
        list.push_back(
            {file, begin.offset, end.offset, end.rows - begin.rows, first_row + begin.rows});
    };
    for (std::size_t i = 0; i < wanted.size(); ++i) add(pieces_, i, i + 1);
    for (std::size_t i = 0; i < wanted.size(); i += pieces_in_block)
      add(blocks_, i, i + pieces_in_block);
    first_row += marks.back().rows;
  }
  if (blocks_.empty()) blocks_.push_back({0, bodies_[0], bodies_[0], 0, 0});
}

void CsvInput::find_types() {
  const std::size_t columns = names_.size();
  std::vector<std::shared_ptr<arrow::DataType>> given(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    const auto own = settings_.dtypes.find(names_[c]);
    if (own != settings_.dtypes.end()) {
      given[c] = csv_type_from_name(own->second, names_[c]);
    } else if (!settings_.dtype.empty()) {
      given[c] = csv_type_from_name(settings_.dtype, "");
    }
  }

  std::size_t bytes = 0;
  for (const auto& piece : pieces_) bytes += piece.end - piece.begin;
  std::vector<std::size_t> looked_at(pieces_.size());
  std::iota(looked_at.begin(), looked_at.end(), std::size_t{0});
  if (bytes > settings_.whole_scan_bytes && pieces_.size() > kSampledPieces) {
    // The first and the last piece, and others at even distances.
    for (std::size_t i = 0; i < kSampledPieces; ++i)
      looked_at[i] = i * (pieces_.size() - 1) / (kSampledPieces - 1);
    looked_at.resize(kSampledPieces);
  }

  // Neighbouring pieces are looked at in one go: with a tiny blocksize each is small.
  std::vector<std::pair<std::size_t, std::size_t>> groups;
  std::size_t group_bytes = kPieceBytes;
  for (std::size_t i = 0; i < looked_at.size(); ++i) {
    const CsvBlock& piece = pieces_[looked_at[i]];
    if (group_bytes >= kPieceBytes) {
      groups.emplace_back(i, i);
      group_bytes = 0;
    }
    groups.back().second = i + 1;
    group_bytes += piece.end - piece.begin;
  }
  std::vector<std::vector<ColumnEvidence>> found(groups.size());
  parallel_for(groups.size(), [&](std::size_t g) {
    auto& evidence = found[g];
    evidence.resize(columns);
    CsvBatch batch;
    for (std::size_t i = groups[g].first; i < groups[g].second; ++i) {
      const CsvBlock& piece = pieces_[looked_at[i]];
      try {
        CsvRows rows(files_[piece.file]->text().substr(piece.begin, piece.end - piece.begin),
                     settings_.dialect, columns);
        while (rows.next(batch))
          for (std::size_t c = 0; c < columns; ++c)
            if (!given[c])
              evidence[c].observe(batch.base, batch.column(c), batch.rows, settings_.dialect.quote);
      } catch (const CsvFault& fault) {
        throw_fault(piece.file, fault);
      }
    }
  });

  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (std::size_t c = 0; c < columns; ++c) {
    ColumnEvidence evidence;
    for (const auto& part : found) evidence.join(part[c]);
    const auto type = given[c] ? given[c] : evidence.type(!pieces_.empty());
    // A column of truth values is nullable where some are missing: pandas' type is then another.
    const bool nullable = type->id() != arrow::Type::BOOL || evidence.missing;
    fields.push_back(arrow::field(names_[c], type, nullable));
  }
  schema_ = arrow::schema(std::move(fields));
}

Table CsvInput::parse(const CsvBlock& block, std::span<const int> columns) const {
  const MappedFile& file = *files_[block.file];
  file.require_unchanged("read_csv");
  std::vector<std::unique_ptr<CsvColumn>> parsers;
  std::vector<std::shared_ptr<arrow::Field>> fields;
  for (const int c : columns) {
    fields.push_back(schema_->field(c));
    parsers.push_back(CsvColumn::make(*schema_->field(c), static_cast<std::size_t>(block.rows),
                                      settings_.dialect.quote));
  }
  std::size_t column = 0;
  try {
    CsvRows rows(file.text().substr(block.begin, block.end - block.begin), settings_.dialect,
                 names_.size());
    CsvBatch batch;
    while (rows.next(batch))
      for (column = 0; column < parsers.size(); ++column)
        parsers[column]->append(batch.base, batch.column(static_cast<std::size_t>(columns[column])),
                                batch.rows);
  } catch (const CsvFault& fault) {
    throw_fault(block.file, fault);
  } catch (const CsvContradiction& fault) {
    const auto& field = fields[column];
    std::string message =
        "read_csv: " + place(block.file, fault.where) + ", column '" + field->name() + "': ";
    if (!fault.reason.empty()) {
      message += fault.reason;
      if (!fault.value.empty()) message += " ('" + in_one_line(fault.value) + "')";
    } else {
      message += "'" + in_one_line(fault.value) + "' is not " + csv_type_name(*field->type());
    }
    if (field->type()->id() != arrow::Type::LARGE_STRING) {
      const bool number = arrow::is_integer(field->type()->id());
      message += "; the column was taken for " + csv_type_name(*field->type()) + ": pass dtype={'" +
                 field->name() + "': 'str'}" +
                 (number ? " (or 'float64' where values are missing or have a fraction)" : "");
    }
    throw ValueError(message);
  }
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (auto& parser : parsers) arrays.push_back(parser->finish());
  Table table;
  table.columns =
      arrow::RecordBatch::Make(arrow::schema(std::move(fields)), block.rows, std::move(arrays));
  table.first_row = block.first_row;
  return table;
}

}  // namespace shoal
