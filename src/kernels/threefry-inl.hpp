// Threefry-2x64 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3",
// SC 2011): a keyed bijection of two 64-bit words whose output passes every test of randomness, so
// that counting is all the state a generator needs.
// Included once for each instruction set.
#if defined(SHOAL_KERNELS_THREEFRY_INL) == defined(HWY_TARGET_TOGGLE)
#ifdef SHOAL_KERNELS_THREEFRY_INL
#undef SHOAL_KERNELS_THREEFRY_INL
#else
#define SHOAL_KERNELS_THREEFRY_INL
#endif

#include "kernels/lanes-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {

template <class V>
struct WordPair {
  V first;
  V second;
};

template <int round, class V>
HWY_INLINE void threefry_round(WordPair<V>& words) {
  constexpr int left_rotations[8] = {16, 42, 12, 31, 16, 32, 24, 21};
  words.first = hn::Add(words.first, words.second);
  words.second = hn::RotateRight<64 - left_rotations[round % 8]>(words.second);
  words.second = hn::Xor(words.second, words.first);
}

template <int round, int rounds, class D, class V>
HWY_INLINE void threefry_rounds(D d, WordPair<V>& words, const V (&key)[3]) {
  if constexpr (round < rounds) {
    threefry_round<round>(words);
    if constexpr (round % 4 == 3) {
      constexpr int injection = round / 4 + 1;
      words.first = hn::Add(words.first, key[injection % 3]);
      words.second = hn::Add(
          words.second,
          hn::Add(key[(injection + 1) % 3], hn::Set(d, static_cast<std::uint64_t>(injection))));
    }
    threefry_rounds<round + 1, rounds>(d, words, key);
  }
}

template <int rounds, class D, class V>
HWY_INLINE WordPair<V> threefry(D d, WordPair<V> counter, V key0, V key1) {
  const V key[3] = {key0, key1,
                    hn::Xor(hn::Set(d, std::uint64_t{0x1BD11BDAA9FC1A22}), hn::Xor(key0, key1))};
  WordPair<V> words{hn::Add(counter.first, key0), hn::Add(counter.second, key1)};
  threefry_rounds<0, rounds>(d, words, key);
  return words;
}

}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#endif
