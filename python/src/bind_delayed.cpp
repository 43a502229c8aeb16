// Delayed calls of Python functions. Building one costs about what the call itself does: the common
// case, a function called with plain values or delayed ones, stays in C++.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include "bindings.hpp"
#include "delayed/call.hpp"
#include "python_call.hpp"
#include "python_object.hpp"
#include "run_environment.hpp"

namespace shoal::python {
namespace {

// What a Python Delayed holds: an expression of one value, or a function (or other plain object)
// whose expression is made when it is used as a value.
struct DelayedHandle {
  mutable ExprPtr expr;
  std::shared_ptr<const PythonFunction> leaf;
  std::optional<bool> pure;  // of the leaf's calls
  int nout = -1;             // items of the result, or of the leaf's calls' results; -1: unknown
};

// The classes and functions of the package that this file needs; set once, when it is imported.
struct Hooks {
  nb::handle delayed_type;
  nb::handle collection_type;
  nb::handle pure_token;  // (function, args, kwargs) -> bytes, equal for equal content
  nb::handle identity;    // x -> x
};
Hooks hooks;

bool is_delayed(PyObject* object) {
  return Py_TYPE(object) == reinterpret_cast<PyTypeObject*>(hooks.delayed_type.ptr());
}
const DelayedHandle& handle_of(PyObject* object) {
  return *nb::inst_ptr<DelayedHandle>(nb::handle(object));
}

nb::object wrap(DelayedHandle handle) {
  nb::object object = nb::inst_alloc(hooks.delayed_type);
  new (nb::inst_ptr<DelayedHandle>(object)) DelayedHandle(std::move(handle));
  nb::inst_mark_ready(object);
  return object;
}

// The user's key, or work of its own.
Token token_of(const std::optional<std::string>& key) {
  return key ? Hasher().text("delayed").text(*key).finish() : unique_token();
}

const ExprPtr& expression(const DelayedHandle& handle) {
  if (!handle.expr)
    handle.expr =
        held_values(handle.leaf->name,
                    {Value::of(PythonObject(nb::borrow<nb::object>(handle.leaf->object.get())))},
                    DelayedMeta{});
  return handle.expr;
}

// Makes a collection's Python result of its blocks.
class FinishCall final : public CallKernel {
 public:
  explicit FinishCall(nb::object finish) : finish_(std::move(finish)) {}
  std::string name() const override { return "result"; }
  Resource* resource() const override { return &interpreter_lock(); }
  Value run(std::span<const Value> inputs, const TaskContext&) const override {
    try {
      nb::list blocks;
      for (const Value& input : inputs) blocks.append(ValueHandle{input});
      return Value::of(PythonObject(finish_.get()(blocks)));
    } catch (nb::python_error& error) {
      throw PythonException(error);
    }
  }

 private:
  PythonObject finish_;
};

// Any collection as one value to come.
ExprPtr value_expression(PyObject* collection) {
  if (is_delayed(collection)) return expression(handle_of(collection));
  const auto request = nb::cast<nb::tuple>(nb::handle(collection).attr("__shoal_request__")());
  const ExprPtr expr = nb::cast<const ExprHandle&>(request[0]).expr;
  Hasher hasher;
  const Token token = hasher.text("result").token(expr->token()).finish();
  return make_named_call(std::make_shared<const FinishCall>(nb::object(request[1])), {expr}, token);
}

Token token_from_bytes(nb::handle object) {
  const auto bytes = nb::cast<nb::bytes>(object);
  return Hasher().bytes(bytes.c_str(), bytes.size()).finish();
}

struct CallOptions {
  std::optional<std::string> key;
  std::optional<bool> pure;
  int nout = -1;
};

// The call of `function` (null: of what `callee` gives) with these arguments.
nb::object make_python_call(std::shared_ptr<const PythonFunction> function, ExprPtr callee,
                            PyObject* args, PyObject* kwargs, const CallOptions& options) {
  nb::list leaves;
  ArgumentTree args_tree = ArgumentTree::find(args, is_lazy, true, leaves);
  const bool has_kwargs = kwargs && PyDict_GET_SIZE(kwargs) > 0;
  ArgumentTree kwargs_tree;
  if (has_kwargs) kwargs_tree = ArgumentTree::find(kwargs, is_lazy, true, leaves);
  Token token;
  if (options.pure.value_or(false) && !options.key) {
    token = token_from_bytes(
        hooks.pure_token(nb::handle(function->object.get()), nb::handle(args),
                         has_kwargs ? nb::borrow<nb::object>(kwargs) : nb::object(nb::dict())));
    if (callee) token = Hasher().token(token).token(callee->token()).finish();
  } else {
    token = token_of(options.key);
  }
  std::vector<ExprPtr> inputs;
  const bool function_is_input = callee != nullptr;
  inputs.reserve(nb::len(leaves) + (function_is_input ? 1 : 0));
  if (function_is_input) inputs.push_back(std::move(callee));
  for (nb::handle leaf : leaves) inputs.push_back(value_expression(leaf.ptr()));
  return wrap({make_named_call(std::make_shared<const PythonCall>(
                                   std::move(function), function_is_input, std::move(args_tree),
                                   std::move(kwargs_tree), has_kwargs),
                               std::move(inputs), token),
               nullptr, std::nullopt, options.nout});
}

// Removes an option of ours from a call's keyword arguments.
nb::object take_option(nb::object& kwargs, const char* name) {
  if (!kwargs.is_valid()) return {};
  PyObject* found = PyDict_GetItemString(kwargs.ptr(), name);
  if (!found) return {};
  auto value = nb::borrow<nb::object>(found);
  kwargs = nb::steal<nb::object>(PyDict_Copy(kwargs.ptr()));
  PyDict_DelItemString(kwargs.ptr(), name);
  return value;
}

std::optional<bool> truth_or_none(nb::handle object) {
  if (!object.is_valid() || object.is_none()) return std::nullopt;
  const int truth = PyObject_IsTrue(object.ptr());
  if (truth < 0) throw nb::python_error();
  return truth == 1;
}

nb::object call_delayed(PyObject* self, PyObject* args, PyObject* given_kwargs) {
  const DelayedHandle& callee = handle_of(self);
  CallOptions options{std::nullopt, callee.pure, callee.leaf ? callee.nout : -1};
  auto kwargs = nb::borrow<nb::object>(given_kwargs);
  if (kwargs.is_valid()) {
    const nb::object key = take_option(kwargs, "dask_key_name");
    if (key.is_valid() && !key.is_none()) options.key = nb::cast<std::string>(nb::str(key));
    if (const nb::object pure = take_option(kwargs, "pure"); pure.is_valid())
      options.pure = truth_or_none(pure);
  }
  if (!callee.leaf) {
    static const auto* apply = new std::shared_ptr<const PythonFunction>(
        std::make_shared<const PythonFunction>(nb::none(), "apply"));
    return make_python_call(*apply, callee.expr, args, kwargs.ptr(), options);
  }
  if (!PyCallable_Check(callee.leaf->object.get()))
    throw TypeError("delayed: a value of type " + callee.leaf->name +
                    " is called; only delayed functions and other callables can be");
  return make_python_call(callee.leaf, nullptr, args, kwargs.ptr(), options);
}

// The slot behind Delayed.__call__: without the dispatch that a bound method would go through.
PyObject* call_slot(PyObject* self, PyObject* args, PyObject* kwargs) {
  try {
    return call_delayed(self, args, kwargs).release().ptr();
  } catch (nb::python_error& error) {
    error.restore();
  } catch (const TypeError& error) {
    PyErr_SetString(PyExc_TypeError, error.what());
  } catch (const std::exception& error) {
    PyErr_SetString(PyExc_RuntimeError, error.what());
  }
  return nullptr;
}

// Loops write delayed(f)(x): the function's name and handle are made once as long as it is the same
// one.
std::shared_ptr<const PythonFunction> shared_function(nb::handle function) {
  static std::weak_ptr<const PythonFunction> last;
  static nb::ft_mutex mutex;
  const nb::ft_lock_guard lock(mutex);
  if (auto held = last.lock(); held && held->object.get() == function.ptr()) return held;
  auto made = std::make_shared<const PythonFunction>(function);
  last = made;
  return made;
}

nb::object make_delayed(nb::handle object, const std::optional<std::string>& name,
                        std::optional<bool> pure, std::optional<int> nout, bool traverse) {
  if (nout && *nout < 0)
    throw ValueError("delayed: nout is " + std::to_string(*nout) + "; give 0 or more, or None");
  if (is_delayed(object.ptr())) return nb::borrow<nb::object>(object);
  if (is_lazy(object.ptr()))
    return wrap({value_expression(object.ptr()), nullptr, std::nullopt, nout.value_or(-1)});
  if (traverse && !PyFunction_Check(object.ptr())) {
    nb::list leaves;
    if (ArgumentTree::find(object.ptr(), is_lazy, true, leaves).has_leaves()) {
      const std::string type = nb::cast<std::string>(object.type().attr("__name__"));
      return make_python_call(std::make_shared<const PythonFunction>(hooks.identity, type), nullptr,
                              nb::make_tuple(object).ptr(), nullptr,
                              {name, std::nullopt, nout.value_or(-1)});
    }
  }
  if (PyFunction_Check(object.ptr()))
    return wrap({nullptr, shared_function(object), pure, nout.value_or(-1)});
  auto leaf = PyCallable_Check(object.ptr())
                  ? std::make_shared<const PythonFunction>(object)
                  : std::make_shared<const PythonFunction>(
                        object, nb::cast<std::string>(object.type().attr("__name__")));
  ExprPtr expr;
  if (name || pure.value_or(false)) {
    const Token token =
        name ? token_of(name) : token_from_bytes(hooks.pure_token(object, nb::tuple(), nb::dict()));
    const auto value = Value::of(PythonObject(nb::borrow<nb::object>(object)));
    const ExprPtr held = held_values(leaf->name, {value}, DelayedMeta{});
    expr = Expr::make_named(held->operation_ptr(), {}, held->meta_ptr(), token);
  }
  return wrap({std::move(expr), std::move(leaf), pure, nout.value_or(-1)});
}

// delayed(obj, ...), or the decorator delayed(...) when `object` is `missing`.
nb::object delayed(nb::handle object, nb::handle missing, std::optional<std::string> name,
                   nb::handle pure, std::optional<int> nout, bool traverse) {
  if (!object.is(missing)) return make_delayed(object, name, truth_or_none(pure), nout, traverse);
  return nb::module_::import_("functools")
      .attr("partial")(nb::module_::import_("shoal._engine").attr("delayed"),
                       nb::arg("name") = name, nb::arg("pure") = pure, nb::arg("nout") = nout,
                       nb::arg("traverse") = traverse);
}

std::string key_of(const DelayedHandle& handle) {
  const ExprPtr& expr = expression(handle);
  return expr->operation().name() + "-" + expr->token().hex();
}

}  // namespace

bool is_lazy(PyObject* object) {
  return is_delayed(object) || PyType_IsSubtype(Py_TYPE(object), reinterpret_cast<PyTypeObject*>(
                                                                     hooks.collection_type.ptr()));
}

ExprPtr expression_of(nb::handle object) {
  if (is_delayed(object.ptr())) return expression(handle_of(object.ptr()));
  return nb::cast<const ExprHandle&>(object).expr;
}

nb::object delayed_from(ExprPtr expr) { return wrap({std::move(expr), nullptr, std::nullopt, -1}); }

nb::object delayed_from_collection(nb::handle collection) {
  return delayed_from(value_expression(collection.ptr()));
}

void bind_delayed(nb::module_& module) {
  static PyType_Slot slots[] = {{Py_tp_call, reinterpret_cast<void*>(call_slot)}, {0, nullptr}};
  nb::class_<DelayedHandle>(module, "DelayedBase", nb::type_slots(slots))
      .def("__shoal_expression__",
           [](const DelayedHandle& self) { return ExprHandle{expression(self)}; })
      .def("__shoal_rebuild__",
           [](const DelayedHandle& self, const ExprHandle& expr) {
             return wrap({expr.expr, nullptr, std::nullopt, self.nout});
           })
      .def_prop_ro("key", key_of)
      .def_prop_ro("_nout", [](const DelayedHandle& self) { return self.nout; })
      .def_prop_ro("_leaf", [](const DelayedHandle& self) -> nb::object {
        if (!self.leaf) return nb::none();
        return nb::make_tuple(nb::handle(self.leaf->object.get()));
      });
  const auto missing =
      nb::steal<nb::object>(PyObject_CallNoArgs(reinterpret_cast<PyObject*>(&PyBaseObject_Type)));
  module.def(
      "delayed",
      [missing](nb::handle object, std::optional<std::string> name, nb::handle pure,
                std::optional<int> nout, bool traverse) {
        return delayed(object, missing, std::move(name), pure, nout, traverse);
      },
      nb::arg("obj").none() = missing, nb::arg("name") = nb::none(), nb::arg("pure") = nb::none(),
      nb::arg("nout") = nb::none(), nb::arg("traverse") = true);
  module.def("delayed_call", [](nb::handle function, const std::string& name, nb::args args) {
    return make_python_call(std::make_shared<const PythonFunction>(function, name), nullptr,
                            args.ptr(), nullptr, {});
  });
  module.def("set_delayed_hooks", [](nb::object delayed_type, nb::object collection_type,
                                     nb::object pure_token, nb::object identity) {
    // Held for the life of the process.
    hooks.delayed_type = delayed_type.release();
    hooks.collection_type = collection_type.release();
    hooks.pure_token = pure_token.release();
    hooks.identity = identity.release();
  });
}

}  // namespace shoal::python
