#include "frame/nearest_names.hpp"

#include <algorithm>
#include <numeric>

namespace shoal {
namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; }

// Insertions, deletions, replacements and swaps of neighbours that turn one text into the other;
// upper and lower case are equal.
std::size_t distance(std::string_view a, std::string_view b) {
  std::vector<std::vector<std::size_t>> cost(a.size() + 1, std::vector<std::size_t>(b.size() + 1));
  for (std::size_t i = 0; i <= a.size(); ++i) {
    for (std::size_t j = 0; j <= b.size(); ++j) {
      if (i == 0 || j == 0) {
        cost[i][j] = i + j;
        continue;
      }
      const bool equal = lower(a[i - 1]) == lower(b[j - 1]);
      cost[i][j] =
          std::min({cost[i - 1][j] + 1, cost[i][j - 1] + 1, cost[i - 1][j - 1] + (equal ? 0 : 1)});
      if (i > 1 && j > 1 && lower(a[i - 1]) == lower(b[j - 2]) &&
          lower(a[i - 2]) == lower(b[j - 1]))
        cost[i][j] = std::min(cost[i][j], cost[i - 2][j - 2] + 1);
    }
  }
  return cost[a.size()][b.size()];
}

std::string quoted_list(const std::vector<std::string>& names, std::string_view last) {
  std::string text;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (i > 0) text += i + 1 == names.size() ? last : ", ";
    text += "'" + names[i] + "'";
  }
  return text;
}

}  // namespace

std::string suggest_names(std::string_view given, const std::vector<std::string>& known) {
  constexpr std::size_t kShown = 20;
  std::vector<std::pair<std::size_t, std::string>> near;
  if (given.size() <= 100) {
    for (const auto& name : known) {
      if (name.size() > 100) continue;
      const std::size_t steps = distance(given, name);
      if (steps <= std::max<std::size_t>(1, std::max(given.size(), name.size()) / 3))
        near.emplace_back(steps, name);
    }
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> names;
  for (const auto& [steps, name] : near)
    if (names.size() < 3) names.push_back(name);
  if (!names.empty()) return ": did you mean " + quoted_list(names, " or ") + "?";
  if (known.empty()) return ": there are no columns";
  names.assign(known.begin(),
               known.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, known.size())));
  return ": the columns are " + quoted_list(names, ", ") + (known.size() > kShown ? ", ..." : "");
}

}  // namespace shoal
