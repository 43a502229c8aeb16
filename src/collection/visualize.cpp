#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>
#include <shoal/compute.hpp>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>

extern char** environ;

namespace shoal {
namespace {

constexpr std::array<std::string_view, 4> formats = {"svg", "png", "pdf", "dot"};

std::string format_of(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension().string();
  const std::string format = ending.empty() ? "" : ending.substr(1);
  if (std::find(formats.begin(), formats.end(), format) == formats.end())
    throw ValueError("visualize: the path '" + path +
                     "' must end with .svg, .png, .pdf or .dot, which says the format");
  return format;
}

// A file that is deleted unless it is renamed to what it is for.
class NewFile {
 public:
  explicit NewFile(std::string path) : path_(std::move(path)) {}
  ~NewFile() {
    if (!path_.empty()) ::unlink(path_.c_str());
  }
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  const std::string& path() const { return path_; }

  void write(const std::string& text) const {
    std::ofstream file(path_, std::ios::binary);
    file << text;
    file.close();
    if (!file)
      throw IOError("visualize: '" + path_ + "' cannot be written: " + std::strerror(errno));
  }
  void rename_to(const std::string& target) {
    if (::rename(path_.c_str(), target.c_str()) != 0)
      throw IOError("visualize: '" + target + "' cannot be written: " + std::strerror(errno));
    path_.clear();
  }

 private:
  std::string path_;
};

// Runs `dot -Tformat -o output input`, what it says in `messages`, without a shell.
void run_dot(const std::string& format, const std::string& input, const std::string& output,
             const std::string& messages) {
  const std::string format_argument = "-T" + format;
  const std::array<const char*, 6> arguments = {"dot",          format_argument.c_str(), "-o",
                                                output.c_str(), input.c_str(),           nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, messages.c_str(),
                                   O_WRONLY | O_CREAT | O_TRUNC, 0600);
  pid_t child = 0;
  const int failed = ::posix_spawnp(&child, "dot", &actions, nullptr,
                                    const_cast<char* const*>(arguments.data()), environ);
  posix_spawn_file_actions_destroy(&actions);
  int status = failed == 0 ? 0 : -1;
  if (failed == 0)
    while (::waitpid(child, &status, 0) < 0)
      if (errno != EINTR) throw IOError("visualize: waiting for Graphviz' dot failed");
  if (failed == ENOENT || (failed == 0 && WIFEXITED(status) && WEXITSTATUS(status) == 127))
    throw IOError(
        "visualize: Graphviz' program 'dot' was not found; install Graphviz (the package "
        "graphviz), "
        "or give a path that ends with .dot");
  if (failed != 0)
    throw IOError(std::string("visualize: Graphviz' dot cannot be run: ") + std::strerror(failed));
  if (status != 0) {
    std::ifstream file(messages);
    const std::string said{std::istreambuf_iterator<char>(file), {}};
    throw IOError("visualize: Graphviz' dot failed: " + said);
  }
}

}  // namespace

void visualize(std::span<const std::shared_ptr<const Expr>> expressions, const std::string& path,
               bool optimize) {
  const std::string format = format_of(path);
  const std::string beside = path + "." + std::to_string(::getpid());
  NewFile text(beside + ".dot");
  text.write(graph_dot(expressions, optimize));
  if (format == "dot") {
    text.rename_to(path);
    return;
  }
  NewFile drawing(beside + "." + format);
  NewFile messages(beside + ".messages");
  run_dot(format, text.path(), drawing.path(), messages.path());
  drawing.rename_to(path);
}

}  // namespace shoal
