// Holds compile_json_schema() against the JSON Schema Test Suite.
//   json_schema_conformance --sample N   reads schemas from stdin, a line each, and prints for each of them a
//   JSON array: N random texts of its grammar as strings, or a string that says why there is none
//   json_schema_conformance --match   reads arrays [schema, [instance, ...]] from stdin, a line each, and
//   prints for each an array of booleans, whether the schema allows the instance; or a string: why there is
//   no grammar json_schema_conformance FOLDER [--verbose]
// reads FOLDER/draft2020-12/*.json and FOLDER/remotes, and prints for each file how many tests were right,
// how many belong to schemas that are refused, and how many were wrong: a valid instance that cannot be
// written, or an invalid one that can. A schema that is found to allow no value is right for invalid
// instances. Exit status 1 if a test is wrong or fewer than 90 in 100 are right.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/utf8.h"
#include "grammar/json_schema.h"
#include "grammar/json_value.h"
#include "grammar/machine.h"

namespace linnet::grammar {
namespace {

namespace fs = std::filesystem;

struct Tally {
  std::size_t n_right = 0, n_refused = 0, n_wrong = 0;
  double worst_ms = 0;
};

std::string read(const fs::path& path) {
  std::ifstream stream(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

/// A value as the suite wrote it: numbers keep their spelling, which nlohmann's dump would change.
std::string write(const JsonValue& value) {
  if (value.kind == JsonKind::kNumber) return value.text;
  if (value.kind < JsonKind::kArray) return canonical(value);
  const bool is_object = value.kind == JsonKind::kObject;
  std::string out;
  for (std::size_t i = 0; i < value.items.size(); ++i) {
    if (i > 0) out += ", ";
    if (is_object) out += json_quoted(value.names[i]) + ": ";
    out += write(value.items[i]);
  }
  return is_object ? '{' + out + '}' : '[' + out + ']';
}

bool matches(const GrammarPtr& grammar, std::string_view text) {
  Machine machine(grammar);
  const ConfigId config = machine.next(Machine::kStart, text);
  return config != Machine::kDead && machine.accepts(config);
}

std::map<std::string, std::string> read_remotes(const fs::path& folder) {
  std::map<std::string, std::string> documents;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (entry.is_regular_file())
      documents["http://localhost:1234/" + fs::relative(entry.path(), folder).generic_string()] =
          read(entry.path());
  return documents;
}

/// Freely written, as the suite and other programs write.
JsonOptions free_options() {
  return {.order = JsonOrder::kFree,
          .space = JsonSpace::kFree,
          .spelling = JsonSpelling::kAny,
          .formats = JsonFormats::kAnnotate};
}

class Conformance {
 public:
  Conformance(const fs::path& folder, bool is_verbose) : is_verbose_(is_verbose) {
    options_ = free_options();
    options_.documents = read_remotes(folder / "remotes");
  }

  Tally check(const fs::path& path) {
    Tally tally;
    const auto cases = parse_json(read(path));
    if (!cases) return {.n_wrong = 1};
    for (const JsonValue& one : cases->items) check_case(one, tally);
    return tally;
  }

 private:
  void check_case(const JsonValue& one, Tally& tally) {
    const auto begin = std::chrono::steady_clock::now();
    const auto grammar = compile_json_schema(write(*one.find("schema")), options_);
    const std::chrono::duration<double, std::milli> took = std::chrono::steady_clock::now() - begin;
    tally.worst_ms = std::max(tally.worst_ms, took.count());
    const std::vector<JsonValue>& tests = one.find("tests")->items;
    if (!grammar && grammar.error().code == ErrorCode::kUnsupported) {
      tally.n_refused += tests.size();
      if (is_verbose_)
        fmt::print("  refused {:3} {}: {}\n", tests.size(), one.find("description")->text,
                   grammar.error().message);
      return;
    }
    for (const JsonValue& test : tests) {
      const std::string text = write(*test.find("data"));
      const bool is_valid = test.find("valid")->kind == JsonKind::kTrue;
      const bool is_right = (grammar && matches(*grammar, text)) == is_valid;
      ++(is_right ? tally.n_right : tally.n_wrong);
      if (is_right || !is_verbose_) continue;
      fmt::print("  WRONG {} / {}: {} should be {}{}\n", one.find("description")->text,
                 test.find("description")->text, text, is_valid ? "valid" : "invalid",
                 grammar ? "" : "; " + grammar.error().message);
    }
  }

  JsonOptions options_;
  bool is_verbose_;
};

/// All strings in a schema, quoted: names and constants that a text may need.
void collect_words(const JsonValue& value, std::vector<std::string>& words) {
  for (const std::string& name : value.names) words.push_back(json_quoted(name));
  if (value.kind == JsonKind::kString) words.push_back(json_quoted(value.text));
  for (const JsonValue& item : value.items) collect_words(item, words);
}

/// Writes texts at random: wherever the grammar leads, but oftener to where people would go.
class Sampler {
 public:
  Sampler(const GrammarPtr& grammar, std::vector<std::string> words)
      : machine_(grammar), words_(std::move(words)) {}

  /// A text that is ended as soon as may be after `n_wanted` bytes; nothing if that fails again and again.
  std::optional<std::string> sample(std::size_t n_wanted) {
    std::string text;
    ConfigId config = Machine::kStart;
    while (text.size() < n_wanted && !is_over(config)) config = extend(text, config, false);
    for (int i = 0; i < 500; ++i) {
      std::string all = text;
      ConfigId end = config;
      while (all.size() < text.size() + 400 && !machine_.accepts(end)) end = extend(all, end, true);
      if (machine_.accepts(end)) return all;
    }
    return {};
  }

 private:
  bool is_over(ConfigId config) {
    return machine_.accepts(config) && (!machine_.continues(config) || one_in(8));
  }
  bool one_in(unsigned n) { return random_() % n == 0; }
  bool can(ConfigId config, char byte) {
    return machine_.next(config, static_cast<std::uint8_t>(byte)) != Machine::kDead;
  }

  ConfigId extend(std::string& text, ConfigId config, bool is_ending) {
    std::string next = pick(config, is_ending);
    text += next;
    return machine_.next(config, next);
  }

  std::string pick(ConfigId config, bool is_ending) {
    if (!words_.empty() && can(config, '"') && one_in(2)) {
      const std::string& word = words_[random_() % words_.size()];
      if (machine_.next(config, word) != Machine::kDead) return word;
    }
    for (const char end : std::string_view("\"]}"))
      if (is_ending && can(config, end) && !one_in(4)) return {end};
    std::string all, plain;
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      if (!can(config, c)) continue;
      all += c;
      const std::string_view wanted = is_ending ? "\"]}0159-.:, abztfn" : "\"[]{}0159-.:, abztfn";
      if (wanted.find(c) != std::string_view::npos) plain += c;
    }
    const std::string& choice = plain.empty() || one_in(is_ending ? 16 : 3) ? all : plain;
    return choice.empty() ? std::string() : std::string(1, choice[random_() % choice.size()]);
  }

  Machine machine_;
  std::vector<std::string> words_;
  std::mt19937 random_{1};
};

int print_samples(std::size_t n) {
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json out = nlohmann::json::array();
    const auto grammar = compile_json_schema(line, {.order = JsonOrder::kFree});
    if (grammar) {
      std::vector<std::string> words;
      collect_words(parse_json(line).value(), words);
      Sampler sampler(*grammar, std::move(words));
      for (std::size_t i = 0; i < n; ++i) {
        const auto text = sampler.sample(5 * i % 120);
        out.push_back(text ? nlohmann::json(*text) : nlohmann::json());
      }
    } else {
      out = grammar.error().message;
    }
    fmt::print("{}\n", out.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
  }
  return 0;
}

int print_matches() {
  for (std::string line; std::getline(std::cin, line);) {
    const auto pair = parse_json(line);
    if (!pair || pair->items.size() != 2) return 2;
    const auto grammar = compile_json_schema(write(pair->items[0]), free_options());
    nlohmann::json out = nlohmann::json::array();
    for (const JsonValue& instance : pair->items[1].items)
      if (grammar) out.push_back(matches(*grammar, write(instance)));
    if (!grammar) out = grammar.error().message;
    fmt::print("{}\n", out.dump(-1, ' ', true, nlohmann::json::error_handler_t::replace));
  }
  return 0;
}

int run(const fs::path& folder, bool is_verbose) {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(folder / "draft2020-12"))
    if (entry.path().extension() == ".json") paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  Conformance conformance(folder, is_verbose);
  Tally all;
  fmt::print("{:32} {:>6} {:>8} {:>6} {:>10}\n", "file", "right", "refused", "wrong", "worst ms");
  for (const fs::path& path : paths) {
    const Tally tally = conformance.check(path);
    fmt::print("{:32} {:6} {:8} {:6} {:10.1f}\n", path.filename().string(), tally.n_right, tally.n_refused,
               tally.n_wrong, tally.worst_ms);
    all.n_right += tally.n_right;
    all.n_refused += tally.n_refused;
    all.n_wrong += tally.n_wrong;
    all.worst_ms = std::max(all.worst_ms, tally.worst_ms);
  }
  const std::size_t n = all.n_right + all.n_refused + all.n_wrong;
  const double share = n == 0 ? 0 : 100.0 * static_cast<double>(all.n_right) / static_cast<double>(n);
  fmt::print("{:32} {:6} {:8} {:6} {:10.1f}\n{} tests, {:.1f} % right\n", "all", all.n_right, all.n_refused,
             all.n_wrong, all.worst_ms, n, share);
  return all.n_wrong > 0 || share < 90 ? 1 : 0;
}

}  // namespace
}  // namespace linnet::grammar

int main(int argc, char** argv) {
  if (argc < 2) {
    fmt::print(stderr, "usage: json_schema_conformance FOLDER [--verbose] | --sample N | --match\n");
    return 2;
  }
  if (argc == 3 && std::string_view(argv[1]) == "--sample")
    return linnet::grammar::print_samples(std::strtoul(argv[2], nullptr, 10));
  if (argc == 2 && std::string_view(argv[1]) == "--match") return linnet::grammar::print_matches();
  return linnet::grammar::run(argv[1], argc > 2 && std::string_view(argv[2]) == "--verbose");
}
