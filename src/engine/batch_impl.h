// What a Batch points to.
#pragma once

#include <atomic>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "engine/batch_request.h"
#include "model/decoder.h"
#include "threads/pool.h"

namespace linnet {

/// A request is admitted when pages for all that it may become are free or promised by nobody, so what runs
/// never lacks memory. Finished requests keep their pages, for others that begin alike, until those are
/// wanted.
struct LINNET_LOCAL Batch::Impl {
  using Request = BatchRequest;

  Impl(Model model_, const BatchOptions& options_) : model(std::move(model_)), options(options_) {}
  ~Impl();

  const Model model;
  const BatchOptions options;  // with the defaults filled in
  std::unique_ptr<Pool> pool;
  std::unique_ptr<CachePages> pages;
  std::unique_ptr<Decoder> decoder;
  std::map<RequestId, std::unique_ptr<Request>> requests;  // all that take() was not called for
  std::deque<std::unique_ptr<Request>> kept;               // the others that still hold pages, oldest first
  std::deque<Request*> waiting;                            // by arrival
  std::vector<Request*> running;                           // by admission; capacity n_requests
  std::vector<Slice> slices;                               // of one step; capacity n_requests
  std::uint64_t next_id = 1;
  BatchStats counts;
  std::atomic<bool> interrupt_requested{false};

  Result<RequestId> submit(std::span<const Token> prompt, const GenerateOptions& generate_options,
                           const PieceCallback& callback);
  Result<bool> step();
  Request* find(RequestId id) const noexcept;

  void admit_all();
  bool admit(Request& request);
  /// The computed request with the longest beginning in common, and that length.
  std::pair<const Request*, std::size_t> find_donor(const Request& request) const noexcept;
  bool is_worth_waiting(const Request& request, std::size_t n_shared) const noexcept;
  bool has_pages_for(const Request& request) const noexcept;
  /// Takes the pages of the oldest request that nobody runs. False if there is none.
  bool evict() noexcept;

  void plan_step();
  void take_tokens();
  void take_tokens(std::span<Request* const> of, std::span<const std::size_t> rows);
};

}  // namespace linnet
