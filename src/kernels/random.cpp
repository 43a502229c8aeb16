#include "kernels/random.hpp"

#undef HWY_TARGET_INCLUDE
#define HWY_TARGET_INCLUDE "kernels/random.cpp"
#include <hwy/foreach_target.h>

#include "kernels/threefry-inl.hpp"

HWY_BEFORE_NAMESPACE();
namespace shoal {
namespace HWY_NAMESPACE {
namespace {

constexpr int crush_resistant_rounds = 13;          // the fewest that pass TestU01's BigCrush
constexpr std::uint64_t stream_key = 0x53686F616C;  // the key's second word, free for other streams

template <class V>
HWY_INLINE auto to_unit(V word) {
  const hn::ScalableTag<double> d;
  const hn::RebindToSigned<decltype(d)> di;
  return hn::Mul(hn::ConvertTo(d, hn::BitCast(di, hn::ShiftRight<11>(word))), hn::Set(d, 0x1p-53));
}

template <class D, class V>
HWY_INLINE WordPair<V> words_of(D d, V counter, V key0, V key1) {
  return threefry<crush_resistant_rounds>(d, WordPair<V>{counter, hn::Zero(d)}, key0, key1);
}

void make_groups(std::uint64_t seed, std::uint64_t first_group, std::size_t groups, double* out) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::ScalableTag<double> df;
  const std::size_t lanes = hn::Lanes(d);
  const auto key0 = hn::Set(d, seed);
  const auto key1 = hn::Set(d, stream_key);
  const auto iota = hn::Iota(d, 0);
  for (std::size_t group = 0; group < groups; ++group) {
    for (std::size_t lane = 0; lane < 8; lane += lanes) {
      const auto counter = hn::Add(hn::Set(d, (first_group + group) * 8 + lane), iota);
      const auto words = words_of(d, counter, key0, key1);
      hn::StoreU(to_unit(words.first), df, out + group * random_group + lane);
      hn::StoreU(to_unit(words.second), df, out + group * random_group + 8 + lane);
    }
  }
}

void make_strided(std::uint64_t seed, std::uint64_t first, std::int64_t step, std::size_t count,
                  double* out) {
  const hn::ScalableTag<std::uint64_t> d;
  const hn::ScalableTag<double> df;
  const std::size_t lanes = hn::Lanes(d);
  const auto key0 = hn::Set(d, seed);
  const auto key1 = hn::Set(d, stream_key);
  std::uint64_t numbers[hn::MaxLanes(d)];
  double values[hn::MaxLanes(d)];
  const std::uint64_t unsigned_step = static_cast<std::uint64_t>(step);
  for (std::size_t i = 0; i < count; i += lanes) {
    for (std::size_t lane = 0; lane < lanes; ++lane)
      numbers[lane] = first + (i + lane) * unsigned_step;
    const auto number = hn::LoadU(d, numbers);
    const auto low = hn::And(number, hn::Set(d, std::uint64_t{7}));
    const auto counter = hn::Add(hn::ShiftLeft<3>(hn::ShiftRight<4>(number)), low);
    const auto words = words_of(d, counter, key0, key1);
    const auto eight = hn::Set(d, std::uint64_t{8});
    const auto takes_second = hn::Eq(hn::And(number, eight), eight);
    const auto unit = to_unit(hn::IfThenElse(takes_second, words.second, words.first));
    if (i + lanes <= count) {
      hn::StoreU(unit, df, out + i);
    } else {
      hn::StoreU(unit, df, values);
      for (std::size_t lane = 0; i + lane < count; ++lane) out[i + lane] = values[lane];
    }
  }
}

template <int rounds>
void one_block(const std::uint64_t counter[2], const std::uint64_t key[2], std::uint64_t out[2]) {
  const hn::ScalableTag<std::uint64_t> d;
  using V = hn::Vec<decltype(d)>;
  const auto words =
      threefry<rounds>(d, WordPair<V>{hn::Set(d, counter[0]), hn::Set(d, counter[1])},
                       hn::Set(d, key[0]), hn::Set(d, key[1]));
  out[0] = hn::GetLane(words.first);
  out[1] = hn::GetLane(words.second);
}

void one_block_of(int rounds, const std::uint64_t counter[2], const std::uint64_t key[2],
                  std::uint64_t out[2]) {
  rounds == 13 ? one_block<13>(counter, key, out) : one_block<20>(counter, key, out);
}

}  // namespace
}  // namespace HWY_NAMESPACE
}  // namespace shoal
HWY_AFTER_NAMESPACE();

#if HWY_ONCE
namespace shoal {

HWY_EXPORT(make_groups);
HWY_EXPORT(make_strided);
HWY_EXPORT(one_block_of);

void random_groups(std::uint64_t seed, std::uint64_t first_group, std::size_t groups, double* out) {
  HWY_DYNAMIC_DISPATCH(make_groups)(seed, first_group, groups, out);
}

void random_strided(std::uint64_t seed, std::uint64_t first, std::int64_t step, std::size_t count,
                    double* out) {
  HWY_DYNAMIC_DISPATCH(make_strided)(seed, first, step, count, out);
}

void threefry2x64(int rounds, const std::uint64_t counter[2], const std::uint64_t key[2],
                  std::uint64_t out[2]) {
  HWY_DYNAMIC_DISPATCH(one_block_of)(rounds, counter, key, out);
}

}  // namespace shoal
#endif
