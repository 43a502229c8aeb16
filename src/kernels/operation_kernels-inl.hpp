// Makes the loop of each operation from its functor, for the dtypes of one source file.
// Included once for each instruction set.
#if defined(SHOAL_KERNELS_OPERATION_KERNELS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHOAL_KERNELS_OPERATION_KERNELS_INL
#undef SHOAL_KERNELS_OPERATION_KERNELS_INL
#else
#define SHOAL_KERNELS_OPERATION_KERNELS_INL
#endif

#include <cstring>
#include <tuple>
#include <utility>

#include "kernels/functors-inl.hpp"
#include "kernels/kernel_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {

// Reads operand I of an instruction whose elements are T.
template <class T, int I>
struct Reader {
  using R = typename RealOf<T>::type;
  explicit Reader(const KernelArguments& arguments)
      : re(static_cast<const R*>(arguments.in[I])),
        im(static_cast<const R*>(arguments.in_imag[I])),
        step(arguments.step[I]) {}

  template <class D>
  HWY_INLINE auto load(D d, std::size_t index) const {
    if constexpr (is_complex_number<T>) {
      return Complex<hn::Vec<D>>{hn::LoadU(d, re + index * step), hn::LoadU(d, im + index * step)};
    } else {
      return hn::LoadU(d, re + index * step);
    }
  }
  HWY_INLINE T get(std::size_t index) const {
    if constexpr (is_complex_number<T>) {
      return T(re[index * step], im[index * step]);
    } else {
      return re[index * step];
    }
  }

  const R* re;
  const R* im;
  std::size_t step;
};

// Writes an instruction's result, whatever it is: vectors, pairs of vectors, masks. Holds its own
// copies of the pointers, so that the compiler need not read them again after each store.
struct Writer {
  explicit Writer(const KernelArguments& arguments)
      : out(arguments.out), out_imag(arguments.out_imag) {}

  template <class D, class V>
  HWY_INLINE void store(D d, V value, std::size_t index) const {
    using R = hn::TFromD<D>;
    if constexpr (std::is_same_v<V, Complex<hn::Vec<D>>>) {
      hn::StoreU(value.re, d, static_cast<R*>(out) + index);
      hn::StoreU(value.im, d, static_cast<R*>(out_imag) + index);
    } else if constexpr (std::is_same_v<V, hn::Vec<D>>) {
      hn::StoreU(value, d, static_cast<R*>(out) + index);
    } else {
      put_mask(d, value, static_cast<std::uint8_t*>(out), index);
    }
  }

  void* out;
  void* out_imag;
};

template <class F, class T, int... I>
void run_vectors(const KernelArguments& arguments, std::size_t count,
                 std::integer_sequence<int, I...>) {
  const hn::ScalableTag<typename RealOf<T>::type> d;
  const auto readers = std::make_tuple(Reader<T, I>(arguments)...);
  const Writer writer(arguments);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    writer.store(d, F::of(d, std::get<I>(readers).load(d, i)...), i);
}

template <class F, class T>
void run_choice(const KernelArguments& arguments, std::size_t count) {
  const hn::ScalableTag<typename RealOf<T>::type> d;
  const auto* condition = static_cast<const std::uint8_t*>(arguments.in[0]);
  const std::size_t step = arguments.step[0];
  const Reader<T, 1> a(arguments);
  const Reader<T, 2> b(arguments);
  const Writer writer(arguments);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    writer.store(d, F::of(d, get_mask(d, condition, i * step), a.load(d, i), b.load(d, i)), i);
}

template <class F, class T, int... I>
void run_each(const KernelArguments& arguments, std::size_t count,
              std::integer_sequence<int, I...>) {
  const auto readers = std::make_tuple(Reader<T, I>(arguments)...);
  using R = typename RealOf<T>::type;
  for (std::size_t begin = 0; begin < count; begin += tile_granule) {
    R re[tile_granule];  // a buffer, so that the compiler need not fear that out is also in
    R im[tile_granule];
    for (std::size_t i = 0; i < tile_granule; ++i) {
      const T result = F::each(std::get<I>(readers).get(begin + i)...);
      if constexpr (is_complex_number<T>) {
        re[i] = result.real();
        im[i] = result.imag();
      } else {
        re[i] = result;
      }
    }
    std::memcpy(static_cast<R*>(arguments.out) + begin, re, sizeof re);
    if constexpr (is_complex_number<T>)
      std::memcpy(static_cast<R*>(arguments.out_imag) + begin, im, sizeof im);
  }
}

template <class F, int... I>
void run_bits(const KernelArguments& arguments, std::size_t count,
              std::integer_sequence<int, I...>) {
  auto* out = static_cast<std::uint64_t*>(arguments.out);
  for (std::size_t word = 0; word < count / 64; ++word)
    out[word] =
        F::bits(static_cast<const std::uint64_t*>(arguments.in[I])[word * arguments.step[I]]...);
}

template <class F, class T, int arity>
void run_operation(const KernelArguments& arguments, std::size_t count) {
  constexpr auto operands = std::make_integer_sequence<int, arity>();
  if constexpr (std::is_same_v<T, bool>) {
    run_bits<F>(arguments, count, operands);
  } else if constexpr (arity == 3) {
    run_choice<F, T>(arguments, count);
  } else if constexpr (arity == 1 ? requires(T a) { F::each(a); }
                                  : requires(T a) { F::each(a, a); }) {
    run_each<F, T>(arguments, count, operands);
  } else {
    run_vectors<F, T>(arguments, count, operands);
  }
}

template <class T>
void fill_operations(OperationKernels& kernels) {
  constexpr DType dtype = dtype_of<T>();
#define SHOAL_OPERATION(name, functor, arity, rule, numpy, doc)                                  \
  if constexpr ((dtype_rules::rule.loops & dtype_bit(dtype)) != 0)                               \
    kernels                                                                                      \
        .by_operation[static_cast<std::size_t>(OpCode::name)][static_cast<std::size_t>(dtype)] = \
        run_operation<functors::functor, T, arity>;
#include <shoal/operations.def>
#undef SHOAL_OPERATION
}

}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#endif
