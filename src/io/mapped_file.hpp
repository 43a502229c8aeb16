// A file's bytes, mapped into memory read-only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace shoal {

class MappedFile {
 public:
  // Throws IOError: missing, a directory, or not readable. `operation` begins the message.
  MappedFile(std::string path, const std::string& operation);
  ~MappedFile();
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;

  const std::string& path() const { return path_; }
  std::string_view text() const { return {data_, size_}; }
  std::int64_t modified() const { return modified_; }  // nanoseconds since 1970
  // Throws IOError when the file on disk is no longer the one that was mapped.
  void require_unchanged(const std::string& operation) const;

 private:
  std::string path_;
  const char* data_ = nullptr;
  std::size_t size_ = 0;
  std::int64_t modified_ = 0;
};

// The files a path names: itself, or what a pattern of * ? [...] matches, sorted. Throws IOError
// when nothing is there.
std::vector<std::string> matching_files(const std::string& pattern, const std::string& operation);

}  // namespace shoal
