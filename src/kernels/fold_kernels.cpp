#include "kernels/fold_kernels.hpp"

#include <new>

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/fold_kernels.cpp"
#include <hwy/foreach_target.h>

#include "kernels/functors-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

template <Fold fold>
struct FunctorOf;
template <>
struct FunctorOf<Fold::Sum> {
  using type = functors::Add;
};
template <>
struct FunctorOf<Fold::Prod> {
  using type = functors::Multiply;
};
template <>
struct FunctorOf<Fold::Min> {
  using type = functors::Minimum;
};
template <>
struct FunctorOf<Fold::Max> {
  using type = functors::Maximum;
};

template <Fold fold, class R>
constexpr R identity() {
  using Limits = std::numeric_limits<R>;
  if constexpr (fold == Fold::Sum) return R(0);
  if constexpr (fold == Fold::Prod) return R(1);
  if constexpr (fold == Fold::Min) return Limits::has_infinity ? Limits::infinity() : Limits::max();
  return Limits::has_infinity ? -Limits::infinity() : Limits::lowest();
}

template <Fold fold, class R>
HWY_INLINE R combine(R a, R b) {
  if constexpr (fold == Fold::Min) return a < b || a != a ? a : b;
  if constexpr (fold == Fold::Max) return a > b || a != a ? a : b;
  if constexpr (functors::Integer<R>) {
    using W = functors::Wrapping<R>;
    if constexpr (fold == Fold::Sum) return static_cast<R>(static_cast<W>(a) + static_cast<W>(b));
    return static_cast<R>(static_cast<W>(a) * static_cast<W>(b));
  } else {
    if constexpr (fold == Fold::Sum) return a + b;
    return a * b;
  }
}

// All elements of a tile: four vectors of running values, then halves onto halves.
template <Fold fold, class R>
R fold_tile(const R* elements, std::size_t count) {
  if constexpr (fold == Fold::Prod && functors::OddSizedInteger<R>) {
    R result = 1;
    for (std::size_t i = 0; i < count; ++i) result = combine<fold>(result, elements[i]);
    return result;
  } else {
    using F = typename FunctorOf<fold>::type;
    const hn::ScalableTag<R> d;
    constexpr std::size_t lanes = hn::MaxLanes(d);
    constexpr std::size_t chains = tile_granule / lanes < 4 ? tile_granule / lanes : 4;
    hn::Vec<decltype(d)> running[4];
    for (std::size_t chain = 0; chain < chains; ++chain)
      running[chain] = hn::LoadU(d, elements + chain * lanes);
    for (std::size_t i = chains * lanes; i < count; i += chains * lanes)
      for (std::size_t chain = 0; chain < chains; ++chain)
        running[chain] = F::of(d, running[chain], hn::LoadU(d, elements + i + chain * lanes));
    if constexpr (chains == 4) {
      running[0] = F::of(d, running[0], running[2]);
      running[1] = F::of(d, running[1], running[3]);
    }
    if constexpr (chains >= 2) running[0] = F::of(d, running[0], running[1]);
    R halves[lanes];
    hn::StoreU(running[0], d, halves);
    for (std::size_t width = lanes / 2; width > 0; width /= 2)
      for (std::size_t i = 0; i < width; ++i)
        halves[i] = combine<fold>(halves[i], halves[i + width]);
    return halves[0];
  }
}

struct ExactSum {
  double sum;
  double lost;
  void add(double value) {
    const double next = sum + value;
    lost += std::abs(sum) >= std::abs(value) ? (sum - next) + value : (value - next) + sum;
    sum = next;
  }
  double result() const {  // an infinite sum has lost NaN
    const double corrected = sum + lost;
    return std::isfinite(corrected) ? corrected : sum;
  }
};

template <Fold fold, class T>
struct RealFold {
  static constexpr bool is_exact = fold == Fold::Sum && functors::Float<T>;
  using State = std::conditional_t<is_exact, ExactSum, T>;

  static void start(FoldState& state) {
    if constexpr (is_exact) {
      new (state.bytes) ExactSum{0, 0};
    } else {
      new (state.bytes) T(identity<fold, T>());
    }
  }
  static void add(FoldState& state, const void* re, const void*, std::size_t count) {
    auto& running = *std::launder(reinterpret_cast<State*>(state.bytes));
    const T value = fold_tile<fold>(static_cast<const T*>(re), count);
    if constexpr (is_exact) {
      running.add(value);
    } else {
      running = combine<fold>(running, value);
    }
  }
  static void finish(const FoldState& state, void* out) {
    const auto& running = *std::launder(reinterpret_cast<const State*>(state.bytes));
    if constexpr (is_exact) {
      *static_cast<T*>(out) = static_cast<T>(running.result());
    } else {
      *static_cast<T*>(out) = running;
    }
  }
  static void fill_identity(void* re, void*, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) static_cast<T*>(re)[i] = identity<fold, T>();
  }
};

template <Fold fold, class R>
struct ComplexFold {
  using Number = std::complex<R>;
  struct State {
    ExactSum re;
    ExactSum im;
  };

  static constexpr Number start_value() {
    if constexpr (fold == Fold::Min || fold == Fold::Max)
      return {identity<fold, R>(), identity<fold, R>()};
    return identity<fold, R>();
  }
  static void start(FoldState& state) {
    if constexpr (fold == Fold::Sum) {
      new (state.bytes) State{{0, 0}, {0, 0}};
    } else {
      new (state.bytes) Number(start_value());
    }
  }
  static bool precedes(Number a, Number b) {  // a is kept: it is the lesser (greater), or NaN
    if (a != a) return true;
    if (b != b) return false;
    if constexpr (fold == Fold::Max) std::swap(a, b);
    return a.real() < b.real() || (a.real() == b.real() && a.imag() < b.imag());
  }
  static void add(FoldState& state, const void* re, const void* im, std::size_t count) {
    const R* real = static_cast<const R*>(re);
    const R* imaginary = static_cast<const R*>(im);
    if constexpr (fold == Fold::Sum) {
      auto& running = *std::launder(reinterpret_cast<State*>(state.bytes));
      running.re.add(fold_tile<Fold::Sum>(real, count));
      running.im.add(fold_tile<Fold::Sum>(imaginary, count));
    } else {
      auto& running = *std::launder(reinterpret_cast<Number*>(state.bytes));
      for (std::size_t i = 0; i < count; ++i) {
        const Number value(real[i], imaginary[i]);
        if constexpr (fold == Fold::Prod) {
          running = {running.real() * value.real() - running.imag() * value.imag(),
                     running.real() * value.imag() + running.imag() * value.real()};
        } else {
          if (!precedes(running, value)) running = value;
        }
      }
    }
  }
  static void finish(const FoldState& state, void* out) {
    if constexpr (fold == Fold::Sum) {
      const auto& running = *std::launder(reinterpret_cast<const State*>(state.bytes));
      *static_cast<Number*>(out) = {static_cast<R>(running.re.result()),
                                    static_cast<R>(running.im.result())};
    } else {
      *static_cast<Number*>(out) = *std::launder(reinterpret_cast<const Number*>(state.bytes));
    }
  }
  static void fill_identity(void* re, void* im, std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      static_cast<R*>(re)[i] = start_value().real();
      static_cast<R*>(im)[i] = start_value().imag();
    }
  }
};

// Any (or) and All (and) over bits.
template <bool is_any>
struct BitFold {
  static void start(FoldState& state) { new (state.bytes) std::uint64_t(is_any ? 0 : ~0ull); }
  static void add(FoldState& state, const void* re, const void*, std::size_t count) {
    auto& running = *std::launder(reinterpret_cast<std::uint64_t*>(state.bytes));
    const auto* words = static_cast<const std::uint64_t*>(re);
    for (std::size_t word = 0; word < count / 64; ++word)
      running = is_any ? running | words[word] : running & words[word];
  }
  static void finish(const FoldState& state, void* out) {
    const auto running = *std::launder(reinterpret_cast<const std::uint64_t*>(state.bytes));
    *static_cast<bool*>(out) = is_any ? running != 0 : running == ~0ull;
  }
  static void fill_identity(void* re, void*, std::size_t begin, std::size_t end) {
    auto* words = static_cast<std::uint64_t*>(re);
    while (begin < end) {
      const std::size_t bit = begin % 64;
      const std::size_t length = std::min<std::size_t>(64 - bit, end - begin);
      const std::uint64_t ones = (length == 64 ? ~0ull : (1ull << length) - 1) << bit;
      std::uint64_t& word = words[begin / 64];
      word = is_any ? word & ~ones : word | ones;
      begin += length;
    }
  }
};

template <class F>
FoldKernels table_of(OpCode pairwise) {
  return {F::start, F::add, F::finish, F::fill_identity, pairwise};
}

template <Fold fold>
FoldKernels find_number_fold(DType dtype, OpCode pairwise) {
  return visit_dtype(dtype, [pairwise]<class T>(TypeTag<T>) {
    if constexpr (std::is_same_v<T, bool>) {
      return table_of<BitFold<fold == Fold::Sum || fold == Fold::Max>>(pairwise);
    } else if constexpr (is_complex_number<T>) {
      return table_of<ComplexFold<fold, typename T::value_type>>(pairwise);
    } else {
      return table_of<RealFold<fold, T>>(pairwise);
    }
  });
}

FoldKernels find_fold(Fold fold, DType dtype) {
  switch (fold) {
    case Fold::Sum: return find_number_fold<Fold::Sum>(dtype, OpCode::add);
    case Fold::Prod: return find_number_fold<Fold::Prod>(dtype, OpCode::multiply);
    case Fold::Min: return find_number_fold<Fold::Min>(dtype, OpCode::minimum);
    case Fold::Max: return find_number_fold<Fold::Max>(dtype, OpCode::maximum);
    case Fold::Any: return table_of<BitFold<true>>(OpCode::logical_or);
    case Fold::All: return table_of<BitFold<false>>(OpCode::logical_and);
  }
  throw InternalError("fold_kernels: unknown fold");
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {

HWY_EXPORT(find_fold);

FoldKernels fold_kernels(Fold fold, DType dtype) {
  return HWY_DYNAMIC_DISPATCH(find_fold)(fold, dtype);
}

Scalar fold_identity(Fold fold, DType dtype) {
  return visit_dtype(dtype, [fold]<class T>(TypeTag<T>) -> Scalar {
    const FoldKernels kernels = fold_kernels(fold, dtype_of<T>());
    FoldState state;
    T value;
    kernels.start(state);
    kernels.finish(state, &value);
    if constexpr (std::is_same_v<T, bool>) {
      return value;
    } else if constexpr (std::is_integral_v<T>) {
      return static_cast<std::int64_t>(value);
    } else if constexpr (std::is_floating_point_v<T>) {
      return static_cast<double>(value);
    } else {
      return std::complex<double>(value);
    }
  });
}

}  // namespace shoal
#endif
