// What each elementwise operation does, one struct each. A struct has one or more of
//   of(d, a, b)     on vectors a, b of the tag d (Complex<V> for complex numbers); gives a vector,
//                   a Complex or a mask
//   each(a, b)      on single numbers, for dtypes where vectors do not help; preferred where both
//   fit bits(a, b)      on 64 bools at once
// and for every dtype that its row in operations.def allows, one that fits. The semantics are
// NumPy's: integers wrap around, floor division and remainder round towards minus infinity and give
// 0 for a zero divisor, floats follow IEEE 754.
// Included once for each instruction set.
#if defined(SHOAL_KERNELS_FUNCTORS_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHOAL_KERNELS_FUNCTORS_INL
#undef SHOAL_KERNELS_FUNCTORS_INL
#else
#define SHOAL_KERNELS_FUNCTORS_INL
#endif

#include <cmath>
#include <concepts>
#include <limits>

#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace functors {

using Bits = std::uint64_t;

template <class T>
concept Integer = std::integral<T>;
template <class T>
concept Unsigned = std::unsigned_integral<T>;
template <class T>
concept Float = std::floating_point<T>;
template <class T>
concept ComplexNumber = is_complex_number<T>;
template <class T>  // integers that vectors cannot multiply
concept OddSizedInteger = Integer<T> && (sizeof(T) == 1 || sizeof(T) == 8);

// Unsigned and not narrower than int, so that arithmetic wraps around.
template <Integer T>
using Wrapping = std::common_type_t<std::make_unsigned_t<T>, unsigned>;

// A rounded number has the sign of what it was rounded from, zeros included; the plain target's
// functions forget that.
template <class V>
HWY_INLINE V with_sign_of([[maybe_unused]] V a, V rounded) {
#if HWY_TARGET == HWY_SCALAR
  return hn::CopySign(rounded, a);
#else
  return rounded;
#endif
}

template <class V>
HWY_INLINE auto is_nan(V v) {
  return differ(v, v);
}

struct Add {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::Add(a, b);
  }
  template <class D, class V>
  static Complex<V> of(D, Complex<V> a, Complex<V> b) {
    return {hn::Add(a.re, b.re), hn::Add(a.im, b.im)};
  }
  static Bits bits(Bits a, Bits b) { return a | b; }
};

struct Subtract {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::Sub(a, b);
  }
  template <class D, class V>
  static Complex<V> of(D, Complex<V> a, Complex<V> b) {
    return {hn::Sub(a.re, b.re), hn::Sub(a.im, b.im)};
  }
};

struct Multiply {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::Mul(a, b);
  }
  template <class D, class V>  // the order of roundings is NumPy's
  static Complex<V> of(D, Complex<V> a, Complex<V> b) {
    return {fused_subtract(a.re, b.re, hn::Mul(a.im, b.im)),
            fused_add(a.re, b.im, hn::Mul(a.im, b.re))};
  }
  template <OddSizedInteger T>
  static T each(T a, T b) {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
  static Bits bits(Bits a, Bits b) { return a & b; }
};

struct Divide {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::Div(a, b);
  }
  // Smith's method: divides by the larger part first, so that nothing overflows in between.
  template <ComplexNumber T>
  static T each(T a, T b) {
    using R = typename T::value_type;
    const R re = std::abs(b.real());
    const R im = std::abs(b.imag());
    if (re >= im) {
      if (re == 0 && im == 0) return {a.real() / re, a.imag() / re};
      const R ratio = b.imag() / b.real();
      const R scale = 1 / (b.real() + b.imag() * ratio);
      return {(a.real() + a.imag() * ratio) * scale, (a.imag() - a.real() * ratio) * scale};
    }
    const R ratio = b.real() / b.imag();
    const R scale = 1 / (b.imag() + b.real() * ratio);
    return {(a.real() * ratio + a.imag()) * scale, (a.imag() * ratio - a.real()) * scale};
  }
};

// fmod brought to the sign of the divisor.
template <Float T>
T floored_modulo(T a, T b) {
  const T modulo = std::fmod(a, b);
  if (b == 0) return modulo;
  if (modulo == 0) return std::copysign(T(0), b);
  return (b < 0) != (modulo < 0) ? modulo + b : modulo;
}

struct FloorDivide {
  template <Integer T>
  static T each(T a, T b) {
    if (b == 0) return 0;
    if constexpr (std::signed_integral<T>) {
      if (b == -1) return static_cast<T>(Wrapping<T>(0) - static_cast<Wrapping<T>>(a));
      const T quotient = static_cast<T>(a / b);
      return static_cast<T>(quotient - (a % b != 0 && (a < 0) != (b < 0)));
    } else {
      return static_cast<T>(a / b);
    }
  }
  template <Float T>
  static T each(T a, T b) {
    if (b == 0) return a / b;
    T quotient = (a - std::fmod(a, b)) / b;
    const T modulo = std::fmod(a, b);
    if (modulo != 0 && (b < 0) != (modulo < 0)) quotient -= 1;
    if (quotient == 0) return std::copysign(T(0), a / b);
    const T floored = std::floor(quotient);
    return quotient - floored > T(0.5) ? floored + 1 : floored;
  }
};

struct Remainder {
  template <Integer T>
  static T each(T a, T b) {
    if (b == 0) return 0;
    if constexpr (std::signed_integral<T>) {
      if (b == -1) return 0;
      const T modulo = static_cast<T>(a % b);
      return static_cast<T>(modulo != 0 && (modulo < 0) != (b < 0) ? modulo + b : modulo);
    } else {
      return static_cast<T>(a % b);
    }
  }
  template <Float T>
  static T each(T a, T b) {
    return floored_modulo(a, b);
  }
};

struct Power {
  template <Integer T>
  static T each(T base, T exponent) {
    if constexpr (std::signed_integral<T>) {
      if (exponent < 0) return base == 1 ? 1 : base == -1 ? (exponent % 2 ? -1 : 1) : 0;
    }
    Wrapping<T> result = 1;
    Wrapping<T> factor = static_cast<Wrapping<T>>(base);
    for (auto left = static_cast<std::make_unsigned_t<T>>(exponent); left != 0; left >>= 1) {
      if (left & 1) result *= factor;
      factor *= factor;
    }
    return static_cast<T>(result);
  }
  template <Float T>
  static T each(T base, T exponent) {
    return std::pow(base, exponent);
  }
  template <ComplexNumber T>
  static T each(T base, T exponent) {
    using R = typename T::value_type;
    if (exponent == T(0)) return T(1);
    if (base == T(0)) {
      if (exponent.real() > 0) return T(0);
      return T(std::numeric_limits<R>::quiet_NaN(), std::numeric_limits<R>::quiet_NaN());
    }
    const R whole = exponent.real();
    if (exponent.imag() == 0 && whole == std::trunc(whole) && std::abs(whole) < 100) {
      T result(1);
      bool is_first = true;  // no product with 1, which would make infinities NaN
      T factor = base;
      for (int left = static_cast<int>(std::abs(whole)); left != 0; left >>= 1) {
        if (left & 1) result = is_first ? factor : product(factor, result);
        if (left & 1) is_first = false;
        factor = product(factor, factor);
      }
      return whole < 0 ? Divide::each(T(1), result) : result;
    }
    return std::pow(base, exponent);
  }

 private:
  template <ComplexNumber T>
  static T product(T a, T b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }
};

struct Negative {
  template <class D, class V>
  static V of(D d, V a) {
    if constexpr (Float<hn::TFromD<D>>) {
      return hn::Neg(a);
    } else {
      return hn::Sub(hn::Zero(d), a);
    }
  }
  template <class D, class V>
  static Complex<V> of(D, Complex<V> a) {
    return {hn::Neg(a.re), hn::Neg(a.im)};
  }
};

struct Positive {
  template <class D, class V>
  static V of(D, V a) {
    return a;
  }
};

struct Absolute {
  template <class D, class V>
  static V of(D, V a) {
    if constexpr (Unsigned<hn::TFromD<D>>) {
      return a;
    } else {
      return hn::Abs(a);
    }
  }
  // NumPy's modulus, rounding by rounding: the larger part times sqrt(1 + ratio**2), where an
  // infinite part makes it infinite unless the other is NaN.
  template <class D, class V>
  static V of(D d, Complex<V> a) {
    using T = hn::TFromD<D>;
    const V infinity = hn::Set(d, std::numeric_limits<T>::infinity());
    V re = hn::Abs(a.re);
    V im = hn::Abs(a.im);
    const auto re_infinite = hn::Eq(re, infinity);
    const auto im_infinite = hn::Eq(im, infinity);
    re = hn::IfThenElse(im_infinite, infinity, re);
    im = hn::IfThenElse(re_infinite, infinity, im);
    const auto re_nan = is_nan(re);
    const V re_or_nan = hn::IfThenElse(is_nan(im), im, re);
    im = hn::IfThenElse(re_nan, re, im);
    re = re_or_nan;
    const V larger = hn::Max(re, im);
    const V smaller = hn::Min(im, re);
    const auto no_ratio = hn::Or(hn::Eq(larger, hn::Zero(d)), hn::Eq(smaller, infinity));
    const V ratio = hn::IfThenZeroElse(no_ratio, hn::Div(smaller, larger));
    return hn::Mul(hn::Sqrt(fused_add(ratio, ratio, hn::Set(d, T(1)))), larger);
  }
  static Bits bits(Bits a) { return a; }
};

struct Square {
  template <class D, class V>
  static V of(D, V a) {
    return hn::Mul(a, a);
  }
  template <class D, class V>
  static Complex<V> of(D d, Complex<V> a) {
    return Multiply::of(d, a, a);
  }
  template <OddSizedInteger T>
  static T each(T a) {
    return Multiply::each(a, a);
  }
};

struct Sqrt {
  template <class D, class V>
  static V of(D, V a) {
    return hn::Sqrt(a);
  }
  template <ComplexNumber T>
  static T each(T a) {
    return std::sqrt(a);
  }
};

struct Reciprocal {
  template <class D, class V>
  static V of(D d, V a) {
    return hn::Div(hn::Set(d, hn::TFromD<D>(1)), a);
  }
  template <Integer T>
  static T each(T a) {
    if (a != 0) return static_cast<T>(1 / a);
    return std::signed_integral<T> && sizeof(T) >= 4 ? std::numeric_limits<T>::min() : T(0);
  }
  template <ComplexNumber T>
  static T each(T a) {
    using R = typename T::value_type;
    if (std::abs(a.imag()) <= std::abs(a.real())) {
      const R ratio = a.imag() / a.real();
      const R divisor = a.real() + a.imag() * ratio;
      return {1 / divisor, -ratio / divisor};
    }
    const R ratio = a.real() / a.imag();
    const R divisor = a.real() * ratio + a.imag();
    return {ratio / divisor, -1 / divisor};
  }
};

struct Equal {
  template <class D, class V>
  static auto of(D, V a, V b) {
    return hn::Eq(a, b);
  }
  template <class D, class V>
  static auto of(D, Complex<V> a, Complex<V> b) {
    return hn::And(hn::Eq(a.re, b.re), hn::Eq(a.im, b.im));
  }
  static Bits bits(Bits a, Bits b) { return ~(a ^ b); }
};

struct NotEqual {
  template <class D, class V>
  static auto of(D, V a, V b) {
    return differ(a, b);
  }
  template <class D, class V>
  static auto of(D, Complex<V> a, Complex<V> b) {
    return hn::Or(differ(a.re, b.re), differ(a.im, b.im));
  }
  static Bits bits(Bits a, Bits b) { return a ^ b; }
};

// Complex numbers are ordered by real, then imaginary part; a NaN anywhere makes them unordered.
template <class V>
HWY_INLINE auto complex_less(Complex<V> a, Complex<V> b) {
  const auto ordered = hn::And(hn::Eq(a.im, a.im), hn::Eq(b.im, b.im));
  return hn::Or(hn::And(hn::Lt(a.re, b.re), ordered),
                hn::And(hn::Eq(a.re, b.re), hn::Lt(a.im, b.im)));
}
template <class V>
HWY_INLINE auto complex_less_equal(Complex<V> a, Complex<V> b) {
  const auto ordered = hn::And(hn::Eq(a.im, a.im), hn::Eq(b.im, b.im));
  return hn::Or(hn::And(hn::Lt(a.re, b.re), ordered),
                hn::And(hn::Eq(a.re, b.re), hn::Le(a.im, b.im)));
}

struct Less {
  template <class D, class V>
  static auto of(D, V a, V b) {
    return hn::Lt(a, b);
  }
  template <class D, class V>
  static auto of(D, Complex<V> a, Complex<V> b) {
    return complex_less(a, b);
  }
  static Bits bits(Bits a, Bits b) { return ~a & b; }
};

struct LessEqual {
  template <class D, class V>
  static auto of(D, V a, V b) {
    if constexpr (Float<hn::TFromD<D>>) {
      return hn::Le(a, b);
    } else {
      return hn::Not(hn::Lt(b, a));
    }
  }
  template <class D, class V>
  static auto of(D, Complex<V> a, Complex<V> b) {
    return complex_less_equal(a, b);
  }
  static Bits bits(Bits a, Bits b) { return ~a | b; }
};

struct Greater {
  template <class D, class V>
  static auto of(D d, V a, V b) {
    return Less::of(d, b, a);
  }
  static Bits bits(Bits a, Bits b) { return a & ~b; }
};

struct GreaterEqual {
  template <class D, class V>
  static auto of(D d, V a, V b) {
    return LessEqual::of(d, b, a);
  }
  static Bits bits(Bits a, Bits b) { return a | ~b; }
};

template <class D, class M, class V>
HWY_INLINE V choose(D, M mask, V a, V b) {
  return hn::IfThenElse(mask, a, b);
}
template <class D, class M, class V>
HWY_INLINE Complex<V> choose(D, M mask, Complex<V> a, Complex<V> b) {
  return {hn::IfThenElse(mask, a.re, b.re), hn::IfThenElse(mask, a.im, b.im)};
}

template <class V>
HWY_INLINE auto any_nan(V a) {
  return is_nan(a);
}
template <class V>
HWY_INLINE auto any_nan(Complex<V> a) {
  return hn::Or(is_nan(a.re), is_nan(a.im));
}

struct Minimum {
  template <class D, class V>
  static V of(D d, V a, V b) {
    if constexpr (Integer<hn::TFromD<D>>) {
      return hn::Min(a, b);
    } else {
      return choose(d, hn::Or(Less::of(d, a, b), any_nan(a)), a, b);
    }
  }
  static Bits bits(Bits a, Bits b) { return a & b; }
};

struct Maximum {
  template <class D, class V>
  static V of(D d, V a, V b) {
    if constexpr (Integer<hn::TFromD<D>>) {
      return hn::Max(a, b);
    } else {
      return choose(d, hn::Or(Less::of(d, b, a), any_nan(a)), a, b);
    }
  }
  static Bits bits(Bits a, Bits b) { return a | b; }
};

struct Sign {
  template <Integer T>
  static T each(T a) {
    if constexpr (std::signed_integral<T>) {
      return static_cast<T>((a > 0) - (a < 0));
    } else {
      return a != 0;
    }
  }
  template <class D, class V>
  static V of(D d, V a) {
    using T = hn::TFromD<D>;
    const V zero = hn::Zero(d);
    const V up = hn::IfThenElseZero(hn::Gt(a, zero), hn::Set(d, T(1)));
    const V both = hn::IfThenElse(hn::Lt(a, zero), hn::Set(d, T(-1)), up);
    return hn::IfThenElse(is_nan(a), a, both);
  }
  template <ComplexNumber T>
  static T each(T a) {
    using R = typename T::value_type;
    if (std::isinf(a.real()) != std::isinf(a.imag()))
      return std::isinf(a.real()) ? T(std::copysign(R(1), a.real()), 0)
                                  : T(0, std::copysign(R(1), a.imag()));
    const R modulus = std::abs(a);
    return modulus == 0 ? T(0) : T(a.real() / modulus, a.imag() / modulus);
  }
};

struct Floor {
  template <class D, class V>
  static V of(D, V a) {
    if constexpr (Float<hn::TFromD<D>>) {
      return with_sign_of(a, hn::Floor(a));
    } else {
      return a;
    }
  }
  static Bits bits(Bits a) { return a; }
};

struct Ceil {
  template <class D, class V>
  static V of(D, V a) {
    if constexpr (Float<hn::TFromD<D>>) {
      return with_sign_of(a, hn::Ceil(a));
    } else {
      return a;
    }
  }
  static Bits bits(Bits a) { return a; }
};

struct Trunc {
  template <class D, class V>
  static V of(D, V a) {
    if constexpr (Float<hn::TFromD<D>>) {
      return with_sign_of(a, hn::Trunc(a));
    } else {
      return a;
    }
  }
  static Bits bits(Bits a) { return a; }
};

struct Rint {
  template <class D, class V>
  static V of(D, V a) {
    return with_sign_of(a, hn::Round(a));
  }
  template <class D, class V>
  static Complex<V> of(D, Complex<V> a) {
    return {with_sign_of(a.re, hn::Round(a.re)), with_sign_of(a.im, hn::Round(a.im))};
  }
};

struct Exp {
  template <class T>
  static T each(T a) {
    return std::exp(a);
  }
};

struct Log {
  template <class T>
  static T each(T a) {
    return std::log(a);
  }
};

struct Sin {
  template <class T>
  static T each(T a) {
    return std::sin(a);
  }
};

struct Cos {
  template <class T>
  static T each(T a) {
    return std::cos(a);
  }
};

struct Tan {
  template <class T>
  static T each(T a) {
    return std::tan(a);
  }
};

struct Tanh {
  template <class T>
  static T each(T a) {
    return std::tanh(a);
  }
};

struct Arctan2 {
  template <Float T>
  static T each(T a, T b) {
    return std::atan2(a, b);
  }
};

struct Hypot {
  template <Float T>
  static T each(T a, T b) {
    return std::hypot(a, b);
  }
};

struct LogicalAnd {
  static Bits bits(Bits a, Bits b) { return a & b; }
};

struct LogicalOr {
  static Bits bits(Bits a, Bits b) { return a | b; }
};

struct LogicalXor {
  static Bits bits(Bits a, Bits b) { return a ^ b; }
};

struct LogicalNot {
  static Bits bits(Bits a) { return ~a; }
};

struct BitwiseAnd {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::And(a, b);
  }
  static Bits bits(Bits a, Bits b) { return a & b; }
};

struct BitwiseOr {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::Or(a, b);
  }
  static Bits bits(Bits a, Bits b) { return a | b; }
};

struct BitwiseXor {
  template <class D, class V>
  static V of(D, V a, V b) {
    return hn::Xor(a, b);
  }
  static Bits bits(Bits a, Bits b) { return a ^ b; }
};

struct Invert {
  template <class D, class V>
  static V of(D, V a) {
    return hn::Not(a);
  }
  static Bits bits(Bits a) { return ~a; }
};

struct LeftShift {
  template <Integer T>
  static T each(T a, T b) {
    const auto shift = static_cast<std::make_unsigned_t<T>>(b);
    return shift < 8 * sizeof(T) ? static_cast<T>(static_cast<Wrapping<T>>(a) << shift) : T(0);
  }
};

struct RightShift {
  template <Integer T>
  static T each(T a, T b) {
    const auto shift = static_cast<std::make_unsigned_t<T>>(b);
    if (shift < 8 * sizeof(T)) return static_cast<T>(a >> shift);
    return static_cast<T>(a < 0 ? -1 : 0);
  }
};

struct IsNaN {
  template <class D, class V>
  static auto of(D, V a) {
    if constexpr (Integer<hn::TFromD<D>>) {
      return differ(a, a);
    } else {
      return any_nan(a);
    }
  }
  static Bits bits(Bits) { return 0; }
};

struct IsInf {
  template <class D, class V>
  static auto of([[maybe_unused]] D d, V a) {
    if constexpr (Integer<hn::TFromD<D>>) {
      return differ(a, a);
    } else {
      return hn::Eq(hn::Abs(a), hn::Set(d, std::numeric_limits<hn::TFromD<D>>::infinity()));
    }
  }
  template <class D, class V>
  static auto of(D d, Complex<V> a) {
    return hn::Or(of(d, a.re), of(d, a.im));
  }
  static Bits bits(Bits) { return 0; }
};

struct IsFinite {
  template <class D, class V>
  static auto of([[maybe_unused]] D d, V a) {
    if constexpr (Integer<hn::TFromD<D>>) {
      return hn::Eq(a, a);
    } else {
      return hn::Lt(hn::Abs(a), hn::Set(d, std::numeric_limits<hn::TFromD<D>>::infinity()));
    }
  }
  template <class D, class V>
  static auto of(D d, Complex<V> a) {
    return hn::And(of(d, a.re), of(d, a.im));
  }
  static Bits bits(Bits) { return ~Bits(0); }
};

struct Where {
  template <class D, class M, class V>
  static V of(D d, M mask, V a, V b) {
    return choose(d, mask, a, b);
  }
  static Bits bits(Bits condition, Bits a, Bits b) { return (condition & a) | (~condition & b); }
};

struct Real {
  template <class D, class V>
  static V of(D, V a) {
    return a;
  }
  template <class D, class V>
  static V of(D, Complex<V> a) {
    return a.re;
  }
  static Bits bits(Bits a) { return a; }
};

struct Imag {
  template <class D, class V>
  static V of(D d, V) {
    return hn::Zero(d);
  }
  template <class D, class V>
  static V of(D, Complex<V> a) {
    return a.im;
  }
  static Bits bits(Bits) { return 0; }
};

struct Conj {
  template <class D, class V>
  static V of(D, V a) {
    return a;
  }
  template <class D, class V>
  static Complex<V> of(D, Complex<V> a) {
    return {a.re, hn::Neg(a.im)};
  }
};

}  // namespace functors
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#endif
