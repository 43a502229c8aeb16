// ArgumentTree: Python objects among which results to come stand for values.
#pragma once

#include <cstdint>
#include <vector>

#include "python_object.hpp"

namespace shoal::python {

class ArgumentTree {
 public:
  // Whether an object stands for a result to come.
  using IsLeaf = bool (*)(PyObject* object);

  // Searches `root` and the lists, tuples, sets, dicts, slices and dataclasses in it (only `root`
  // and its own items when not `deep`), and appends what it finds to `leaves`, a list. Call with
  // the lock held; throws nb::python_error.
  static ArgumentTree find(PyObject* root, IsLeaf is_leaf, bool deep, nb::list& leaves);

  // The root with its leaves replaced by results, itself when it has none. `results[i]` is a
  // borrowed reference to that of leaf i. Call with the lock held.
  nb::object build(const std::vector<PyObject*>& results) const;

  bool has_leaves() const { return kind_ != Kind::Plain; }

 private:
  enum class Kind : std::uint8_t {
    Plain,
    Leaf,
    List,
    Tuple,
    Set,
    FrozenSet,
    Dict,
    Slice,
    Dataclass
  };

  static ArgumentTree plain(PyObject* object);
  static ArgumentTree find_in_dataclass(PyObject* object, PyObject* fields, IsLeaf is_leaf,
                                        nb::list& leaves);
  nb::object build_dataclass(const std::vector<PyObject*>& results) const;

  Kind kind_ = Kind::Plain;
  std::uint32_t leaf_ = 0;
  Reference object_;                    // the plain object; the dataclass instance
  std::vector<ArgumentTree> children_;  // items; keys and values alternately; names and fields
};

}  // namespace shoal::python
