#include "kernels/memory_kernels.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/memory_kernels.cpp"
#include <hwy/foreach_target.h>

#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

void pack(const std::uint8_t* bytes, std::size_t count, std::uint8_t* bits) {
  const hn::ScalableTag<std::uint8_t> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    put_mask(d, differ(hn::LoadU(d, bytes + i), hn::Zero(d)), bits, i);
}

void unpack(const std::uint8_t* bits, std::size_t count, std::uint8_t* bytes) {
  const hn::ScalableTag<std::uint8_t> d;
  for (std::size_t i = 0; i < count; i += hn::Lanes(d))
    hn::StoreU(hn::IfThenElseZero(get_mask(d, bits, i), hn::Set(d, std::uint8_t{1})), d, bytes + i);
}

template <class T>
void split(const T* pairs, std::size_t count, T* re, T* im) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<T> d;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d)) {
    hn::Vec<decltype(d)> real, imaginary;
    hn::LoadInterleaved2(d, pairs + 2 * i, real, imaginary);
    hn::StoreU(real, d, re + i);
    hn::StoreU(imaginary, d, im + i);
  }
#endif
  for (; i < count; ++i) {
    re[i] = pairs[2 * i];
    im[i] = pairs[2 * i + 1];
  }
}

template <class T>
void join(const T* re, const T* im, std::size_t count, T* pairs) {
  std::size_t i = 0;
#if HWY_TARGET != HWY_SCALAR
  const hn::ScalableTag<T> d;
  for (; i + hn::Lanes(d) <= count; i += hn::Lanes(d))
    hn::StoreInterleaved2(hn::LoadU(d, re + i), hn::LoadU(d, im + i), d, pairs + 2 * i);
#endif
  for (; i < count; ++i) {
    pairs[2 * i] = re[i];
    pairs[2 * i + 1] = im[i];
  }
}

void split_double(const double* pairs, std::size_t count, double* re, double* im) {
  split(pairs, count, re, im);
}
void split_float(const float* pairs, std::size_t count, float* re, float* im) {
  split(pairs, count, re, im);
}
void join_double(const double* re, const double* im, std::size_t count, double* pairs) {
  join(re, im, count, pairs);
}
void join_float(const float* re, const float* im, std::size_t count, float* pairs) {
  join(re, im, count, pairs);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {

HWY_EXPORT(pack);
HWY_EXPORT(unpack);
HWY_EXPORT(split_double);
HWY_EXPORT(split_float);
HWY_EXPORT(join_double);
HWY_EXPORT(join_float);

void pack_bools(const std::uint8_t* bytes, std::size_t count, void* bits) {
  HWY_DYNAMIC_DISPATCH(pack)(bytes, count, static_cast<std::uint8_t*>(bits));
}
void unpack_bools(const void* bits, std::size_t count, std::uint8_t* bytes) {
  HWY_DYNAMIC_DISPATCH(unpack)(static_cast<const std::uint8_t*>(bits), count, bytes);
}
void split_complex(const double* pairs, std::size_t count, double* re, double* im) {
  HWY_DYNAMIC_DISPATCH(split_double)(pairs, count, re, im);
}
void split_complex(const float* pairs, std::size_t count, float* re, float* im) {
  HWY_DYNAMIC_DISPATCH(split_float)(pairs, count, re, im);
}
void join_complex(const double* re, const double* im, std::size_t count, double* pairs) {
  HWY_DYNAMIC_DISPATCH(join_double)(re, im, count, pairs);
}
void join_complex(const float* re, const float* im, std::size_t count, float* pairs) {
  HWY_DYNAMIC_DISPATCH(join_float)(re, im, count, pairs);
}

}  // namespace shoal
#endif
