// Sizes in bytes as users write them: "64MiB", "1.5 GB", "10000".
#pragma once

#include <cstdint>
#include <string_view>

namespace shoal {

// kB, MB, GB, TB, PB are powers of 1000; KiB to PiB powers of 1024, as are k, M, G, T, P alone of
// 1000; upper and lower case are the same. Throws ValueError that says what a size looks like.
std::int64_t parse_byte_size(std::string_view text);

}  // namespace shoal
