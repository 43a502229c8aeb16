#include "argument_tree.hpp"

namespace shoal::python {
namespace {

// Objects of types that can neither be nor contain a result to come; quick, for most arguments are.
bool is_simple(PyObject* object) {
  return PyLong_CheckExact(object) || PyFloat_CheckExact(object) || PyUnicode_CheckExact(object) ||
         object == Py_None || PyBool_Check(object) || PyBytes_CheckExact(object) ||
         PyFunction_Check(object);
}

class RecursionGuard {
 public:
  RecursionGuard() {
    if (Py_EnterRecursiveCall(" while searching arguments for lazy values"))
      throw nb::python_error();
  }
  ~RecursionGuard() { Py_LeaveRecursiveCall(); }
  RecursionGuard(const RecursionGuard&) = delete;
  RecursionGuard& operator=(const RecursionGuard&) = delete;
};

}  // namespace

ArgumentTree ArgumentTree::plain(PyObject* object) {
  ArgumentTree tree;
  tree.object_ = Reference::to(object);
  return tree;
}

ArgumentTree ArgumentTree::find(PyObject* root, IsLeaf is_leaf, bool deep, nb::list& leaves) {
  if (is_simple(root)) return plain(root);
  ArgumentTree tree;
  if (is_leaf(root)) {
    tree.kind_ = Kind::Leaf;
    tree.leaf_ = static_cast<std::uint32_t>(nb::len(leaves));
    leaves.append(nb::handle(root));
    return tree;
  }
  const RecursionGuard guard;
  const std::size_t found = nb::len(leaves);
  const auto item = [&](PyObject* child) {
    tree.children_.push_back(deep || !(PyList_Check(child) || PyTuple_Check(child) ||
                                       PyDict_Check(child) || PyAnySet_Check(child))
                                 ? find(child, is_leaf, deep, leaves)
                                 : plain(child));
  };
  if (PyTuple_CheckExact(root)) {
    tree.kind_ = Kind::Tuple;
    tree.children_.reserve(static_cast<std::size_t>(PyTuple_GET_SIZE(root)));
    for (Py_ssize_t i = 0; i < PyTuple_GET_SIZE(root); ++i) item(PyTuple_GET_ITEM(root, i));
  } else if (PyList_CheckExact(root)) {
    tree.kind_ = Kind::List;
    tree.children_.reserve(static_cast<std::size_t>(PyList_GET_SIZE(root)));
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(root); ++i) item(PyList_GET_ITEM(root, i));
  } else if (PyDict_CheckExact(root)) {
    tree.kind_ = Kind::Dict;
    PyObject *key, *value;
    Py_ssize_t position = 0;
    while (PyDict_Next(root, &position, &key, &value)) {
      item(key);
      item(value);
    }
  } else if (Py_IS_TYPE(root, &PySet_Type) || Py_IS_TYPE(root, &PyFrozenSet_Type)) {
    tree.kind_ = Py_IS_TYPE(root, &PySet_Type) ? Kind::Set : Kind::FrozenSet;
    for (nb::handle child : nb::borrow<nb::object>(root)) item(child.ptr());
  } else if (PySlice_Check(root)) {
    tree.kind_ = Kind::Slice;
    auto* slice = reinterpret_cast<PySliceObject*>(root);
    for (PyObject* part : {slice->start, slice->stop, slice->step}) item(part);
  } else if (deep && !PyType_Check(root)) {
    PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(root));
    const auto fields = nb::steal<nb::object>(PyObject_GetAttrString(type, "__dataclass_fields__"));
    if (!fields.is_valid()) {
      PyErr_Clear();
      return plain(root);
    }
    tree = find_in_dataclass(root, fields.ptr(), is_leaf, leaves);
  }
  return nb::len(leaves) == found ? plain(root) : std::move(tree);
}

ArgumentTree ArgumentTree::find_in_dataclass(PyObject* object, PyObject* fields, IsLeaf is_leaf,
                                             nb::list& leaves) {
  ArgumentTree tree;
  tree.kind_ = Kind::Dataclass;
  tree.object_ = Reference::to(object);
  for (nb::handle name : nb::borrow<nb::dict>(fields).keys()) {
    const auto value = nb::steal<nb::object>(PyObject_GetAttr(object, name.ptr()));
    if (!value.is_valid()) {
      PyErr_Clear();
      continue;
    }
    const std::size_t found = nb::len(leaves);
    ArgumentTree child = find(value.ptr(), is_leaf, true, leaves);
    if (nb::len(leaves) == found) continue;
    tree.children_.push_back(plain(name.ptr()));
    tree.children_.push_back(std::move(child));
  }
  return tree;
}

// A copy, so that fields which __init__ does not take are kept, and __post_init__ is not repeated.
nb::object ArgumentTree::build_dataclass(const std::vector<PyObject*>& results) const {
  nb::object copy = nb::module_::import_("copy").attr("copy")(nb::handle(object_.get()));
  const nb::object set = nb::module_::import_("builtins").attr("object").attr("__setattr__");
  for (std::size_t i = 0; i < children_.size(); i += 2)
    set(copy, nb::handle(children_[i].object_.get()), children_[i + 1].build(results));
  return copy;
}

nb::object ArgumentTree::build(const std::vector<PyObject*>& results) const {
  const auto checked = [](PyObject* object) {
    if (!object) throw nb::python_error();
    return nb::steal<nb::object>(object);
  };
  switch (kind_) {
    case Kind::Plain: return nb::borrow<nb::object>(object_.get());
    case Kind::Leaf: return nb::borrow<nb::object>(results[leaf_]);
    case Kind::Tuple: {
      nb::object tuple = checked(PyTuple_New(static_cast<Py_ssize_t>(children_.size())));
      for (std::size_t i = 0; i < children_.size(); ++i)
        PyTuple_SET_ITEM(tuple.ptr(), static_cast<Py_ssize_t>(i),
                         children_[i].build(results).release().ptr());
      return tuple;
    }
    case Kind::List: {
      nb::object list = checked(PyList_New(static_cast<Py_ssize_t>(children_.size())));
      for (std::size_t i = 0; i < children_.size(); ++i)
        PyList_SET_ITEM(list.ptr(), static_cast<Py_ssize_t>(i),
                        children_[i].build(results).release().ptr());
      return list;
    }
    case Kind::Dict: {
      nb::object dict = checked(PyDict_New());
      for (std::size_t i = 0; i < children_.size(); i += 2)
        if (PyDict_SetItem(dict.ptr(), children_[i].build(results).ptr(),
                           children_[i + 1].build(results).ptr()) != 0)
          throw nb::python_error();
      return dict;
    }
    case Kind::Set:
    case Kind::FrozenSet: {
      nb::list items;
      for (const ArgumentTree& child : children_) items.append(child.build(results));
      return checked(kind_ == Kind::Set ? PySet_New(items.ptr()) : PyFrozenSet_New(items.ptr()));
    }
    case Kind::Slice: {
      const nb::object start = children_[0].build(results);
      const nb::object stop = children_[1].build(results);
      return checked(PySlice_New(start.ptr(), stop.ptr(), children_[2].build(results).ptr()));
    }
    case Kind::Dataclass: return build_dataclass(results);
  }
  throw InternalError("argument tree: an unknown kind");
}

}  // namespace shoal::python
