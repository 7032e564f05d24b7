#include "cli/eval_scores.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

namespace linnet::cli {
namespace {

struct LabelCounts {
  std::map<std::string, Counts> by_label;
  std::map<std::pair<std::string, std::string>, std::size_t> confused;

  void add(const std::string& gold, const std::string& predicted) {
    ++by_label[gold].n_gold;
    if (!predicted.empty()) ++by_label[predicted].n_predicted;
    if (gold == predicted) {
      ++by_label[gold].n_right;
    } else {
      ++confused[{gold, predicted}];
    }
  }

  double macro_f1() const {
    double sum = 0;
    for (const auto& [label, counts] : by_label) sum += counts.f1();
    return by_label.empty() ? 0 : sum / static_cast<double>(by_label.size());
  }

  std::vector<Confusion> confusions() const {
    std::vector<Confusion> result;
    for (const auto& [labels, n] : confused) result.push_back({labels.first, labels.second, n});
    std::stable_sort(result.begin(), result.end(), [](const auto& a, const auto& b) { return a.n > b.n; });
    return result;
  }
};

// A program that failed did not refuse a text that is out of scope.
bool is_wrong(const Example& example, const Answer& answer) {
  if (example.label) return *example.label != answer.label;
  return !answer.abstains || answer.is_invalid;
}

struct Judged {
  double score = 0;
  bool is_right = false, in_scope = false;
};

std::vector<OperatingPoint> operating_points(std::vector<Judged> texts) {
  std::sort(texts.begin(), texts.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
  const auto n_in_scope = static_cast<std::size_t>(
      std::count_if(texts.begin(), texts.end(), [](const Judged& text) { return text.in_scope; }));
  const std::size_t n_outside = texts.size() - n_in_scope;
  std::vector<OperatingPoint> points;
  std::size_t n_right = 0, n_inside = 0;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    n_right += texts[i].is_right ? 1 : 0;
    n_inside += texts[i].in_scope ? 1 : 0;
    const std::size_t n = i + 1;
    if (n < texts.size() && texts[n].score == texts[i].score) continue;
    points.push_back({.threshold = texts[i].score,
                      .coverage = share_of(n, texts.size()),
                      .accuracy = share_of(n_right, n),
                      .in_scope_answered = share_of(n_inside, n_in_scope),
                      .out_of_scope_refused = share_of(n_outside - (n - n_inside), n_outside)});
  }
  return points;
}

char folded(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string folded(std::string_view text) {
  std::string result(text);
  for (char& c : result) c = folded(c);
  return result;
}

// Without `edges` at both ends, unless nothing would be left.
std::string comparable(std::string_view text, std::string_view edges) {
  const std::size_t first = text.find_first_not_of(edges);
  if (first == std::string_view::npos) return folded(text);
  return folded(text.substr(first, text.find_last_not_of(edges) + 1 - first));
}

constexpr std::string_view kSpanEdges = " \t\r\n!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr std::string_view kRecordEdges = " .,;()";

// A finding as it is compared: pairs of fields and values.
using Comparable = std::vector<std::pair<std::string, std::string>>;

std::string shown(const Comparable& finding) {
  std::string text;
  for (const auto& [field, value] : finding)
    text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", field, value);
  return text;
}

// Each gold finding makes one predicted finding right.
class Matching {
 public:
  explicit Matching(const std::vector<Comparable>& gold) {
    for (const Comparable& finding : gold) ++open_[finding];
  }
  bool take(const Comparable& finding) {
    const auto at = open_.find(finding);
    if (at == open_.end()) return false;
    if (--at->second == 0) open_.erase(at);
    return true;
  }
  std::vector<std::string> left() const {
    std::vector<std::string> result;
    for (const auto& [finding, n] : open_) result.insert(result.end(), n, shown(finding));
    return result;
  }

 private:
  std::map<Comparable, std::size_t> open_;
};

// What is compared of a text: the findings that count, and their values one by one.
struct Parts {
  std::vector<Comparable> whole, values;
};

void make_distinct(std::vector<Comparable>& findings) {
  std::sort(findings.begin(), findings.end());
  findings.erase(std::unique(findings.begin(), findings.end()), findings.end());
}

Parts parts_of_spans(const Findings& findings) {
  Parts parts;
  for (const Span& span : findings.spans)
    parts.whole.push_back({{span.slot, comparable(span.value.text, kSpanEdges)}});
  parts.values = parts.whole;
  return parts;
}

Parts parts_of_records(const Findings& findings) {
  Parts parts;
  for (const FieldValues& record : findings.records) {
    Comparable finding;
    for (const auto& [field, value] : record) {
      if (value.text.empty()) continue;
      finding.emplace_back(field, comparable(value.text, kRecordEdges));
      parts.values.push_back({finding.back()});
    }
    if (!finding.empty()) parts.whole.push_back(std::move(finding));
  }
  make_distinct(parts.whole);
  make_distinct(parts.values);
  return parts;
}

// Every value with its field.
std::vector<std::pair<std::string, const Value*>> values_of(const Findings& findings, bool of_records) {
  std::vector<std::pair<std::string, const Value*>> values;
  if (!of_records) {
    for (const Span& span : findings.spans) values.emplace_back(span.slot, &span.value);
    return values;
  }
  for (const FieldValues& record : findings.records) {
    for (const auto& [field, value] : record) {
      if (!value.text.empty()) values.emplace_back(field, &value);
    }
  }
  return values;
}

class FindingScorer {
 public:
  explicit FindingScorer(bool of_records) : of_records_(of_records) {}

  void add(std::size_t i_text, const Example& example, const Answer& answer) {
    const auto parts_of = of_records_ ? &parts_of_records : &parts_of_spans;
    const Parts gold = parts_of(example.findings), predicted = parts_of(answer.findings);
    ++scores_.n_texts;
    scores_.n_invalid += answer.is_invalid ? 1 : 0;
    add_whole(i_text, gold.whole, predicted.whole);
    add_by_field(gold.values, predicted.values);
    add_values(example, answer, gold.values);
  }

  FindingScores scores() {
    scores_.by_field.assign(by_field_.begin(), by_field_.end());
    if (all_have_probabilities_ && !claims_.empty()) {
      scores_.bins = bins_of(claims_);
      scores_.ece = calibration_error(scores_.bins);
    }
    std::stable_sort(scores_.misses.begin(), scores_.misses.end(), [](const Miss& a, const Miss& b) {
      return a.missing.size() + a.wrong.size() > b.missing.size() + b.wrong.size();
    });
    return std::move(scores_);
  }

 private:
  void add_whole(std::size_t i_text, const std::vector<Comparable>& gold,
                 const std::vector<Comparable>& predicted) {
    Matching matching(gold);
    Miss miss{.i_text = i_text};
    for (const Comparable& finding : predicted) {
      if (!matching.take(finding)) miss.wrong.push_back(shown(finding));
    }
    miss.missing = matching.left();
    scores_.total.n_gold += gold.size();
    scores_.total.n_predicted += predicted.size();
    scores_.total.n_right += predicted.size() - miss.wrong.size();
    scores_.n_empty += gold.empty() ? 1 : 0;
    scores_.n_empty_right += gold.empty() && predicted.empty() ? 1 : 0;
    if (miss.missing.empty() && miss.wrong.empty()) {
      ++scores_.n_exact;
    } else {
      scores_.misses.push_back(std::move(miss));
    }
  }

  void add_by_field(const std::vector<Comparable>& gold, const std::vector<Comparable>& predicted) {
    Matching matching(gold);
    for (const Comparable& value : gold) ++by_field_[value.front().first].n_gold;
    for (const Comparable& value : predicted) {
      Counts& counts = by_field_[value.front().first];
      ++counts.n_predicted;
      counts.n_right += matching.take(value) ? 1 : 0;
    }
  }

  void add_values(const Example& example, const Answer& answer, const std::vector<Comparable>& gold) {
    Matching matching(gold);
    const std::string_view edges = of_records_ ? kRecordEdges : kSpanEdges;
    for (const auto& [field, value] : values_of(answer.findings, of_records_)) {
      scores_.n_values += value->is_piece ? 1 : 0;
      scores_.n_invented += value->is_piece && !stands_in(value->text, example.text) ? 1 : 0;
      all_have_probabilities_ = all_have_probabilities_ && value->probability.has_value();
      const Comparable compared{{field, comparable(value->text, edges)}};
      // Records may share a value that the text has once.
      const bool is_right =
          of_records_ ? std::find(gold.begin(), gold.end(), compared) != gold.end() : matching.take(compared);
      claims_.push_back({value->probability.value_or(0), is_right});
    }
  }

  bool of_records_;
  bool all_have_probabilities_ = true;
  FindingScores scores_;
  std::map<std::string, Counts> by_field_;
  std::vector<Claim> claims_;
};

FindingScores score_findings(std::span<const Example> examples, std::span<const Answer> answers,
                             bool of_records) {
  FindingScorer scorer(of_records);
  for (std::size_t i = 0; i < examples.size(); ++i) scorer.add(i, examples[i], answers[i]);
  return scorer.scores();
}

}  // namespace

double share_of(std::size_t n, std::size_t n_all) noexcept {
  return n_all == 0 ? 0 : static_cast<double>(n) / static_cast<double>(n_all);
}

bool stands_in(std::string_view value, std::string_view text) {
  return std::search(text.begin(), text.end(), value.begin(), value.end(),
                     [](char a, char b) { return folded(a) == folded(b); }) != text.end() ||
         value.empty();
}

std::vector<Bin> bins_of(std::span<const Claim> claims) {
  std::vector<Bin> bins(kBins);
  for (const Claim& claim : claims) {
    // By the edge as it is written: 0.2 * 15 need not be 3.
    std::size_t i = 0;
    while (i + 1 < kBins && claim.probability > share_of(i + 1, kBins)) ++i;
    Bin& bin = bins[i];
    ++bin.n;
    bin.n_right += claim.is_right ? 1 : 0;
    bin.mean_probability += claim.probability;
  }
  for (Bin& bin : bins) {
    if (bin.n != 0) bin.mean_probability /= static_cast<double>(bin.n);
  }
  return bins;
}

double calibration_error(std::span<const Bin> bins) {
  double sum = 0;
  std::size_t n = 0;
  for (const Bin& bin : bins) {
    sum += static_cast<double>(bin.n) * std::abs(share_of(bin.n_right, bin.n) - bin.mean_probability);
    n += bin.n;
  }
  return n == 0 ? 0 : sum / static_cast<double>(n);
}

std::optional<double> auroc(std::span<const double> positives, std::span<const double> negatives) {
  if (positives.empty() || negatives.empty()) return std::nullopt;
  std::vector<double> sorted(negatives.begin(), negatives.end());
  std::sort(sorted.begin(), sorted.end());
  double n_won = 0;
  for (const double score : positives) {
    const auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), score);
    n_won += static_cast<double>(low - sorted.begin()) + static_cast<double>(high - low) / 2;
  }
  return n_won / static_cast<double>(positives.size()) / static_cast<double>(negatives.size());
}

LabelScores score_labels(std::span<const Example> examples, std::span<const Answer> answers) {
  LabelScores scores{.n_texts = examples.size()};
  LabelCounts counts;
  std::vector<Claim> inside, all;
  bool lacks_probability = false;
  std::size_t n_right = 0;
  std::vector<double> scores_inside, scores_outside;
  std::vector<Judged> judged;
  for (std::size_t i = 0; i < examples.size(); ++i) {
    const Answer& answer = answers[i];
    const bool in_scope = examples[i].label.has_value();
    const bool is_right = in_scope && *examples[i].label == answer.label;
    (in_scope ? scores_inside : scores_outside).push_back(answer.score);
    if (in_scope) counts.add(*examples[i].label, answer.label);
    if (!answer.label.empty()) {
      lacks_probability = lacks_probability || !answer.probability;
      if (in_scope) inside.push_back({answer.probability.value_or(0), is_right});
      all.push_back({answer.probability.value_or(0), is_right});
    }
    judged.push_back({answer.score, is_right, in_scope});
    if (is_wrong(examples[i], answer)) scores.errors.push_back(i);
    n_right += is_right ? 1 : 0;
    scores.n_invalid += answer.is_invalid ? 1 : 0;
    scores.n_answered += answer.abstains ? 0 : 1;
    scores.n_answered_right += !answer.abstains && is_right ? 1 : 0;
    scores.n_answered_outside += !answer.abstains && !in_scope ? 1 : 0;
  }
  scores.n_out_of_scope = scores_outside.size();
  scores.accuracy = share_of(n_right, scores_inside.size());
  scores.macro_f1 = counts.macro_f1();
  scores.out_of_scope_auroc = auroc(scores_inside, scores_outside);
  if (!lacks_probability && !inside.empty()) {
    scores.bins = bins_of(inside);
    scores.ece = calibration_error(scores.bins);
    scores.ece_of_all = calibration_error(bins_of(all));
  }
  scores.points = operating_points(std::move(judged));
  scores.confusions = counts.confusions();
  std::stable_sort(scores.errors.begin(), scores.errors.end(), [&](std::size_t a, std::size_t b) {
    return answers[a].probability > answers[b].probability;
  });
  return scores;
}

FindingScores score_spans(std::span<const Example> examples, std::span<const Answer> answers) {
  return score_findings(examples, answers, /*of_records=*/false);
}

FindingScores score_records(std::span<const Example> examples, std::span<const Answer> answers) {
  return score_findings(examples, answers, /*of_records=*/true);
}

}  // namespace linnet::cli
