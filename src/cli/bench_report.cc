#include "cli/bench_report.h"

#include <algorithm>

#include <fmt/format.h>

namespace linnet::cli {

const char* name_of(CellKind kind) noexcept { return kind == CellKind::kPrompt ? "prompt" : "decode"; }

std::string title_of(const Cell& cell) {
  std::string title = fmt::format("{} {}", name_of(cell.kind), cell.n_tokens);
  if (cell.depth != 0) title += fmt::format(" at depth {}", cell.depth);
  title += fmt::format(", {} thread{}, {}", cell.n_threads, cell.n_threads == 1 ? "" : "s", cell.cache);
  if (cell.n_sessions != 1) title += fmt::format(", {} sessions", cell.n_sessions);
  return title;
}

const ReadRates* BenchReport::read_rates_of(unsigned n_threads) const noexcept {
  const auto at = std::find_if(read_rates.begin(), read_rates.end(),
                               [&](const ReadRates& rates) { return rates.n_threads == n_threads; });
  return at == read_rates.end() ? nullptr : &*at;
}

double bytes_per_second(const CellResult& result) { return result.bytes_per_token * result.spread().median; }

std::optional<double> share_of_memory(const BenchReport& report, const CellResult& result) {
  const ReadRates* const rates = report.read_rates_of(result.cell.n_threads);
  if (result.bytes_per_token == 0 || rates == nullptr) return std::nullopt;
  return bytes_per_second(result) / spread_of(rates->memory).high;
}

std::string markdown_text(const std::string& text) {
  std::string result;
  for (const char c : text) {
    const auto code = static_cast<unsigned char>(c);
    if (c == '|') result += '\\';
    result += code < 0x20 || code == 0x7f ? '?' : c;
  }
  return result;
}

std::string to_markdown(const BenchReport& report) {
  std::string text = fmt::format(
      "{}, {}: load {:.3f} s, first token of a short prompt after {:.3f} s, peak memory {:.0f} MB\n"
      "Energy: {}\n\n",
      markdown_text(report.model), markdown_text(report.isa), report.load_seconds, report.first_token_seconds,
      static_cast<double>(report.peak_bytes) / 1e6, markdown_text(report.energy_source));
  text +=
      "| cell | depth | threads | cache | sessions | tokens/s | low to high | MB/token | GB/s | of memory | "
      "J/token |\n"
      "|:--|--:|--:|:--|--:|--:|--:|--:|--:|--:|--:|\n";
  for (const CellResult& result : report.cells) {
    const Cell& cell = result.cell;
    const Spread spread = result.spread();
    const auto share = share_of_memory(report, result);
    text += fmt::format(
        "| {} {} | {} | {} | {} | {} | {:.1f} | {:.1f} to {:.1f} | {} | {} | {} | {} |\n", name_of(cell.kind),
        cell.n_tokens, cell.depth, cell.n_threads, markdown_text(cell.cache), cell.n_sessions, spread.median,
        spread.low, spread.high, share ? fmt::format("{:.1f}", result.bytes_per_token / 1e6) : "",
        share ? fmt::format("{:.1f}", bytes_per_second(result) / 1e9) : "",
        share ? fmt::format("{:.0f} %", 100 * *share) : "",
        result.joules_per_token.empty() ? ""
                                        : fmt::format("{:.3f}", spread_of(result.joules_per_token).median));
  }
  text +=
      "\n| threads | memory read, GB/s: best | median | as many bytes as the weights: best | median |\n"
      "|--:|--:|--:|--:|--:|\n";
  for (const ReadRates& rates : report.read_rates) {
    const Spread memory = spread_of(rates.memory), weights = spread_of(rates.weights);
    text += fmt::format("| {} | {:.1f} | {:.1f} | {:.1f} | {:.1f} |\n", rates.n_threads, memory.high / 1e9,
                        memory.median / 1e9, weights.high / 1e9, weights.median / 1e9);
  }
  return text;
}

namespace {

// RFC 4180.
std::string csv_text(const std::string& text) {
  if (text.find_first_of("\",\r\n") == std::string::npos) return text;
  std::string result = "\"";
  for (const char c : text) result += c == '"' ? "\"\"" : std::string(1, c);
  return result + '"';
}

}  // namespace

std::string to_csv(const BenchReport& report) {
  std::string text =
      "model,isa,kind,tokens,depth,threads,cache,sessions,median,low,high,bytes_per_token,bytes_per_second,"
      "memory_bytes_per_second,joules_per_token,load_seconds,first_token_seconds,peak_bytes\n";
  for (const CellResult& result : report.cells) {
    const Cell& cell = result.cell;
    const Spread spread = result.spread();
    const ReadRates* const rates = report.read_rates_of(cell.n_threads);
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_text(report.model),
        csv_text(report.isa), name_of(cell.kind), cell.n_tokens, cell.depth, cell.n_threads,
        csv_text(cell.cache), cell.n_sessions, spread.median, spread.low, spread.high, result.bytes_per_token,
        bytes_per_second(result), rates == nullptr ? 0 : spread_of(rates->memory).high,
        result.joules_per_token.empty() ? "" : fmt::to_string(spread_of(result.joules_per_token).median),
        report.load_seconds, report.first_token_seconds, report.peak_bytes);
  }
  return text;
}

}  // namespace linnet::cli
