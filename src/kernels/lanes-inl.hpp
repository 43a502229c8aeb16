// Vectors of one instruction set: masks as packed bits, complex numbers as pairs of vectors.
// Included once for each instruction set.
#if defined(SHOAL_KERNELS_LANES_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHOAL_KERNELS_LANES_INL
#undef SHOAL_KERNELS_LANES_INL
#else
#define SHOAL_KERNELS_LANES_INL
#endif

#include <hwy/highway.h>

#include <cmath>
#include <complex>
#include <cstdint>
#include <type_traits>

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace hn = hwy::HWY_NAMESPACE;

template <class V>
struct Complex {
  V re;
  V im;
};

template <class T>
struct IsComplexNumber : std::false_type {};
template <class T>
struct IsComplexNumber<std::complex<T>> : std::true_type {};
template <class T>
inline constexpr bool is_complex_number = IsComplexNumber<T>::value;

template <class T>
struct RealOf {
  using type = T;
};
template <class T>
struct RealOf<std::complex<T>> {
  using type = T;
};

// a * b + c and a * b - c, rounded once on every target, so that results do not depend on it.
template <class V>
HWY_INLINE V fused_add(V a, V b, V c) {
#if HWY_TARGET == HWY_SCALAR
  return V(std::fma(a.raw, b.raw, c.raw));
#else
  return hn::MulAdd(a, b, c);
#endif
}
template <class V>
HWY_INLINE V fused_subtract(V a, V b, V c) {
#if HWY_TARGET == HWY_SCALAR
  return V(std::fma(a.raw, b.raw, -c.raw));
#else
  return hn::MulSub(a, b, c);
#endif
}

// True where a NaN is: Highway's Ne is false there on some targets.
template <class V>
HWY_INLINE auto differ(V a, V b) {
  return hn::Not(hn::Eq(a, b));
}

// Element i of a tile's bits is bit i % 8 of byte i / 8. Vectors of fewer than 8 elements share a
// byte: `put` keeps what earlier vectors have put there, `index % 8 == 0` starts it anew.
template <class D, class M>
HWY_INLINE void put_mask(D d, M mask, std::uint8_t* bits, std::size_t index) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  if constexpr (lanes >= 8) {
    hn::StoreMaskBits(d, mask, bits + index / 8);
  } else {
    std::uint8_t packed[8] = {};
    hn::StoreMaskBits(d, mask, packed);
    const std::size_t shift = index % 8;
    const std::uint8_t fresh =
        static_cast<std::uint8_t>((packed[0] & ((1u << lanes) - 1)) << shift);
    bits[index / 8] = shift == 0 ? fresh : static_cast<std::uint8_t>(bits[index / 8] | fresh);
  }
}

template <class D>
HWY_INLINE auto get_mask(D d, const std::uint8_t* bits, std::size_t index) {
  constexpr std::size_t lanes = hn::MaxLanes(D());
  if constexpr (lanes >= 8) {
    return hn::LoadMaskBits(d, bits + index / 8);
  } else {
    const std::uint8_t packed[8] = {static_cast<std::uint8_t>(bits[index / 8] >> (index % 8))};
    return hn::LoadMaskBits(d, packed);
  }
}

}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#endif
