// NDArray<T>: a computed array in memory, its elements typed and in row-major order.
#pragma once

#include <shoal/block.hpp>

#include <cstddef>
#include <span>
#include <string>

namespace shoal {

template <class T>
class NDArray {
 public:
  // Throws TypeError when the block holds elements of another type.
  explicit NDArray(const Block& block) : block_(block.contiguous()) { check(block.dtype()); }

  // Throws TypeError when `dtype` is not T's.
  static void check(DType dtype) {
    if (dtype != dtype_of<T>())
      throw TypeError("NDArray: the array holds " + std::string(dtype_name(dtype)) + ", not " +
                      std::string(dtype_name(dtype_of<T>())) +
                      "; use astype, or the type that it holds");
  }

  const Shape& shape() const { return block_.shape(); }
  const Shape& strides() const { return block_.strides(); }  // bytes along each axis
  std::size_t ndim() const { return block_.shape().size(); }
  std::size_t size() const { return static_cast<std::size_t>(block_.size()); }
  T* data() const { return static_cast<T*>(block_.mutable_data()); }
  std::span<T> span() const { return {data(), size()}; }
  T* begin() const { return data(); }
  T* end() const { return data() + size(); }
  const Block& block() const { return block_; }

  // The element at these indices, one an axis; not checked.
  template <class... Indices>
  T& operator()(Indices... indices) const {
    std::ptrdiff_t offset = 0;
    std::size_t axis = 0;
    ((offset += static_cast<std::ptrdiff_t>(indices) * strides()[axis++]), ...);
    return *reinterpret_cast<T*>(reinterpret_cast<char*>(data()) + offset);
  }

  operator T() const {  // of an array of one element
    if (size() != 1)
      throw TypeError("NDArray: an array of " + std::to_string(size()) +
                      " elements is not one number");
    return *data();
  }

 private:
  Block block_;
};

}  // namespace shoal
