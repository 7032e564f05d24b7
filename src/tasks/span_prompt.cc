#include "tasks/span_prompt.h"

#include <algorithm>
#include <limits>

#include "base/math.h"

namespace linnet::tasks {
namespace {

constexpr std::size_t kMaxWords = 8;  // of a value
constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr std::size_t kMaxBegins = 12;
constexpr std::string_view kNone = "none", kNeutral = "anything";
// How much of what a run weighs as an answer to the neutral question is taken from it. Chosen on the 27
// examples of drugdose and restaurant8k: from 0.5 to 0.7 all are alike, none and all of it are far worse.
constexpr double kNeutralShare = 0.6;

// Whether a value may begin or end with the word.
bool is_outer(std::string_view word) {
  return word.find_first_not_of(".,;:!?()[]{}<>\"'`-/\\|") != std::string_view::npos;
}

// The logarithm of a token's probability.
double log_probability(std::span<const float> logits, Token token) {
  const double largest = double{*std::ranges::max_element(logits)};
  double sum = 0;
  for (const float logit : logits) sum += math::exp(double{logit} - largest);
  return double{logits[static_cast<std::size_t>(token)]} - largest - math::log(sum);
}

}  // namespace

Result<std::unique_ptr<SpanPrompt>> SpanPrompt::create(const Model& model, const RecordSchema& schema,
                                                       const SessionOptions& options) {
  LINNET_TRY(Session session, Session::open(model, options));
  return std::unique_ptr<SpanPrompt>(new SpanPrompt(std::move(session), schema));
}

Result<void> SpanPrompt::ask(const Field& field, std::string_view text) {
  if (field.description.empty()) return ask(field.name, text);
  return ask(fmt::format("{} ({})", field.name, field.description), text);
}

Result<void> SpanPrompt::ask(std::string_view what, std::string_view text) {
  const std::string question =
      fmt::format("{}\n\nFrom the text above, copied word for word, or \"{}\".\n{}:", text, kNone, what);
  LINNET_TRY(const std::vector<Token> tokens, session_.model().tokenize(question));
  // What stands before the field's name was computed for the last field of the same text.
  const std::span<const Token> held = session_.tokens();
  const auto differs = std::ranges::mismatch(held, tokens);
  const auto n_same = std::min(static_cast<std::size_t>(differs.in1 - held.begin()), tokens.size() - 1);
  LINNET_CHECK(session_.rewind(n_same));
  LINNET_CHECK(session_.append(std::span(tokens).subspan(n_same)));
  first_.assign(session_.logits().begin(), session_.logits().end());
  n_asked_ = tokens.size();
  return {};
}

Result<std::vector<double>> SpanPrompt::weigh(std::string_view answer, const std::vector<std::size_t>& ends) {
  const Model& model = session_.model();
  const std::string line = fmt::format(" {}", answer);
  LINNET_TRY(const std::vector<Token> tokens,
             model.tokenize(line, {.parse_special = false, .add_bos = false}));
  LINNET_TRY(const std::vector<Token> newline,
             model.tokenize("\n", {.parse_special = false, .add_bos = false}));
  std::vector<double> weights(ends.size(), kNever);
  if (tokens.empty() || newline.empty()) return weights;
  double sum = log_probability(first_, tokens[0]);
  std::size_t n_bytes = 0;
  LINNET_CHECK(session_.rewind(n_asked_));
  LINNET_CHECK(session_.append(tokens, [&](std::size_t position, std::span<const float> logits) {
    const std::size_t i = position - n_asked_;
    const auto piece = model.piece(tokens[i]);
    if (!piece) return false;
    n_bytes += piece->size();
    const auto end = std::ranges::find(ends, n_bytes - 1);  // less the space
    if (end != ends.end())
      weights[static_cast<std::size_t>(end - ends.begin())] = sum + log_probability(logits, newline[0]);
    if (i + 1 < tokens.size()) sum += log_probability(logits, tokens[i + 1]);
    return true;
  }));
  return weights;
}

Result<double> SpanPrompt::weigh(std::string_view answer) {
  LINNET_TRY(const std::vector<double> weights, weigh(answer, {answer.size()}));
  return weights[0];
}

double SpanPrompt::Runs::weight(std::size_t begin, std::size_t n_words) const {
  const std::vector<double>& of = weights[begin];
  return n_words <= of.size() ? of[n_words - 1] : kNever;
}

Result<SpanPrompt::Runs> SpanPrompt::weigh_runs(std::string_view text, const std::vector<ByteSpan>& words,
                                                const Runs* neutral) {
  Runs runs{std::vector<double>(words.size(), kNever), std::vector<std::vector<double>>(words.size())};
  std::vector<std::size_t> begins;
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    if (!is_outer(words[begin].of(text))) continue;
    begins.push_back(begin);
    const std::string line = fmt::format(" {}", words[begin].of(text));
    LINNET_TRY(const std::vector<Token> tokens,
               session_.model().tokenize(line, {.parse_special = false, .add_bos = false}));
    if (!tokens.empty()) runs.first[begin] = log_probability(first_, tokens[0]);
  }
  if (neutral != nullptr && begins.size() > kMaxBegins) {
    const auto gain = [&](std::size_t begin) {
      return runs.first[begin] - kNeutralShare * neutral->first[begin];
    };
    std::ranges::stable_sort(begins, std::greater<>(), gain);
    begins.resize(kMaxBegins);
  }
  for (const std::size_t begin : begins) {
    std::vector<std::size_t> ends;
    for (std::size_t w = begin; w < std::min(begin + kMaxWords, words.size()); ++w) {
      ends.push_back(words[w].end - words[begin].begin);
    }
    LINNET_TRY(runs.weights[begin], weigh(text.substr(words[begin].begin, ends.back()), ends));
  }
  return runs;
}

Result<std::optional<FoundSpan>> SpanPrompt::find(const Field& field, std::size_t place,
                                                  std::string_view text, const std::vector<ByteSpan>& words,
                                                  const Runs& neutral) {
  LINNET_CHECK(ask(field, text));
  LINNET_TRY(const Runs runs, weigh_runs(text, words, &neutral));
  LINNET_TRY(const double none, weigh(kNone));
  double best = kNever, likeliest = kNever, sum = 0;
  std::vector<double> gains;
  TaggedSpan span{place, 0, 0};
  for (std::size_t begin = 0; begin < words.size(); ++begin) {
    for (std::size_t n = 1; n <= runs.weights[begin].size(); ++n) {
      const double weight = runs.weight(begin, n), other = neutral.weight(begin, n);
      if (weight == kNever || other == kNever || !is_outer(words[begin + n - 1].of(text))) continue;
      const double gain = weight - kNeutralShare * other;
      likeliest = std::max(likeliest, weight);
      sum += math::exp(weight);
      gains.push_back(gain);
      if (gain > best) best = gain, span.begin = begin, span.end = begin + n;
    }
  }
  if (likeliest <= none) return std::optional<FoundSpan>();
  const double p_none = math::exp(none);
  double others = 0;  // and itself, against the best
  for (const double gain : gains) others += math::exp(gain - best);
  return std::optional(FoundSpan{span, sum / (sum + p_none) / others});
}

Result<std::vector<FoundSpan>> SpanPrompt::find(std::string_view text, const std::vector<ByteSpan>& words) {
  std::vector<FoundSpan> found;
  if (words.empty() || std::ranges::none_of(schema_.fields, &Field::has_span)) return found;
  LINNET_CHECK(ask(kNeutral, text));
  LINNET_TRY(const Runs neutral, weigh_runs(text, words, nullptr));
  std::size_t place = 0;  // among the fields with spans
  for (const Field& field : schema_.fields) {
    if (!field.has_span()) continue;
    LINNET_TRY(const auto one, find(field, place++, text, words, neutral));
    if (one) found.push_back(*one);
  }
  std::ranges::stable_sort(found, std::greater<>(), &FoundSpan::probability);
  std::vector<FoundSpan> kept;
  for (const FoundSpan& one : found) {
    const bool is_free = std::ranges::none_of(kept, [&](const FoundSpan& other) {
      return one.words.begin < other.words.end && other.words.begin < one.words.end;
    });
    if (is_free) kept.push_back(one);
  }
  std::ranges::sort(kept, {}, [](const FoundSpan& one) { return one.words.begin; });
  return kept;
}

Result<std::vector<ExtractHead::Choice>> SpanPrompt::choose(std::string_view text) {
  std::vector<ExtractHead::Choice> choices;
  for (std::size_t f = 0; f < schema_.fields.size(); ++f) {
    const Field& field = schema_.fields[f];
    if (field.kind != FieldKind::kChoice) continue;
    LINNET_CHECK(ask(field, text));
    ExtractHead::Choice best{f, 0, 0};
    double sum = 0;
    for (std::size_t k = 0; k < field.choices.size(); ++k) {
      LINNET_TRY(const double weight, weigh(field.choices[k]));
      const double p = math::exp(weight);
      sum += p;
      if (p > best.probability) best = {f, k, p};
    }
    if (sum > 0) best.probability /= sum;
    choices.push_back(best);
  }
  return choices;
}

}  // namespace linnet::tasks
