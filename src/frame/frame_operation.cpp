#include "frame/frame_operation.hpp"

#include <arrow/type.h>
#include <shoal/error.hpp>

#include <algorithm>

#include "frame/nearest_names.hpp"

namespace shoal {

ExprPtr make_source(std::shared_ptr<const FrameSource> source) {
  Meta meta = source->meta();
  return Expr::make(std::move(source), {}, std::move(meta));
}

std::vector<std::string> schema_names(const arrow::Schema& schema) { return schema.field_names(); }

std::vector<std::string> data_columns(const FrameMeta& meta) {
  // The index's columns come first.
  auto names = schema_names(*meta.schema);
  names.erase(names.begin(),
              names.begin() + static_cast<std::ptrdiff_t>(meta.index_columns.size()));
  return names;
}

int find_column(const FrameMeta& meta, const std::string& name, const std::string& operation) {
  const auto names = data_columns(meta);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end())
    throw KeyError(operation + ": there is no column '" + name + "'" + suggest_names(name, names));
  return static_cast<int>(found - names.begin() +
                          static_cast<std::ptrdiff_t>(meta.index_columns.size()));
}

std::string pandas_dtype(const arrow::Schema& schema, int column) {
  const auto& field = *schema.field(column);
  switch (field.type()->id()) {
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: return "str";
    case arrow::Type::NA: return "object";
    case arrow::Type::BOOL: return field.nullable() ? "object" : "bool";
    case arrow::Type::FLOAT: return "float32";
    case arrow::Type::DOUBLE: return "float64";
    default: return field.type()->ToString();
  }
}

}  // namespace shoal
