// Holds compile_json_schema() against the JSON Schema Test Suite.
//   json_schema_conformance --sample N   reads schemas from stdin, a line each, and prints for each of them a
//   JSON array: N random texts of its grammar as strings, or a string that says why there is none
//   json_schema_conformance FOLDER [--verbose]
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
#include <functional>
#include <iostream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <queue>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <tuple>
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

class Conformance {
 public:
  Conformance(const fs::path& folder, bool is_verbose) : is_verbose_(is_verbose) {
    options_ = {.order = JsonOrder::kFree,
                .space = JsonSpace::kFree,
                .spelling = JsonSpelling::kAny,
                .formats = JsonFormats::kAnnotate,
                .documents = read_remotes(folder / "remotes")};
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

/// A short way from `config` to the end of a text; nothing if it is not found within bounds. Bytes that open
/// what then has to be closed cost more, so that the search does not lose itself in nested values.
std::optional<std::string> ending(Machine& machine, ConfigId config) {
  constexpr std::size_t kMaxConfigs = 5'000;
  using Way = std::tuple<std::size_t, std::string, ConfigId>;  // least cost first
  std::priority_queue<Way, std::vector<Way>, std::greater<>> ways;
  ways.emplace(0, "", config);
  std::set<ConfigId> seen;
  while (!ways.empty() && seen.size() < kMaxConfigs) {
    const auto [cost, way, at] = ways.top();
    ways.pop();
    if (machine.accepts(at)) return way;
    if (!seen.insert(at).second) continue;
    for (int byte = 0; byte < 256; ++byte) {
      const ConfigId next = machine.next(at, static_cast<std::uint8_t>(byte));
      if (next == Machine::kDead || seen.contains(next)) continue;
      const bool is_dear = byte == '[' || byte == '{' || byte > 0x7E;
      ways.emplace(cost + (is_dear ? 30 : byte == '\\' ? 3 : 1), way + static_cast<char>(byte), next);
    }
  }
  return {};
}

/// A text found by going wherever the grammar leads for `n_wanted` bytes, and from there to the nearest end.
std::optional<std::string> sample(Machine& machine, std::size_t n_wanted, std::mt19937& random) {
  std::string text;
  ConfigId config = Machine::kStart;
  while (text.size() < n_wanted && machine.continues(config) &&
         !(machine.accepts(config) && random() % 8 == 0)) {
    std::vector<std::uint8_t> bytes, plain;
    for (int byte = 0; byte < 256; ++byte) {
      if (machine.next(config, static_cast<std::uint8_t>(byte)) == Machine::kDead) continue;
      bytes.push_back(static_cast<std::uint8_t>(byte));
      if (std::string_view("\"]}0159-.:, abz").find(static_cast<char>(byte)) != std::string_view::npos)
        plain.push_back(bytes.back());
    }
    if (bytes.empty()) return {};
    const auto& choice =
        plain.empty() || random() % 3 == 0 ? bytes : plain;  // else most would be rare characters
    text += static_cast<char>(choice[random() % choice.size()]);
    config = machine.next(config, static_cast<std::uint8_t>(text.back()));
  }
  const auto rest = ending(machine, config);
  if (!rest) return {};
  return text + *rest;
}

int print_samples(std::size_t n) {
  std::mt19937 random(1);
  for (std::string line; std::getline(std::cin, line);) {
    nlohmann::json out = nlohmann::json::array();
    const auto grammar = compile_json_schema(line, {.order = JsonOrder::kFree});
    if (!grammar) out = grammar.error().message;
    std::optional<Machine> machine;
    if (grammar) machine.emplace(*grammar);
    for (std::size_t i = 0; machine && i < n; ++i) {
      const auto text = sample(*machine, 5 * i % 120, random);
      out.push_back(text ? nlohmann::json(*text) : nlohmann::json());
    }
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
    fmt::print(stderr, "usage: json_schema_conformance FOLDER [--verbose] | --sample N\n");
    return 2;
  }
  if (argc == 3 && std::string_view(argv[1]) == "--sample")
    return linnet::grammar::print_samples(std::strtoul(argv[2], nullptr, 10));
  return linnet::grammar::run(argv[1], argc > 2 && std::string_view(argv[2]) == "--verbose");
}
