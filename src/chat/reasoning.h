// Tells a model's reasoning from its answer while both stream in. Used by the engine's Chat. An object
// belongs to one reply and one thread.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "chat/stop_text.h"

namespace linnet::chat {

/// What a model writes around its reasoning.
struct ReasoningMarks {
  std::string_view open;
  std::string_view close;
};

/// The marks that a chat template knows, by its source; absent if it has none of the list in reasoning.cc.
std::optional<ReasoningMarks> find_reasoning_marks(std::string_view template_source);

/// Whether a rendered prompt ends inside reasoning, i.e. with the opening mark and at most white space after
/// it.
bool opens_reasoning(std::string_view prompt, const ReasoningMarks& marks);

/// Reasoning is what stands between the marks if the opening one is the first thing that the model writes, or
/// if the prompt wrote it; marks later in the answer are part of the answer. The marks themselves, the white
/// space around the reasoning and that before the answer that follows it belong to neither.
class ReasoningSplitter {
 public:
  struct Split {
    std::string answer;
    std::string reasoning;
  };

  /// `opened`: see opens_reasoning(). Without marks all text is answer.
  ReasoningSplitter(std::optional<ReasoningMarks> marks, bool opened);

  /// What the next piece adds to either; text that may be part of a mark is held back.
  Split push(std::string_view piece);
  /// The stream has ended: what was held back.
  Split flush();
  /// Whether the text so far ends inside reasoning.
  bool in_reasoning() const noexcept { return state_ == State::kReasoning; }

 private:
  enum class State { kStart, kReasoning, kBeforeAnswer, kAnswer };

  void start(Split& out);
  void reason(std::string_view text, Split& out);
  void add_reasoning(std::string_view text, Split& out);
  void begin_answer(std::string_view text, Split& out);

  std::string open_;
  StopText close_;
  State state_;
  std::string held_;   ///< While kStart: all text so far.
  std::string space_;  ///< While kReasoning: white space that belongs to the reasoning only if more follows.
  bool has_reasoned_ = false;  ///< Whether reasoning that is not white space has come.
};

}  // namespace linnet::chat
