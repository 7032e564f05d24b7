/// \file
/// Session: one sequence of tokens with its key-value cache. A session keeps its model alive. It belongs to
/// one thread at a time; only cancel() may be called from another. Sessions of one model are independent of
/// each other. A session that was moved from may only be assigned to or destroyed.
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <memory>
#include <span>
#include <string_view>

#include <linnet/generate.h>
#include <linnet/model.h>

namespace linnet {

/// The largest SessionOptions::n_ctx.
inline constexpr std::size_t kMaxContext = std::size_t{1} << 26;
/// The largest SessionOptions::n_chunk.
inline constexpr std::size_t kMaxChunk = 4096;

/// The largest SessionOptions::n_beams.
inline constexpr std::size_t kMaxBeams = 16;

/// What keys and values are stored as.
enum class CacheFormat : std::uint8_t {
  kF16,   ///< 16-bit floats.
  kF32,   ///< 32-bit floats: for comparing.
  kQ8_0,  ///< 8 bits and a scale for 32 numbers: half of F16's memory for next to no loss.
  kQ4_0,  ///< 4 bits and a scale for 32 numbers: a quarter of it, at a loss that shows.
};

/// What is known of a CacheFormat.
struct CacheFormatInfo {
  CacheFormat format;     ///< Which one.
  std::string_view name;  ///< As the command line spells it.
  double element_bytes;   ///< Bytes that one number takes, scales included.
};
/// Every CacheFormat, in its order.
inline constexpr CacheFormatInfo kCacheFormats[] = {{CacheFormat::kF16, "f16", 2.0},
                                                    {CacheFormat::kF32, "f32", 4.0},
                                                    {CacheFormat::kQ8_0, "q8_0", 34.0 / 32},
                                                    {CacheFormat::kQ4_0, "q4_0", 18.0 / 32}};

/// How to open a session.
struct SessionOptions {
  /// Tokens that fit, prompt and answer together, at most kMaxContext. 0 = what the model was trained for,
  /// but at most 4,096.
  std::size_t n_ctx = 0;
  /// Threads that compute, at most kMaxThreads; 0 = default_threads(). The result does not depend on it.
  unsigned n_threads = 0;
  /// Tokens of a prompt that are computed together, 1 to kMaxChunk; more is faster and takes more memory. The
  /// result does not depend on it.
  std::size_t n_chunk = 256;
  /// The most that GenerateOptions::n_beams may be, 1 to kMaxBeams: each more takes cache for an answer.
  std::size_t n_beams = 1;
  /// What keys and values are stored as. The result depends on it.
  CacheFormat cache = CacheFormat::kF16;
  /// Overwrite keys, values and token history with zeros before their memory is given back.
  bool wipe = false;
};

/// Receives one position's logits (n_vocab floats, valid during the call); false stops with kCancelled.
using LogitsCallback = std::function<bool(std::size_t position, std::span<const float> logits)>;

/// One sequence of tokens being computed; see the top of this page.
class LINNET_API Session {
 public:
  /// Reserves all memory that the session will ever need: 2 * n_layers * n_kv_heads * head_dim * n_ctx cache
  /// entries and a workspace for n_chunk tokens. Errors: kInvalidArgument, an option out of range;
  /// kUnsupported, a model without weights; kOutOfMemory.
  static Result<Session> open(const Model& model, const SessionOptions& options = {});

  /// Takes over; `other` may then only be assigned to or destroyed.
  Session(Session&& other) noexcept;
  /// Takes over and gives back what this session held; `other` may then only be assigned to or destroyed.
  Session& operator=(Session&& other) noexcept;
  ~Session();

  /// Computes some tokens after those that the session holds. Afterwards logits() are those of the last.
  /// Errors: kInvalidArgument, no token or a number outside the vocabulary; kContextFull; both leave the
  /// session as it was. kCancelled leaves it with the chunks computed so far.
  Result<void> append(std::span<const Token> tokens);

  /// The same, and hands out the logits of every one of `tokens`, in order.
  Result<void> append(std::span<const Token> tokens, const LogitsCallback& each);

  /// Logits of the token after the last one, (n_vocab); empty before the first append(), after a rewind(), a
  /// restore() and after a generate() that was ended by a limit or the caller.
  std::span<const float> logits() const noexcept;

  /// Makes tokens after those that the session holds until one of the options' limits or the callback ends
  /// it. Errors: kInvalidArgument, an option out of range, or no token to go on from; kOutOfMemory.
  Result<Generation> generate(const GenerateOptions& options = {}, const PieceCallback& callback = {});

  /// Forgets all tokens after the first n_tokens. Error: kInvalidArgument, the session holds fewer.
  Result<void> rewind(std::size_t n_tokens);

  /// Forgets n_tokens tokens from position `first` on and computes those after them again at their new
  /// positions, so that the session is what it would be had it never held the forgotten ones. Cost: that of
  /// append()ing what stands after them. Afterwards logits() are those of the last token. Errors:
  /// kInvalidArgument, the session does not hold them all, and nothing changed; kCancelled, with the tokens
  /// forgotten and the others held, of which the next append(), generate() or forget() computes the rest.
  Result<void> forget(std::size_t first, std::size_t n_tokens);

  /// Writes tokens, keys and values to a file, which appears whole or not at all; one of that name is
  /// replaced. A restored session gives the same bits as this one would, on every machine. Size: 4 bytes a
  /// token and the cache of as many, not of n_ctx. The first save() or restore() with a model also reads
  /// all its weights once, for a fingerprint. Errors: kNotFound, no such folder; kIo, e.g. a full disk.
  Result<void> save(const std::filesystem::path& path) const;

  /// Goes on where a saved session was, in place of what this one holds. Threads, chunks and n_ctx may
  /// differ. The file may come from anybody. It can be read by versions of linnet with the same minor number;
  /// others may refuse it. logits() are empty until the next append(). Takes memory for a copy of the file
  /// meanwhile. Errors, which leave the session as it was: kNotFound; kIo; kCorrupt, not a session file, or
  /// cut off or damaged; kUnsupported, a file of another version; kInvalidArgument, of another model or
  /// cache format; kContextFull, more tokens than n_ctx().
  Result<void> restore(const std::filesystem::path& path);

  /// Ends a running append(), forget() or generate() soon (within one chunk or token), from any thread.
  /// Without one running, it ends the next one at once; each call of them consumes the request.
  void cancel() noexcept;

  /// The tokens that the session holds, in order.
  std::span<const Token> tokens() const noexcept;
  /// How many tokens fit.
  std::size_t n_ctx() const noexcept;
  /// Bytes of cache and workspace that the session reserved.
  std::size_t n_bytes() const noexcept;
  /// Sums over all calls since the session was opened.
  const Stats& stats() const noexcept;
  /// The model that the session computes with.
  const Model& model() const noexcept;

 private:
  friend class BeamSearch;
  friend class Chat;
  friend class Drafter;
  struct LINNET_LOCAL Impl;
  explicit Session(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linnet
