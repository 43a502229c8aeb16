#include "io/mapped_file.hpp"

#include <fcntl.h>
#include <glob.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include <shoal/error.hpp>

#include <cerrno>
#include <cstring>

namespace shoal {
namespace {

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * 1'000'000'000 + time.tv_nsec;
}

class Descriptor {
 public:
  explicit Descriptor(int value) : value_(value) {}
  ~Descriptor() {
    if (value_ >= 0) ::close(value_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int value() const { return value_; }

 private:
  int value_;
};

}  // namespace

MappedFile::MappedFile(std::string path, const std::string& operation) : path_(std::move(path)) {
  const Descriptor file(::open(path_.c_str(), O_RDONLY | O_CLOEXEC));
  if (file.value() < 0) {
    const int reason = errno;
    if (reason == ENOENT || reason == ENOTDIR)
      throw IOError(operation + ": there is no file '" + path_ + "'", true);
    throw IOError(operation + ": cannot open '" + path_ + "': " + std::strerror(reason));
  }
  struct stat status;
  if (::fstat(file.value(), &status) != 0)
    throw IOError(operation + ": cannot read '" + path_ + "': " + std::strerror(errno));
  if (S_ISDIR(status.st_mode))
    throw IOError(operation + ": '" + path_ + "' is a directory; name files, as in '" + path_ +
                  (path_.ends_with('/') ? "" : "/") + "*.csv'");
  if (!S_ISREG(status.st_mode))
    throw IOError(operation + ": '" + path_ + "' is not a regular file");
  size_ = static_cast<std::size_t>(status.st_size);
  modified_ = nanoseconds(status.st_mtim);
  if (size_ == 0) return;
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, file.value(), 0);
  if (mapped == MAP_FAILED)
    throw IOError(operation + ": cannot map '" + path_ + "': " + std::strerror(errno));
  ::madvise(mapped, size_, MADV_SEQUENTIAL);
  data_ = static_cast<const char*>(mapped);
}

MappedFile::~MappedFile() {
  if (data_) ::munmap(const_cast<char*>(data_), size_);
}

void MappedFile::require_unchanged(const std::string& operation) const {
  struct stat status;
  if (::stat(path_.c_str(), &status) != 0)
    throw IOError(operation + ": '" + path_ + "' is gone since the program was built", true);
  if (static_cast<std::size_t>(status.st_size) != size_ || nanoseconds(status.st_mtim) != modified_)
    throw IOError(operation + ": '" + path_ + "' was changed since the program was built; call " +
                  operation + " again");
}

std::vector<std::string> matching_files(const std::string& pattern, const std::string& operation) {
  if (pattern.find_first_of("*?[") == std::string::npos) return {pattern};
  struct stat status;
  if (::stat(pattern.c_str(), &status) == 0) return {pattern};  // a name with such a character
  struct Matches : glob_t {
    Matches() : glob_t{} {}
    ~Matches() { ::globfree(this); }
  } matches;
  const int failed = ::glob(pattern.c_str(), 0, nullptr, &matches);
  if (failed == GLOB_NOMATCH)
    throw IOError(operation + ": no file matches '" + pattern + "'", true);
  if (failed != 0) throw IOError(operation + ": cannot list '" + pattern + "'");
  return {matches.gl_pathv, matches.gl_pathv + matches.gl_pathc};
}

}  // namespace shoal
