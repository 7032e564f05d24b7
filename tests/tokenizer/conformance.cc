// Holds the tokenizers against vocabularies and token ids that others published.
//   tokenizer_conformance FOLDER        every NAME.gguf with NAME.inp (texts, a separator line between them)
//   and NAME.out
//                                       (their ids, a line each); prints a table; exit status 1 if any text
//                                       differs
//   tokenizer_conformance --lines FILE  reads JSON strings, a line each, from stdin and prints the ids of
//   each as JSON
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "base/utf8.h"
#include "gguf/reader.h"
#include "tokenizer/tokenizer.h"

namespace linnet {
namespace {

struct Loaded {
  std::unique_ptr<gguf::File> file;
  std::unique_ptr<const Tokenizer> tokenizer;
};

Result<Loaded> load(const std::filesystem::path& path) {
  LINNET_TRY(auto file, gguf::File::open(path));
  LINNET_TRY(auto tokenizer, Tokenizer::from_metadata(file->metadata()));
  return Loaded{std::move(file), std::move(tokenizer)};
}

std::string read(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

std::vector<std::string> read_texts(const std::filesystem::path& path) {
  constexpr std::string_view kSeparator = "\n__ggml_vocab_test__\n";
  const std::string all = read(path);
  std::vector<std::string> texts;
  std::size_t begin = 0;
  for (std::size_t end; (end = all.find(kSeparator, begin)) != std::string::npos;
       begin = end + kSeparator.size())
    texts.push_back(all.substr(begin, end - begin));
  if (begin < all.size()) texts.push_back(all.substr(begin));
  return texts;
}

std::vector<std::vector<Token>> read_ids(const std::filesystem::path& path) {
  std::vector<std::vector<Token>> ids;
  std::istringstream lines(read(path));
  for (std::string line; std::getline(lines, line);) {
    std::istringstream numbers(line);
    ids.emplace_back(std::istream_iterator<Token>(numbers), std::istream_iterator<Token>());
  }
  return ids;
}

// One row of the table; false if a text differs.
bool check(const std::filesystem::path& model) {
  const std::string name = model.stem().string();
  const Result<Loaded> loaded = load(model);
  if (!loaded) {
    const bool unsupported = loaded.error().code == ErrorCode::kUnsupported;
    fmt::print("{:<20} {:<11} {}\n", name, unsupported ? "unsupported" : "error", loaded.error().message);
    return unsupported;
  }
  const auto texts = read_texts(std::filesystem::path(model).replace_extension(".inp"));
  const auto wanted = read_ids(std::filesystem::path(model).replace_extension(".out"));
  std::size_t n_same = 0;
  std::string report;
  for (std::size_t i = 0; i < std::min(texts.size(), wanted.size()); ++i) {
    std::vector<Token> got;
    const Result<void> done = loaded->tokenizer->encode(texts[i], false, got);
    if (done && got == wanted[i]) {
      ++n_same;
    } else {
      report += fmt::format("  text {} '{}'\n    wanted {}\n    got    {} {}\n", i, utf8::printable(texts[i]),
                            fmt::join(wanted[i], " "), fmt::join(got, " "), done ? "" : done.error().message);
    }
  }
  const bool same = texts.size() == wanted.size() && n_same == texts.size();
  fmt::print("{:<20} {:<11} {} of {} texts\n{}", name, same ? "ok" : "DIFFERS", n_same, texts.size(), report);
  return same;
}

int check_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> models;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    auto out = entry.path();
    if (entry.path().extension() == ".gguf" && std::filesystem::exists(out.replace_extension(".out")))
      models.push_back(entry.path());
  }
  if (models.empty()) {
    fmt::print(stderr, "tokenizer_conformance: no NAME.gguf with NAME.out in {}\n", folder.string());
    return 1;
  }
  std::ranges::sort(models);
  bool same = true;
  for (const auto& model : models) same = check(model) && same;
  return same ? 0 : 1;
}

int print_lines(const std::filesystem::path& model) {
  const Result<Loaded> loaded = load(model);
  if (!loaded) {
    fmt::print(stderr, "tokenizer_conformance: {}\n", loaded.error().message);
    return 1;
  }
  for (std::string line; std::getline(std::cin, line);) {
    const auto text = nlohmann::json::parse(line, nullptr, false);
    std::vector<Token> ids;
    const Result<void> done = text.is_string()
                                  ? loaded->tokenizer->encode(text.get<std::string>(), false, ids)
                                  : Error{ErrorCode::kInvalidArgument, "not a JSON string"};
    if (!done) {
      fmt::print(stderr, "tokenizer_conformance: {}\n", done.error().message);
      return 1;
    }
    fmt::print("[{}]\n", fmt::join(ids, ","));
  }
  return 0;
}

}  // namespace
}  // namespace linnet

int main(int argc, char** argv) {
  const std::vector<std::string> args(argv + 1, argv + argc);
  if (args.size() == 2 && args[0] == "--lines") return linnet::print_lines(args[1]);
  if (args.size() == 1) return linnet::check_folder(args[0]);
  fmt::print(stderr, "usage: tokenizer_conformance FOLDER | --lines FILE.gguf\n");
  return 1;
}
