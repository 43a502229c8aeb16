// Data frames: sources, operations, and tables as Arrow data that Python's libraries take in place.
#include <arrow/c/bridge.h>
#include <arrow/record_batch.h>
#include <arrow/type.h>
#include <nanobind/stl/map.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <shoal/error.hpp>
#include <shoal/io.hpp>

#include "bindings.hpp"
#include "frame/compute_frame.hpp"
#include "frame/frame_operation.hpp"
#include "frame/groupby.hpp"
#include "frame/nearest_names.hpp"
#include "frame/reduce.hpp"
#include "frame/select.hpp"
#include "frame/tables.hpp"
#include "python_object.hpp"

namespace shoal::python {
namespace {

void require(const arrow::Status& status, const char* doing) {
  if (!status.ok()) throw InternalError(std::string(doing) + ": " + status.ToString());
}

// A capsule that owns a structure of the Arrow C data interface.
template <class Structure>
nb::object capsule(std::unique_ptr<Structure> structure, const char* name) {
  PyObject* object = PyCapsule_New(structure.get(), name, [](PyObject* self) {
    auto* held = static_cast<Structure*>(PyCapsule_GetPointer(self, PyCapsule_GetName(self)));
    if (held->release) held->release(held);
    delete held;
  });
  if (!object) throw nb::python_error();
  structure.release();
  return nb::steal(object);
}

// The protocol of the Arrow C data interface: the schema and the columns, not copied.
nb::object arrow_c_array(const Table& table, nb::object) {
  auto schema = std::make_unique<ArrowSchema>();
  auto array = std::make_unique<ArrowArray>();
  require(arrow::ExportRecordBatch(*table.columns, array.get(), schema.get()), "exporting a table");
  return nb::make_tuple(capsule(std::move(schema), "arrow_schema"),
                        capsule(std::move(array), "arrow_array"));
}

Table table_from_python(nb::object object, std::vector<std::string> index_columns) {
  const auto capsules = nb::cast<nb::tuple>(object.attr("__arrow_c_array__")());
  auto* schema = static_cast<ArrowSchema*>(PyCapsule_GetPointer(capsules[0].ptr(), "arrow_schema"));
  auto* array = static_cast<ArrowArray*>(PyCapsule_GetPointer(capsules[1].ptr(), "arrow_array"));
  if (!schema || !array) throw nb::python_error();
  auto batch = arrow::ImportRecordBatch(array, schema);
  require(batch.status(), "importing a table");
  // Arrow imports the buffers of a column without rows as empty ones, whatever its offset.
  if ((*batch)->num_rows() == 0) batch = arrow::RecordBatch::MakeEmpty((*batch)->schema());
  require(batch.status(), "making an empty table");
  return {std::move(batch).ValueUnsafe(), 0, std::move(index_columns)};
}

const char* kind_name(FrameKind kind) {
  switch (kind) {
    case FrameKind::DataFrame: return "DataFrame";
    case FrameKind::Series: return "Series";
    case FrameKind::Scalar: return "Scalar";
  }
  throw InternalError("unknown kind of frame");
}

// A table without rows, of the expression's columns.
Table empty_table(const ExprHandle& handle) {
  const FrameMeta& meta = handle.expr->frame_meta();
  auto batch = arrow::RecordBatch::MakeEmpty(meta.schema);
  require(batch.status(), "making an empty table");
  return {std::move(batch).ValueUnsafe(), 0, meta.index_columns};
}

ExprHandle read_csv_files(const std::vector<std::string>& paths,
                          const std::optional<std::variant<std::int64_t, std::string>>& blocksize,
                          const std::map<std::string, std::string>& dtypes,
                          const std::string& dtype, const std::vector<std::string>& usecols,
                          const std::string& separator, const std::string& quote) {
  if (separator.size() != 1 || quote.size() != 1)
    throw ValueError("read_csv: sep and quotechar are one character each, not '" + separator +
                     "' and '" + quote + "'");
  CsvOptions options;
  if (blocksize)
    options.blocksize = std::visit([](const auto& size) { return BlockSize(size); }, *blocksize);
  options.dtypes = dtypes;
  options.dtype = dtype;
  options.usecols = usecols;
  options.separator = separator[0];
  options.quote = quote[0];
  const Unlocked unlocked;
  return {read_csv(paths, options).expr()};
}

// The first or last rows, stopped by Ctrl-C as every computation.
template <Table (*rows_of)(const ExprPtr&, std::int64_t, const ComputeOptions&)>
Table rows_at_end(const ExprHandle& handle, std::int64_t count) {
  ComputeOptions options;
  options.interrupted = signal_arrived;
  try {
    const Unlocked unlocked;
    return rows_of(handle.expr, count, options);
  } catch (const Cancelled&) {
    if (!PyErr_Occurred()) throw;
    throw nb::python_error();
  }
}

}  // namespace

void bind_frame(nb::module_& module) {
  nb::class_<Table>(module, "Table")
      .def_prop_ro("num_rows", &Table::num_rows)
      .def_ro("first_row", &Table::first_row)
      .def_ro("index_columns", &Table::index_columns)
      .def("__arrow_c_array__", arrow_c_array, nb::arg("requested_schema") = nb::none());
  register_value_converter<Table>([](const Table& table) { return nb::cast(table); });
  module.attr("UNNAMED_INDEX") = std::string(kUnnamedIndex);
  module.attr("UNNAMED_COLUMN") = std::string(kUnnamedColumn);

  module.def("read_csv", read_csv_files, nb::arg("paths"), nb::arg("blocksize").none(),
             nb::arg("dtypes"), nb::arg("dtype"), nb::arg("usecols"), nb::arg("separator"),
             nb::arg("quote"));
  module.def(
      "frame_from_tables",
      [](const std::vector<nb::object>& objects, const std::vector<std::string>& index,
         bool series) {
        std::vector<Table> tables;
        for (const auto& object : objects) tables.push_back(table_from_python(object, index));
        return ExprHandle{frame_from_tables(std::move(tables),
                                            series ? FrameKind::Series : FrameKind::DataFrame)};
      },
      nb::arg("tables"), nb::arg("index"), nb::arg("series"));

  module.def("frame_kind",
             [](const ExprHandle& self) { return kind_name(self.expr->frame_meta().kind); });
  module.def("frame_columns",
             [](const ExprHandle& self) { return data_columns(self.expr->frame_meta()); });
  module.def("frame_empty_table", empty_table);
  module.def("frame_known_rows", [](const ExprHandle& self) { return known_row_count(self.expr); });
  module.def("suggest_names", [](const std::string& given, const std::vector<std::string>& known) {
    return suggest_names(given, known);
  });

  module.def("frame_select", [](const ExprHandle& self, const std::vector<std::string>& names) {
    return ExprHandle{select_columns(self.expr, names)};
  });
  module.def("frame_column", [](const ExprHandle& self, const std::string& name) {
    return ExprHandle{select_column(self.expr, name)};
  });
  module.def("frame_partitions",
             [](const ExprHandle& self, std::int64_t first, std::int64_t count) {
               return ExprHandle{select_partitions(self.expr, first, count)};
             });
  module.def("frame_head", rows_at_end<first_rows>);
  module.def("frame_tail", rows_at_end<last_rows>);
  module.def(
      "frame_reduce",
      [](const ExprHandle& self, const std::string& aggregate, std::int64_t ddof,
         bool numeric_only) {
        return ExprHandle{reduce(self.expr, aggregate, ddof, numeric_only)};
      },
      nb::arg("frame"), nb::arg("aggregate"), nb::arg("ddof"), nb::arg("numeric_only"));
  module.def("frame_count_rows",
             [](const ExprHandle& self) { return ExprHandle{count_rows(self.expr)}; });
  module.def(
      "frame_aggregate_groups",
      [](const ExprHandle& self, const std::vector<std::string>& keys,
         const std::optional<std::vector<std::string>>& columns, const std::string& aggregate,
         bool series, std::int64_t ddof, bool numeric_only) {
        return ExprHandle{
            aggregate_groups(self.expr, keys, columns, aggregate, series, ddof, numeric_only)};
      },
      nb::arg("frame"), nb::arg("keys"), nb::arg("columns").none(), nb::arg("aggregate"),
      nb::arg("series"), nb::arg("ddof"), nb::arg("numeric_only"));
}

}  // namespace shoal::python
