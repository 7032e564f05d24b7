#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/bench_report.h"
#include "cli/command.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "linnet-bench-1";
constexpr std::size_t kMaxBytes = std::size_t{64} << 20;
constexpr int kMaxDepth = 8;
constexpr std::size_t kMaxValues = 1000;  // rounds of a cell
constexpr std::size_t kMaxCells = 10'000;

Json values_json(const std::vector<double>& values) {
  const Spread spread = spread_of(values);
  return {{"median", spread.median}, {"low", spread.low}, {"high", spread.high}, {"rounds", values}};
}

Json cell_json(const BenchReport& report, const CellResult& result) {
  const Cell& cell = result.cell;
  Json json{{"kind", name_of(cell.kind)},
            {"tokens", cell.n_tokens},
            {"depth", cell.depth},
            {"threads", cell.n_threads},
            {"cache", cell.cache},
            {"sessions", cell.n_sessions},
            {"tokens_per_second", values_json(result.rates)}};
  if (const auto share = share_of_memory(report, result)) {
    json["bytes_per_token"] = result.bytes_per_token;
    json["bytes_per_second"] = bytes_per_second(result);
    json["share_of_memory"] = *share;
  }
  if (cell.kind == CellKind::kExtract) {
    json["guess"] = cell.n_guess;
    if (!cell.draft.empty()) json["draft"] = cell.draft;
    json["guesses"] = {{"made", result.guesses.n_guessed}, {"right", result.guesses.n_right}};
  }
  if (const auto gain = gain_of_guessing(report, result)) json["gain"] = *gain;
  if (!result.joules_per_token.empty()) json["joules_per_token"] = values_json(result.joules_per_token);
  return json;
}

// Reads the members that a report has to have. What is wrong is a std::runtime_error that says where.
class Member {
 public:
  Member(const Json& json, std::string where) : json_(json), where_(std::move(where)) {
    if (!json_.is_object()) wrong("is not an object");
  }

  bool has(const char* key) const { return json_.contains(key); }
  Member object(const char* key) const { return {at(key), path(key)}; }

  std::string text(const char* key) const {
    if (!at(key).is_string()) wrong("is not a text", key);
    return at(key).get<std::string>();
  }
  double number(const char* key) const {
    const Json& value = at(key);
    if (!value.is_number()) wrong("is not a number", key);
    const auto number = value.get<double>();
    if (!std::isfinite(number) || number < 0) wrong("is not 0 or more", key);
    return number;
  }
  std::uint64_t count(const char* key, std::uint64_t low, std::uint64_t high) const {
    const double value = number(key);
    if (value < static_cast<double>(low) || value > static_cast<double>(high) || value != std::floor(value)) {
      wrong(fmt::format("is not a whole number from {} to {}", low, high), key);
    }
    return static_cast<std::uint64_t>(value);
  }
  // The rounds of values_json().
  std::vector<double> rounds(const char* key) const {
    const Member values = object(key);
    const Json& list = values.array("rounds", kMaxValues);
    std::vector<double> result;
    for (const Json& value : list) {
      const double number = value.is_number() ? value.get<double>() : 0;
      if (!(number > 0) || !std::isfinite(number)) values.wrong("holds what is no number above 0", "rounds");
      result.push_back(number);
    }
    if (result.empty()) values.wrong("is empty", "rounds");
    return result;
  }
  // body(Member) for each element.
  template <class Body>
  void each(const char* key, const Body& body) const {
    std::size_t i = 0;
    for (const Json& value : array(key, kMaxCells))
      body(Member(value, fmt::format("{}[{}]", path(key), i++)));
  }
  [[noreturn]] void wrong(const std::string& what, const char* key = nullptr) const {
    throw std::runtime_error(fmt::format("'{}' {}", key == nullptr ? where_ : path(key), what));
  }

 private:
  std::string path(const char* key) const { return where_.empty() ? key : where_ + "." + key; }
  const Json& at(const char* key) const {
    const auto found = json_.find(key);
    if (found == json_.end()) wrong("is missing", key);
    return *found;
  }
  const Json& array(const char* key, std::size_t most) const {
    const Json& list = at(key);
    if (!list.is_array()) wrong("is not a list", key);
    if (list.size() > most) wrong(fmt::format("has more than {} elements", most), key);
    return list;
  }

  const Json& json_;
  std::string where_;
};

CellKind read_kind(const Member& json) {
  const std::string name = json.text("kind");
  for (const CellKind kind : {CellKind::kPrompt, CellKind::kDecode, CellKind::kExtract}) {
    if (name == name_of(kind)) return kind;
  }
  json.wrong("is neither prompt nor decode nor extract", "kind");
}

CellResult read_cell(const Member& json) {
  constexpr std::uint64_t kMany = std::uint64_t{1} << 32;
  CellResult result;
  Cell& cell = result.cell;
  cell.kind = read_kind(json);
  cell.n_tokens = json.count("tokens", 1, kMany);
  cell.depth = json.count("depth", 0, kMany);
  cell.n_threads = static_cast<unsigned>(json.count("threads", 1, 1 << 20));
  cell.cache = json.text("cache");
  cell.n_sessions = json.count("sessions", 1, 1 << 20);
  if (cell.kind == CellKind::kExtract) {
    cell.n_guess = json.count("guess", 0, 1 << 20);
    if (json.has("draft")) cell.draft = json.text("draft");
    const Member guesses = json.object("guesses");
    result.guesses = {guesses.count("made", 0, kMany), guesses.count("right", 0, kMany)};
  }
  result.rates = json.rounds("tokens_per_second");
  if (json.has("bytes_per_token")) result.bytes_per_token = json.number("bytes_per_token");
  if (json.has("joules_per_token")) result.joules_per_token = json.rounds("joules_per_token");
  return result;
}

BenchReport parse(const Json& document) {
  const Member json(document, "");
  if (!json.has("schema") || json.text("schema") != kSchema) {
    throw std::runtime_error(fmt::format("there is no \"schema\": \"{}\" in it", kSchema));
  }
  BenchReport report{.version = json.text("linnet"),
                     .date = json.text("date"),
                     .command = json.text("command"),
                     .model = json.text("model"),
                     .architecture = json.text("architecture"),
                     .format = json.text("format"),
                     .isa = json.text("isa"),
                     .load_seconds = json.number("load_seconds"),
                     .first_token_seconds = json.number("first_token_seconds"),
                     .energy_source = json.text("energy")};
  report.n_rounds = json.count("repeats", 1, kMaxValues);
  report.peak_bytes = json.count("peak_bytes", 0, std::uint64_t{1} << 52);
  const Member machine = json.object("machine");
  report.machine.cpu = machine.text("cpu");
  report.machine.n_cores = static_cast<unsigned>(machine.count("cores", 0, 1 << 20));
  report.machine.memory_bytes = machine.count("memory_bytes", 0, std::uint64_t{1} << 52);
  json.each("read_rates", [&](const Member& rates) {
    report.read_rates.push_back({static_cast<unsigned>(rates.count("threads", 1, 1 << 20)),
                                 rates.rounds("memory_bytes_per_second"),
                                 rates.rounds("weights_bytes_per_second")});
  });
  json.each("cells", [&](const Member& cell) {
    CellResult result = read_cell(cell);
    for (const CellResult& other : report.cells) {
      if (other.cell == result.cell) cell.wrong("is there twice");
    }
    report.cells.push_back(std::move(result));
  });
  return report;
}

}  // namespace

std::string to_json(const BenchReport& report) {
  Json json{{"schema", kSchema},
            {"linnet", report.version},
            {"date", report.date},
            {"command", report.command},
            {"machine",
             {{"cpu", report.machine.cpu},
              {"cores", report.machine.n_cores},
              {"memory_bytes", report.machine.memory_bytes}}},
            {"model", report.model},
            {"architecture", report.architecture},
            {"format", report.format},
            {"isa", report.isa},
            {"repeats", report.n_rounds},
            {"load_seconds", report.load_seconds},
            {"first_token_seconds", report.first_token_seconds},
            {"peak_bytes", report.peak_bytes},
            {"energy", report.energy_source},
            {"read_rates", Json::array()},
            {"cells", Json::array()}};
  for (const ReadRates& rates : report.read_rates) {
    json["read_rates"].push_back({{"threads", rates.n_threads},
                                  {"memory_bytes_per_second", values_json(rates.memory)},
                                  {"weights_bytes_per_second", values_json(rates.weights)}});
  }
  for (const CellResult& result : report.cells) json["cells"].push_back(cell_json(report, result));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

BenchReport read_report(const std::string& path) {
  std::error_code ignored;
  std::ifstream file(path, std::ios::binary);
  if (!file || std::filesystem::is_directory(path, ignored)) {
    throw UsageError(fmt::format("cannot read {}", markdown_text(path)));
  }
  std::string text;
  for (char buffer[1 << 16]; file && text.size() <= kMaxBytes;) {
    file.read(buffer, sizeof buffer);
    text.append(buffer, static_cast<std::size_t>(file.gcount()));
  }
  try {
    if (text.size() > kMaxBytes) throw std::runtime_error("it is larger than 64 MiB");
    return parse(Json::parse(text, [](int depth, Json::parse_event_t, Json&) {
      if (depth > kMaxDepth) throw std::runtime_error("it is nested too deep");
      return true;
    }));
  } catch (const std::exception& error) {  // nlohmann's quote what they found, whole
    throw UsageError(fmt::format("{} is not what linnet bench --format json wrote: {}", markdown_text(path),
                                 markdown_text(std::string(error.what()).substr(0, 200))));
  }
}

}  // namespace linnet::cli
