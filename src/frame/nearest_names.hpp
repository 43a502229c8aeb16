// The names a mistyped one may have meant, for error messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace shoal {

// ": did you mean 'weight'?" or, when nothing is near, the list of all (the first of many).
std::string suggest_names(std::string_view given, const std::vector<std::string>& known);

}  // namespace shoal
