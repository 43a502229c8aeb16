#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/modulus_comparison.cpp"
#include <hwy/foreach_target.h>

#include "kernels/functors-inl.hpp"
#include "kernels/kernel_table.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

// The squares decide when they are clearly apart: their rounding errors are a few units in the last
// place, far below the margin. NaN is never clear. The bound's square must be a normal number.
template <class Compare, class T>
void compare_modulus(const KernelArguments& arguments, std::size_t count) {
  const hn::ScalableTag<T> d;
  const T* re = static_cast<const T*>(arguments.in[0]);
  const T* im = static_cast<const T*>(arguments.in_imag[0]);
  const std::size_t step = arguments.step[0];
  const T bound = *static_cast<const T*>(arguments.in[1]);
  auto* out = static_cast<std::uint8_t*>(arguments.out);
  constexpr bool is_double = sizeof(T) == 8;
  const bool squares_decide =
      bound > T(is_double ? 1e-140 : 1e-15f) && bound < T(is_double ? 1e140 : 1e15f);
  const T margin = squares_decide ? T(is_double ? 1e-12 : 1e-5f) : T(0);
  const auto vector_bound = hn::Set(d, bound);
  const auto above = hn::Set(
      d, squares_decide ? bound * bound * (1 + margin) : std::numeric_limits<T>::infinity());
  const auto below = hn::Set(d, squares_decide ? bound * bound * (1 - margin) : T(0));
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    const auto a = hn::LoadU(d, re + i * step);
    const auto b = hn::LoadU(d, im + i * step);
    const auto squares = hn::MulAdd(a, a, hn::Mul(b, b));
    const auto clear = hn::Or(hn::Gt(squares, above), hn::Lt(squares, below));
    if (HWY_LIKELY(hn::AllTrue(d, clear))) {
      put_mask(d, Compare::of(d, squares, above), out, i);
    } else {
      const Complex<hn::Vec<decltype(d)>> value{a, b};
      put_mask(d, Compare::of(d, functors::Absolute::of(d, value), vector_bound), out, i);
    }
  }
}

template <class T>
TileKernel find_for(OpCode code) {
  switch (code) {
    case OpCode::less: return compare_modulus<functors::Less, T>;
    case OpCode::less_equal: return compare_modulus<functors::LessEqual, T>;
    case OpCode::greater: return compare_modulus<functors::Greater, T>;
    case OpCode::greater_equal: return compare_modulus<functors::GreaterEqual, T>;
    default: throw InternalError("modulus_comparison_kernel: not an order");
  }
}

TileKernel find_modulus_comparison(OpCode code, DType dtype) {
  return dtype == DType::Complex64 ? find_for<float>(code) : find_for<double>(code);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {
HWY_EXPORT(find_modulus_comparison);
TileKernel modulus_comparison_kernel(OpCode code, DType complex) {
  return HWY_DYNAMIC_DISPATCH(find_modulus_comparison)(code, complex);
}
}  // namespace shoal
#endif
