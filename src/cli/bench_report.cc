#include "cli/bench_report.h"

#include <algorithm>

#include <fmt/format.h>

namespace linnet::cli {

namespace {

// "decode 128", "extract 128, guess 8", "extract 128, guess 8 by small.gguf".
std::string task_of(const Cell& cell) {
  std::string task = fmt::format("{} {}", name_of(cell.kind), cell.n_tokens);
  if (cell.kind == CellKind::kExtract) task += fmt::format(", guess {}", cell.n_guess);
  if (!cell.draft.empty()) task += fmt::format(" by {}", cell.draft);
  return task;
}

}  // namespace

const char* name_of(CellKind kind) noexcept {
  switch (kind) {
    case CellKind::kPrompt: return "prompt";
    case CellKind::kDecode: return "decode";
    case CellKind::kExtract: break;
  }
  return "extract";
}

std::string title_of(const Cell& cell) {
  std::string title = task_of(cell);
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

const CellResult* BenchReport::result_of(const Cell& cell) const noexcept {
  const auto at = std::find_if(cells.begin(), cells.end(), [&](const auto& r) { return r.cell == cell; });
  return at == cells.end() ? nullptr : &*at;
}

double bytes_per_second(const CellResult& result) { return result.bytes_per_token * result.spread().median; }

std::optional<double> share_of_memory(const BenchReport& report, const CellResult& result) {
  const ReadRates* const rates = report.read_rates_of(result.cell.n_threads);
  if (result.bytes_per_token == 0 || rates == nullptr) return std::nullopt;
  return bytes_per_second(result) / spread_of(rates->memory).high;
}

std::optional<double> gain_of_guessing(const BenchReport& report, const CellResult& result) {
  if (result.cell.n_guess == 0) return std::nullopt;
  Cell base = result.cell;
  base.n_guess = 0;
  base.draft.clear();
  const CellResult* const without = report.result_of(base);
  if (without == nullptr) return std::nullopt;
  return result.spread().median / without->spread().median;
}

namespace {

struct Column {
  const char* title;
  bool is_text;
  std::string (*text)(const BenchReport& report, const CellResult& result);  // empty: nothing to say
};

// The one list of columns.
constexpr Column kColumns[] = {
    {"cell", true, [](auto&, auto& r) { return task_of(r.cell); }},
    {"depth", false, [](auto&, auto& r) { return fmt::to_string(r.cell.depth); }},
    {"threads", false, [](auto&, auto& r) { return fmt::to_string(r.cell.n_threads); }},
    {"cache", true, [](auto&, auto& r) { return r.cell.cache; }},
    {"sessions", false, [](auto&, auto& r) { return fmt::to_string(r.cell.n_sessions); }},
    {"tokens/s", false, [](auto&, auto& r) { return fmt::format("{:.1f}", r.spread().median); }},
    {"low to high", false,
     [](auto&, auto& r) { return fmt::format("{:.1f} to {:.1f}", r.spread().low, r.spread().high); }},
    {"MB/token", false,
     [](auto&, auto& r) {
       return r.bytes_per_token == 0 ? "" : fmt::format("{:.1f}", r.bytes_per_token / 1e6);
     }},
    {"GB/s", false,
     [](auto&, auto& r) {
       return r.bytes_per_token == 0 ? "" : fmt::format("{:.1f}", bytes_per_second(r) / 1e9);
     }},
    {"of memory", false,
     [](auto& report, auto& r) {
       const auto share = share_of_memory(report, r);
       return share ? fmt::format("{:.0f} %", 100 * *share) : "";
     }},
    {"J/token", false,
     [](auto&, auto& r) {
       return r.joules_per_token.empty() ? "" : fmt::format("{:.3f}", spread_of(r.joules_per_token).median);
     }},
    {"guesses right", false,
     [](auto&, auto& r) {
       const auto [n_guessed, n_right] = r.guesses;
       if (n_guessed == 0) return std::string();
       return fmt::format("{} of {}, {:.0f} %", n_right, n_guessed,
                          100 * static_cast<double>(n_right) / static_cast<double>(n_guessed));
     }},
    {"times guess 0", false,
     [](auto& report, auto& r) {
       const auto gain = gain_of_guessing(report, r);
       return gain ? fmt::format("{:.2f}", *gain) : "";
     }},
};

}  // namespace

Table table_of(const BenchReport& report) {
  Table table{.columns = {}, .rows = std::vector<std::vector<std::string>>(report.cells.size())};
  for (const Column& column : kColumns) {
    std::vector<std::string> texts;
    for (const CellResult& result : report.cells) texts.push_back(column.text(report, result));
    if (std::all_of(texts.begin(), texts.end(), [](const auto& text) { return text.empty(); })) continue;
    table.columns.push_back({column.title, column.is_text});
    for (std::size_t i = 0; i < texts.size(); ++i) table.rows[i].push_back(std::move(texts[i]));
  }
  return table;
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
  const Table table = table_of(report);
  std::string rule;
  for (const Table::Column& column : table.columns) {
    text += fmt::format("| {} ", column.title);
    rule += column.is_text ? "|:--" : "|--:";
  }
  text += fmt::format("|\n{}|\n", rule);
  for (const std::vector<std::string>& row : table.rows) {
    for (const std::string& value : row) text += fmt::format("| {} ", markdown_text(value));
    text += "|\n";
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
      "model,isa,kind,tokens,depth,threads,cache,sessions,guess,draft,median,low,high,bytes_per_token,"
      "bytes_per_second,memory_bytes_per_second,joules_per_token,guesses,guesses_right,gain,load_seconds,"
      "first_token_seconds,peak_bytes\n";
  for (const CellResult& result : report.cells) {
    const Cell& cell = result.cell;
    const Spread spread = result.spread();
    const ReadRates* const rates = report.read_rates_of(cell.n_threads);
    const auto gain = gain_of_guessing(report, result);
    text += fmt::format(
        "{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{},{}\n", csv_text(report.model),
        csv_text(report.isa), name_of(cell.kind), cell.n_tokens, cell.depth, cell.n_threads,
        csv_text(cell.cache), cell.n_sessions, cell.n_guess, csv_text(cell.draft), spread.median, spread.low,
        spread.high, result.bytes_per_token, bytes_per_second(result),
        rates == nullptr ? 0 : spread_of(rates->memory).high,
        result.joules_per_token.empty() ? "" : fmt::to_string(spread_of(result.joules_per_token).median),
        result.guesses.n_guessed, result.guesses.n_right, gain ? fmt::to_string(*gain) : "",
        report.load_seconds, report.first_token_seconds, report.peak_bytes);
  }
  return text;
}

}  // namespace linnet::cli
