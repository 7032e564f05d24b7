// Extraction without examples: the model is asked for each field by its description, and every run of a few
// words is weighed as its answer, by the exact probability of its tokens and of the line's end behind them.
// Which run answers the question, rather than being short or common, tells the weight that it has more than
// as an answer to a question about nothing: pointwise mutual information, as Holtzman et al. 2021
// (arXiv:2104.08315) have it for choices. Belongs to one thread at a time; keeps its model alive.
#pragma once

#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <linnet/session.h>

#include "tasks/extract_head.h"

namespace linnet::tasks {

class SpanPrompt {
 public:
  /// Errors: as Session::open().
  static Result<std::unique_ptr<SpanPrompt>> create(const Model& model, const RecordSchema& schema,
                                                    const SessionOptions& options);

  /// A value of each field for which one is likelier than "none", ascending; where two overlap, the less
  /// likely one is left out. Error: kContextFull.
  Result<std::vector<FoundSpan>> find(std::string_view text, const std::vector<ByteSpan>& words);

  /// The likeliest choice of each field that is one. Error: kContextFull.
  Result<std::vector<ExtractHead::Choice>> choose(std::string_view text);

 private:
  SpanPrompt(Session session, const RecordSchema& schema) : session_(std::move(session)), schema_(schema) {}
  /// What runs of words weigh as an answer.
  struct Runs {
    double weight(std::size_t begin, std::size_t n_words) const;  ///< A logarithm; -infinity: it is none.

    std::vector<double> first;                 // of the first token, by begin
    std::vector<std::vector<double>> weights;  // by begin, of 1, 2, ... words; empty: not computed
  };

  Result<void> ask(std::string_view what, std::string_view text);
  Result<void> ask(const Field& field, std::string_view text);
  /// Of all runs, or of those that begin at the kMaxBegins words that have most more than in `neutral`.
  Result<Runs> weigh_runs(std::string_view text, const std::vector<ByteSpan>& words, const Runs* neutral);
  /// The best run of a field, and its probability; nothing if "none" is likelier than all of them.
  Result<std::optional<FoundSpan>> find(const Field& field, std::size_t place, std::string_view text,
                                        const std::vector<ByteSpan>& words, const Runs& neutral);
  /// The logarithm of the probability of `answer` as far as each of `ends` (ascending, in bytes) and of the
  /// end of the line there; -infinity where a token goes across.
  Result<std::vector<double>> weigh(std::string_view answer, const std::vector<std::size_t>& ends);
  Result<double> weigh(std::string_view answer);

  Session session_;
  const RecordSchema& schema_;
  std::vector<float> first_;  // the logits behind the question
  std::size_t n_asked_ = 0;   // tokens of the question
};

}  // namespace linnet::tasks
