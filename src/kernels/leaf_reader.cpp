#include "kernels/leaf_reader.hpp"

#include <algorithm>
#include <cstring>

#include "kernels/random.hpp"

namespace shoal {
namespace {

template <std::size_t size>
struct Item {
  std::byte bytes[size];
};

// Calls function(Item<size>{}) for the items of blocks: of 1, 2, 4, 8 or 16 bytes.
template <class Function>
void visit_item(std::size_t size, Function&& function) {
  switch (size) {
    case 1: return function(Item<1>{});
    case 2: return function(Item<2>{});
    case 4: return function(Item<4>{});
    case 8: return function(Item<8>{});
    default: return function(Item<16>{});
  }
}

void read_memory(std::size_t item, const LeafRun& run, void* out) {
  const auto* from = reinterpret_cast<const std::byte*>(run.at);
  if (run.step == static_cast<std::int64_t>(item)) {
    std::memcpy(out, from, static_cast<std::size_t>(run.count) * item);
    return;
  }
  visit_item(item, [&]<class I>(I) {
    auto* to = static_cast<std::byte*>(out);
    for (std::int64_t i = 0; i < run.count; ++i)
      std::memcpy(to + i * static_cast<std::int64_t>(sizeof(I)), from + i * run.step, sizeof(I));
  });
}

void read_random(std::uint64_t seed, const LeafRun& run, double* out) {
  const auto first = static_cast<std::uint64_t>(run.at);
  auto count = static_cast<std::size_t>(run.count);
  if (run.step != 1) {
    random_strided(seed, first, run.step, count, out);
    return;
  }
  const std::size_t into_group = first % random_group;
  std::uint64_t group = first / random_group;
  double edge[random_group];
  if (into_group != 0) {
    random_groups(seed, group++, 1, edge);
    const std::size_t taken = std::min(count, random_group - into_group);
    std::copy_n(edge + into_group, taken, out);
    out += taken;
    count -= taken;
  }
  const std::size_t whole = count / random_group;
  random_groups(seed, group, whole, out);
  if (count % random_group != 0) {
    random_groups(seed, group + whole, 1, edge);
    std::copy_n(edge, count % random_group, out + whole * random_group);
  }
}

// Columns of the patch are contiguous in memory; eight of them make the lines written whole.
template <class I>
void transpose(const std::byte* from, std::int64_t column_step, std::int64_t row_step,
               std::int64_t columns, std::int64_t rows, std::byte* to, std::int64_t to_row_bytes) {
  constexpr std::int64_t block = 8;
  for (std::int64_t column = 0; column < columns; column += block) {
    const std::int64_t width = std::min(block, columns - column);
    for (std::int64_t row = 0; row < rows; ++row) {
      const std::byte* source = from + column * column_step + row * row_step;
      std::byte* target = to + row * to_row_bytes + column * static_cast<std::int64_t>(sizeof(I));
      if (width == block) {
        for (std::int64_t i = 0; i < block; ++i)
          std::memcpy(target + i * static_cast<std::int64_t>(sizeof(I)), source + i * column_step,
                      sizeof(I));
      } else {
        for (std::int64_t i = 0; i < width; ++i)
          std::memcpy(target + i * static_cast<std::int64_t>(sizeof(I)), source + i * column_step,
                      sizeof(I));
      }
    }
  }
}

}  // namespace

void read_run(const LeafCode& leaf, const LeafRun& run, void* out) {
  switch (leaf.kind) {
    case LeafKind::Memory: return read_memory(itemsize(leaf.dtype), run, out);
    case LeafKind::Index: {
      auto* numbers = static_cast<std::int64_t*>(out);
      for (std::int64_t i = 0; i < run.count; ++i) numbers[i] = run.at + i * run.step;
      return;
    }
    case LeafKind::Random: return read_random(leaf.seed, run, static_cast<double*>(out));
  }
}

void read_patch(const LeafCode& leaf, const LeafRun& run, std::int64_t rows, std::int64_t row_step,
                void* out, std::size_t out_row_bytes) {
  const auto row_bytes = static_cast<std::int64_t>(out_row_bytes);
  auto* to = static_cast<std::byte*>(out);
  if (leaf.kind == LeafKind::Memory) {
    visit_item(itemsize(leaf.dtype), [&]<class I>(I) {
      transpose<I>(reinterpret_cast<const std::byte*>(run.at), run.step, row_step, run.count, rows,
                   to, row_bytes);
    });
    return;
  }
  constexpr std::int64_t columns_at_once = 8;
  constexpr std::int64_t most_rows = 128;
  double columns[columns_at_once * most_rows];
  for (std::int64_t first_row = 0; first_row < rows; first_row += most_rows) {
    const std::int64_t height = std::min(most_rows, rows - first_row);
    for (std::int64_t first = 0; first < run.count; first += columns_at_once) {
      const std::int64_t width = std::min(columns_at_once, run.count - first);
      for (std::int64_t column = 0; column < width; ++column)
        read_run(leaf,
                 {run.at + (first + column) * run.step + first_row * row_step, row_step, height},
                 columns + column * most_rows);
      constexpr auto item = static_cast<std::int64_t>(sizeof(double));
      transpose<Item<sizeof(double)>>(reinterpret_cast<const std::byte*>(columns), most_rows * item,
                                      item, width, height,
                                      to + first_row * row_bytes + first * item, row_bytes);
    }
  }
}

}  // namespace shoal
