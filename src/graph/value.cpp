#include <shoal/value.hpp>

namespace shoal {

void Value::serialise(std::string& out) const {
  if (empty()) throw InternalError("serialise: the value is empty");
  if (!holder_->serialise(out))
    throw TypeError(std::string("serialise: a value of type ") + type().name() +
                    " has no codec; it cannot leave its process");
}

void Value::throw_wrong_type(const std::type_info& wanted) const {
  throw InternalError(std::string("a value of type ") + type().name() + " was read as " +
                      wanted.name());
}

}  // namespace shoal
