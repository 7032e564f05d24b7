#include "cli/text_lines.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>

#include "cli/json_lines.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kMaxLine = std::size_t{256} << 20;  // devices and pipes may never end

// Milliseconds in which Ctrl-C is heeded while nothing comes.
constexpr int kPatience = 100;

// Texts that are answered together: enough to fill the model's passes.
constexpr std::size_t kTogether = 256;

// Lines of a file, of which it is known whether the next one is there yet. Standard input is not read through
// stdio, whose buffer does not tell.
class LineSource {
 public:
  LineSource(const std::optional<std::string>& file, const Interrupt& interrupt) : interrupt_(interrupt) {
    if (!file || *file == "-") return;
    name_ = *file;
    fd_ = ::open(name_.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd_ < 0) {
      fail(errno == ENOENT ? ErrorCode::kNotFound : ErrorCode::kIo,
           fmt::format("cannot open {}: {}", name_, std::strerror(errno)));
    }
  }
  ~LineSource() {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  LineSource(const LineSource&) = delete;
  LineSource& operator=(const LineSource&) = delete;

  // Whether next() would not wait.
  bool is_ready() {
    while (!has_line()) {
      pollfd one{fd_, POLLIN, 0};
      if (::poll(&one, 1, 0) <= 0) return false;
      fill();
    }
    return true;
  }

  // Without its end; nothing after the last one.
  std::optional<std::string> next() {
    while (!has_line()) fill();
    if (at_ == buffer_.size()) return std::nullopt;
    const std::size_t end = std::min(buffer_.find('\n', at_), buffer_.size());
    std::string line = buffer_.substr(at_, end - at_);
    at_ = std::min(end + 1, buffer_.size());
    searched_ = at_;
    return line;
  }

 private:
  // Looks at each byte once.
  bool has_line() {
    const std::size_t end = buffer_.find('\n', searched_);
    searched_ = std::min(end, buffer_.size());
    return end != std::string::npos || is_over_;
  }

  void fill() {
    buffer_.erase(0, at_);
    searched_ -= at_;
    at_ = 0;
    if (buffer_.size() > kMaxLine) {
      fail(ErrorCode::kInvalidArgument,
           fmt::format("a line of {} has more than {} MiB", name_, kMaxLine >> 20));
    }
    pollfd one{fd_, POLLIN, 0};
    while (::poll(&one, 1, kPatience) <= 0) {  // nothing came, or a signal
      if (interrupt_.happened()) fail(ErrorCode::kCancelled, "cancelled");
    }
    char bytes[1 << 16];
    const ssize_t n = ::read(fd_, bytes, sizeof bytes);
    if (n < 0 && errno == EINTR) return;
    if (n < 0) fail(ErrorCode::kIo, fmt::format("cannot read {}: {}", name_, std::strerror(errno)));
    is_over_ = n == 0;
    buffer_.append(bytes, static_cast<std::size_t>(n));
  }

  const Interrupt& interrupt_;
  std::string name_ = "standard input";
  int fd_ = STDIN_FILENO;
  std::string buffer_;
  std::size_t at_ = 0, searched_ = 0;
  bool is_over_ = false;
};

struct Line {
  std::size_t number = 0;
  std::string text;
  std::optional<std::string> error;
};

std::string error_line(const std::string& message) { return to_line(Json{{"error", message}}); }

class Answerer {
 public:
  Answerer(const std::optional<std::string>& file, const Interrupt& interrupt, const AnswerTexts& answer)
      : source_(file, interrupt), answer_(answer) {}

  void run() {
    for (std::vector<Line> lines = next_lines(); !lines.empty(); lines = next_lines()) {
      std::vector<std::string> texts;
      std::vector<std::size_t> places;
      for (std::size_t i = 0; i < lines.size(); ++i) {
        if (lines[i].error) continue;
        texts.push_back(lines[i].text);
        places.push_back(i);
      }
      std::vector<std::string> answers(lines.size());
      answer(texts, places, lines, answers);
      for (std::size_t i = 0; i < lines.size(); ++i) {
        print(lines[i].error ? error_line(*lines[i].error) : answers[i]);
        if (lines[i].error) count(lines[i]);
      }
      flush();
    }
    if (n_failed_ == 0) return;
    fail(ErrorCode::kInvalidArgument,
         fmt::format("{} of {} texts {} no answer; the first is line {}: {}", n_failed_, n_lines_,
                     n_failed_ == 1 ? "has" : "have", first_.number, *first_.error));
  }

 private:
  std::vector<Line> next_lines() {
    std::vector<Line> lines;
    while (lines.size() < kTogether && (lines.empty() || source_.is_ready())) {
      const std::optional<std::string> line = source_.next();
      if (!line) break;
      ++number_;
      if (is_blank(*line)) continue;
      ++n_lines_;
      lines.push_back({number_, {}, {}});
      const auto json = nlohmann::json::parse(*line, nullptr, /*allow_exceptions=*/false);
      if (json.is_object() && json.contains("text") && json["text"].is_string()) {
        lines.back().text = json["text"];
      } else {
        lines.back().error = json.is_discarded() ? "not valid JSON" : "not {\"text\": \"...\"}";
      }
    }
    return lines;
  }

  // Texts that are refused together are tried in halves, down to the one at fault.
  void answer(std::span<const std::string> texts, std::span<const std::size_t> places,
              std::vector<Line>& lines, std::vector<std::string>& answers) {
    if (texts.empty()) return;
    try {
      std::vector<std::string> made = answer_(texts);
      for (std::size_t i = 0; i < texts.size(); ++i) answers[places[i]] = std::move(made[i]);
    } catch (const Exception& error) {
      const ErrorCode code = error.error().code;
      if (code != ErrorCode::kInvalidArgument && code != ErrorCode::kContextFull) throw;
      const std::size_t half = texts.size() / 2;
      if (half == 0) {
        lines[places[0]].error = error.what();
        return;
      }
      answer(texts.first(half), places.first(half), lines, answers);
      answer(texts.subspan(half), places.subspan(half), lines, answers);
    }
  }

  void count(const Line& line) {
    if (n_failed_++ == 0) first_ = line;
  }

  LineSource source_;
  const AnswerTexts& answer_;
  std::size_t number_ = 0, n_lines_ = 0, n_failed_ = 0;
  Line first_;
};

}  // namespace

bool has_text_lines(const std::optional<std::string>& file, bool is_needed) {
  if (file || !stdin_is_terminal()) return true;
  if (is_needed) throw UsageError("give a file of JSON lines, or pipe them to standard input");
  return false;
}

void answer_text_lines(const std::optional<std::string>& file, const Interrupt& interrupt,
                       const AnswerTexts& answer) {
  Answerer(file, interrupt, answer).run();
}

}  // namespace linnet::cli
