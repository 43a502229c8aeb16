#include <shoal/block.hpp>

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <string>

#include "data/byte_reader.hpp"

namespace shoal {

std::int64_t element_count(std::span<const std::int64_t> shape) {
  if (std::find(shape.begin(), shape.end(), 0) != shape.end()) return 0;
  std::int64_t count = 1;
  for (std::int64_t extent : shape)
    if (__builtin_mul_overflow(count, extent, &count))
      return std::numeric_limits<std::int64_t>::max();
  return count;
}

namespace {

constexpr std::size_t cache_line = 64;
constexpr std::size_t huge_page = 2 << 20;
constexpr std::size_t huge_allocation = 32 << 20;

Shape contiguous_strides(const Shape& shape, std::size_t item) {
  Shape strides(shape.size());
  std::int64_t stride = static_cast<std::int64_t>(item);
  for (std::size_t axis = shape.size(); axis-- > 0;) {
    strides[axis] = stride;
    stride *= shape[axis];
  }
  return strides;
}

void copy_axis(const char* from, const Shape& from_strides, char* to, const Shape& to_strides,
               const Shape& shape, std::size_t axis, std::size_t item) {
  if (axis == shape.size()) {
    std::memcpy(to, from, item);
    return;
  }
  for (std::int64_t i = 0; i < shape[axis]; ++i)
    copy_axis(from + i * from_strides[axis], from_strides, to + i * to_strides[axis], to_strides,
              shape, axis + 1, item);
}

}  // namespace

Block Block::allocate(DType dtype, Shape shape) {
  const auto count = static_cast<std::size_t>(element_count(shape));
  if (count > std::numeric_limits<std::ptrdiff_t>::max() / itemsize(dtype))
    throw MemoryError("allocating a block of " + std::to_string(count) +
                      " elements or more is not possible; use smaller chunks");
  const std::size_t bytes = count * itemsize(dtype);
  const std::size_t alignment = bytes >= huge_allocation ? huge_page : cache_line;
  const std::size_t padded = (bytes + alignment) / alignment * alignment;
  void* data = std::aligned_alloc(alignment, padded);
  if (!data)
    throw MemoryError("allocating a block of " + std::to_string(bytes) +
                      " bytes failed; use smaller chunks or fewer workers");
#ifdef MADV_HUGEPAGE
  // A large result's first touch costs one page fault in 2 MiB rather than one in 4 KiB.
  if (bytes >= huge_allocation) madvise(data, padded, MADV_HUGEPAGE);
#endif
  Block block;
  block.dtype_ = dtype;
  block.strides_ = contiguous_strides(shape, itemsize(dtype));
  block.shape_ = std::move(shape);
  block.data_ = data;
  block.owner_ = std::shared_ptr<const void>(data, [](void* memory) { std::free(memory); });
  return block;
}

Block Block::view(DType dtype, Shape shape, Shape strides, void* data,
                  std::shared_ptr<const void> owner) {
  if (shape.size() != strides.size()) throw InternalError("block: shape and strides differ");
  Block block;
  block.dtype_ = dtype;
  block.shape_ = std::move(shape);
  block.strides_ = std::move(strides);
  block.data_ = data;
  block.owner_ = std::move(owner);
  return block;
}

bool Block::is_contiguous() const {
  std::int64_t stride = static_cast<std::int64_t>(itemsize(dtype_));
  for (std::size_t axis = shape_.size(); axis-- > 0;) {
    if (shape_[axis] == 0) return true;
    if (shape_[axis] != 1 && strides_[axis] != stride) return false;
    stride *= shape_[axis];
  }
  return true;
}

Block Block::contiguous() const {
  if (is_contiguous()) return *this;
  Block copy = allocate(dtype_, shape_);
  copy_axis(static_cast<const char*>(data_), strides_, static_cast<char*>(copy.data_),
            copy.strides_, shape_, 0, itemsize(dtype_));
  return copy;
}

void ValueCodec<Block>::write(const Block& block, std::string& out) {
  ValueCodec<DType>::write(block.dtype(), out);
  ValueCodec<std::int64_t>::write(static_cast<std::int64_t>(block.shape().size()), out);
  for (std::int64_t extent : block.shape()) ValueCodec<std::int64_t>::write(extent, out);
  const Block ordered = block.contiguous();
  out.append(static_cast<const char*>(ordered.data()),
             static_cast<std::size_t>(block.size()) * itemsize(block.dtype()));
}

Block ValueCodec<Block>::read(std::string_view bytes) {
  ByteReader reader(bytes, "a block");
  const auto dtype = ValueCodec<DType>::read(reader.take(sizeof(DType)));
  if (dtype < DType::Bool || dtype > DType::Complex128) reader.fail("unknown dtype");
  Shape shape(reader.count(sizeof(std::int64_t)));
  for (std::int64_t& extent : shape) {
    extent = reader.number();
    if (extent < 0) reader.fail("a negative extent");
  }
  const std::string_view elements = reader.rest();
  if (elements.size() % itemsize(dtype) != 0 ||
      static_cast<std::size_t>(element_count(shape)) != elements.size() / itemsize(dtype))
    reader.fail(std::to_string(elements.size()) + " bytes of elements do not fill its shape");
  Block block = Block::allocate(dtype, std::move(shape));
  if (!elements.empty()) std::memcpy(block.mutable_data(), elements.data(), elements.size());
  return block;
}

}  // namespace shoal
