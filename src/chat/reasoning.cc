#include "chat/reasoning.h"

#include <algorithm>
#include <array>
#include <utility>

#include "chat/text.h"

namespace linnet::chat {
namespace {

constexpr std::array<ReasoningMarks, 6> kKnownMarks = {{
    {"<think>", "</think>"},                     // Qwen 3, DeepSeek R1, SmolLM3, LFM2, GLM, Nemotron, MiniMax
    {"<seed:think>", "</seed:think>"},           // Seed-OSS
    {"[THINK]", "[/THINK]"},                     // Magistral, Ministral
    {"<|START_THINKING|>", "<|END_THINKING|>"},  // Command
    {"<|inner_prefix|>", "<|inner_suffix|>"},    // Apertus
    {"<|channel>thought", "<channel|>"},         // Gemma 4
}};

std::vector<std::string> closing(const std::optional<ReasoningMarks>& marks) {
  return marks ? std::vector<std::string>{std::string(marks->close)} : std::vector<std::string>{};
}

}  // namespace

std::optional<ReasoningMarks> find_reasoning_marks(std::string_view template_source) {
  const auto* const found =
      std::find_if(kKnownMarks.begin(), kKnownMarks.end(), [&](const ReasoningMarks& marks) {
        return template_source.find(marks.close) != std::string_view::npos;
      });
  return found == kKnownMarks.end() ? std::nullopt : std::optional(*found);
}

bool opens_reasoning(std::string_view prompt, const ReasoningMarks& marks) {
  const std::string_view text = prompt.substr(0, without_trailing_space(prompt));
  return text.size() >= marks.open.size() && text.substr(text.size() - marks.open.size()) == marks.open;
}

ReasoningSplitter::ReasoningSplitter(std::optional<ReasoningMarks> marks, bool opened)
    : open_(marks ? marks->open : std::string_view()),
      close_(closing(marks)),
      state_(!marks   ? State::kAnswer
             : opened ? State::kReasoning
                      : State::kStart) {}

ReasoningSplitter::Split ReasoningSplitter::push(std::string_view piece) {
  Split out;
  switch (state_) {
    case State::kStart:
      held_ += piece;
      start(out);
      break;
    case State::kReasoning: reason(piece, out); break;
    case State::kBeforeAnswer: begin_answer(piece, out); break;
    case State::kAnswer: out.answer = piece; break;
  }
  return out;
}

/// Waits until it is plain whether the first thing written is the opening mark.
void ReasoningSplitter::start(Split& out) {
  const std::string_view written = std::string_view(held_).substr(leading_space(held_));
  const std::size_t n = std::min(written.size(), open_.size());
  if (written.substr(0, n) != std::string_view(open_).substr(0, n)) {
    state_ = State::kAnswer;
    out.answer = std::exchange(held_, {});
  } else if (n == open_.size()) {
    state_ = State::kReasoning;
    const std::string all = std::exchange(held_, {});
    reason(std::string_view(all).substr(leading_space(all) + n), out);
  }
}

void ReasoningSplitter::reason(std::string_view text, Split& out) {
  add_reasoning(close_.push(text), out);
  if (!close_.stopped()) return;
  state_ = State::kBeforeAnswer;
  begin_answer(close_.rest(), out);
}

void ReasoningSplitter::add_reasoning(std::string_view text, Split& out) {
  if (!has_reasoned_) text.remove_prefix(leading_space(text));
  const std::size_t end = without_trailing_space(text);
  if (end > 0) {
    has_reasoned_ = true;
    out.reasoning += std::exchange(space_, {});
    out.reasoning += text.substr(0, end);
  }
  space_ += text.substr(end);
}

void ReasoningSplitter::begin_answer(std::string_view text, Split& out) {
  text.remove_prefix(leading_space(text));
  if (text.empty()) return;
  state_ = State::kAnswer;
  out.answer += text;
}

ReasoningSplitter::Split ReasoningSplitter::flush() {
  Split out;
  if (state_ == State::kStart) out.answer = std::exchange(held_, {});
  if (state_ == State::kReasoning) add_reasoning(close_.flush(), out);
  return out;
}

}  // namespace linnet::chat
