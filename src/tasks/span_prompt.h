// Extraction without examples: the model is asked for each field by its description, and every run of a few
// words is weighed as its answer, by the exact probability of its tokens and of the line's end behind them.
// Belongs to one thread at a time; keeps its model alive.
#pragma once

#include <memory>
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

  /// The likeliest value of each field that is likelier than "none", ascending; where two overlap, the less
  /// likely one is left out. Its probability is its share of all values and "none". Error: kContextFull.
  Result<std::vector<FoundSpan>> find(std::string_view text, const std::vector<ByteSpan>& words);

  /// The likeliest choice of each field that is one. Error: kContextFull.
  Result<std::vector<ExtractHead::Choice>> choose(std::string_view text);

 private:
  SpanPrompt(Session session, const RecordSchema& schema) : session_(std::move(session)), schema_(schema) {}
  Result<void> ask(const Field& field, std::string_view text);
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
