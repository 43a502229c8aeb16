#include "bag_pipeline.hpp"

#include <nanobind/stl/string.h>

#include <cxxabi.h>

#include "bindings.hpp"
#include "run_environment.hpp"

namespace shoal::python {
namespace {

nb::object checked(PyObject* object) {
  if (!object) throw nb::python_error();
  return nb::steal<nb::object>(object);
}

bool truth(nb::handle object) {
  const int truth = PyObject_IsTrue(object.ptr());
  if (truth < 0) throw nb::python_error();
  return truth == 1;
}

bool is_elementwise(StepKind kind) {
  return kind != StepKind::Partition && kind != StepKind::Reduce;
}

StepKind kind_from(const std::string& name) {
  static const std::pair<const char*, StepKind> kinds[] = {{"map", StepKind::Map},
                                                           {"starmap", StepKind::Starmap},
                                                           {"filter", StepKind::Filter},
                                                           {"remove", StepKind::Remove},
                                                           {"pluck", StepKind::Pluck},
                                                           {"flatten", StepKind::Flatten},
                                                           {"partition", StepKind::Partition},
                                                           {"reduce", StepKind::Reduce}};
  for (const auto& [text, kind] : kinds)
    if (name == text) return kind;
  throw InternalError("bag: an unknown kind of step: " + name);
}

}  // namespace

class BagStep {
 public:
  struct Positional {
    bool each;           // an iterable, of which every element sees its own
    std::int64_t input;  // of the task; -1: `value`
    Reference value;
  };

  explicit BagStep(nb::tuple given)
      : spec(Reference::to(given.ptr())),
        kind(kind_from(nb::cast<std::string>(given[0]))),
        function(Reference::to(nb::object(given[1]).ptr())),
        names(Reference::to(nb::object(given[3]).ptr())) {
    for (nb::handle item : nb::cast<nb::tuple>(given[2])) {
      const auto pair = nb::cast<nb::tuple>(item);
      const auto what = nb::cast<std::string>(pair[0]);
      const bool is_input = what == "input" || what == "each_input";
      positional.push_back({what == "each" || what == "each_input",
                            is_input ? nb::cast<std::int64_t>(pair[1]) : -1,
                            Reference::to(is_input ? Py_None : nb::object(pair[1]).ptr())});
    }
  }

  Reference spec;  // as given, for worker processes
  StepKind kind;
  Reference function;
  Reference names;  // a tuple
  std::vector<Positional> positional;
};

namespace {

// A step at work on one partition.
class ActiveStep {
 public:
  ActiveStep(const BagStep& step, const std::vector<nb::object>& inputs) : step_(step) {
    for (const auto& positional : step.positional) {
      const nb::object value = positional.input < 0
                                   ? nb::borrow<nb::object>(positional.value.get())
                                   : inputs.at(static_cast<std::size_t>(positional.input));
      held_.push_back(positional.each ? checked(PyObject_GetIter(value.ptr())) : value);
      has_each_ = has_each_ || positional.each;
    }
    named_ = static_cast<std::size_t>(PyTuple_GET_SIZE(step.names.get()));
    stack_.resize(held_.size() + 2);
  }

  StepKind kind() const { return step_.kind; }
  PyObject* function() const { return step_.function.get(); }

  // function(element, *positional, **named).
  nb::object call(nb::handle element) {
    if (step_.kind == StepKind::Starmap) return star_call(element);
    stack_[1] = element.ptr();
    if (has_each_) next_of_each();
    for (std::size_t i = 0; i < held_.size(); ++i)
      stack_[i + 2] = (has_each_ && current_[i].is_valid() ? current_[i] : held_[i]).ptr();
    return checked(PyObject_Vectorcall(function(), stack_.data() + 1,
                                       (1 + held_.size() - named_) | PY_VECTORCALL_ARGUMENTS_OFFSET,
                                       named_ ? step_.names.get() : nullptr));
  }

  nb::object pluck(nb::handle element) const {
    PyObject* item = PyObject_GetItem(element.ptr(), held_[0].ptr());
    if (!item && held_.size() > 1 && PyErr_ExceptionMatches(PyExc_LookupError)) {
      PyErr_Clear();
      return held_[1];
    }
    return checked(item);
  }

  // The iterables beside the bag must end where the partition ends.
  void finish() const {
    for (std::size_t i = 0; has_each_ && i < held_.size(); ++i) {
      if (!step_.positional[i].each) continue;
      const auto more = nb::steal<nb::object>(PyIter_Next(held_[i].ptr()));
      if (PyErr_Occurred()) throw nb::python_error();
      if (more.is_valid()) throw_unequal();
    }
  }

 private:
  [[noreturn]] static void throw_unequal() {
    throw ValueError(
        "bag.map: the bags' partitions have unequal lengths; all bags must be divided alike");
  }

  nb::object star_call(nb::handle element) const {
    const nb::object args = checked(PySequence_Tuple(element.ptr()));
    nb::dict named;
    for (std::size_t i = 0; i < held_.size(); ++i)
      named[nb::handle(PyTuple_GET_ITEM(step_.names.get(), static_cast<Py_ssize_t>(i)))] = held_[i];
    return checked(PyObject_Call(function(), args.ptr(), named.ptr()));
  }

  void next_of_each() {
    current_.resize(held_.size());
    for (std::size_t i = 0; i < held_.size(); ++i) {
      if (!step_.positional[i].each) continue;
      current_[i] = nb::steal<nb::object>(PyIter_Next(held_[i].ptr()));
      if (PyErr_Occurred()) throw nb::python_error();
      if (!current_[i].is_valid()) throw_unequal();
    }
  }

  const BagStep& step_;
  std::vector<nb::object> held_;
  std::vector<nb::object> current_;
  std::vector<PyObject*> stack_;
  std::size_t named_ = 0;
  bool has_each_ = false;
};

// Sends elements through a run of steps that look at one element each.
class ElementStream {
 public:
  ElementStream(std::vector<ActiveStep> steps, PythonCallScope& scope)
      : steps_(std::move(steps)), scope_(scope) {}

  nb::list run(nb::handle elements) {
    const nb::object iterator = checked(PyObject_GetIter(elements.ptr()));
    while (true) {
      nb::object element = nb::steal<nb::object>(PyIter_Next(iterator.ptr()));
      if (!element.is_valid()) break;
      push(0, std::move(element));
    }
    if (PyErr_Occurred()) throw nb::python_error();
    for (const ActiveStep& step : steps_) step.finish();
    return std::move(out_);
  }

 private:
  void push(std::size_t at, nb::object element) {
    if (++count_ % 1024 == 0) scope_.breathe();
    for (; at < steps_.size(); ++at) {
      ActiveStep& step = steps_[at];
      switch (step.kind()) {
        case StepKind::Map:
        case StepKind::Starmap: element = step.call(element); break;
        case StepKind::Filter:
          if (step.function() == Py_None ? !truth(element) : !truth(step.call(element))) return;
          break;
        case StepKind::Remove:
          if (truth(step.call(element))) return;
          break;
        case StepKind::Pluck: element = step.pluck(element); break;
        default: {  // Flatten
          const nb::object iterator = checked(PyObject_GetIter(element.ptr()));
          while (PyObject* item = PyIter_Next(iterator.ptr()))
            push(at + 1, nb::steal<nb::object>(item));
          if (PyErr_Occurred()) throw nb::python_error();
          return;
        }
      }
    }
    out_.append(element);
  }

  std::vector<ActiveStep> steps_;
  PythonCallScope& scope_;
  nb::list out_;
  std::size_t count_ = 0;
};

}  // namespace

BagPipeline::BagPipeline(std::string name, std::string runs, nb::tuple steps)
    : name_(std::move(name)), runs_(std::move(runs)) {
  for (nb::handle step : steps)
    steps_.push_back(std::make_shared<const BagStep>(nb::cast<nb::tuple>(step)));
}

BagPipeline::~BagPipeline() = default;

std::shared_ptr<const PartitionKernel> BagPipeline::then(const PartitionKernel& next) const {
  const auto* other = dynamic_cast<const BagPipeline*>(&next);
  if (!other) return nullptr;
  std::shared_ptr<BagPipeline> both(new BagPipeline);
  both->name_ = name_ + ", " + other->name_;
  both->runs_ =
      runs_.empty() || other->runs_.empty() ? runs_ + other->runs_ : runs_ + ", " + other->runs_;
  both->steps_ = steps_;
  both->steps_.insert(both->steps_.end(), other->steps_.begin(), other->steps_.end());
  return both;
}

nb::object BagPipeline::run_here(const std::vector<nb::object>& inputs,
                                 const RunEnvironment* environment) const {
  PythonCallScope scope(environment);
  nb::object partition = inputs.front();
  try {
    for (std::size_t at = 0; at < steps_.size();) {
      if (is_elementwise(steps_[at]->kind)) {
        std::vector<ActiveStep> run;
        for (; at < steps_.size() && is_elementwise(steps_[at]->kind); ++at)
          run.emplace_back(*steps_[at], inputs);
        partition = ElementStream(std::move(run), scope).run(partition);
      } else {
        const BagStep& step = *steps_[at++];
        // A function given a list of its own may change it; the one that the bag holds stays.
        if (!PyList_CheckExact(partition.ptr()) || partition.is(inputs.front()))
          partition = checked(PySequence_List(partition.ptr()));
        partition = ActiveStep(step, inputs).call(partition);
        if (step.kind == StepKind::Partition && !PyList_CheckExact(partition.ptr()))
          partition = checked(PySequence_List(partition.ptr()));
      }
    }
  } catch (abi::__forced_unwind&) {
    sleep_until_the_process_ends();
  }
  return partition;
}

Value BagPipeline::run(std::span<const Value> inputs, const TaskContext& context) const {
  try {
    std::vector<nb::object> objects;
    for (const Value& input : inputs) objects.push_back(value_to_python(input));
    if (!call_elsewhere(context))
      return Value::of(PythonObject(run_here(objects, context.environment)));
    nb::list specs, values;
    for (const auto& step : steps_) specs.append(nb::handle(step->spec.get()));
    for (const auto& object : objects) values.append(object);
    const nb::object run_steps = nb::module_::import_("shoal.bag").attr("run_steps");
    return Value::of(
        PythonObject(call_python(run_steps, nb::make_tuple(specs, values), {}, context)));
  } catch (nb::python_error& error) {
    throw PythonException(error);
  }
}

}  // namespace shoal::python
