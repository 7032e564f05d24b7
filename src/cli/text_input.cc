#include "cli/text_input.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdio>
#include <cstring>
#include <memory>

#include <fmt/format.h>

#include "cli/terminal.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kMaxBytes = std::size_t{256} << 20;  // devices and pipes may never end
constexpr const char* kStdin = "standard input";

[[noreturn]] void fail_to_read(const std::string& name) {
  fail(ErrorCode::kIo, fmt::format("cannot read {}: {}", name, std::strerror(errno)));
}

void check_size(const std::string& text, const std::string& name) {
  if (text.size() <= kMaxBytes) return;
  fail(ErrorCode::kInvalidArgument,
       fmt::format("{} has more than {} MiB; give a part of it", name, kMaxBytes >> 20));
}

std::string read_all(std::FILE* stream, const std::string& name) {
  std::string text;
  char buffer[1 << 16];
  while (const std::size_t n = std::fread(buffer, 1, sizeof buffer, stream)) {
    text.append(buffer, n);
    check_size(text, name);
  }
  if (std::ferror(stream) != 0) fail_to_read(name);
  return text;
}

}  // namespace

std::string read_stdin() { return read_all(stdin, kStdin); }

std::optional<std::string> read_stdin_line() {
  std::string line;
  int c = EOF;
  while ((c = std::getc(stdin)) != EOF && c != '\n') {
    line += static_cast<char>(c);
    check_size(line, "a line of standard input");
  }
  if (std::ferror(stdin) != 0) fail_to_read(kStdin);
  if (c == EOF && line.empty()) return std::nullopt;
  return line;
}

std::string read_file(const std::string& path) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) {
    fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
         fmt::format("cannot open {}: {}", path, std::strerror(errno)));
  }
  return read_all(file.get(), path);
}

bool is_blank(std::string_view line) noexcept {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

void for_each_line(std::string_view text,
                   const std::function<void(const std::string& line, std::size_t number)>& take) {
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!is_blank(text.substr(0, end))) take(std::string(text.substr(0, end)), number);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

std::vector<Token> parse_tokens(const std::string& text) {
  std::vector<Token> tokens;
  const char* const end = text.data() + text.size();
  for (const char* p = text.data(); p != end;) {
    if (*p == ' ' || *p == ',' || *p == '\n' || *p == '\t') {
      ++p;
      continue;
    }
    Token token = 0;
    const auto [next, error] = std::from_chars(p, end, token);
    if (error != std::errc{}) {
      throw UsageError(fmt::format("tokens are numbers separated by spaces, but at byte {} stands '{}'",
                                   p - text.data(), std::string_view(p, std::min<std::size_t>(end - p, 16))));
    }
    tokens.push_back(token);
    p = next;
  }
  return tokens;
}

void TextFlags::add(CLI::App& app) {
  auto* const text_option = app.add_option("TEXT", text, "The text; \"-\" or nothing: standard input");
  app.add_option("--file", file, "Read the text from a file")->excludes(text_option);
  app.add_flag("--no-special", no_special, "Take the names of special tokens as plain text");
  app.add_flag("--no-bos", no_bos, "Do not begin with the beginning-of-sequence token");
}

std::string TextFlags::read() const {
  if (file) return read_file(*file);
  if (text && *text != "-") return *text;
  if (!text && stdin_is_terminal()) throw UsageError("give a text, --file or \"-\" for standard input");
  return read_stdin();
}

}  // namespace linnet::cli
