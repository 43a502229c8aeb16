// Handles to Python objects that any thread may destroy at any time, with or without the
// interpreter's lock, exit included; and the lock itself.
#pragma once

#include <nanobind/nanobind.h>

#include <shoal/kernel.hpp>
#include <shoal/value.hpp>

#include <exception>
#include <memory>
#include <utility>

namespace shoal::python {

namespace nb = nanobind;

// Gives a reference back: at once when this thread has the lock, else when a thread that has it
// next calls drop_released_objects.
void release_reference(PyObject* object) noexcept;

// The one owner of a reference.
class Reference {
 public:
  Reference() = default;
  explicit Reference(PyObject* owned) : object_(owned) {}  // takes the reference over
  static Reference to(PyObject* borrowed) { return Reference(Py_XNewRef(borrowed)); }  // locked
  Reference(Reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  Reference& operator=(Reference&& other) noexcept {
    std::swap(object_, other.object_);
    return *this;
  }
  ~Reference() {
    if (object_) release_reference(object_);
  }
  PyObject* get() const { return object_; }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  PyObject* object_ = nullptr;
};

// A reference shared by copies that any thread may make: the form in which Values hold objects.
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

// Gives the interpreter's lock to others for the length of a scope.
class Unlocked {
 public:
  Unlocked() : state_(PyEval_SaveThread()) {}
  ~Unlocked();
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  PyThreadState* state_;
};

// Takes the interpreter's lock for the length of a scope, on any thread.
class Locked {
 public:
  Locked();
  ~Locked() { PyGILState_Release(state_); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  PyGILState_STATE state_;
};

// Set when the interpreter starts to exit: from then on no thread of ours takes its lock.
void note_interpreter_exit();
bool interpreter_is_exiting();
// An exiting interpreter ends threads that ask for its lock by unwinding their stacks, which C++
// frames with handlers do not survive: such a thread sleeps here until the process is gone.
[[noreturn]] void sleep_until_the_process_ends();

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

// Throws the current Python exception as a PythonException. Call with the lock held.
[[noreturn]] void throw_python_exception();

}  // namespace shoal::python

namespace shoal {
template <>
struct ValueTraits<python::PythonObject> {
  static std::size_t nbytes(const python::PythonObject& object) { return object.nbytes(); }
};
}  // namespace shoal
