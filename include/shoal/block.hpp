// Block: one chunk of an array. A dtype, a shape, strides, and a shared buffer.
#pragma once

#include <shoal/dtype.hpp>
#include <shoal/value.hpp>

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace shoal {

using Shape = std::vector<std::int64_t>;                // elements along each axis
using Chunks = std::vector<std::vector<std::int64_t>>;  // extents of the chunks along each axis

// The elements of an array of this shape; the largest number where that is exceeded.
std::int64_t element_count(std::span<const std::int64_t> shape);

class Block {
 public:
  Block() = default;
  // Uninitialised, C-contiguous, 64-byte aligned memory of its own. Throws MemoryError when the
  // machine has none left.
  static Block allocate(DType dtype, Shape shape);
  // A view of memory that `owner` keeps alive. Strides are in bytes.
  static Block view(DType dtype, Shape shape, Shape strides, void* data,
                    std::shared_ptr<const void> owner);

  DType dtype() const { return dtype_; }
  const Shape& shape() const { return shape_; }
  const Shape& strides() const { return strides_; }  // bytes along each axis
  std::int64_t size() const { return element_count(shape_); }
  bool is_contiguous() const;  // C order, no gaps

  const void* data() const { return data_; }
  void* mutable_data() const { return data_; }  // for the kernel that fills a fresh block alone
  template <class T>
  const T* data_as() const {
    return static_cast<const T*>(data_);
  }
  const std::shared_ptr<const void>& owner() const { return owner_; }

  Block contiguous() const;  // itself when it is, else a copy in C order

 private:
  DType dtype_ = DType::Float64;
  Shape shape_;
  Shape strides_;
  void* data_ = nullptr;
  std::shared_ptr<const void> owner_;
};

template <>
struct ValueTraits<Block> {
  static std::size_t nbytes(const Block& block) {
    return sizeof block + static_cast<std::size_t>(block.size()) * itemsize(block.dtype());
  }
};

template <>
struct ValueCodec<Block> {
  static void write(const Block& block, std::string& out);
  static Block read(std::string_view bytes);  // C-contiguous, memory of its own
};

}  // namespace shoal
