// RankSet: a set of numbers below a bound whose least member is found in a few steps: a tree of
// bits, each bit of a level saying whether a word of the level below has any.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

namespace shoal {

class RankSet {
 public:
  static constexpr std::uint32_t none = ~std::uint32_t{0};

  explicit RankSet(std::size_t bound) {
    do {
      bound = (bound + 63) / 64;
      levels_.emplace_back(bound == 0 ? 1 : bound, 0);
    } while (bound > 1);
  }

  bool empty() const { return levels_.back()[0] == 0; }
  std::size_t size() const { return size_; }

  void insert(std::uint32_t rank) {  // not a member yet
    ++size_;
    for (auto& level : levels_) {
      std::uint64_t& word = level[rank / 64];
      const bool had_any = word != 0;
      word |= std::uint64_t{1} << (rank % 64);
      if (had_any) return;
      rank /= 64;
    }
  }

  std::uint32_t least() const {  // `none` when empty
    if (empty()) return none;
    std::uint32_t rank = 0;
    for (auto level = levels_.rbegin(); level != levels_.rend(); ++level)
      rank = rank * 64 + static_cast<std::uint32_t>(std::countr_zero((*level)[rank]));
    return rank;
  }

  void erase(std::uint32_t rank) {  // a member
    --size_;
    for (auto& level : levels_) {
      std::uint64_t& word = level[rank / 64];
      word &= ~(std::uint64_t{1} << (rank % 64));
      if (word != 0) return;
      rank /= 64;
    }
  }

  void clear() {
    while (!empty()) erase(least());
  }

 private:
  std::vector<std::vector<std::uint64_t>> levels_;  // the members' own bits first
  std::size_t size_ = 0;
};

}  // namespace shoal
