#include "tasks/word_reader.h"

#include <algorithm>
#include <cmath>

#include "base/check_utf8.h"
#include "engine/model_impl.h"
#include "tasks/texts.h"

namespace linnet::tasks {
namespace {

constexpr std::string_view kBetween = "\n";
// Tokens that the second copy may have more than the first, since what stands before a text can change how it
// is cut.
constexpr std::size_t kSlack = 8;

}  // namespace

// Some words of a text, written twice.
struct WordReader::Window {
  std::size_t text;                // which
  std::size_t begin, end;          // words that are computed
  std::size_t own_begin, own_end;  // words whose states are taken from here
  std::vector<Token> tokens;
  std::vector<std::size_t> last_tokens;  // of each word, in the second copy
  std::vector<float> mean;               // of its tokens
};

std::vector<std::size_t> middle_layers(std::size_t n_layers) {
  const std::size_t low = std::max<std::size_t>(1, (4 * n_layers + 7) / 15);
  const std::size_t high = std::max<std::size_t>(1, (2 * n_layers + 2) / 5);
  return low < high ? std::vector{low, high} : std::vector{high};
}

WordReader::WordReader(Model model, WordReaderOptions options, std::unique_ptr<StateReader> states)
    : model_(std::move(model)), options_(std::move(options)), states_(std::move(states)) {}
WordReader::~WordReader() = default;

Result<std::unique_ptr<WordReader>> WordReader::create(const Model& model, const WordReaderOptions& options) {
  StateOptions state_options;
  state_options.layers = options.layers;
  state_options.n_ctx = options.n_ctx;
  state_options.n_threads = options.n_threads;
  LINNET_TRY(auto states, StateReader::create(model, state_options));
  return std::unique_ptr<WordReader>(new WordReader(model, options, std::move(states)));
}

// Where each token ends in the text that they are the tokens of.
Result<std::vector<std::size_t>> WordReader::token_ends(std::string_view text,
                                                        std::span<const Token> tokens) const {
  std::vector<std::size_t> ends;
  std::size_t end = 0;
  for (const Token token : tokens) {
    LINNET_TRY(const std::string piece, model_.piece(token));
    if (!model_.is_special(token)) end += piece.size();
    ends.push_back(end);
  }
  const std::size_t n_added = end - std::min(end, text.size());  // a space before the text
  if (end < text.size() || n_added > 1) {
    return fail(ErrorCode::kUnsupported,
                "this model's tokenizer changes the text, so that places in it are lost");
  }
  for (std::size_t& e : ends) e -= std::min(e, n_added);
  return ends;
}

Result<WordReader::Window> WordReader::make_window(std::size_t index, std::string_view text,
                                                   std::span<const ByteSpan> words) const {
  const std::size_t origin = words.front().begin;
  const std::string_view part = text.substr(origin, words.back().end - origin);
  const std::string twice = std::string(part) + std::string(kBetween) + std::string(part);
  Window window{};
  window.text = index;
  LINNET_TRY(window.tokens, model_.tokenize(twice));
  LINNET_TRY(const std::vector<std::size_t> ends, token_ends(twice, window.tokens));
  for (const ByteSpan& word : words) {
    const std::size_t last_byte = word.end - 1 - origin + part.size() + kBetween.size();
    const auto token = std::ranges::upper_bound(ends, last_byte);
    window.last_tokens.push_back(static_cast<std::size_t>(token - ends.begin()));
  }
  return window;
}

Result<void> WordReader::plan(std::size_t index, std::string_view text, const ReadText& read,
                              std::vector<Window>& windows) const {
  const std::vector<ByteSpan>& words = read.words;
  if (words.empty()) return {};
  LINNET_TRY(const std::vector<Token> tokens, model_.tokenize(text));
  const std::size_t room = states_->max_tokens() / 2;
  const std::size_t n_most = room - std::min(room, kSlack);
  if (tokens.size() > n_most && !options_.windows) {
    return fail(ErrorCode::kContextFull,
                "the text has {} tokens, but a context of {} has room for {}, since a text is read twice; "
                "shorten it, ask for windows or for a larger context",
                tokens.size(), states_->max_tokens(), n_most);
  }
  LINNET_TRY(const std::vector<std::size_t> ends, token_ends(text, tokens));
  std::vector<std::size_t> first_token(words.size() + 1, tokens.size());
  for (std::size_t w = 0; w < words.size(); ++w) {
    first_token[w] = static_cast<std::size_t>(std::ranges::upper_bound(ends, words[w].begin) - ends.begin());
  }
  const auto end_from = [&](std::size_t begin) {
    const auto limit = std::ranges::upper_bound(first_token, first_token[begin] + n_most);
    return std::max(static_cast<std::size_t>(limit - first_token.begin()) - 1, begin + 1);
  };
  std::size_t begin = 0, own_begin = 0;
  while (own_begin < words.size()) {
    std::size_t end = end_from(begin);
    std::size_t margin = end == words.size() ? 0 : (end - begin) / 8;
    if (end - margin <= own_begin) {  // a few huge words: no overlap here
      begin = own_begin, end = end_from(begin), margin = 0;
    }
    LINNET_TRY(Window window, make_window(index, text, std::span(words).subspan(begin, end - begin)));
    if (window.tokens.size() > states_->max_tokens()) {
      return fail(ErrorCode::kContextFull,
                  "a word of {} tokens, read twice, is longer than the context of {}",
                  window.tokens.size() / 2, states_->max_tokens());
    }
    window.begin = begin, window.end = end;
    window.own_begin = own_begin, window.own_end = end - margin;
    own_begin = window.own_end;
    begin = own_begin - std::min(margin, own_begin);
    windows.push_back(std::move(window));
  }
  return {};
}

// The states of the window's own words, and the mean.
bool WordReader::take(const SequenceStates& states, Window& window, ReadText& read) const {
  const std::size_t n_layers = options_.layers.size(), d_model = states.d_row / n_layers;
  std::vector<float> scale(states.n_tokens * n_layers);
  for (std::size_t t = 0; t < states.n_tokens; ++t) {
    for (std::size_t l = 0; l < n_layers; ++l) {
      double squares = 0;
      for (const float x : states.row(t).subspan(l * d_model, d_model)) squares += double{x} * double{x};
      scale[t * n_layers + l] =
          static_cast<float>(1 / std::sqrt(squares / static_cast<double>(d_model) + 1e-6));
      if (!std::isfinite(squares)) return false;
    }
  }
  for (std::size_t w = window.own_begin; w < window.own_end; ++w) {
    const std::size_t t = window.last_tokens[w - window.begin];
    float* const out = read.features.states.data() + w * states.d_row;
    for (std::size_t i = 0; i < states.d_row; ++i)
      out[i] = states.row(t)[i] * scale[t * n_layers + i / d_model];
  }
  window.mean.resize(states.d_row);
  const float share = 1 / static_cast<float>(states.n_tokens);
  for (std::size_t t = 0; t < states.n_tokens; ++t) {
    for (std::size_t i = 0; i < states.d_row; ++i) {
      window.mean[i] += states.row(t)[i] * (scale[t * n_layers + i / d_model] * share);
    }
  }
  return true;
}

Result<std::vector<ReadText>> WordReader::read(std::span<const std::string> texts, std::size_t first,
                                               std::size_t n_texts) {
  std::vector<ReadText> read(texts.size());
  std::vector<Window> windows;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (auto checked = check_utf8(texts[i], "the text"); !checked) {
      return in_text(first + i, n_texts, checked.error());
    }
    read[i].words = words_of(texts[i]);
    // A text that is too long is refused before there is memory for it.
    if (auto planned = plan(i, texts[i], read[i], windows); !planned) {
      return in_text(first + i, n_texts, planned.error());
    }
    for (std::size_t w = 0; w < read[i].words.size(); ++w) {
      read[i].features.cues.push_back(cues_of(texts[i], read[i].words, w));
    }
    read[i].features.states.resize(read[i].words.size() * d_state());
    read[i].mean.resize(d_state());
  }
  std::vector<std::vector<Token>> sequences;
  for (Window& window : windows) sequences.push_back(std::move(window.tokens));
  bool is_finite = true;
  const Result<void> computed = states_->read(sequences, [&](const SequenceStates& states) {
    Window& window = windows[states.index];
    return is_finite = take(states, window, read[window.text]);
  });
  if (!is_finite) {
    return fail(ErrorCode::kCorrupt, "{}: the model's states are no numbers; its weights are damaged",
                model_.impl()->file->name());
  }
  LINNET_CHECK(computed);
  // In their order, whichever was computed first.
  for (const Window& window : windows) {
    ReadText& text = read[window.text];
    const float share =
        static_cast<float>(window.own_end - window.own_begin) / static_cast<float>(text.words.size());
    for (std::size_t i = 0; i < text.mean.size(); ++i) text.mean[i] += share * window.mean[i];
  }
  return read;
}

}  // namespace linnet::tasks
