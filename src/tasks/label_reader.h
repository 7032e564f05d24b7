// The log-probabilities of whole sequences after texts. Owns its memory and threads; belongs to one thread at
// a time and keeps its model alive.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <vector>

#include <linnet/tasks.h>

#include "base/fail.h"
#include "tasks/label_trie.h"

namespace linnet::tasks {

class LabelReader {
 public:
  /// `trie` holds sequences 0 to n_labels - 1. Errors: kInvalidArgument, an option out of range;
  /// kContextFull, a prefix that leaves no room; kUnsupported, a model without weights; kOutOfMemory.
  static Result<std::unique_ptr<LabelReader>> create(const Model& model, std::span<const Token> prefix,
                                                     LabelTrie trie, std::size_t n_labels,
                                                     const ClassifierOptions& options);
  ~LabelReader();
  LabelReader(const LabelReader&) = delete;
  LabelReader& operator=(const LabelReader&) = delete;

  std::size_t n_labels() const noexcept;
  /// Tokens that a text may have.
  std::size_t max_tokens() const noexcept;

  /// Receives text `index`'s log-probabilities, (n_labels); false stops with kCancelled.
  using Callback = std::function<bool(std::size_t index, std::span<const double> logprobs)>;

  /// Calls back for each text in order. Texts have one to max_tokens() tokens. Each number is the sum of the
  /// log-probabilities of a sequence's tokens after prefix and text, over the whole vocabulary. Error:
  /// kCancelled.
  Result<void> read(std::span<const std::vector<Token>> texts, const Callback& callback);

 private:
  struct Impl;
  explicit LabelReader(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linnet::tasks
