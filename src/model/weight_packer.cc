#include "model/weight_packer.h"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <optional>

#include "base/aligned_buffer.h"
#include "base/guard.h"
#include "quant/tile.h"

namespace linnet {
namespace {

// What is read at once should still be in the cache when it is packed.
constexpr std::size_t kReadBytes = 128 << 10;

// Threads take turns at pieces of this size, a large page of x86-64 and arm64: were they to fill one page
// together, both would find it missing, and both would clear one for it.
constexpr std::size_t kTurnBytes = 2 << 20;

// Threads that map pages get into each other's way where their pieces meet: with pieces of 2 MiB it takes
// longer than leaving the pages to be touched, from 8 MiB on it does not get better.
constexpr std::size_t kFaultBytes = 8 << 20;

// Row groups of one job.
struct Piece {
  const PackJob* job;
  std::size_t begin, end;
  std::size_t turn;
};

std::vector<Piece> cut(std::span<const PackJob> jobs) {
  std::vector<Piece> pieces;
  for (const PackJob& job : jobs) {
    const auto turn_of = [&](std::size_t group) {
      return static_cast<std::size_t>(job.tiles - jobs.front().tiles + group * job.group_bytes()) /
             kTurnBytes;
    };
    for (std::size_t begin = 0, end = 0; begin < job.n_groups(); begin = end) {
      const std::size_t turn = turn_of(begin);
      for (end = begin + 1; end < job.n_groups() && turn_of(end) == turn;) ++end;
      pieces.push_back({&job, begin, end, turn});
    }
  }
  return pieces;
}

// What threads that take turns have in common.
class Turns {
 public:
  explicit Turns(std::size_t n) : n_(n) {}

  // Calls take(turn), which gives a Result<void>, until there are no more turns. `after` is called after each
  // with the fraction done; false gives up.
  template <class Take, class After>
  void work(Take&& take, After&& after) noexcept {
    while (!stopped_.load(std::memory_order_relaxed)) {
      const std::size_t turn = next_.fetch_add(1, std::memory_order_relaxed);
      if (turn >= n_) return;
      Result<void> taken = guard([&] { return take(turn); });
      if (!taken) return stop(std::move(taken).error());
      const std::size_t n_done = n_done_.fetch_add(1, std::memory_order_relaxed) + 1;
      if (!after(static_cast<double>(n_done) / static_cast<double>(n_))) {
        return stop({ErrorCode::kCancelled, {}});
      }
    }
  }

  const std::optional<Error>& error() const noexcept { return error_; }

 private:
  void stop(Error error) noexcept {
    const std::scoped_lock lock(mutex_);
    if (!error_) error_ = std::move(error);
    stopped_.store(true, std::memory_order_relaxed);
  }

  const std::size_t n_;
  std::atomic<std::size_t> next_{0}, n_done_{0};
  std::atomic<bool> stopped_{false};
  std::mutex mutex_;
  std::optional<Error> error_;
};

// All threads call take(rank, turn), which gives a Result<void>, until `n` turns are taken.
template <class Take>
Result<void> take_turns(std::size_t n, const gguf::File& file, Pool& pool,
                        const std::function<bool(double)>& progress, Take&& take) {
  Turns turns(n);
  pool.run([&](Team& team) {
    const bool reports = team.rank() == 0 && progress;
    turns.work([&](std::size_t turn) -> Result<void> { return take(team.rank(), turn); },
               [&](double done) { return !reports || progress(done); });
  });
  if (turns.error()) {
    if (turns.error()->code != ErrorCode::kCancelled) return *turns.error();
  } else if (!progress || progress(1)) {
    return {};
  }
  return fail(ErrorCode::kCancelled, "{}: loading was cancelled", file.name());
}

}  // namespace

std::size_t PackJob::n_groups() const noexcept {
  return (tensor->n_rows() + quant::kTileRows - 1) / quant::kTileRows;
}

std::size_t PackJob::group_bytes() const noexcept {
  return tensor->n_columns() / format->tile_columns * format->tile_bytes;
}

std::size_t PackJob::file_group_bytes() const noexcept {
  return tensor->data.size() / tensor->n_rows() * quant::kTileRows;
}

Result<void> pack_groups(const gguf::File& file, const PackJob& job, std::size_t begin, std::size_t end,
                         std::span<std::byte> rows, std::byte* tiles) {
  const std::size_t n_rows = job.tensor->n_rows();
  const std::size_t row_bytes = job.tensor->data.size() / n_rows;
  const std::size_t n_at_once = rows.size() / job.file_group_bytes() * quant::kTileRows;
  const std::size_t last = std::min(end * quant::kTileRows, n_rows);
  for (std::size_t row = begin * quant::kTileRows; row < last; row += n_at_once) {
    const std::size_t n = std::min(n_at_once, last - row);
    LINNET_CHECK(file.read(job.tensor->data.subspan(row * row_bytes, n * row_bytes), rows.data()));
    for (std::size_t i = 0; i < n; i += quant::kTileRows, tiles += job.group_bytes()) {
      job.format->pack_group(rows.data() + i * row_bytes, row_bytes, std::min(quant::kTileRows, n - i),
                             job.tensor->n_columns(), tiles);
    }
  }
  return {};
}

Result<void> pack_all(const gguf::File& file, std::span<const PackJob> jobs, Pool& pool,
                      const std::function<bool(double)>& progress) {
  std::size_t n_bytes = kReadBytes;
  for (const PackJob& job : jobs) n_bytes = std::max(n_bytes, job.file_group_bytes());
  LINNET_TRY(
      const AlignedBuffer rows,
      AlignedBuffer::allocate(n_bytes * pool.size(), AlignedBuffer::Pages::kSmall, "reading the weights"));
  const std::vector<Piece> pieces = cut(jobs);
  std::vector<std::size_t> first;  // piece of each turn, and their number
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i == 0 || pieces[i].turn != pieces[i - 1].turn) first.push_back(i);
  }
  const std::size_t n_turns = first.size();
  first.push_back(pieces.size());
  return take_turns(n_turns, file, pool, progress, [&](unsigned rank, std::size_t turn) -> Result<void> {
    for (std::size_t i = first[turn]; i < first[turn + 1]; ++i) {
      const Piece& piece = pieces[i];
      std::byte* const tiles = piece.job->tiles + piece.begin * piece.job->group_bytes();
      LINNET_CHECK(pack_groups(file, *piece.job, piece.begin, piece.end,
                               {rows.data() + rank * n_bytes, n_bytes}, tiles));
    }
    return {};
  });
}

Result<void> fault_in_all(const gguf::File& file, std::span<const std::byte> part, Pool& pool,
                          const std::function<bool(double)>& progress) {
  const std::size_t n_turns = (part.size() + kFaultBytes - 1) / kFaultBytes;
  return take_turns(n_turns, file, pool, progress, [&](unsigned, std::size_t turn) -> Result<void> {
    const auto rest = part.subspan(turn * kFaultBytes);
    fault_in(rest.first(std::min(kFaultBytes, rest.size())));
    return {};
  });
}

}  // namespace linnet
