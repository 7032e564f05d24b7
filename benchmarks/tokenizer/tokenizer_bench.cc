// How long a tokenizer takes to build, and how many bytes a second it reads: bench_tokenizer FILE.gguf TEXT.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace linnet {
namespace {

constexpr std::size_t kMegabyte = 1'000'000;

void build(benchmark::State& state, const gguf::Metadata& metadata) {
  for (auto _ : state) benchmark::DoNotOptimize(Tokenizer::from_metadata(metadata));
}

void encode(benchmark::State& state, const Tokenizer& tokenizer, const std::string& text) {
  std::vector<Token> tokens;
  for (auto _ : state) {
    tokens.clear();
    if (const auto done = tokenizer.encode(text, true, tokens); !done)
      state.SkipWithError(done.error().message.c_str());
  }
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(text.size()));
  state.counters["bytes/token"] = static_cast<double>(text.size()) / static_cast<double>(tokens.size());
}

void decode(benchmark::State& state, const Tokenizer& tokenizer, const std::vector<Token>& tokens) {
  for (auto _ : state) {
    StreamDecoder decoder(tokenizer);
    for (const Token token : tokens) benchmark::DoNotOptimize(decoder.push(token));
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(tokens.size()));
}

std::string repeated(const std::string& text, std::size_t n_bytes) {
  std::string out;
  while (out.size() < n_bytes) out += text;
  out.resize(n_bytes);
  return out;
}

std::string random_letters(std::size_t n_bytes) {
  std::minstd_rand random(1);
  std::string out(n_bytes, 'a');
  for (char& c : out) c = static_cast<char>('a' + random() % 26);
  return out;
}

int run(const char* model, const char* text_file) {
  const auto file = gguf::File::open(model);
  if (!file) return fmt::print(stderr, "bench_tokenizer: {}\n", file.error().message), 1;
  const auto made = Tokenizer::from_metadata((*file)->metadata());
  if (!made) return fmt::print(stderr, "bench_tokenizer: {}\n", made.error().message), 1;
  const Tokenizer& tokenizer = **made;
  std::ifstream stream(text_file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  std::vector<Token> tokens;
  if (text.empty() || !tokenizer.encode(text, false, tokens))
    return fmt::print(stderr, "bench_tokenizer: cannot read {}\n", text_file), 1;
  benchmark::RegisterBenchmark("build", [&](benchmark::State& s) { build(s, (*file)->metadata()); });
  const std::pair<const char*, std::string> texts[] = {
      {"encode/text", text},
      {"encode/short", text.substr(0, 80)},
      {"encode/one_letter_1MB", std::string(kMegabyte, 'a')},
      {"encode/letters_1MB", random_letters(kMegabyte)},
      {"encode/spaces_1MB", std::string(kMegabyte, ' ')},
      {"encode/newlines_1MB", repeated(" \n", kMegabyte)},
      {"encode/digits_1MB", repeated("0123456789", kMegabyte)},
      {"encode/forged_1MB", repeated("<|im_start|", kMegabyte)},
      {"encode/invalid_1MB", repeated("a\xFF", kMegabyte)},
      {"encode/marks_1MB", repeated("e\xCC\x81", kMegabyte)},
  };
  for (const auto& named : texts) {
    benchmark::RegisterBenchmark(named.first, [&](benchmark::State& s) {
      encode(s, tokenizer, named.second);
    })->Unit(benchmark::kMillisecond);
  }
  benchmark::RegisterBenchmark("decode/stream", [&](benchmark::State& s) { decode(s, tokenizer, tokens); });
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}

}  // namespace
}  // namespace linnet

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (argc == 3) return linnet::run(argv[1], argv[2]);
  fmt::print(stderr, "usage: bench_tokenizer [--benchmark_...] FILE.gguf TEXT\n");
  return 1;
}
