// The module shoal._engine.
#include "bindings.hpp"
#include "python_object.hpp"

NB_MODULE(_engine, module) {
  using namespace shoal::python;
  module.doc() = "The C++ engine of Shoal. Use the package `shoal`, not this module.";
  bind_errors(module);
  bind_collection(module);
  bind_array(module);
  module.def("note_interpreter_exit", note_interpreter_exit);
}
