// What a Session points to.
#pragma once

#include <atomic>
#include <memory>
#include <optional>
#include <vector>

#include <linnet/session.h>

#include "base/guard.h"
#include "engine/model_impl.h"
#include "engine/session_file.h"
#include "model/decoder.h"
#include "threads/pool.h"

namespace linnet {

class BeamSearch;
class Drafter;
class Generator;
class OutputFile;
struct Reasoning;

/// Tokens are `held` first and `computed` when their successors' probabilities are wanted, so the last token
/// of a generation costs nothing until somebody goes on from it.
struct LINNET_LOCAL Session::Impl {
  Impl(Model model_, const SessionOptions& options_) : model(std::move(model_)), options(options_) {}
  ~Impl();

  const Model model;
  SessionOptions options;  // with the defaults filled in
  std::unique_ptr<Pool> pool;
  std::unique_ptr<CachePages> pages;
  std::optional<KvCache> cache;
  std::unique_ptr<Decoder> decoder;
  std::vector<Token> tokens;                // held; capacity n_ctx
  std::size_t n_computed = 0;               // of them, in the cache
  std::optional<std::size_t> logits_row{};  // the decoder's, of the last token held, if it is computed
  Stats stats;
  std::atomic<bool> cancel_requested{false};

  /// Takes the cancel request, if there is one.
  bool take_cancel() noexcept { return cancel_requested.exchange(false, std::memory_order_relaxed); }

  /// Holds more tokens. Errors: kInvalidArgument, kContextFull; then nothing changed.
  Result<void> hold(std::span<const Token> more);
  /// Computes all tokens held. `each` gets the logits of those from position `first` on. Error: kCancelled,
  /// with all of them still held.
  Result<void> compute(std::size_t first, const LogitsCallback* each);
  /// The same, counted and timed as reading tokens from `first` on.
  Result<void> compute_prompt(std::size_t first, const LogitsCallback* each);
  Result<void> append(std::span<const Token> more, const LogitsCallback* each);
  Result<Generation> generate(const GenerateOptions& options, const PieceCallback& callback,
                              Reasoning reasoning);
  Result<Generation> generate_one(const GenerateOptions& options, const PieceCallback& callback,
                                  Reasoning reasoning);
  /// Computes tokens at `position` and after it, as many as the context and a chunk hold.
  void forward(std::size_t position, std::span<const Token> chunk) noexcept;
  /// Logits of rows [row, row + count) of the last forward().
  void compute_logits(std::size_t row, std::size_t count);
  /// Lets the generator take one token, and those before it that the drafter guessed right.
  Result<void> step(Generator& generator, Drafter& drafter, Speculation& speculation);
  Result<void> save(const std::filesystem::path& path) const;
  Result<void> restore(const std::filesystem::path& path);
  /// Appends what save() writes.
  Result<void> write(OutputFile& file) const;
  /// Goes on from what save() wrote; `name` stands for it in errors, which are those of restore().
  Result<void> read(std::span<const std::byte> file, std::string_view name);
  SessionShape shape() const;
  /// Forgets all tokens after the first n.
  void truncate(std::size_t n) noexcept;
  /// Forgets tokens [first, first + n), which exist; those after them are held, but no longer computed.
  void forget(std::size_t first, std::size_t n) noexcept;
};

}  // namespace linnet
