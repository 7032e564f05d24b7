#include <sys/resource.h>

#include <chrono>
#include <memory>
#include <random>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/bandwidth.h"
#include "cli/command.h"
#include "cli/interrupt.h"
#include "cli/statistics.h"
#include "cli/terminal.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr std::size_t kShortPrompt = 5;  // tokens, for the time to the first one of the answer

struct Args {
  ModelFlags model;
  SessionFlags session;
  std::size_t n_prompt = 512;
  std::size_t n_decode = 128;
  std::vector<unsigned> threads;
  unsigned n_repeats = 5;
  std::string format = "md";
};

// What was measured with one number of threads; rates in tokens a second.
struct Row {
  unsigned n_threads = 0;
  Spread prompt, decode;
  double weight_rate = 0;  // bytes of weights read for decoding, a second
  double read_rate = 0;    // bytes a second that memory gives
};

struct Report {
  std::string model, isa;
  double load_seconds = 0;
  double first_token_seconds = 0;
  double peak_bytes = 0;
  std::vector<Row> rows{};
};

double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

std::vector<Token> random_tokens(std::size_t n, std::size_t n_vocab) {
  std::mt19937_64 rng(1);
  std::vector<Token> tokens(n);
  for (Token& token : tokens) token = static_cast<Token>(rng() % n_vocab);
  return tokens;
}

// Every weight is read once a token, but of an embedding with an output head beside it only a row.
double bytes_per_token(const Model& model) {
  double bytes = static_cast<double>(model.info().n_weight_bytes);
  std::uint64_t embedding = 0;
  bool has_head = false;
  for (const TensorInfo& tensor : model.tensors()) {
    if (tensor.name == "token_embd.weight") embedding = tensor.n_bytes;
    has_head = has_head || tensor.name == "output.weight";
  }
  return has_head ? bytes - static_cast<double>(embedding) : bytes;
}

double peak_resident_bytes() {
  rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) * 1024;
}

class Bench {
 public:
  Bench(const Args& args, const Model& model)
      : args_(args),
        model_(model),
        tokens_(random_tokens(std::max(args.n_prompt, args.n_decode), model.info().n_vocab)) {}

  // One pass to warm up, then n_repeats that count.
  Row measure(unsigned n_threads, Progress& bar, double done, double share) {
    SessionOptions options = args_.session.options;
    options.n_threads = n_threads;
    if (options.n_ctx == 0) options.n_ctx = tokens_.size();
    Session session = Session::open(model_, options).value();
    const Interrupt interrupt([&session] { session.cancel(); });
    std::vector<double> prompt, decode;
    for (unsigned i = 0; i <= args_.n_repeats; ++i) {
      prompt.push_back(rate(session, args_.n_prompt, args_.n_prompt));
      decode.push_back(rate(session, args_.n_decode, 1));
      bar.show(done + share * (i + 1) / (args_.n_repeats + 1), fmt::format("{} threads", n_threads));
    }
    prompt.erase(prompt.begin());
    decode.erase(decode.begin());
    Row row{.n_threads = n_threads, .prompt = spread_of(prompt), .decode = spread_of(decode)};
    row.weight_rate = bytes_per_token(model_) * row.decode.median;
    return row;
  }

 private:
  // Tokens a second for n tokens from an empty context, `step` at a time.
  double rate(Session& session, std::size_t n, std::size_t step) {
    session.rewind(0).value();
    const std::span<const Token> tokens(tokens_);
    const auto start = Clock::now();
    for (std::size_t i = 0; i < n; i += step) session.append(tokens.subspan(i, step)).value();
    return static_cast<double>(n) / seconds_since(start);
  }

  const Args& args_;
  const Model& model_;
  std::vector<Token> tokens_;
};

std::string to_markdown(const Args& args, const Report& report) {
  std::string text = fmt::format(
      "{}, {}: load {:.3f} s, first token of a {}-token prompt after {:.3f} s, peak memory {:.0f} MB\n\n"
      "| threads | prompt {} tokens/s (low to high) | decode {} tokens/s (low to high) | weights GB/s | "
      "memory GB/s | of "
      "it |\n|--:|--:|--:|--:|--:|--:|\n",
      report.model, report.isa, report.load_seconds, kShortPrompt, report.first_token_seconds,
      report.peak_bytes / 1e6, args.n_prompt, args.n_decode);
  for (const Row& row : report.rows) {
    text += fmt::format(
        "| {} | {:.1f} ({:.1f} to {:.1f}) | {:.1f} ({:.1f} to {:.1f}) | {:.1f} | {:.1f} | {:.0f}% |\n",
        row.n_threads, row.prompt.median, row.prompt.low, row.prompt.high, row.decode.median, row.decode.low,
        row.decode.high, row.weight_rate / 1e9, row.read_rate / 1e9, 100 * row.weight_rate / row.read_rate);
  }
  return text;
}

std::string to_csv(const Args& args, const Report& report) {
  std::string text =
      "model,isa,threads,n_prompt,prompt_median,prompt_low,prompt_high,n_decode,decode_median,decode_low,"
      "decode_high,"
      "weight_bytes_per_second,read_bytes_per_second,load_seconds,first_token_seconds,peak_bytes\n";
  for (const Row& row : report.rows) {
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", report.model, report.isa,
                        row.n_threads, args.n_prompt, row.prompt.median, row.prompt.low, row.prompt.high,
                        args.n_decode, row.decode.median, row.decode.low, row.decode.high, row.weight_rate,
                        row.read_rate, report.load_seconds, report.first_token_seconds, report.peak_bytes);
  }
  return text;
}

Json spread_json(const Spread& spread) {
  return {{"median", spread.median}, {"low", spread.low}, {"high", spread.high}};
}

std::string to_json(const Args& args, const Report& report) {
  Json json{{"model", report.model},
            {"isa", report.isa},
            {"n_prompt", args.n_prompt},
            {"n_decode", args.n_decode},
            {"repeats", args.n_repeats},
            {"load_seconds", report.load_seconds},
            {"first_token_seconds", report.first_token_seconds},
            {"peak_bytes", report.peak_bytes},
            {"rows", Json::array()}};
  for (const Row& row : report.rows) {
    json["rows"].push_back({{"threads", row.n_threads},
                            {"prompt_tokens_per_second", spread_json(row.prompt)},
                            {"decode_tokens_per_second", spread_json(row.decode)},
                            {"weight_bytes_per_second", row.weight_rate},
                            {"read_bytes_per_second", row.read_rate}});
  }
  return json.dump(2) + "\n";
}

struct Format {
  const char* name;
  std::string (*write)(const Args&, const Report&);
};
constexpr Format kFormats[] = {{"md", &to_markdown}, {"json", &to_json}, {"csv", &to_csv}};

ExitCode bench(const Args& args) {
  const auto start = Clock::now();
  const Model model = args.model.load();
  Report report{
      .model = args.model.model, .isa = model.info().isa, .load_seconds = model.info().load_seconds};
  {
    Session session = Session::open(model, args.session.with(args.model)).value();
    session.append(random_tokens(kShortPrompt, model.info().n_vocab)).value();
    report.first_token_seconds = seconds_since(start);
  }
  std::vector<unsigned> threads = args.threads;
  if (threads.empty())
    threads.push_back(args.model.n_threads != 0 ? args.model.n_threads : default_threads());
  Progress bar("bench");
  Bench measured(args, model);
  const double share = 1.0 / static_cast<double>(threads.size());
  for (const unsigned n : threads) {
    report.rows.push_back(measured.measure(n, bar, share * static_cast<double>(report.rows.size()), share));
  }
  report.peak_bytes = peak_resident_bytes();  // before the buffer below
  for (Row& row : report.rows) row.read_rate = read_bandwidth(row.n_threads, args.n_repeats);
  for (const Format& format : kFormats) {
    if (args.format == format.name) print(format.write(args, report));
  }
  return kOk;
}

Action configure(CLI::App& app) {
  auto args = std::make_shared<Args>();
  args->model.add(app);
  add_number(app, "-p,--prompt", args->n_prompt, "Tokens of the prompt", 1, 1 << 20);
  add_number(app, "-n,--decode", args->n_decode, "Tokens made one by one, from an empty context", 1, 1 << 20);
  app.add_option("-t", args->threads, "Numbers of threads to measure, e.g. 1,2")
      ->delimiter(',')
      ->check(CLI::Range(1, 1024))
      ->option_text("N")
      ->excludes("--threads");
  add_number(app, "-r,--repeats", args->n_repeats, "Measurements of each kind", 1, 10'000);
  std::vector<std::string> formats;
  for (const Format& format : kFormats) formats.emplace_back(format.name);
  app.add_option("--format", args->format, "What to print")
      ->check(CLI::IsMember(formats))
      ->capture_default_str();
  args->session.add(app);
  return [args] { return bench(*args); };
}

}  // namespace

extern const Command kBench;
const Command kBench{
    .name = "bench",
    .summary = "Measure speed and memory",
    .examples =
        "linnet bench smollm2-135m-instruct\n"
        "linnet bench model.gguf -p 512 -n 128 -t 1,2 -r 5 --format json",
    .configure = &configure,
};

}  // namespace linnet::cli
