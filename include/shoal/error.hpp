// Errors. What the user did wrong is a UserError, what we did wrong an InternalError. Every message
// names the operation, what was given, what was expected, and what to do.
#pragma once

#include <stdexcept>
#include <string>

namespace shoal {

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class UserError : public Error {
 public:
  using Error::Error;
};

// Python sees each of these as its own exception of the same meaning.
class ValueError : public UserError {  // a bad value: shapes that do not broadcast, a bad size
 public:
  using UserError::UserError;
};
class TypeError : public UserError {  // a value of the wrong type
 public:
  using UserError::UserError;
};
class KeyError : public UserError {  // an unknown name: a column, a scheduler
 public:
  using UserError::UserError;
};
class IndexError : public UserError {  // a position out of bounds
 public:
  using UserError::UserError;
};
class IOError : public UserError {  // Python's OSError; `missing()` is FileNotFoundError
 public:
  explicit IOError(const std::string& message, bool missing = false)
      : UserError(message), missing_(missing) {}
  bool missing() const { return missing_; }

 private:
  bool missing_;
};
class MemoryError : public UserError {  // work that cannot fit the memory budget
 public:
  using UserError::UserError;
};
class Cancelled : public UserError {  // the user stopped the run; Python's KeyboardInterrupt
 public:
  using UserError::UserError;
};

class InternalError : public Error {
 public:
  using Error::Error;
};

}  // namespace shoal
