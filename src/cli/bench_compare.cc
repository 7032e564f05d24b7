#include "cli/bench_compare.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

Verdict verdict_of(const CellPair& pair) {
  if (!pair.interval) return Verdict::kUnknown;
  if (std::abs(pair.ratio_of_medians - 1) < kNegligible) return Verdict::kSame;
  if (pair.interval->low > 1) return Verdict::kFaster;
  return pair.interval->high < 1 ? Verdict::kSlower : Verdict::kSame;
}

CellPair pair_of(const CellResult& first, const CellResult& second) {
  const Spread a = first.spread(), b = second.spread();
  CellPair pair{.cell = first.cell,
                .ratio_of_medians = b.median / a.median,
                .ratio_of_bests = b.high / a.high,
                .interval = ratio_interval(second.rates, first.rates)};
  pair.verdict = verdict_of(pair);
  return pair;
}

std::string markdown_list(const char* title, const std::vector<Cell>& cells) {
  std::string text;
  for (const Cell& cell : cells) text += fmt::format("{} {}\n", title, markdown_text(title_of(cell)));
  return text;
}

}  // namespace

bool Comparison::is_slower() const noexcept {
  return std::any_of(pairs.begin(), pairs.end(), [](const auto& p) { return p.verdict == Verdict::kSlower; });
}

const char* to_string(Verdict verdict) noexcept {
  switch (verdict) {
    case Verdict::kFaster: return "faster";
    case Verdict::kSlower: return "slower";
    case Verdict::kSame: return "no difference that the noise allows to see";
    case Verdict::kUnknown: break;
  }
  return "too few rounds to tell";
}

Comparison compare(const BenchReport& first, const BenchReport& second) {
  Comparison comparison;
  const auto differ = [&](const char* what, const std::string& a, const std::string& b) {
    if (a != b) comparison.differences.push_back(fmt::format("{}: {}, then {}", what, a, b));
  };
  differ("machine", first.machine.cpu, second.machine.cpu);
  differ("model", first.model, second.model);
  differ("weights", first.format, second.format);
  differ("instruction set", first.isa, second.isa);
  differ("linnet", first.version, second.version);
  for (const CellResult& result : first.cells) {
    const CellResult* const other = second.result_of(result.cell);
    if (other != nullptr) {
      comparison.pairs.push_back(pair_of(result, *other));
    } else {
      comparison.only_first.push_back(result.cell);
    }
  }
  for (const CellResult& result : second.cells) {
    if (first.result_of(result.cell) == nullptr) comparison.only_second.push_back(result.cell);
  }
  return comparison;
}

std::string to_markdown(const Comparison& comparison) {
  std::string text;
  for (const std::string& difference : comparison.differences) {
    text += fmt::format("Different {}\n", markdown_text(difference));
  }
  if (!text.empty()) text += '\n';
  text +=
      "| cell | second / first: medians | bests | with 99 % confidence | the second is "
      "|\n|:--|--:|--:|--:|:--|\n";
  for (const CellPair& pair : comparison.pairs) {
    text += fmt::format(
        "| {} | {:.3f} | {:.3f} | {} | {} |\n", markdown_text(title_of(pair.cell)), pair.ratio_of_medians,
        pair.ratio_of_bests,
        pair.interval ? fmt::format("{:.3f} to {:.3f}", pair.interval->low, pair.interval->high) : "",
        to_string(pair.verdict));
  }
  if (!comparison.only_first.empty() || !comparison.only_second.empty()) text += '\n';
  return text + markdown_list("Only in the first:", comparison.only_first) +
         markdown_list("Only in the second:", comparison.only_second);
}

std::string to_json(const Comparison& comparison) {
  Json json{{"differences", comparison.differences},
            {"cells", Json::array()},
            {"only_first", Json::array()},
            {"only_second", Json::array()},
            {"is_slower", comparison.is_slower()}};
  for (const CellPair& pair : comparison.pairs) {
    Json cell{{"cell", title_of(pair.cell)},
              {"ratio_of_medians", pair.ratio_of_medians},
              {"ratio_of_bests", pair.ratio_of_bests}};
    if (pair.interval) cell["interval"] = {pair.interval->low, pair.interval->high};
    cell["verdict"] = to_string(pair.verdict);
    json["cells"].push_back(std::move(cell));
  }
  for (const Cell& cell : comparison.only_first) json["only_first"].push_back(title_of(cell));
  for (const Cell& cell : comparison.only_second) json["only_second"].push_back(title_of(cell));
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace linnet::cli
