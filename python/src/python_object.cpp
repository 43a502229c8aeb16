#include "python_object.hpp"

#include <cxxabi.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <mutex>
#include <vector>

namespace shoal::python {
namespace {

std::atomic<bool> exiting{false};
PyThreadState* exiting_thread = nullptr;  // set before `exiting`

struct Released {
  std::mutex mutex;
  std::vector<PyObject*> objects;
  std::atomic<std::size_t> count{0};
};

Released& released() {
  static auto* released = [] {
    // A process that is forked while another thread holds the mutex must not inherit it locked.
    pthread_atfork([] { python::released().mutex.lock(); },
                   [] { python::released().mutex.unlock(); },
                   [] { python::released().mutex.unlock(); });
    return new Released;  // never destroyed: threads may outlive static objects
  }();
  return *released;
}

}  // namespace

void release_reference(PyObject* object) noexcept {
  if (exiting.load(std::memory_order_acquire)) return;  // the process ends: nothing to give back
  if (PyGILState_Check()) {
    Py_DECREF(object);
    return;
  }
  // Waiting for the lock here could deadlock with a thread that has it and waits for one of ours.
  std::lock_guard lock(released().mutex);
  released().objects.push_back(object);
  released().count.store(released().objects.size(), std::memory_order_release);
}

namespace {

// The bytes of plain objects without asking Python code; arrays and frames say their own.
std::size_t estimate_bytes(nb::handle object) {
  PyObject* pointer = object.ptr();
  if (PyLong_CheckExact(pointer) || PyFloat_CheckExact(pointer) || PyBool_Check(pointer) ||
      pointer == Py_None)
    return 32;
  if (PyUnicode_CheckExact(pointer))
    return 64 + static_cast<std::size_t>(PyUnicode_GET_LENGTH(pointer));
  if (PyBytes_CheckExact(pointer)) return 64 + static_cast<std::size_t>(PyBytes_GET_SIZE(pointer));
  if (PyList_CheckExact(pointer) || PyTuple_CheckExact(pointer))
    return 64 + 40 * static_cast<std::size_t>(Py_SIZE(pointer));
  if (PyDict_CheckExact(pointer))
    return 64 + 100 * static_cast<std::size_t>(PyDict_GET_SIZE(pointer));
  std::size_t bytes = 64;
  if (PyObject* size = PyObject_GetAttrString(pointer, "nbytes")) {
    const std::size_t said = PyLong_Check(size) ? PyLong_AsSize_t(size) : 0;
    Py_DECREF(size);
    if (said != static_cast<std::size_t>(-1)) bytes += said;
  }
  PyErr_Clear();
  return bytes;
}

void sleep_if_the_interpreter_exits() {
  if (interpreter_is_exiting() && PyGILState_GetThisThreadState() != exiting_thread)
    sleep_until_the_process_ends();
}

// Threads of ours keep their Python thread state between tasks, since making one costs more than
// most tasks.
class InterpreterLock final : public Resource {
 public:
  void acquire() override {
    sleep_if_the_interpreter_exits();
    try {
      if (PyThreadState* state = PyGILState_GetThisThreadState()) {
        PyEval_RestoreThread(state);
      } else {
        PyGILState_Ensure();  // the thread keeps its state from now on
      }
    } catch (abi::__forced_unwind&) {
      sleep_until_the_process_ends();
    }
    drop_released_objects();
  }
  void release() override { PyEval_SaveThread(); }
};

}  // namespace

PythonObject::PythonObject(nb::object object) : nbytes_(estimate_bytes(object)) {
  object_ = std::shared_ptr<PyObject>(object.release().ptr(), release_reference);
}

void drop_released_objects() {
  if (released().count.load(std::memory_order_acquire) == 0) return;
  std::vector<PyObject*> objects;
  {
    std::lock_guard lock(released().mutex);
    objects.swap(released().objects);
    released().count.store(0, std::memory_order_release);
  }
  for (PyObject* object : objects) Py_DECREF(object);
}

Resource& interpreter_lock() {
  static auto* lock = new InterpreterLock;
  return *lock;
}

Locked::Locked() {
  sleep_if_the_interpreter_exits();
  try {
    state_ = PyGILState_Ensure();
  } catch (abi::__forced_unwind&) {
    sleep_until_the_process_ends();
  }
}

Unlocked::~Unlocked() {
  sleep_if_the_interpreter_exits();
  try {
    PyEval_RestoreThread(state_);
  } catch (abi::__forced_unwind&) {
    sleep_until_the_process_ends();
  }
}

void note_interpreter_exit() {
  exiting_thread = PyGILState_GetThisThreadState();
  exiting.store(true, std::memory_order_release);
}
bool interpreter_is_exiting() { return exiting.load(std::memory_order_acquire); }

void sleep_until_the_process_ends() {
  while (true) ::pause();
}

PythonException::PythonException(nb::python_error& error)
    : exception_(nb::borrow<nb::object>(error.value())) {}

void PythonException::restore() const {
  nb::object value = exception_.get();
  PyObject* type = reinterpret_cast<PyObject*>(Py_TYPE(value.ptr()));
  PyObject* traceback = PyException_GetTraceback(value.ptr());
  PyErr_Restore(Py_NewRef(type), value.release().ptr(), traceback);
}

void throw_python_exception() {
  nb::python_error error;
  throw PythonException(error);
}

}  // namespace shoal::python
