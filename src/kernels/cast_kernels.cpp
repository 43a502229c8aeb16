#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/cast_kernels.cpp"
#include <hwy/foreach_target.h>

#include <algorithm>
#include <cstring>

#include "kernels/kernel_table.hpp"
#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

// static_cast, but negative floats wrap around in unsigned integers, as in NumPy.
template <class To, class From>
HWY_INLINE To cast_number(From value) {
  if constexpr (std::is_floating_point_v<From> && std::is_same_v<To, std::uint32_t>) {
    return static_cast<To>(static_cast<std::int64_t>(value));
  } else if constexpr (std::is_floating_point_v<From> && std::is_same_v<To, std::uint64_t>) {
    constexpr From half = static_cast<From>(0x1p63);
    const bool is_high = value >= half;
    const auto low = static_cast<std::int64_t>(is_high ? value - half : value);
    return static_cast<To>(low) + (static_cast<To>(is_high) << 63);
  } else {
    return static_cast<To>(value);
  }
}

template <class From, class To>
void cast_plane(const void* in, std::size_t step, void* out, std::size_t count) {
  const From* from = static_cast<const From*>(in);
  To* to = static_cast<To*>(out);
  for (std::size_t begin = 0; begin < count; begin += tile_granule) {
    To buffer[tile_granule];
    if (step != 0) {
      for (std::size_t i = 0; i < tile_granule; ++i) buffer[i] = cast_number<To>(from[begin + i]);
    } else {
      std::fill_n(buffer, tile_granule, cast_number<To>(*from));
    }
    std::memcpy(to + begin, buffer, sizeof buffer);
  }
}

void cast_bits_to_bits(const KernelArguments& arguments, std::size_t count) {
  const auto* in = static_cast<const std::uint64_t*>(arguments.in[0]);
  auto* out = static_cast<std::uint64_t*>(arguments.out);
  for (std::size_t word = 0; word < count / 64; ++word) out[word] = in[word * arguments.step[0]];
}

template <class To>
void cast_bits(const KernelArguments& arguments, std::size_t count) {
  using R = typename RealOf<To>::type;
  const hn::ScalableTag<R> d;
  const auto* in = static_cast<const std::uint8_t*>(arguments.in[0]);
  R* out = static_cast<R*>(arguments.out);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::StoreU(hn::IfThenElseZero(get_mask(d, in, i * arguments.step[0]), hn::Set(d, R(1))), d,
               out + i);
  if constexpr (is_complex_number<To>)
    std::fill_n(static_cast<R*>(arguments.out_imag), count, R(0));
}

template <class From>
void cast_to_bits(const KernelArguments& arguments, std::size_t count) {
  using R = typename RealOf<From>::type;
  const hn::ScalableTag<R> d;
  const R* re = static_cast<const R*>(arguments.in[0]);
  [[maybe_unused]] const R* im = static_cast<const R*>(arguments.in_imag[0]);
  const std::size_t step = arguments.step[0];
  auto* out = static_cast<std::uint8_t*>(arguments.out);
  for (std::size_t i = 0; i < count; i += hn::Lanes(d)) {
    auto truth = differ(hn::LoadU(d, re + i * step), hn::Zero(d));
    if constexpr (is_complex_number<From>)
      truth = hn::Or(truth, differ(hn::LoadU(d, im + i * step), hn::Zero(d)));
    put_mask(d, truth, out, i);
  }
}

template <class From, class To>
void cast_numbers(const KernelArguments& arguments, std::size_t count) {
  using RealFrom = typename RealOf<From>::type;
  using RealTo = typename RealOf<To>::type;
  cast_plane<RealFrom, RealTo>(arguments.in[0], arguments.step[0], arguments.out, count);
  if constexpr (is_complex_number<From> && is_complex_number<To>)
    cast_plane<RealFrom, RealTo>(arguments.in_imag[0], arguments.step[0], arguments.out_imag,
                                 count);
  else if constexpr (is_complex_number<To>)
    std::fill_n(static_cast<RealTo*>(arguments.out_imag), count, RealTo(0));
}

TileKernel find_cast(DType from, DType to) {
  return visit_dtype(from, [to]<class From>(TypeTag<From>) {
    return visit_dtype(to, []<class To>(TypeTag<To>) -> TileKernel {
      if constexpr (std::is_same_v<From, bool> && std::is_same_v<To, bool>) {
        return cast_bits_to_bits;
      } else if constexpr (std::is_same_v<From, bool>) {
        return cast_bits<To>;
      } else if constexpr (std::is_same_v<To, bool>) {
        return cast_to_bits<From>;
      } else {
        return cast_numbers<From, To>;
      }
    });
  });
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {
HWY_EXPORT(find_cast);
TileKernel cast_kernel(DType from, DType to) { return HWY_DYNAMIC_DISPATCH(find_cast)(from, to); }
}  // namespace shoal
#endif
