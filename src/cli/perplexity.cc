#include <cmath>
#include <memory>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/statistics.h"
#include "cli/terminal.h"
#include "cli/text_input.h"

namespace linnet::cli {
namespace {

struct Args {
  ModelFlags model;
  SessionFlags session;
  std::string file;
  bool json = false;
};

// Mean and standard error of the negative log-likelihoods, and what follows for the perplexity.
class Score {
 public:
  void add(double nll) {
    sum_ += nll;
    sum_of_squares_ += nll * nll;
    ++n_;
  }
  std::size_t n_tokens() const { return n_; }
  double perplexity() const { return std::exp(mean()); }
  // The error of the mean, carried through exp.
  double standard_error() const {
    const double variance = sum_of_squares_ / static_cast<double>(n_) - mean() * mean();
    return variance > 0 && n_ > 1 ? std::sqrt(variance / static_cast<double>(n_ - 1)) * perplexity() : 0;
  }

 private:
  double mean() const { return sum_ / static_cast<double>(n_); }
  double sum_ = 0, sum_of_squares_ = 0;
  std::size_t n_ = 0;
};

// The text is cut into chunks of the context's size. The first half of each is context; positions of the
// second half predict the token after them, within the chunk. A chunk starts with bos if the model's texts
// do.
void score_chunk(Session& session, std::span<const Token> chunk, Token bos, Score& score) {
  std::vector<Token> tokens(chunk.begin(), chunk.end());
  if (bos != kNoToken) tokens.front() = bos;
  const std::size_t first = tokens.size() / 2;
  const std::span<const Token> all = tokens;
  session.rewind(0).value();
  session.append(all.first(first)).value();
  std::size_t position = first;
  session
      .append(all.subspan(first, tokens.size() - 1 - first),
              [&](std::size_t, std::span<const float> logits) {
                const auto next = static_cast<std::size_t>(tokens[++position]);
                score.add(log_sum_exp(logits) - static_cast<double>(logits[next]));
                return true;
              })
      .value();
}

ExitCode perplexity(const Args& args) {
  const std::string text = read_file(args.file);
  const Model model = args.model.load();
  const std::size_t n_ctx = args.session.options.n_ctx;
  const std::vector<Token> tokens = model.tokenize(text).value();
  const std::size_t n_chunks = tokens.size() / n_ctx;
  if (n_chunks == 0) {
    fail(ErrorCode::kInvalidArgument,
         fmt::format("{} has {} tokens, but one chunk needs {}; give a longer text or a "
                     "smaller --context",
                     args.file, tokens.size(), n_ctx));
  }
  const bool adds_bos = !model.tokenize("").value().empty();
  Session session = Session::open(model, args.session.with(args.model)).value();
  const Interrupt interrupt([&session] { session.cancel(); });
  Progress bar("perplexity");
  Score score;
  for (std::size_t i = 0; i < n_chunks; ++i) {
    const std::span<const Token> chunk = std::span(tokens).subspan(i * n_ctx, n_ctx);
    score_chunk(session, chunk, adds_bos ? model.bos_token() : kNoToken, score);
    bar.show(static_cast<double>(i + 1) / static_cast<double>(n_chunks),
             fmt::format("{:.4f}", score.perplexity()));
  }
  if (args.json) {
    const nlohmann::ordered_json json{
        {"perplexity", score.perplexity()}, {"stderr", score.standard_error()}, {"tokens", score.n_tokens()}};
    print(json.dump() + "\n");
  } else {
    print(fmt::format("perplexity {:.4f} +/- {:.4f} over {} tokens\n", score.perplexity(),
                      score.standard_error(), score.n_tokens()));
  }
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->session.options.n_ctx = 512;
  args->session.context_help = "Tokens of a chunk";
  args->session.least_context = 4;
  args->model.add(app);
  app.add_option("FILE", args->file, "A text")->required();
  app.add_flag("--json", args->json, "Print one JSON object: perplexity, stderr, tokens");
  args->session.add(app);
  return [args] { return perplexity(*args); };
}

}  // namespace

extern const Command kPerplexity;
const Command kPerplexity{
    .name = "perplexity",
    .summary = "Measure how well the model predicts a text",
    .examples =
        "linnet perplexity smollm2-135m-instruct book.txt\n"
        "linnet perplexity model.gguf book.txt --context 2048 --json",
    .configure = &configure,
};

}  // namespace linnet::cli
