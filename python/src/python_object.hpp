// PythonObject: a handle to a Python object that any thread may copy and destroy at any time, with
// or without the interpreter's lock, exit included.
#pragma once

#include <nanobind/nanobind.h>

#include <shoal/kernel.hpp>
#include <shoal/value.hpp>

#include <exception>
#include <memory>

namespace shoal::python {

namespace nb = nanobind;

class PythonObject {
 public:
  PythonObject() = default;
  explicit PythonObject(nb::object object);  // call with the lock held
  nb::object get() const {                   // call with the lock held
    return nb::borrow<nb::object>(object_ ? object_.get() : Py_None);
  }
  PyObject* pointer() const { return object_.get(); }
  explicit operator bool() const { return object_ != nullptr; }
  std::size_t nbytes() const { return nbytes_; }

 private:
  std::shared_ptr<PyObject> object_;
  std::size_t nbytes_ = 0;
};

// Drops the references that threads without the lock let go of. Call with the lock held, often.
void drop_released_objects();

// The interpreter's lock, as a resource that workers keep over consecutive Python tasks.
Resource& interpreter_lock();

// Set when the interpreter starts to exit: from then on no thread may take its lock.
void note_interpreter_exit();
bool interpreter_is_exiting();

// An exception that a Python function raised in a task, with its traceback.
class PythonException final : public std::exception {
 public:
  // Takes the exception that nanobind caught. Call with the lock held.
  explicit PythonException(nb::python_error& error);
  explicit PythonException(PythonObject exception) : exception_(std::move(exception)) {}
  const char* what() const noexcept override { return "a Python function raised an exception"; }
  const PythonObject& exception() const { return exception_; }
  void restore() const;  // makes it Python's current exception; call with the lock held

 private:
  PythonObject exception_;
};

}  // namespace shoal::python

namespace shoal {
template <>
struct ValueTraits<python::PythonObject> {
  static std::size_t nbytes(const python::PythonObject& object) { return object.nbytes(); }
};
}  // namespace shoal
