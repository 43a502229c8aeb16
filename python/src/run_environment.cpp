#include "run_environment.hpp"

#include <cxxabi.h>

#include <mutex>
#include <vector>

namespace shoal::python {
namespace {

// What a thread is in the midst of. Read and written with the interpreter's lock held; the mutex
// is for interpreters that have none.
struct ThreadCalls {
  unsigned long thread;
  PythonCallScope* innermost = nullptr;
};

struct AllCalls {
  std::mutex mutex;
  std::vector<ThreadCalls*> threads;
};

AllCalls& all_calls() {
  static auto* calls = new AllCalls;  // never destroyed: threads may outlive static objects
  return *calls;
}

struct RegisteredCalls {
  RegisteredCalls() : calls{PyThread_get_thread_ident()} {
    std::lock_guard lock(all_calls().mutex);
    all_calls().threads.push_back(&calls);
  }
  ~RegisteredCalls() {
    std::lock_guard lock(all_calls().mutex);
    std::erase(all_calls().threads, &calls);
  }
  ThreadCalls calls;
};

ThreadCalls& this_thread() {
  thread_local RegisteredCalls registered;
  return registered.calls;
}

}  // namespace

PythonCallScope::PythonCallScope(const RunEnvironment* environment)
    : environment_(environment), outer_(this_thread().innermost) {
  this_thread().innermost = this;
}

PythonCallScope::~PythonCallScope() {
  this_thread().innermost = outer_;
  // An exception that the call did not live to see must not hit the next one.
  if (stopped_ && !(outer_ && outer_->stopped_))
    PyThreadState_SetAsyncExc(this_thread().thread, nullptr);
}

void PythonCallScope::breathe() {
  {
    Unlocked unlocked;
  }
  drop_released_objects();
  if (!stopped_ && PyErr_CheckSignals() == 0) return;
  if (!PyErr_Occurred()) PyErr_SetString(PyExc_KeyboardInterrupt, "the computation was stopped");
  throw_python_exception();
}

void stop_python_calls(const RunEnvironment* environment) {
  std::lock_guard lock(all_calls().mutex);
  for (ThreadCalls* calls : all_calls().threads) {
    PythonCallScope* of_run = calls->innermost;
    while (of_run && of_run->environment_ != environment) of_run = of_run->outer_;
    if (!of_run || calls->thread == PyThread_get_thread_ident()) continue;
    for (PythonCallScope* scope = calls->innermost; scope != of_run; scope = scope->outer_)
      scope->stopped_ = true;
    of_run->stopped_ = true;
    PyThreadState_SetAsyncExc(calls->thread, PyExc_KeyboardInterrupt);
  }
}

PyObject* call_elsewhere(const TaskContext& context) {
  const auto* environment = dynamic_cast<const PythonEnvironment*>(context.environment);
  return environment ? environment->call_elsewhere().pointer() : nullptr;
}

nb::object call_python(nb::handle function, nb::handle args, nb::handle kwargs,
                       const TaskContext& context) {
  PyObject* result = nullptr;
  const PythonCallScope scope(context.environment);
  try {
    if (PyObject* elsewhere = call_elsewhere(context)) {
      result = PyObject_CallFunctionObjArgs(elsewhere, function.ptr(), args.ptr(),
                                            kwargs.is_valid() ? kwargs.ptr() : Py_None, nullptr);
    } else {
      result =
          PyObject_Call(function.ptr(), args.ptr(), kwargs.is_valid() ? kwargs.ptr() : nullptr);
    }
  } catch (abi::__forced_unwind&) {
    sleep_until_the_process_ends();
  }
  if (!result) throw_python_exception();
  return nb::steal<nb::object>(result);
}

}  // namespace shoal::python
