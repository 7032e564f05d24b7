#include "cli/bench_measure.h"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <random>
#include <variant>

#include <fmt/format.h>

#include <linnet/batch.h>

#include "cli/bandwidth.h"
#include "cli/cache_formats.h"
#include "cli/command.h"
#include "cli/energy.h"
#include "cli/extraction.h"
#include "cli/interrupt.h"

namespace linnet::cli {
namespace {

using Clock = std::chrono::steady_clock;

// What cells have in common that share a session or a batch, which keeps the tokens before their depth, or
// the prompt to extract from, from round to round.
Cell shared_part(Cell cell) {
  if (cell.kind == CellKind::kPrompt) cell.kind = CellKind::kDecode;
  cell.n_tokens = cell.n_guess = 0;
  cell.draft.clear();
  return cell;
}

struct Place {
  Cell shared;
  std::size_t n_tokens;         // at most, after the depth or the prompt
  std::vector<Token> answer{};  // the longest that was extracted
};

std::vector<Place> places_of(const std::vector<Cell>& cells) {
  std::vector<Place> places;
  for (const Cell& cell : cells) {
    const Cell shared = shared_part(cell);
    auto at = std::find_if(places.begin(), places.end(), [&](const Place& p) { return p.shared == shared; });
    if (at == places.end()) at = places.insert(at, {shared, 0});
    at->n_tokens = std::max(at->n_tokens, cell.n_tokens);
  }
  return places;
}

class Bench {
 public:
  Bench(const Model& model, const std::optional<Model>& draft, const std::vector<Cell>& cells,
        const SessionOptions& options)
      : places_(places_of(cells)) {
    std::size_t n_most = 0;
    for (const Place& place : places_) {
      if (place.shared.kind == CellKind::kExtract && request_.empty()) request_ = extraction_prompt(model);
      n_most = std::max(n_most, place.shared.depth + place.n_tokens);
      runners_.push_back(place.shared.n_sessions == 1 ? Runner(open_session(model, place, options))
                                                      : Runner(open_batch(model, place, options)));
      const bool drafts = draft && place.shared.kind == CellKind::kExtract;
      drafts_.push_back(drafts ? std::optional(open_session(*draft, place, options)) : std::nullopt);
    }
    tokens_ = random_tokens(n_most, model.info().n_vocab);
  }

  void cancel() noexcept {
    for (Runner& runner : runners_) {
      if (auto* const session = std::get_if<Session>(&runner)) session->cancel();
      if (auto* const batch = std::get_if<Batch>(&runner)) batch->interrupt();
    }
    for (std::optional<Session>& draft : drafts_) {
      if (draft) draft->cancel();
    }
    is_cancelled_ = true;
  }

  // One round of one cell.
  void measure(CellResult& result) {
    const Cell shared = shared_part(result.cell);
    const auto place =
        std::find_if(places_.begin(), places_.end(), [&](const Place& p) { return p.shared == shared; });
    const auto at = static_cast<std::size_t>(place - places_.begin());
    Runner& runner = runners_[at];
    if (auto* const batch = std::get_if<Batch>(&runner)) {
      measure_together(*batch, result);
    } else if (shared.kind == CellKind::kExtract) {
      Session* const draft = result.cell.draft.empty() ? nullptr : &*drafts_[at];
      measure_extraction(std::get<Session>(runner), draft, place->answer, result);
    } else {
      measure_alone(std::get<Session>(runner), result);
    }
  }

  const std::string& energy_source() const noexcept { return energy_.source(); }

 private:
  using Runner = std::variant<Session, Batch>;

  std::size_t context_of(const Place& place) const {
    return place.n_tokens + (place.shared.kind == CellKind::kExtract ? request_.size() : place.shared.depth);
  }

  Session open_session(const Model& model, const Place& place, SessionOptions options) const {
    options.n_threads = place.shared.n_threads;
    options.cache = cache_format(place.shared.cache).format;
    if (options.n_ctx == 0) options.n_ctx = context_of(place);
    return Session::open(model, options).value();
  }

  Batch open_batch(const Model& model, const Place& place, const SessionOptions& options) const {
    BatchOptions wanted;
    wanted.n_requests = place.shared.n_sessions;
    // A token to begin with and one that ends it.
    wanted.n_ctx = std::max(options.n_ctx, context_of(place) + 2);
    wanted.n_chunk = std::max(options.n_chunk, place.shared.n_sessions);
    wanted.n_threads = place.shared.n_threads;
    wanted.cache = cache_format(place.shared.cache).format;
    return Batch::open(model, wanted).value();
  }

  void measure_alone(Session& session, CellResult& result) {
    const Cell& cell = result.cell;
    go_to(session, tokens_, cell.depth);
    const std::span<const Token> tokens = std::span(tokens_).subspan(cell.depth, cell.n_tokens);
    const std::size_t step = cell.kind == CellKind::kPrompt ? tokens.size() : 1;
    start();
    for (std::size_t i = 0; i < tokens.size(); i += step) session.append(tokens.subspan(i, step)).value();
    finish(tokens.size(), result);
  }

  // Each session has a first token of its own, so that none shares anything. From when all have made a token
  // until all are done; picking the tokens is included.
  void measure_together(Batch& batch, CellResult& result) {
    const Cell& cell = result.cell;
    GenerateOptions options;
    options.max_tokens = cell.n_tokens + 1;
    options.ignore_end = true;
    std::vector<Token> prompt(tokens_.begin(), tokens_.begin() + static_cast<std::ptrdiff_t>(cell.depth));
    prompt.insert(prompt.begin(), 0);
    std::vector<RequestId> requests;
    for (std::size_t i = 0; i < cell.n_sessions; ++i) {
      prompt.front() = static_cast<Token>(i);
      requests.push_back(batch.submit(prompt, options).value());
    }
    const std::size_t n_before = batch.stats().n_made;
    while (batch.stats().n_made - n_before < cell.n_sessions) batch.step().value();
    const std::size_t n_begun = batch.stats().n_made;
    start();
    batch.run().value();
    if (is_cancelled_) throw Exception({ErrorCode::kCancelled, "interrupted"});
    finish(batch.stats().n_made - n_begun, result);
    for (const RequestId request : requests) batch.take(request).value();
  }

  // Picking the tokens is included, reading the request is not.
  void measure_extraction(Session& session, Session* draft, std::vector<Token>& answer, CellResult& result) {
    const Cell& cell = result.cell;
    go_to(session, request_, request_.size() - 1);
    session.append(std::span(request_).last(1)).value();
    GenerateOptions options;
    options.max_tokens = cell.n_tokens;
    options.ignore_end = true;
    options.n_draft = cell.n_guess;
    options.draft_session = draft;
    // The draft has read the request before, as its model has.
    if (draft != nullptr) go_to(*draft, request_, request_.size() - 1);
    start();
    const Generation made = session.generate(options).value();
    if (made.finish == FinishReason::kCancelled) fail(ErrorCode::kCancelled, "interrupted");
    if (made.tokens.size() != cell.n_tokens) {
      fail(ErrorCode::kContextFull,
           fmt::format("{}: the context holds {} tokens, but the request has {} already", title_of(cell),
                       session.n_ctx(), request_.size()));
    }
    finish(made.tokens.size(), result);
    result.guesses = made.speculation;
    expect_same_answer(session.tokens().subspan(request_.size()), answer, title_of(cell));
  }

  void start() {
    energy_.start();
    start_ = Clock::now();
  }

  void finish(std::size_t n_tokens, CellResult& result) {
    const std::chrono::duration<double> seconds = Clock::now() - start_;
    const auto joules = energy_.joules();
    result.rates.push_back(static_cast<double>(n_tokens) / seconds.count());
    if (joules && *joules > 0) result.joules_per_token.push_back(*joules / static_cast<double>(n_tokens));
  }

  // The first n tokens are in the session then, and nothing else. What it holds begins with them or is a
  // beginning of them.
  static void go_to(Session& session, std::span<const Token> tokens, std::size_t n) {
    const std::size_t n_held = session.tokens().size();
    if (n_held < n) {
      session.append(tokens.subspan(n_held, n - n_held)).value();
    } else {
      session.rewind(n).value();
    }
  }

  std::vector<Place> places_;
  std::vector<Runner> runners_;                 // (places)
  std::vector<std::optional<Session>> drafts_;  // (places)
  std::vector<Token> tokens_;
  std::vector<Token> request_;  // to extract
  EnergyMeter energy_;
  Clock::time_point start_;
  std::atomic<bool> is_cancelled_{false};
};

}  // namespace

std::vector<Cell> cells_of(const BenchPlan& plan) {
  std::vector<Cell> cells;
  const auto add = [&](Cell cell, const std::vector<std::size_t>& counts,
                       const std::vector<std::size_t>& depths) {
    for (const std::size_t n_tokens : counts) {
      for (const std::size_t depth : depths) {
        for (const unsigned n_threads : plan.threads) {
          for (const std::string& cache : plan.caches) {
            cell.n_tokens = n_tokens;
            cell.depth = depth;
            cell.n_threads = n_threads;
            cell.cache = cache;
            const bool is_new = std::find(cells.begin(), cells.end(), cell) == cells.end();
            if (n_tokens != 0 && is_new) cells.push_back(cell);
          }
        }
      }
    }
  };
  add({.kind = CellKind::kPrompt}, plan.prompts, plan.depths);
  for (const std::size_t n_sessions : plan.sessions)
    add({.kind = CellKind::kDecode, .n_sessions = n_sessions}, plan.decodes, plan.depths);
  if (!plan.guesses.empty()) add({.kind = CellKind::kExtract}, plan.decodes, {0});
  std::vector<std::string> drafts{""};
  if (plan.draft) drafts.push_back(plan.draft_name);
  for (const std::string& draft : drafts) {
    for (const std::size_t n_guess : plan.guesses) {
      if (n_guess == 0) continue;
      add({.kind = CellKind::kExtract, .n_guess = n_guess, .draft = draft}, plan.decodes, {0});
    }
  }
  return cells;
}

double bytes_per_token(const Model& model, const Cell& cell) {
  if (cell.kind != CellKind::kDecode) return 0;
  const ModelInfo& info = model.info();
  double positions = 0;  // of one layer with keys and values, summed over layers and tokens
  for (std::size_t at = cell.depth + 1; at <= cell.depth + cell.n_tokens; ++at) {
    const std::size_t n_seen = std::min(at, info.n_window);
    positions +=
        static_cast<double>((info.n_layers - info.n_window_layers) * at + info.n_window_layers * n_seen);
  }
  return static_cast<double>(info.n_token_bytes) / static_cast<double>(cell.n_sessions) +
         cache_bytes(info, cache_format(cell.cache)) * positions / static_cast<double>(cell.n_tokens);
}

std::vector<Token> random_tokens(std::size_t n, std::size_t n_vocab) {
  std::mt19937_64 rng(1);
  std::vector<Token> tokens(n);
  for (Token& token : tokens) token = static_cast<Token>(rng() % n_vocab);
  return tokens;
}

void measure(const Model& model, const BenchPlan& plan, const SessionOptions& options, BenchReport& report,
             Progress& bar) {
  const std::vector<Cell> cells = cells_of(plan);
  Bench bench(model, plan.draft, cells, options);
  const Interrupt interrupt([&bench] { bench.cancel(); });
  const double n_turns = static_cast<double>((plan.n_rounds + 1) * cells.size());
  double n_done = 0;
  for (const Cell& cell : cells)
    report.cells.push_back({.cell = cell, .bytes_per_token = bytes_per_token(model, cell)});
  const auto round = [&] {
    for (CellResult& result : report.cells) {
      bench.measure(result);
      bar.show(++n_done / n_turns, title_of(result.cell));
    }
  };
  round();
  for (CellResult& result : report.cells) {
    result.rates.clear();
    result.joules_per_token.clear();
  }
  report.peak_bytes = peak_resident_bytes();  // before the buffer below
  report.energy_source = bench.energy_source();
  const unsigned n_most = *std::max_element(plan.threads.begin(), plan.threads.end());
  const ReadBandwidth bandwidth(model.info().n_weight_bytes, n_most);
  for (const Cell& cell : cells) {
    if (report.read_rates_of(cell.n_threads) == nullptr)
      report.read_rates.push_back({cell.n_threads, {}, {}});
  }
  for (std::size_t i = 0; i < plan.n_rounds; ++i) {
    round();
    for (ReadRates& rates : report.read_rates) {
      rates.memory.push_back(bandwidth.of_memory(rates.n_threads));
      rates.weights.push_back(bandwidth.of_small(rates.n_threads));
      if (interrupt.happened()) throw Exception({ErrorCode::kCancelled, "interrupted"});
    }
  }
}

}  // namespace linnet::cli
