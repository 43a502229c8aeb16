// Futures of Python calls, and the pool that runs them.
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>

#include <shoal/future.hpp>

#include "bindings.hpp"
#include "exec/worker_threads.hpp"
#include "python_call.hpp"
#include "run_environment.hpp"

namespace shoal::python {
namespace {

struct FutureHandle {
  AnyFuture future;
  std::string key;
};

nb::handle future_type;      // the package's Future; held for the life of the process
nb::handle cancelled_error;  // concurrent.futures.CancelledError

bool is_future(PyObject* object) { return nb::isinstance<FutureHandle>(nb::handle(object)); }

nb::object wrap(FutureHandle handle) {
  nb::object object = nb::inst_alloc(future_type);
  new (nb::inst_ptr<FutureHandle>(object)) FutureHandle(std::move(handle));
  nb::inst_mark_ready(object);
  return object;
}

[[noreturn]] void throw_cancelled(const FutureHandle& handle) {
  PyErr_Format(cancelled_error.ptr(), "the call %s was cancelled", handle.key.c_str());
  throw nb::python_error();
}

// Waits without the lock. False when the time is over; throws when Ctrl-C was pressed.
bool wait(const FutureHandle& handle, std::optional<double> timeout) {
  bool done = false;
  bool interrupted = false;
  {
    const Unlocked unlocked;
    try {
      done = handle.future.wait(timeout, signal_arrived);
    } catch (const Cancelled&) {
      interrupted = true;
    }
  }
  drop_released_objects();
  if (interrupted) {
    if (!PyErr_Occurred()) PyErr_SetString(PyExc_KeyboardInterrupt, "the waiting was stopped");
    throw nb::python_error();
  }
  return done;
}

nb::object result(const FutureHandle& handle, std::optional<double> timeout) {
  if (!wait(handle, timeout)) {
    PyErr_Format(PyExc_TimeoutError, "the result of %s did not come in time", handle.key.c_str());
    throw nb::python_error();
  }
  if (handle.future.status() == FutureStatus::Cancelled) throw_cancelled(handle);
  return value_to_python(handle.future.result());
}

nb::object exception(const FutureHandle& handle, std::optional<double> timeout) {
  if (!wait(handle, timeout)) {
    PyErr_Format(PyExc_TimeoutError, "the result of %s did not come in time", handle.key.c_str());
    throw nb::python_error();
  }
  if (handle.future.status() == FutureStatus::Cancelled) throw_cancelled(handle);
  const std::exception_ptr error = handle.future.exception();
  if (!error) return nb::none();
  try {
    std::rethrow_exception(error);
  } catch (const PythonException& raised) {
    return raised.exception().get();
  } catch (const std::exception& other) {
    return nb::handle(PyExc_RuntimeError)(other.what());
  }
}

const char* status(const FutureHandle& handle) {
  switch (handle.future.status()) {
    case FutureStatus::Finished: return "finished";
    case FutureStatus::Error: return "error";
    case FutureStatus::Cancelled: return "cancelled";
    default: return "pending";  // running calls too, as in Dask
  }
}

// Calls back on a thread of its own: the thread that finishes a task may hold anything.
void on_done(const FutureHandle& handle, nb::object callback) {
  handle.future.on_done([callback = PythonObject(std::move(callback))] {
    run_on_worker_thread([callback] {
      Resource& lock = interpreter_lock();
      lock.acquire();
      PyObject* result = PyObject_CallNoArgs(callback.pointer());
      if (!result) PyErr_WriteUnraisable(callback.pointer());
      Py_XDECREF(result);
      lock.release();
    });
  });
}

class PythonPool {
 public:
  PythonPool(int num_threads, nb::object call_elsewhere)
      : environment_(std::make_shared<PythonEnvironment>(
            call_elsewhere.is_none() ? PythonObject() : PythonObject(call_elsewhere))),
        pool_({num_threads, environment_}) {}

  nb::object submit(nb::handle function, nb::tuple args, nb::dict kwargs,
                    std::optional<std::string> key, int priority) {
    auto shared = std::make_shared<const PythonFunction>(function);
    nb::list leaves;
    ArgumentTree args_tree = ArgumentTree::find(args.ptr(), is_future, true, leaves);
    ArgumentTree kwargs_tree = ArgumentTree::find(kwargs.ptr(), is_future, true, leaves);
    std::vector<AnyFuture> dependencies;
    for (nb::handle leaf : leaves) dependencies.push_back(nb::inst_ptr<FutureHandle>(leaf)->future);
    const std::string name = key ? *key : shared->name + "-" + unique_token().hex();
    auto kernel = std::make_shared<const PythonCall>(std::move(shared), false, std::move(args_tree),
                                                     std::move(kwargs_tree), nb::len(kwargs) > 0);
    return wrap({pool_.submit(std::move(kernel), std::move(dependencies), 0, priority), name});
  }

  // Stops what runs as well when `wait` is false.
  void shutdown(bool wait) {
    {
      const Unlocked unlocked;
      pool_.shutdown(wait);
    }
    drop_released_objects();
    if (!wait) stop_python_calls(environment_.get());
  }

  int num_threads() const { return pool_.num_threads(); }

 private:
  std::shared_ptr<const PythonEnvironment> environment_;
  TaskPool pool_;
};

}  // namespace

void bind_client(nb::module_& module) {
  nb::class_<FutureHandle>(module, "FutureBase", nb::is_weak_referenceable())
      .def_prop_ro("key", [](const FutureHandle& self) { return self.key; })
      .def_prop_ro("status", status)
      .def("done", [](const FutureHandle& self) { return self.future.done(); })
      .def("cancelled",
           [](const FutureHandle& self) { return self.future.status() == FutureStatus::Cancelled; })
      .def("cancel", [](const FutureHandle& self) { return self.future.cancel(); })
      .def("_wait", wait, nb::arg("timeout").none())
      .def("_result", result, nb::arg("timeout").none())
      .def("_exception", exception, nb::arg("timeout").none())
      .def("_on_done", on_done);
  nb::class_<PythonPool>(module, "TaskPool")
      .def(nb::init<int, nb::object>(), nb::arg("num_threads"), nb::arg("call_elsewhere").none())
      .def("submit", &PythonPool::submit, nb::arg("function"), nb::arg("args"), nb::arg("kwargs"),
           nb::arg("key").none(), nb::arg("priority"))
      .def("shutdown", &PythonPool::shutdown)
      .def_prop_ro("num_threads", &PythonPool::num_threads);
  module.def("ready_future", [](nb::object value, const std::string& key) {
    return wrap({AnyFuture::ready(Value::of(PythonObject(std::move(value)))), key});
  });
  module.def("find_futures", [](nb::handle root) {
    nb::list found;
    ArgumentTree tree = ArgumentTree::find(root.ptr(), is_future, true, found);
    return nb::make_tuple(std::move(tree), found);
  });
  module.def("set_future_type", [](nb::object type, nb::object cancelled) {
    future_type = type.release();
    cancelled_error = cancelled.release();
  });
}

}  // namespace shoal::python
