// The module shoal._engine.
#include "bindings.hpp"
#include "python_object.hpp"

NB_MODULE(_engine, module) {
  using namespace shoal::python;
  module.doc() = "The C++ engine of Shoal. Use the package `shoal`, not this module.";
  // Users hold lazy values in globals until the process ends; that is no leak to report.
  nanobind::set_leak_warnings(false);
  bind_errors(module);
  bind_collection(module);
  bind_array(module);
  bind_delayed(module);
  bind_bag(module);
  bind_client(module);
  bind_frame(module);
  module.def("note_interpreter_exit", note_interpreter_exit);
}
