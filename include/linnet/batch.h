/// \file
/// Batch: many generations of one model, stepped together. Every weight is read once for all of them, so the
/// total is faster than one after the other, and what they begin with in common is computed and stored once.
/// A request's text does not depend on its company. A batch keeps its model alive and belongs to one thread
/// at a time; only interrupt() may be called from another. A batch that was moved from may only be assigned
/// to or destroyed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>

#include <linnet/generate.h>
#include <linnet/model.h>
#include <linnet/session.h>

namespace linnet {

/// How to open a batch.
struct BatchOptions {
  /// Positions whose keys and values are kept, of all requests together: the bound on memory, at most
  /// kMaxContext. They are given out in pages of 256. 0 = enough for n_requests of n_ctx.
  std::size_t n_positions = 0;
  /// Tokens of one request at most, prompt and answer together. 0 = what the model was trained for, but at
  /// most 4,096.
  std::size_t n_ctx = 0;
  /// Requests that are stepped together at most, 1 to 256; more wait for their turn.
  std::size_t n_requests = 16;
  /// Tokens that one step computes at most, n_requests to kMaxChunk.
  std::size_t n_chunk = 256;
  unsigned n_threads = 0;  ///< Threads that compute, at most kMaxThreads; 0 = default_threads().
  CacheFormat cache = CacheFormat::kF16;  ///< What keys and values are stored as.
  /// Overwrite keys, values and tokens with zeros before their memory is given back.
  bool wipe = false;
};

/// Names a request of one batch; never used twice.
enum class RequestId : std::uint64_t {};

/// What a batch has done, and what it holds.
struct BatchStats {
  std::size_t n_steps = 0;     ///< Passes over the model.
  std::size_t n_computed = 0;  ///< Tokens computed,
  std::size_t n_shared = 0;    ///< tokens of prompts taken over from another request,
  std::size_t n_made = 0;      ///< and tokens made.
  std::size_t n_waiting = 0;   ///< Requests that have not begun,
  std::size_t n_running = 0;   ///< that are being computed,
  std::size_t n_finished = 0;  ///< and whose results wait for take().
  std::size_t n_bytes = 0;     ///< Memory reserved, at the most.
};

/// Requests in the order of their arrival; see the top of this page.
class LINNET_API Batch {
 public:
  /// Reserves all memory for keys, values and workspace. Errors: kInvalidArgument, an option out of range;
  /// kUnsupported, a model without weights; kOutOfMemory.
  static Result<Batch> open(const Model& model, const BatchOptions& options = {});

  /// Takes over; `other` may then only be assigned to or destroyed.
  Batch(Batch&& other) noexcept;
  /// Takes over and gives back what this batch held; `other` may then only be assigned to or destroyed.
  Batch& operator=(Batch&& other) noexcept;
  ~Batch();

  /// Queues a generation after `prompt`. The batch keeps the callback until the request ends; options with
  /// n_draft do not apply. Errors: kInvalidArgument, an empty prompt, a token outside the vocabulary or an
  /// option out of range; kUnsupported, options with shift_keep or n_beams; kContextFull, a prompt longer
  /// than a request or the whole batch may be.
  Result<RequestId> submit(std::span<const Token> prompt, const GenerateOptions& options = {},
                           const PieceCallback& callback = {});

  /// One pass over the model: a token for every request that has read its prompt, and prompts of the others
  /// in equal shares of what is left of n_chunk. Callbacks are called from here; they may end their request,
  /// by returning false, but not use the batch. False if nothing is left to do.
  Result<bool> step();

  /// Steps until nothing is left to do, or until interrupt().
  Result<void> run();
  /// Ends a running run() after its step, or the next one at once; from any thread.
  void interrupt() noexcept;

  /// Ends a request; what it made so far becomes its result. Error: kNotFound.
  Result<void> cancel(RequestId request);
  /// Whether take() would give the result.
  bool is_finished(RequestId request) const noexcept;
  /// The result of a finished request, which the batch then forgets. Errors: the request's own (kCorrupt);
  /// kNotFound, no such request, or one that is not finished.
  Result<Generation> take(RequestId request);

  /// Counts since the batch was opened.
  BatchStats stats() const noexcept;
  /// The model that the batch computes with.
  const Model& model() const noexcept;

 private:
  struct LINNET_LOCAL Impl;
  explicit Batch(std::unique_ptr<Impl> impl) noexcept;
  std::unique_ptr<Impl> impl_;
};

}  // namespace linnet
