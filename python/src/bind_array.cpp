// Arrays: the handle, the operations of the registry, and NumPy's memory in both directions.
#include <nanobind/ndarray.h>
#include <nanobind/stl/complex.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/variant.h>
#include <nanobind/stl/vector.h>

#include <shoal/array.hpp>

#include "array/store.hpp"
#include "bindings.hpp"
#include "kernels/aggregator.hpp"
#include "kernels/op_info.hpp"
#include "python_object.hpp"

namespace shoal::python {
namespace {

using ScalarOperand = std::variant<bool, std::int64_t, double, std::complex<double>>;
using PythonOperand = std::variant<Array, bool, std::int64_t, double, std::complex<double>>;

Operand to_operand(const PythonOperand& operand) {
  return std::visit([](const auto& value) { return Operand(value); }, operand);
}

nb::tuple to_tuple(const Shape& values) {
  nb::list list;
  for (std::int64_t value : values) list.append(value);
  return nb::tuple(list);
}

nb::dlpack::dtype dlpack_dtype(DType dtype) {
  const auto code = dtype == DType::Bool       ? nb::dlpack::dtype_code::Bool
                    : is_signed_integer(dtype) ? nb::dlpack::dtype_code::Int
                    : is_integer(dtype)        ? nb::dlpack::dtype_code::UInt
                    : is_float(dtype)          ? nb::dlpack::dtype_code::Float
                                               : nb::dlpack::dtype_code::Complex;
  return {static_cast<std::uint8_t>(code), static_cast<std::uint8_t>(8 * itemsize(dtype)), 1};
}

// A NumPy array that is the block's memory.
nb::object to_numpy(const Block& block) {
  auto* owner = new std::shared_ptr<const void>(block.owner());
  nb::capsule capsule(
      owner, [](void* held) noexcept { delete static_cast<std::shared_ptr<const void>*>(held); });
  std::vector<std::size_t> shape(block.shape().begin(), block.shape().end());
  std::vector<std::int64_t> strides;
  for (std::int64_t stride : block.strides())
    strides.push_back(stride / static_cast<std::int64_t>(itemsize(block.dtype())));
  nb::object array = nb::ndarray<nb::numpy>(block.mutable_data(), shape.size(), shape.data(),
                                            capsule, strides.data(), dlpack_dtype(block.dtype()))
                         .cast();
  // The export calls 64-bit integers "long long", which NumPy prints as if they were unusual.
  if (block.dtype() == DType::Int64 || block.dtype() == DType::UInt64)
    array = array.attr("view")(std::string(dtype_name(block.dtype())));
  return array;
}

Array from_numpy(nb::object owner, std::uintptr_t address, const Shape& shape, const Shape& strides,
                 const std::string& dtype, const ChunkSpec& chunks) {
  return from_block(
      Block::view(dtype_from_name(dtype), shape, strides, reinterpret_cast<void*>(address),
                  std::make_shared<const PythonObject>(std::move(owner))),
      chunks);
}

AxisChunks axis_chunks(nb::handle object) {
  if (nb::isinstance<nb::str>(object)) return AxisChunks(nb::cast<std::string>(object));
  if (PyIndex_Check(object.ptr())) return AxisChunks(nb::cast<std::int64_t>(nb::int_(object)));
  return AxisChunks(nb::cast<std::vector<std::int64_t>>(object));
}

// A size or text for every axis, or a list of one size, text or list of sizes an axis.
ChunkSpec chunk_spec(nb::handle object) {
  if (nb::isinstance<nb::str>(object)) return ChunkSpec(nb::cast<std::string>(object));
  if (PyIndex_Check(object.ptr())) return ChunkSpec(nb::cast<std::int64_t>(nb::int_(object)));
  std::vector<AxisChunks> axes;
  for (nb::handle axis : object) axes.push_back(axis_chunks(axis));
  return ChunkSpec(std::move(axes));
}

std::optional<DType> optional_dtype(const std::optional<std::string>& name) {
  if (!name) return std::nullopt;
  return dtype_from_name(*name);
}

std::optional<std::int64_t> slice_bound(nb::handle bound) {
  if (bound.is_none()) return std::nullopt;
  return nb::cast<std::int64_t>(nb::int_(bound));
}

std::vector<Index> indices_of(nb::handle items) {
  std::vector<Index> indices;
  for (nb::handle item : items) {
    if (item.is_none()) indices.emplace_back(newaxis);
    else if (item.ptr() == Py_Ellipsis) indices.emplace_back(ellipsis);
    else if (PySlice_Check(item.ptr()))
      indices.emplace_back(Slice{slice_bound(item.attr("start")), slice_bound(item.attr("stop")),
                                 slice_bound(item.attr("step"))});
    else indices.emplace_back(nb::cast<std::int64_t>(nb::int_(item)));
  }
  return indices;
}

void bind_handle(nb::module_& module) {
  nb::class_<Array>(module, "Array")
      .def("__init__", [](Array* self, const ExprHandle& handle) { new (self) Array(handle.expr); })
      .def_prop_ro("expression", [](const Array& self) { return ExprHandle{self.expression()}; })
      .def_prop_ro("shape", [](const Array& self) { return to_tuple(self.shape()); })
      .def_prop_ro("dtype", [](const Array& self) { return std::string(dtype_name(self.dtype())); })
      .def_prop_ro("chunks",
                   [](const Array& self) {
                     nb::list axes;
                     for (const auto& axis : self.chunks()) axes.append(to_tuple(axis));
                     return nb::tuple(axes);
                   })
      .def_prop_ro("chunksize", [](const Array& self) { return to_tuple(self.chunksize()); })
      .def_prop_ro("numblocks", [](const Array& self) { return to_tuple(self.numblocks()); })
      .def_prop_ro("npartitions", &Array::npartitions)
      .def_prop_ro("name", &Array::name)
      .def_prop_ro("real", &Array::real)
      .def_prop_ro("imag", &Array::imag)
      .def("repr", &Array::repr)
      .def("transpose", &Array::transpose)
      .def("astype", [](const Array& self,
                        const std::string& dtype) { return self.astype(dtype_from_name(dtype)); })
      .def("rechunk",
           [](const Array& self, nb::handle chunks) { return self.rechunk(chunk_spec(chunks)); })
      .def("index",
           [](const Array& self, nb::handle indices) { return self.index(indices_of(indices)); })
      .def("assigned_where",
           [](Array self, const Array& mask, const PythonOperand& value) {
             self.assign(mask, to_operand(value));
             return self;
           })
      .def("assigned_at",
           [](Array self, nb::handle indices, const PythonOperand& value) {
             self.assign(indices_of(indices), to_operand(value));
             return self;
           })
      .def("reduce",
           [](const Array& self, const std::string& name,
              const std::optional<std::vector<int>>& axes, bool keepdims, std::int64_t ddof,
              const std::optional<int>& split_every) {
             return self.reduce(name, axes ? Axes(*axes) : Axes(), {keepdims, ddof, split_every});
           })
      // The expression that computes the array into one buffer, which each of its values holds.
      .def("stored", [](const Array& self) { return ExprHandle{store(self.expression())}; });
}

void bind_creation(nb::module_& module) {
  module.def("full", [](const Shape& shape, const ScalarOperand& value, nb::handle chunks,
                        const std::optional<std::string>& dtype, const std::string& name) {
    const ArrayOptions options{chunk_spec(chunks), optional_dtype(dtype)};
    if (name == "zeros") return zeros(shape, options);
    if (name == "ones") return ones(shape, options);
    if (name == "empty") return empty(shape, options);
    return full(shape, Scalar(value), options);
  });
  module.def("arange",
             [](const ScalarOperand& start, const ScalarOperand& stop, const ScalarOperand& step,
                nb::handle chunks, const std::optional<std::string>& dtype) {
               return arange(Scalar(start), Scalar(stop), Scalar(step),
                             {chunk_spec(chunks), optional_dtype(dtype)});
             });
  module.def("linspace", [](double start, double stop, std::int64_t count, nb::handle chunks,
                            const std::optional<std::string>& dtype, bool endpoint) {
    return linspace(start, stop, count, {chunk_spec(chunks), optional_dtype(dtype), endpoint});
  });
  module.def("linspace_step", linspace_step);
  module.def("meshgrid", [](const std::vector<Array>& axes, bool ij_indexing, bool sparse) {
    return meshgrid(axes, {ij_indexing, sparse});
  });
  module.def("random",
             [](const Shape& shape, nb::handle chunks, const std::optional<std::uint64_t>& seed) {
               return random::random(shape, {chunk_spec(chunks), seed});
             });
  module.def("from_numpy", [](nb::object owner, std::uintptr_t address, const Shape& shape,
                              const Shape& strides, const std::string& dtype, nb::handle chunks) {
    return from_numpy(std::move(owner), address, shape, strides, dtype, chunk_spec(chunks));
  });
  module.def("broadcast_to",
             [](const Array& array, const Shape& shape) { return broadcast_to(array, shape); });
  module.def("concatenate",
             [](const std::vector<Array>& arrays, int axis) { return concatenate(arrays, axis); });
  module.def("stack",
             [](const std::vector<Array>& arrays, int axis) { return stack(arrays, axis); });
}

}  // namespace

void bind_array(nb::module_& parent) {
  nb::module_ module = parent.def_submodule("array", "Arrays. Use the package `shoal.array`.");
  register_value_converter<Block>(to_numpy);
  register_value_converter<StoredBlock>(
      [](const StoredBlock& stored) { return to_numpy(stored.whole); });
  bind_handle(module);
  bind_creation(module);

  // Every row of the registries: name, number of operands, NumPy's function, what it does.
  nb::list operations;
  for (const OpInfo& info : elementwise_operations())
    operations.append(nb::make_tuple(std::string(info.name), info.arity, std::string(info.numpy),
                                     std::string(info.doc)));
  module.attr("operations") = operations;
  module.def("elementwise",
             [](const std::string& name, const std::vector<PythonOperand>& operands) {
               std::vector<Operand> converted;
               for (const PythonOperand& operand : operands)
                 converted.push_back(to_operand(operand));
               return elementwise(name, converted);
             });
  module.def("power", [](const PythonOperand& base, const PythonOperand& exponent) {
    return pow(to_operand(base), to_operand(exponent));
  });
}

}  // namespace shoal::python
