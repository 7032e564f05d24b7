// Beam search: the likeliest text of several that are followed at once. Used by Session::generate().
// Source: Graves 2012, "Sequence transduction with recurrent neural networks", arXiv:1211.3711, section 2.5.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/constrained_text.h"
#include "engine/session_impl.h"
#include "model/kv_cache.h"

namespace linnet {

/// Refuses options that do not go together with several beams. Errors: kInvalidArgument, more beams than the
/// session was opened for; kUnsupported, an option that picks or hands out tokens one by one.
LINNET_LOCAL Result<void> check_beams(const GenerateOptions& options, std::size_t n_beams_reserved);

/// Pages beyond those of the sequence itself that n_beams texts may take.
LINNET_LOCAL std::size_t beam_pages(std::size_t n_beams, std::size_t n_ctx) noexcept;

/// One search. Belongs to the session's thread and uses its decoder and pages.
class LINNET_LOCAL BeamSearch {
 public:
  /// The session's logits must be those of its last token.
  static Result<BeamSearch> create(Session::Impl& session, const GenerateOptions& options);

  /// Follows the beams until none can become likelier than the best that has ended. The best is then what
  /// the session holds.
  Result<Generation> run(const PieceCallback& callback);

 private:
  struct Beam {
    std::vector<GeneratedToken> tokens;
    double logprob = 0;  // of all tokens, and of the end
    std::optional<ConstrainedText> text;
    std::unique_ptr<KvCache> cache;
    std::size_t row = 0;  // of its logits
  };
  // A beam's next token.
  struct Candidate {
    std::size_t beam = 0;
    TokenLogprob token;
    double logprob = 0;  // of all
  };

  BeamSearch(Session::Impl& session, const GenerateOptions& options) : session_(session), options_(options) {}
  Result<std::vector<Candidate>> candidates();
  Result<void> branch(const std::vector<Candidate>& chosen);
  Result<Beam> extend(const Beam& parent, const TokenLogprob& token);
  bool compute();
  void end(Beam beam, FinishReason reason);
  Result<Generation> adopt(const PieceCallback& callback);

  Session::Impl& session_;
  const GenerateOptions& options_;
  std::vector<Beam> beams_;   // that go on
  std::optional<Beam> best_;  // of those that have ended
  FinishReason finish_ = FinishReason::kEnd;
  std::vector<float> masked_;  // (n_vocab)
};

}  // namespace linnet
