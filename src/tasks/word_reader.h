// What a model makes of the words of texts. A model sees only what stands before a word, so each text is
// computed twice in one sequence and the states are those of the second time, when it knows the whole text. A
// WordReader belongs to one thread at a time; it keeps its model alive.
#pragma once

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/state_reader.h"
#include "tasks/tagger.h"
#include "tasks/words.h"

namespace linnet::tasks {

struct WordReaderOptions {
  std::vector<std::size_t> layers;  ///< See middle_layers().
  std::size_t n_ctx = 0;            ///< As StateOptions.
  unsigned n_threads = 0;
  /// Whether a text that does not fit twice is computed in windows that overlap, rather than refused.
  bool windows = false;
};

struct ReadText {
  std::vector<ByteSpan> words;
  WordFeatures features;
  std::vector<float> mean;  ///< (d_state): of all its tokens, as scaled as the words' states.
};

/// The layers whose states tell most of a word's part in a text: a quarter and two fifths of the way up.
std::vector<std::size_t> middle_layers(std::size_t n_layers);

class WordReader {
 public:
  /// Errors: as StateReader::create().
  static Result<std::unique_ptr<WordReader>> create(const Model& model, const WordReaderOptions& options);
  ~WordReader();

  std::size_t d_state() const noexcept { return states_->d_row(); }

  /// Reads all texts. Each layer's state of a word, that of its last token, is scaled to a mean square of 1.
  /// Errors name the text as in_text() does, by `first` + its place among n_texts. A text without words has
  /// no states and a mean of 0. Errors: kInvalidArgument, not UTF-8; kContextFull, too long without windows;
  /// kUnsupported, a tokenizer that does not keep the text.
  Result<std::vector<ReadText>> read(std::span<const std::string> texts, std::size_t first,
                                     std::size_t n_texts);

 private:
  struct Window;
  WordReader(Model model, WordReaderOptions options, std::unique_ptr<StateReader> states);
  Result<void> plan(std::size_t index, std::string_view text, const ReadText& read,
                    std::vector<Window>& windows) const;
  Result<Window> make_window(std::size_t index, std::string_view text, std::span<const ByteSpan> words) const;
  Result<std::vector<std::size_t>> token_ends(std::string_view text, std::span<const Token> tokens) const;
  bool take(const SequenceStates& states, Window& window, ReadText& read) const;

  const Model model_;
  const WordReaderOptions options_;
  std::unique_ptr<StateReader> states_;
};

}  // namespace linnet::tasks
