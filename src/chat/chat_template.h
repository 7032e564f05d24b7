// A model's chat template: Jinja text, parsed once, rendered for each conversation with the semantics that
// transformers gives it (an ImmutableSandboxedEnvironment with trim_blocks and lstrip_blocks, loop controls,
// tojson, raise_exception, strftime_now). Immutable after parsing: threads may share it.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/fail.h"
#include "chat/value.h"

namespace linnet::chat {

/// A stretch of rendered text and where it came from: the template itself, or the values given to render().
/// Only the template's own text may name special tokens.
struct RenderedPart {
  std::string text;
  bool from_input = false;
};

class ChatTemplate {
 public:
  /// Errors: kInvalidArgument, a syntax error, with line; kUnsupported, a Jinja feature that linnet lacks, by
  /// name.
  static Result<ChatTemplate> parse(std::string_view source);
  ChatTemplate(ChatTemplate&&) noexcept;
  ChatTemplate& operator=(ChatTemplate&&) noexcept;
  ~ChatTemplate();

  /// Renders with `globals`, a dict: messages, tools, add_generation_prompt, bos_token, ... Strings inside
  /// are marked as input unless Value::trusted() made them (bos_token and its like). `now` is what
  /// strftime_now formats. Errors: kInvalidArgument, raise_exception() or a type error in the template; a
  /// bound on steps, depth and output size, so that a hostile template cannot hang or exhaust the host.
  Result<std::vector<RenderedPart>> render(const Value& globals, const RenderClock& now) const;

 private:
  struct Impl;
  explicit ChatTemplate(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linnet::chat
