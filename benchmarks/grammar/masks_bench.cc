// How long a JSON Schema takes to compile, and the masks of a document's tokens: bench_grammar FILE.gguf
// CASES. Each line of CASES is {"name", "schema", "texts": [document, ...]}; for each case a line of JSON
// comes out:
// {"name", "schema", "compile_us": [...], "documents": [{"tokens", "cold_us", "warm_us"}]}, the times of each
// token as one list. A time is that of the token's mask and of going on by it. "Cold" is the first document
// with nothing kept from before, "warm" the same document once more. Which tokens it took is told so that
// other programs can do the same; ends with an error where a mask leaves out a token of its document.
#include <fmt/format.h>

#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/fail.h"
#include "gguf/reader.h"
#include "grammar/json_schema.h"
#include "grammar/token_masks.h"
#include "tokenizer/tokenizer.h"

namespace linnet::grammar {
namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

constexpr int kCompileRounds = 5;

double microseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

// The times of a document's tokens and of its end.
Result<Json> walk(TokenMasks& masks, const Tokenizer& tokenizer, const std::vector<Token>& tokens) {
  Json times = Json::array();
  TokenMasks::Cursor cursor(masks.texts().adds_space_prefix());
  for (const Token token : tokens) {
    const std::string bytes = tokenizer.piece(token);
    const auto start = Clock::now();
    const auto mask = masks.mask(cursor);
    const bool is_allowed = mask->contains(token) && masks.advance(cursor, bytes);
    times.push_back(microseconds_since(start));
    if (!is_allowed) {
      return fail(ErrorCode::kInvalidArgument, "token {} '{}' is not allowed after '{}'", token, bytes,
                  cursor.text());
    }
  }
  const auto start = Clock::now();
  const auto mask = masks.mask(cursor);
  times.push_back(microseconds_since(start));
  if (!mask->contains(masks.texts().ends().front())) {
    return fail(ErrorCode::kInvalidArgument, "the text may not end after '{}'", cursor.text());
  }
  return times;
}

Result<Json> measure(const Json& given, const Tokenizer& tokenizer,
                     const std::shared_ptr<const TokenTexts>& texts) {
  const std::string schema = given.at("schema").dump();
  Json out{{"name", given.at("name")}, {"schema", given.at("schema")}};
  GrammarPtr grammar;
  for (int i = 0; i < kCompileRounds; ++i) {
    const auto start = Clock::now();
    const auto compiled = compile_json_schema(schema);
    out["compile_us"].push_back(microseconds_since(start));
    LINNET_TRY(grammar, compiled);
  }
  for (const Json& text : given.at("texts")) {
    std::vector<Token> tokens;
    LINNET_CHECK(tokenizer.encode(text.get<std::string>(), false, tokens));
    TokenMasks masks(grammar, texts);
    LINNET_TRY(Json cold, walk(masks, tokenizer, tokens));
    LINNET_TRY(Json warm, walk(masks, tokenizer, tokens));
    out["documents"].push_back({{"tokens", tokens}, {"cold_us", cold}, {"warm_us", warm}});
  }
  return out;
}

Result<void> run(const char* model, const char* cases) {
  LINNET_TRY(const auto file, gguf::File::open(model));
  LINNET_TRY(const auto tokenizer, Tokenizer::from_metadata(file->metadata()));
  const auto texts = std::make_shared<const TokenTexts>(*tokenizer);
  std::ifstream stream(cases);
  if (!stream) return fail(ErrorCode::kNotFound, "cannot read {}", cases);
  for (std::string line; std::getline(stream, line);) {
    const Json given = Json::parse(line, nullptr, false);
    if (given.is_discarded()) return fail(ErrorCode::kInvalidArgument, "no JSON in {}: {}", cases, line);
    const auto measured = measure(given, *tokenizer, texts);
    if (!measured) {
      return fail(measured.error().code, "{}: {}", given.at("name").dump(), measured.error().message);
    }
    fmt::print("{}\n", (*measured).dump());
    std::fflush(stdout);
  }
  return {};
}

}  // namespace
}  // namespace linnet::grammar

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "usage: bench_grammar FILE.gguf CASES.jsonl\n");
    return 2;
  }
  const auto done = linnet::grammar::run(argv[1], argv[2]);
  if (!done) fmt::print(stderr, "bench_grammar: {}\n", done.error().message);
  return done ? 0 : 1;
}
