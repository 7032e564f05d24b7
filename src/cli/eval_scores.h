// How well answers fit what is known of the texts: labels, spans and records. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linnet::cli {

struct Value {
  std::string text;
  std::optional<double> probability{};  ///< Of an answer that tells it.
  bool is_piece = true;                 ///< Of the text, and not said of the whole text, as an enum is.
};

/// A piece of a text and what it is there.
struct Span {
  std::string slot;
  Value value;
};

/// Values that belong together, by the names of their fields.
using FieldValues = std::map<std::string, Value>;

/// What stands in a text, or what somebody says of it.
struct Findings {
  std::vector<Span> spans{};
  std::vector<FieldValues> records{};
};

/// A text and the truth about it.
struct Example {
  std::string text;
  std::optional<std::string> label{};  ///< Empty: the text is out of scope, no label fits.
  Findings findings{};
};

/// What a program says of a text.
struct Answer {
  std::string label{};                  ///< The likeliest one, also where it abstains; empty: none.
  bool abstains = false;                ///< It gives no label.
  std::optional<double> probability{};  ///< Of the likeliest label, if it tells it.
  double score = 0;         ///< What abstaining depends on; the higher, the surer of being in scope.
  bool is_invalid = false;  ///< The program failed, or what it wrote could not be read.
  Findings findings{};
};

/// A share, 0 if there is nothing to share.
double share_of(std::size_t n, std::size_t n_all) noexcept;

/// Things to be found, found, and both.
struct Counts {
  std::size_t n_gold = 0, n_predicted = 0, n_right = 0;

  double precision() const noexcept { return share_of(n_right, n_predicted); }
  double recall() const noexcept { return share_of(n_right, n_gold); }
  double f1() const noexcept { return share_of(2 * n_right, n_gold + n_predicted); }
};

/// A probability that was told, and whether it came true.
struct Claim {
  double probability = 0;
  bool is_right = false;
};

/// Claims whose probabilities lie in one of kBins equal intervals of 0 to 1, open below.
struct Bin {
  std::size_t n = 0, n_right = 0;
  double mean_probability = 0;
};
inline constexpr std::size_t kBins = 15;

std::vector<Bin> bins_of(std::span<const Claim> claims);
/// The mean distance between a claim's bin's mean probability and share of right ones (ECE).
/// Source: Guo et al. 2017, arXiv:1706.04599, eq. 3.
double calibration_error(std::span<const Bin> bins);

/// How likely a positive has a higher score than a negative, a tie counting half: the area under the ROC
/// curve. Empty if there are none of either.
std::optional<double> auroc(std::span<const double> positives, std::span<const double> negatives);

/// What it means to answer only from a score on.
struct OperatingPoint {
  double threshold = 0;          ///< The least score that is answered.
  double coverage = 0;           ///< Answered texts of all.
  double accuracy = 0;           ///< Right ones of the answered; a text out of scope is never right.
  double in_scope_answered = 0;  ///< Of the texts in scope; 0 if there are none.
  double out_of_scope_refused = 0;
};

/// A label taken for another.
struct Confusion {
  std::string gold, predicted;
  std::size_t n = 0;
};

struct LabelScores {
  std::size_t n_texts = 0, n_out_of_scope = 0, n_invalid = 0;
  /// Of texts in scope, by the likeliest label whether the program abstains or not.
  double accuracy = 0;
  double macro_f1 = 0;                 ///< The mean over all labels that are in the data or in an answer.
  std::size_t n_answered = 0;          ///< Texts for which the program did not abstain,
  std::size_t n_answered_right = 0;    ///< with the right label,
  std::size_t n_answered_outside = 0;  ///< or out of scope.
  std::optional<double> out_of_scope_auroc{};
  /// Of the likeliest label's probability, texts in scope; empty if a label has none.
  std::vector<Bin> bins{};
  double ece = 0;                        ///< Of these bins.
  double ece_of_all = 0;                 ///< With texts out of scope, for which no label is right.
  std::vector<OperatingPoint> points{};  ///< One for each score that occurs, highest first.
  std::vector<Confusion> confusions{};   ///< Most frequent first, texts in scope.
  /// Texts with a wrong likeliest label, and those out of scope that were not refused; highest probability
  /// first.
  std::vector<std::size_t> errors{};
};

/// Both of one length.
LabelScores score_labels(std::span<const Example> examples, std::span<const Answer> answers);

/// What was not found in a text, and what was found that is not right.
struct Miss {
  std::size_t i_text = 0;
  std::vector<std::string> missing{}, wrong{};  ///< For people.
};

struct FindingScores {
  std::size_t n_texts = 0, n_invalid = 0;
  std::size_t n_exact = 0;                                 ///< Texts of which all was found and nothing else.
  std::size_t n_empty = 0;                                 ///< Texts in which there is nothing,
  std::size_t n_empty_right = 0;                           ///< and nothing was found.
  Counts total{};                                          ///< Of spans, or of whole records.
  std::vector<std::pair<std::string, Counts>> by_field{};  ///< By name.
  std::size_t n_values = 0, n_invented = 0;  ///< Pieces found; those that are not in their text.
  std::vector<Bin> bins{};                   ///< Of the values' probabilities; empty if an answer lacks one.
  double ece = 0;
  std::vector<Miss> misses{};  ///< Most mistakes first.
};

/// A span is right if one of its text's spans that is not taken yet has the slot and the same text, but for
/// the case of ASCII letters and ASCII punctuation and blanks at both ends.
FindingScores score_spans(std::span<const Example> examples, std::span<const Answer> answers);

/// Distinct records of a text are compared whole, distinct values of a field each for itself; the case of
/// ASCII letters does not count, nor do " .,;()" at both ends of a value. A field without a value is absent.
FindingScores score_records(std::span<const Example> examples, std::span<const Answer> answers);

/// Whether `value` stands in `text`, but for the case of ASCII letters.
bool stands_in(std::string_view value, std::string_view text);

}  // namespace linnet::cli
