// What a Constraint points to.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include <linnet/constraint.h>

#include "base/fail.h"
#include "grammar/machine.h"
#include "grammar/token_masks.h"

namespace linnet {

struct LINNET_LOCAL Constraint::Impl {
  explicit Impl(grammar::GrammarPtr grammar_) : grammar(std::move(grammar_)) {}

  const grammar::GrammarPtr grammar;

  /// The masks for a vocabulary, which all texts share. Any thread may call.
  std::shared_ptr<grammar::TokenMasks> masks(const std::shared_ptr<const grammar::TokenTexts>& texts) const;
  Result<ConstraintMatch> match(std::string_view text) const;

 private:
  // Of the vocabularies used last.
  static constexpr std::size_t kMaxVocabularies = 4;

  mutable std::mutex mutex_;
  mutable std::unique_ptr<grammar::Machine> machine_;  // of match()
  mutable std::uint32_t n_matches_ = 0;
  mutable std::vector<std::shared_ptr<grammar::TokenMasks>> masks_;
};

}  // namespace linnet
