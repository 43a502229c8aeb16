// Array: a lazy, chunked, n-dimensional array. Building one computes nothing; compute() does.
//
//   Array x = random::random({10000, 10000}, {.chunks = 1000});
//   Array y = x + x.T();
//   NDArray<double> z = y(slice(none, none, 2), slice(5000)).mean(1).compute<double>();
//
// Names, arguments and results are NumPy's; everything that can be wrong with a program is thrown
// while it is built.
#pragma once

#include <shoal/chunks.hpp>
#include <shoal/compute.hpp>
#include <shoal/ndarray.hpp>

#include <array>
#include <complex>
#include <concepts>
#include <cstdint>
#include <iosfwd>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace shoal {

class Expr;
class Array;

// Python's start:stop:step; what is left out is the axis's end.
inline constexpr std::nullopt_t none = std::nullopt;
struct Slice {
  std::optional<std::int64_t> start;
  std::optional<std::int64_t> stop;
  std::optional<std::int64_t> step;
};
inline Slice slice(std::optional<std::int64_t> start = none,
                   std::optional<std::int64_t> stop = none,
                   std::optional<std::int64_t> step = none) {
  return {start, stop, step};
}
struct NewAxis {};
struct Ellipsis {};
inline constexpr NewAxis newaxis;
inline constexpr Ellipsis ellipsis;
using Index = std::variant<std::int64_t, Slice, NewAxis, Ellipsis>;

template <class T>
concept Number = std::is_arithmetic_v<T> || std::same_as<T, std::complex<double>> ||
                 std::same_as<T, std::complex<float>>;

// Throws ValueError for a number that 64 bits with a sign do not hold.
template <class T>
std::int64_t to_int64(T value) {
  if constexpr (std::is_unsigned_v<T> && sizeof(T) == sizeof(std::int64_t))
    if (value > static_cast<T>(std::numeric_limits<std::int64_t>::max()))
      throw ValueError("the number " + std::to_string(value) +
                       " is beyond int64; use a double, or an array of uint64");
  return static_cast<std::int64_t>(value);
}

template <Number T>
Scalar to_scalar(T value) {
  if constexpr (std::is_same_v<T, bool>) return value;
  else if constexpr (std::is_integral_v<T>) return to_int64(value);
  else if constexpr (std::is_floating_point_v<T>) return static_cast<double>(value);
  else return std::complex<double>(value);
}

// The axes of a reduction: none given means all.
class Axes {
 public:
  Axes() = default;
  Axes(int axis) : axes_(std::vector{axis}) {}
  Axes(std::initializer_list<int> axes) : axes_(std::vector(axes)) {}
  explicit Axes(std::vector<int> axes) : axes_(std::move(axes)) {}
  const std::optional<std::vector<int>>& get() const { return axes_; }

 private:
  std::optional<std::vector<int>> axes_;
};

struct ReductionOptions {
  bool keepdims = false;
  std::int64_t ddof = 0;                // var and std divide by count - ddof
  std::optional<int> split_every = {};  // partial results that one task merges
};

class Operand;
class MaskedPart;
class IndexedPart;

class Array {
 public:
  explicit Array(std::shared_ptr<const Expr> expression);

  DType dtype() const;
  const Shape& shape() const;
  const Chunks& chunks() const;
  std::size_t ndim() const { return shape().size(); }
  std::int64_t size() const { return element_count(shape()); }
  std::int64_t nbytes() const { return size() * static_cast<std::int64_t>(itemsize(dtype())); }
  Shape chunksize() const;  // of the largest chunk along each axis
  Shape numblocks() const;
  std::int64_t npartitions() const;
  std::string name() const;  // of the operation that makes it
  std::string repr() const;  // shoal.array<random, shape=(4, 4), dtype=float64, chunksize=(2, 2)>
  const std::shared_ptr<const Expr>& expression() const { return expression_; }

  Array T() const { return transpose(); }
  Array transpose(const std::vector<int>& axes = {}) const;  // no axes: reversed
  Array astype(DType dtype) const;
  Array rechunk(const ChunkSpec& chunks) const;
  Array real() const;
  Array imag() const;
  Array conj() const;

  // x(slice(0, 10), 3, newaxis): a view; nothing is copied until it is computed.
  template <class... Indices>
  Array operator()(Indices... indices) const {
    return index({to_index(indices)...});
  }
  Array index(const std::vector<Index>& indices) const;

  // x[mask] = value assigns where the mask, of x's shape, is true; at({slice(0, 2)}) = value where
  // the indices point. The value is cast to x's dtype.
  MaskedPart operator[](const Array& mask);
  IndexedPart at(std::vector<Index> indices);
  void assign(const Array& mask, const Operand& value);
  void assign(const std::vector<Index>& indices, const Operand& value);

  Array sum(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array prod(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array min(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array max(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array any(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array all(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array mean(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array var(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  Array std(const Axes& axes = {}, const ReductionOptions& options = {}) const;
  // By its name in the registry of aggregators.
  Array reduce(std::string_view name, const Axes& axes = {},
               const ReductionOptions& options = {}) const;

  Block compute(const ComputeOptions& options = {}) const;
  template <class T>
  NDArray<T> compute(const ComputeOptions& options = {}) const {
    NDArray<T>::check(dtype());
    return NDArray<T>(compute(options));
  }
  Array persist(const ComputeOptions& options = {}) const;  // computed, its blocks kept
  std::string explain() const;
  void visualize(const std::string& path, bool optimize = false) const;

 private:
  template <class T>
  static Index to_index(const T& index) {
    if constexpr (std::integral<T>) return static_cast<std::int64_t>(index);
    else return index;
  }
  std::shared_ptr<const Expr> expression_;
};

// An array or a number, as operations take them. Numbers are weak: they take the array's dtype
// where its kind allows.
class Operand {
 public:
  Operand(Array array) : value_(std::move(array)) {}
  template <Number T>
  Operand(T value) : value_(to_scalar(value)) {}
  Operand(const Scalar& value) : value_(value) {}
  const std::variant<Array, Scalar>& get() const { return value_; }

 private:
  std::variant<Array, Scalar> value_;
};

class MaskedPart {
 public:
  MaskedPart(Array& array, Array mask) : array_(array), mask_(std::move(mask)) {}
  void operator=(const Operand& value) && { array_.assign(mask_, value); }

 private:
  Array& array_;
  Array mask_;
};

class IndexedPart {
 public:
  IndexedPart(Array& array, std::vector<Index> indices)
      : array_(array), indices_(std::move(indices)) {}
  void operator=(const Operand& value) && { array_.assign(indices_, value); }

 private:
  Array& array_;
  std::vector<Index> indices_;
};

inline MaskedPart Array::operator[](const Array& mask) { return {*this, mask}; }
inline IndexedPart Array::at(std::vector<Index> indices) { return {*this, std::move(indices)}; }

// The elementwise operation of that name in the registry.
Array elementwise(std::string_view name, const std::vector<Operand>& operands);

// One function for each row of the registry: add(x, y), sqrt(x), where(condition, x, y), ...
#define SHOAL_OPERANDS_1 const Operand& x
#define SHOAL_OPERANDS_2 const Operand &x1, const Operand &x2
#define SHOAL_OPERANDS_3 const Operand &x1, const Operand &x2, const Operand &x3
#define SHOAL_OPERATION(name, functor, arity, rule, numpy, doc) Array name(SHOAL_OPERANDS_##arity);
#include <shoal/operations.def>
#undef SHOAL_OPERATION
#undef SHOAL_OPERANDS_1
#undef SHOAL_OPERANDS_2
#undef SHOAL_OPERANDS_3

Array abs(const Operand& x);
Array pow(const Operand& x, const Operand& exponent);  // exponents 2, 1, 0.5 and -1 the quick way

// Operators on arrays, and on arrays and numbers. Found through the array.
template <class A, class B>
concept ArrayOperands = (std::same_as<A, Array> && (std::same_as<B, Array> || Number<B>)) ||
                        (Number<A> && std::same_as<B, Array>);

#define SHOAL_BINARY_OPERATOR(symbol, function)   \
  template <class A, class B>                     \
    requires ArrayOperands<A, B>                  \
  Array operator symbol(const A& a, const B& b) { \
    return function(Operand(a), Operand(b));      \
  }
SHOAL_BINARY_OPERATOR(+, add)
SHOAL_BINARY_OPERATOR(-, subtract)
SHOAL_BINARY_OPERATOR(*, multiply)
SHOAL_BINARY_OPERATOR(/, divide)
SHOAL_BINARY_OPERATOR(%, remainder)
SHOAL_BINARY_OPERATOR(==, equal)
SHOAL_BINARY_OPERATOR(!=, not_equal)
SHOAL_BINARY_OPERATOR(<, less)
SHOAL_BINARY_OPERATOR(<=, less_equal)
SHOAL_BINARY_OPERATOR(>, greater)
SHOAL_BINARY_OPERATOR(>=, greater_equal)
SHOAL_BINARY_OPERATOR(&, bitwise_and)
SHOAL_BINARY_OPERATOR(|, bitwise_or)
SHOAL_BINARY_OPERATOR(^, bitwise_xor)
SHOAL_BINARY_OPERATOR(<<, left_shift)
SHOAL_BINARY_OPERATOR(>>, right_shift)
#undef SHOAL_BINARY_OPERATOR
inline Array operator-(const Array& x) { return negative(x); }
inline Array operator+(const Array& x) { return x; }
inline Array operator~(const Array& x) { return invert(x); }
inline Array operator!(const Array& x) { return logical_not(x); }

std::ostream& operator<<(std::ostream& out, const Array& array);

// Making arrays.
struct ArrayOptions {
  ChunkSpec chunks = {};
  std::optional<DType> dtype = {};
};
struct LinspaceOptions {
  ChunkSpec chunks = {};
  std::optional<DType> dtype = {};
  bool endpoint = true;
};
struct MeshgridOptions {
  bool ij_indexing = false;  // matrix indexing; else the first array runs along the columns
  bool sparse = false;
};

Array zeros(const Shape& shape, const ArrayOptions& options = {});
Array ones(const Shape& shape, const ArrayOptions& options = {});
Array empty(const Shape& shape, const ArrayOptions& options = {});  // zeros: nothing is faster
Array full(const Shape& shape, const Scalar& value, const ArrayOptions& options = {});
template <Number T>
Array full(const Shape& shape, T value, const ArrayOptions& options = {}) {
  return full(shape, Scalar(to_scalar(value)), options);
}
// Of the shape, the chunks and the dtype of `array`; the dtype may be another.
Array zeros_like(const Array& array, std::optional<DType> dtype = none);
Array ones_like(const Array& array, std::optional<DType> dtype = none);
Array empty_like(const Array& array, std::optional<DType> dtype = none);
Array full_like(const Array& array, const Scalar& value, std::optional<DType> dtype = none);
Array arange(const Scalar& start, const Scalar& stop, const Scalar& step,
             const ArrayOptions& options = {});
template <Number Start, Number Stop, Number Step = int>
Array arange(Start start, Stop stop, Step step = 1, const ArrayOptions& options = {}) {
  return arange(Scalar(to_scalar(start)), Scalar(to_scalar(stop)), Scalar(to_scalar(step)),
                options);
}
template <Number Stop>
Array arange(Stop stop, const ArrayOptions& options = {}) {
  return arange(Scalar(std::int64_t{0}), Scalar(to_scalar(stop)), Scalar(std::int64_t{1}), options);
}
Array linspace(double start, double stop, std::int64_t count = 50,
               const LinspaceOptions& options = {});
double linspace_step(double start, double stop, std::int64_t count, bool endpoint);
std::vector<Array> meshgrid(const std::vector<Array>& axes, const MeshgridOptions& options = {});
std::array<Array, 2> meshgrid(const Array& x, const Array& y, const MeshgridOptions& options = {});
Array broadcast_to(const Array& array, const Shape& shape);
Array concatenate(const std::vector<Array>& arrays, int axis = 0);
Array stack(const std::vector<Array>& arrays, int axis = 0);

// Memory of yours, not copied: it must stay as it is until the last result that needs it. `owner`,
// where given, is held as long.
Array from_block(const Block& memory, const ChunkSpec& chunks = {});
template <class T>
Array from_memory(const T* data, const Shape& shape, const ChunkSpec& chunks = {},
                  std::shared_ptr<const void> owner = nullptr) {
  Shape strides(shape.size());
  std::int64_t stride = sizeof(T);
  for (std::size_t axis = shape.size(); axis-- > 0; stride *= shape[axis]) strides[axis] = stride;
  return from_block(
      Block::view(dtype_of<T>(), shape, strides, const_cast<T*>(data), std::move(owner)), chunks);
}
template <class T>
Array from_span(std::span<T> elements, const ChunkSpec& chunks = {}) {
  return from_memory(elements.data(), {static_cast<std::int64_t>(elements.size())}, chunks);
}

// Computes several arrays in one run, their common work once.
std::vector<Block> compute(const std::vector<Array>& arrays, const ComputeOptions& options = {});

namespace random {

struct RandomOptions {
  ChunkSpec chunks = {};
  std::optional<std::uint64_t> seed = {};  // absent: another array each time
};

// Uniform numbers in [0, 1). Element i of a seed is a pure function of both: chunks, threads and
// slicing do not change it.
Array random(const Shape& shape, const RandomOptions& options = {});

}  // namespace random

}  // namespace shoal
