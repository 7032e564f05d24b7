#include "tasks/label_reader.h"

#include <algorithm>
#include <deque>

#include "base/assert.h"
#include "engine/compute_options.h"
#include "engine/logit_summary.h"
#include "model/decoder.h"
#include "threads/pool.h"

namespace linnet::tasks {
namespace {

// Texts that walk the trie together: their logits are computed at once.
constexpr std::size_t kTexts = Decoder::kMaxLogitRows;

std::size_t depth_of(const LabelTrie& trie) {
  // Children come after their parents.
  std::vector<std::size_t> depths(trie.size(), 0);
  for (std::uint32_t i = 0; i < trie.size(); ++i) {
    for (const std::uint32_t child : trie.node(i).children) depths[child] = depths[i] + 1;
  }
  return *std::ranges::max_element(depths);
}

}  // namespace

struct LabelReader::Impl {
  Impl(Model model_, SessionOptions options_, LabelTrie trie_, std::size_t n_labels_)
      : model(std::move(model_)),
        options(options_),
        trie(std::move(trie_)),
        n_labels(n_labels_),
        depth(depth_of(trie)) {}
  ~Impl();

  struct Text {
    Text(CachePages& pages, std::size_t n_ctx) : cache(pages, n_ctx) {}
    KvCache cache;  // begins with the prefix
    std::span<const Token> tokens;
    std::size_t n_computed = 0;   // of the tokens
    std::vector<double> first;    // log-probabilities of the root's children
    std::vector<double> results;  // (n_labels)
  };

  const Model model;
  const SessionOptions options;  // with the defaults filled in
  const LabelTrie trie;
  const std::size_t n_labels;
  const std::size_t depth;  // tokens of the longest label
  std::unique_ptr<Pool> pool;
  std::unique_ptr<CachePages> pages;
  std::unique_ptr<Decoder> decoder;
  std::vector<Token> prefix;
  std::deque<Text> slots;
  std::span<const std::vector<Token>> batch;  // the texts that the first slots have
  std::vector<Slice> slices;
  std::vector<std::size_t> rows;

  Result<void> open(std::span<const Token> prefix_tokens);
  void compute(std::span<const std::vector<Token>> texts);
  void forward();
  /// Log-probabilities of a node's children in the given logits.
  std::vector<double> children_of(std::uint32_t node, std::span<const float> logits) const;
  void compute_texts();
  /// Goes on from a node, which is `n_above` tokens behind the texts, where each text has so much
  /// log-probability and these for the children.
  void walk(std::uint32_t node, std::size_t n_above, const std::vector<double>& so_far,
            const std::vector<std::vector<double>>& children);
};

LabelReader::Impl::~Impl() {
  if (!options.wipe || decoder == nullptr) return;
  decoder->wipe();
  pages->wipe();
}

Result<void> LabelReader::Impl::open(std::span<const Token> prefix_tokens) {
  const Model::Impl& m = *model.impl();
  if (prefix_tokens.size() + depth >= options.n_ctx) {
    return fail(
        ErrorCode::kContextFull,
        "the labels and their descriptions take {} tokens, which leaves no room for texts in a context "
        "of {}; shorten them or ask for a larger context",
        prefix_tokens.size() + depth, options.n_ctx);
  }
  LINNET_TRY(pool, Pool::create(options.n_threads));
  const std::size_t n_pages = (kTexts + 1) * CachePages::pages_for(options.n_ctx);
  LINNET_TRY(pages, CachePages::create(m.hparams, element_of(options.cache), n_pages));
  LINNET_TRY(decoder, Decoder::create(m.weights, m.hparams, *m.kernels,
                                      {.n_ctx = options.n_ctx,
                                       .n_chunk = options.n_chunk,
                                       .n_slices = kTexts,
                                       .n_threads = options.n_threads}));
  Text first(*pages, options.n_ctx);
  first.tokens = prefix_tokens;
  for (std::size_t i = 0; i < kTexts; ++i) slots.emplace_back(*pages, options.n_ctx);
  while (first.n_computed < prefix_tokens.size()) {
    const std::size_t n = std::min(options.n_chunk, prefix_tokens.size() - first.n_computed);
    [[maybe_unused]] const bool has_room = first.cache.ensure(first.n_computed, first.n_computed + n);
    LINNET_ASSERT(has_room);
    slices.assign(1, {prefix_tokens.subspan(first.n_computed, n), first.n_computed, &first.cache});
    forward();
    first.n_computed += n;
  }
  prefix.assign(prefix_tokens.begin(), prefix_tokens.end());
  for (Text& slot : slots) slot.cache.share(first.cache, prefix.size());
  return {};
}

void LabelReader::Impl::forward() {
  pool->run([this](Team& team) {
    decoder->forward(team, slices);
    if (rows.empty()) return;
    team.barrier();
    decoder->compute_logits(team, rows);
  });
}

std::vector<double> LabelReader::Impl::children_of(std::uint32_t node, std::span<const float> logits) const {
  const double total = summarize(*model.impl()->kernels, logits).log_sum_exp;
  std::vector<double> logprobs;
  for (const std::uint32_t child : trie.node(node).children) {
    const auto token = static_cast<std::size_t>(trie.node(child).token);
    logprobs.push_back(static_cast<double>(logits[token]) - total);
  }
  return logprobs;
}

// All texts, a chunk after the other; what comes after a text is told by its last row.
void LabelReader::Impl::compute_texts() {
  while (true) {
    slices.clear();
    rows.clear();
    std::vector<Text*> done;
    std::size_t n_rows = 0;
    for (std::size_t t = 0; t < batch.size() && n_rows < options.n_chunk; ++t) {
      Text& text = slots[t];
      const std::size_t n = std::min(text.tokens.size() - text.n_computed, options.n_chunk - n_rows);
      if (n == 0) continue;
      slices.push_back(
          {text.tokens.subspan(text.n_computed, n), prefix.size() + text.n_computed, &text.cache});
      text.n_computed += n;
      n_rows += n;
      if (text.n_computed < text.tokens.size()) continue;
      done.push_back(&text);
      rows.push_back(n_rows - 1);
    }
    if (slices.empty()) return;
    forward();
    for (std::size_t i = 0; i < done.size(); ++i) {
      done[i]->first = children_of(LabelTrie::kRoot, decoder->logits(i));
    }
  }
}

void LabelReader::Impl::walk(std::uint32_t node, std::size_t n_above, const std::vector<double>& so_far,
                             const std::vector<std::vector<double>>& children) {
  const std::size_t n = batch.size();
  for (std::size_t c = 0; c < trie.node(node).children.size(); ++c) {
    const std::uint32_t child = trie.node(node).children[c];
    const LabelTrie::Node& at = trie.node(child);
    std::vector<double> logprobs(n);
    for (std::size_t t = 0; t < n; ++t) logprobs[t] = so_far[t] + children[t][c];
    if (at.label != LabelTrie::kInside) {
      for (std::size_t t = 0; t < n; ++t) slots[t].results[at.label] = logprobs[t];
      continue;
    }
    slices.clear();
    rows.clear();
    for (std::size_t t = 0; t < n; ++t) {
      slices.push_back({{&at.token, 1}, prefix.size() + slots[t].tokens.size() + n_above, &slots[t].cache});
      rows.push_back(t);
    }
    forward();
    std::vector<std::vector<double>> next(n);
    for (std::size_t t = 0; t < n; ++t) next[t] = children_of(child, decoder->logits(t));
    walk(child, n_above + 1, logprobs, next);
  }
}

void LabelReader::Impl::compute(std::span<const std::vector<Token>> texts) {
  batch = texts;
  std::vector<std::vector<double>> first;
  for (std::size_t t = 0; t < batch.size(); ++t) {
    Text& slot = slots[t];
    slot.tokens = batch[t];
    slot.n_computed = 0;
    slot.results.assign(n_labels, 0.0);
    [[maybe_unused]] const bool has_room =
        slot.cache.ensure(prefix.size(), prefix.size() + slot.tokens.size() + depth);
    LINNET_ASSERT(has_room);  // there are pages for n_ctx positions each
  }
  compute_texts();
  for (std::size_t t = 0; t < batch.size(); ++t) first.push_back(slots[t].first);
  walk(LabelTrie::kRoot, 0, std::vector<double>(batch.size(), 0.0), first);
  for (std::size_t t = 0; t < batch.size(); ++t) slots[t].cache.truncate(prefix.size());
}

LabelReader::LabelReader(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
LabelReader::~LabelReader() = default;

Result<std::unique_ptr<LabelReader>> LabelReader::create(const Model& model, std::span<const Token> prefix,
                                                         LabelTrie trie, std::size_t n_labels,
                                                         const ClassifierOptions& options) {
  SessionOptions session;
  session.n_ctx = options.n_ctx;
  session.n_threads = options.n_threads;
  session.wipe = options.wipe;
  LINNET_TRY(const SessionOptions filled, fill_in(*model.impl(), session));
  auto impl = std::make_unique<Impl>(model, filled, std::move(trie), n_labels);
  LINNET_CHECK(impl->open(prefix));
  return std::unique_ptr<LabelReader>(new LabelReader(std::move(impl)));
}

std::size_t LabelReader::n_labels() const noexcept { return impl_->n_labels; }
std::size_t LabelReader::max_tokens() const noexcept {
  return impl_->options.n_ctx - impl_->prefix.size() - impl_->depth;
}

Result<void> LabelReader::read(std::span<const std::vector<Token>> texts, const Callback& callback) {
  for (std::size_t first = 0; first < texts.size(); first += kTexts) {
    const std::size_t n = std::min(kTexts, texts.size() - first);
    impl_->compute(texts.subspan(first, n));
    for (std::size_t t = 0; t < n; ++t) {
      if (!callback(first + t, impl_->slots[t].results)) {
        return fail(ErrorCode::kCancelled, "cancelled after {} of {} texts", first + t, texts.size());
      }
    }
  }
  return {};
}

}  // namespace linnet::tasks
