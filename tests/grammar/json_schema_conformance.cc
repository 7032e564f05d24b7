// Holds compile_json_schema() against the JSON Schema Test Suite.
//   json_schema_conformance FOLDER [--verbose]
// reads FOLDER/draft2020-12/*.json and FOLDER/remotes, and prints for each file how many tests were right,
// how many belong to schemas that are refused, and how many were wrong: a valid instance that cannot be
// written, or an invalid one that can. A schema that is found to allow no value is right for invalid
// instances. Exit status 1 if a test is wrong or fewer than 90 in 100 are right.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
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
    fmt::print(stderr, "usage: json_schema_conformance FOLDER [--verbose]\n");
    return 2;
  }
  return linnet::grammar::run(argv[1], argc > 2 && std::string_view(argv[2]) == "--verbose");
}
