#include "engine/state_reader.h"

#include <algorithm>
#include <deque>

#include "base/assert.h"
#include "base/wipe.h"
#include "engine/compute_options.h"
#include "model/decoder.h"
#include "threads/pool.h"

namespace linnet {
namespace {

// Sequences that are computed together at most: with the ten tokens of a short question each, they fill a
// pass.
constexpr std::size_t kMaxSequences = 32;

}  // namespace

struct StateReader::Impl {
  /// Where one sequence after the other is computed. The cache always begins with the prefix.
  struct Slot {
    Slot(CachePages& pages, std::size_t n_ctx) : cache(pages, n_ctx) {}
    std::size_t n_pending() const noexcept { return tokens.size() - n_computed; }

    KvCache cache;
    std::vector<float> states;  // (tokens.size(), d_row) of the sequence that it has
    std::span<const Token> tokens;
    std::size_t index = 0;
    std::size_t n_computed = 0;
  };

  Impl(Model model_, StateOptions options_) : model(std::move(model_)), options(std::move(options_)) {}
  ~Impl();

  std::size_t n_prefix() const noexcept { return prefix.tokens.size(); }
  std::size_t d_row() const noexcept { return options.layers.size() * hparams.d_model; }

  Result<void> check(std::span<const std::vector<Token>> sequences) const;
  Result<void> read(std::span<const std::vector<Token>> sequences, const StatesCallback& callback);
  /// Gives waiting sequences a slot each, as many as a pass can take.
  void admit(std::span<const std::vector<Token>> sequences, std::size_t& next);
  void step();
  /// Calls back for the sequences that are done. False if the callback wants no more.
  bool deliver(const StatesCallback& callback);
  void release(Slot& slot);
  void release_all();

  const Model model;
  const StateOptions options;  // with the defaults filled in
  Hparams hparams;             // the model's, but with no layers behind the last chosen one
  std::unique_ptr<Pool> pool;
  std::unique_ptr<CachePages> pages;
  std::unique_ptr<Decoder> decoder;
  struct Prefix {
    std::vector<Token> tokens;
    std::unique_ptr<KvCache> cache;
  } prefix;
  std::deque<Slot> slots;
  std::vector<Slot*> idle;
  std::vector<Slot*> running;  // by admission
  std::vector<Slice> slices;   // of one pass
};

StateReader::Impl::~Impl() {
  if (!options.wipe || decoder == nullptr) return;
  decoder->wipe();
  pages->wipe();
  for (Slot& slot : slots) wipe(slot.states.data(), slot.states.capacity() * sizeof(float));
  wipe(prefix.tokens.data(), prefix.tokens.capacity() * sizeof(Token));
}

Result<void> StateReader::Impl::check(std::span<const std::vector<Token>> sequences) const {
  const std::size_t room = options.n_ctx - n_prefix();
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    if (auto checked = check_tokens(sequences[i], hparams.n_vocab); !checked) {
      return fail(checked.error().code, "sequence {}: {}", i, checked.error().message);
    }
    if (sequences[i].size() > room) {
      return fail(
          ErrorCode::kContextFull,
          "sequence {} has {} tokens, but the context of {} leaves room for {}; shorten it or ask for a "
          "larger context",
          i, sequences[i].size(), options.n_ctx, room);
    }
  }
  return {};
}

Result<void> StateReader::Impl::read(std::span<const std::vector<Token>> sequences,
                                     const StatesCallback& callback) {
  LINNET_CHECK(check(sequences));
  std::size_t next = 0;
  while (true) {
    admit(sequences, next);
    if (running.empty()) return {};
    step();
    if (!deliver(callback)) {
      return fail(ErrorCode::kCancelled, "cancelled after {} of {} sequences", next - running.size(),
                  sequences.size());
    }
  }
}

void StateReader::Impl::admit(std::span<const std::vector<Token>> sequences, std::size_t& next) {
  std::size_t n_pending = 0;
  for (const Slot* slot : running) n_pending += slot->n_pending();
  for (; next < sequences.size() && n_pending < options.n_chunk && !idle.empty(); ++next) {
    Slot& slot = *idle.back();
    const std::span<const Token> tokens = sequences[next];
    slot.states.resize(tokens.size() * d_row());
    if (!slot.cache.ensure(n_prefix(), n_prefix() + tokens.size())) {
      LINNET_ASSERT(!running.empty());  // there are pages for the longest sequence beside idle slots
      return;
    }
    slot.tokens = tokens;
    slot.index = next;
    slot.n_computed = 0;
    idle.pop_back();
    running.push_back(&slot);
    n_pending += tokens.size();
  }
}

void StateReader::Impl::step() {
  std::size_t n_left = options.n_chunk;
  slices.clear();
  for (Slot* slot : running) {
    const std::size_t n = std::min(slot->n_pending(), n_left);
    if (n == 0) break;
    slices.push_back({slot->tokens.subspan(slot->n_computed, n), n_prefix() + slot->n_computed, &slot->cache,
                      slot->states.data() + slot->n_computed * d_row()});
    slot->n_computed += n;
    n_left -= n;
  }
  pool->run([this](Team& team) { decoder->forward(team, slices, options.layers); });
}

bool StateReader::Impl::deliver(const StatesCallback& callback) {
  for (Slot* slot : running) {
    if (slot->n_pending() == 0 &&
        !callback({slot->index, slot->tokens.size(), d_row(), std::span<const float>(slot->states)})) {
      return false;
    }
  }
  std::erase_if(running, [this](Slot* slot) {
    if (slot->n_pending() != 0) return false;
    release(*slot);
    return true;
  });
  return true;
}

void StateReader::Impl::release(Slot& slot) {
  slot.cache.truncate(n_prefix());
  slot.tokens = {};
  slot.n_computed = 0;
  idle.push_back(&slot);  // capacity: all slots
}

// Also those that an error or a cancel left behind.
void StateReader::Impl::release_all() {
  for (Slot* slot : running) release(*slot);
  running.clear();
}

StateReader::StateReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
StateReader::~StateReader() = default;

Result<std::unique_ptr<StateReader>> StateReader::create(const Model& model, const StateOptions& options) {
  const Model::Impl& m = *model.impl();
  LINNET_TRY(const StateOptions filled, fill_in(m, options));
  if (!are_layers(filled.layers, m.hparams.n_layers)) {
    return fail(ErrorCode::kInvalidArgument,
                "the layers to take states from are [{}]; they must be ascending numbers from 1 to {}",
                fmt::join(filled.layers, ", "), m.hparams.n_layers);
  }
  auto impl = std::make_unique<Impl>(model, filled);
  impl->hparams = m.hparams;
  impl->hparams.n_layers = filled.layers.back();
  const std::size_t n_slots = std::min(kMaxSequences, filled.n_chunk);
  LINNET_TRY(impl->pool, Pool::create(filled.n_threads));
  // A page of its own for each slot, one more where a text crosses the end of that, and those of one long
  // text and of the prefix.
  const std::size_t n_pages = 2 * n_slots + 2 * CachePages::pages_for(filled.n_ctx);
  LINNET_TRY(impl->pages, CachePages::create(impl->hparams, element_of(filled.cache), n_pages));
  LINNET_TRY(impl->decoder, Decoder::create(m.weights, impl->hparams, *m.kernels,
                                            {.n_ctx = filled.n_ctx,
                                             .n_chunk = filled.n_chunk,
                                             .n_slices = n_slots,
                                             .n_threads = filled.n_threads}));
  impl->prefix.cache = std::make_unique<KvCache>(*impl->pages, filled.n_ctx);
  impl->idle.reserve(n_slots);
  impl->running.reserve(n_slots);
  impl->slices.reserve(n_slots);
  for (std::size_t i = 0; i < n_slots; ++i) {
    impl->idle.push_back(&impl->slots.emplace_back(*impl->pages, filled.n_ctx));
  }
  return std::unique_ptr<StateReader>(new StateReader(std::move(impl)));
}

Result<void> StateReader::set_prefix(std::span<const Token> prefix) {
  Impl& impl = *impl_;
  impl.release_all();
  const Impl::Prefix& old = impl.prefix;
  if (std::ranges::equal(prefix, old.tokens)) return {};
  if (prefix.size() >= impl.options.n_ctx) {
    return fail(ErrorCode::kContextFull, "a prefix of {} tokens leaves no room in a context of {}",
                prefix.size(), impl.options.n_ctx);
  }
  if (!prefix.empty()) LINNET_CHECK(check_tokens(prefix, impl.hparams.n_vocab));
  // The prefix is first computed as any sequence is, in a slot whose pages are then shared.
  for (Impl::Slot& slot : impl.slots) slot.cache.truncate(0);
  impl.prefix.tokens.clear();
  impl.prefix.cache->truncate(0);
  const std::vector<Token> sequence(prefix.begin(), prefix.end());
  if (!sequence.empty()) {
    const StatesCallback share = [&impl](const SequenceStates& states) {
      impl.prefix.cache->share(impl.running.front()->cache, states.n_tokens);
      return true;
    };
    LINNET_CHECK(impl.read({&sequence, 1}, share));
  }
  impl.prefix.tokens = sequence;
  for (Impl::Slot& slot : impl.slots) slot.cache.share(*impl.prefix.cache, sequence.size());
  return {};
}

Result<void> StateReader::read(std::span<const std::vector<Token>> sequences,
                               const StatesCallback& callback) {
  impl_->release_all();
  return impl_->read(sequences, callback);
}

std::size_t StateReader::d_row() const noexcept { return impl_->d_row(); }
std::size_t StateReader::max_tokens() const noexcept { return impl_->options.n_ctx - impl_->n_prefix(); }

bool are_layers(std::span<const std::size_t> layers, std::size_t n_layers) noexcept {
  const bool is_ascending = std::ranges::adjacent_find(layers, std::greater_equal<>()) == layers.end();
  return !layers.empty() && is_ascending && layers.front() != 0 && layers.back() <= n_layers;
}

void mean_of_rows(const SequenceStates& states, std::size_t begin, std::size_t end, std::span<float> mean) {
  LINNET_ASSERT(begin < end && end <= states.n_tokens && mean.size() == states.d_row);
  std::ranges::copy(states.row(begin), mean.begin());
  for (std::size_t i = begin + 1; i < end; ++i) {
    const std::span<const float> row = states.row(i);
    for (std::size_t c = 0; c < mean.size(); ++c) mean[c] += row[c];
  }
  const float n = static_cast<float>(end - begin);
  for (float& value : mean) value /= n;
}

}  // namespace linnet
