// Value: the immutable, shared, type-erased result of a task.
#pragma once

#include <shoal/error.hpp>

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <typeinfo>
#include <utility>
#include <vector>

namespace shoal {

// What a Value must know of the type it holds. Specialise for types that own memory elsewhere.
template <class T>
struct ValueTraits {
  static std::size_t nbytes(const T&) { return sizeof(T); }
};
template <>
struct ValueTraits<std::string> {
  static std::size_t nbytes(const std::string& text) { return sizeof text + text.capacity(); }
};
template <class T>
struct ValueTraits<std::vector<T>> {
  static std::size_t nbytes(const std::vector<T>& items) {
    std::size_t total = sizeof items;
    if constexpr (std::is_trivially_copyable_v<T>) {
      total += items.size() * sizeof(T);
    } else {
      for (const auto& item : items) total += ValueTraits<T>::nbytes(item);
    }
    return total;
  }
};

// How objects of a type become bytes and come back. Specialise for types whose values are to leave
// their process. The bytes are read on machines of the same byte order; `read` is given what one
// `write` appended, and throws ValueError for anything else.
template <class T>
struct ValueCodec;  // static void write(const T&, std::string& out); static T read(string_view);

template <class T>
  requires std::is_arithmetic_v<T> || std::is_enum_v<T>
struct ValueCodec<T> {
  static void write(T number, std::string& out) {
    out.append(reinterpret_cast<const char*>(&number), sizeof number);
  }
  static T read(std::string_view bytes) {
    if (bytes.size() != sizeof(T))
      throw ValueError("deserialise: " + std::to_string(bytes.size()) + " bytes for a number of " +
                       std::to_string(sizeof(T)));
    T number;
    std::memcpy(&number, bytes.data(), sizeof number);
    return number;
  }
};
template <>
struct ValueCodec<std::string> {
  static void write(const std::string& text, std::string& out) { out += text; }
  static std::string read(std::string_view bytes) { return std::string(bytes); }
};

class Value {
 public:
  Value() = default;

  template <class T>
  static Value of(T value) {
    static_assert(!std::is_same_v<T, Value>);
    return Value(std::make_shared<const HolderOf<T>>(std::move(value)));
  }

  template <class T>
  bool holds() const {
    return holder_ && holder_->type() == typeid(T);
  }

  // The held object; throws InternalError when another type is held.
  template <class T>
  const T& as() const {
    if (!holds<T>()) throw_wrong_type(typeid(T));
    return static_cast<const HolderOf<T>&>(*holder_).value;
  }

  bool empty() const { return holder_ == nullptr; }
  std::size_t nbytes() const { return holder_ ? holder_->nbytes() : 0; }
  const std::type_info& type() const { return holder_ ? holder_->type() : typeid(void); }

  // Appends the held object's bytes to `out`; throws TypeError for a type without a codec.
  void serialise(std::string& out) const;
  // The value whose object of type T gave these bytes; throws ValueError when it gave others.
  template <class T>
  static Value deserialise(std::string_view bytes) {
    return of<T>(ValueCodec<T>::read(bytes));
  }

 private:
  struct Holder {
    virtual ~Holder() = default;
    virtual const std::type_info& type() const = 0;
    virtual std::size_t nbytes() const = 0;
    virtual bool serialise(std::string& out) const = 0;
  };
  template <class T>
  struct HolderOf final : Holder {
    explicit HolderOf(T value) : value(std::move(value)) {}
    const std::type_info& type() const override { return typeid(T); }
    std::size_t nbytes() const override { return ValueTraits<T>::nbytes(value); }
    bool serialise(std::string& out) const override {
      if constexpr (requires { ValueCodec<T>::write(value, out); }) {
        ValueCodec<T>::write(value, out);
        return true;
      } else {
        return false;
      }
    }
    T value;
  };

  explicit Value(std::shared_ptr<const Holder> holder) : holder_(std::move(holder)) {}
  [[noreturn]] void throw_wrong_type(const std::type_info& wanted) const;

  std::shared_ptr<const Holder> holder_;
};

}  // namespace shoal
