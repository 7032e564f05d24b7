#include "tasks/span_prompt.h"

#include <algorithm>
#include <limits>

#include "base/math.h"

namespace linnet::tasks {
namespace {

constexpr std::size_t kMaxWords = 8;  // of a value
constexpr double kNever = -std::numeric_limits<double>::infinity();
constexpr std::string_view kNone = "none";

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
  std::string question = fmt::format(
      "{}\n\nFrom the text above, copied word for word, or \"{}\".\n{}{}{}{}:", text, kNone, field.name,
      field.description.empty() ? "" : " (", field.description, field.description.empty() ? "" : ")");
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
  const std::string line = " " + std::string(answer);
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

Result<std::vector<FoundSpan>> SpanPrompt::find(std::string_view text, const std::vector<ByteSpan>& words) {
  std::vector<FoundSpan> found;
  std::size_t field = 0;  // among those with spans
  for (const Field& of : schema_.fields) {
    if (!of.has_span()) continue;
    LINNET_CHECK(ask(of, text));
    LINNET_TRY(const double none, weigh(kNone));
    double best = none, sum = math::exp(none);
    TaggedSpan span{field++, 0, 0};
    for (std::size_t begin = 0; begin < words.size(); ++begin) {
      const std::size_t end = std::min(begin + kMaxWords, words.size());
      std::vector<std::size_t> ends;
      for (std::size_t w = begin; w < end; ++w) ends.push_back(words[w].end - words[begin].begin);
      LINNET_TRY(const auto weights, weigh(text.substr(words[begin].begin, ends.back()), ends));
      for (std::size_t k = 0; k < weights.size(); ++k) {
        sum += math::exp(weights[k]);
        if (weights[k] > best) best = weights[k], span.begin = begin, span.end = begin + k + 1;
      }
    }
    if (span.end > span.begin) found.push_back({span, math::exp(best) / sum});
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
