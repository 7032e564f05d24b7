#include "cli/bench_page.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "cli/bench_compare.h"
#include "cli/chart.h"
#include "cli/page.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kMaxSeries = 6;  // as many as there are colours

// Cells as lines: what a point's x is, and which cells share a line. Lines of fewer than `least` points say
// nothing about x.
struct Lines {
  LineChart chart;
  std::size_t least = 2;
  std::function<double(const CellResult&)> x;
  std::function<std::string(const Cell&)> name;
  std::function<double(const Cell&)> roof = [](const Cell&) { return 0.0; };
};

std::string draw(const std::string& title, const BenchReport& report, CellKind kind, Lines lines) {
  std::vector<ChartSeries>& all = lines.chart.series;
  for (const CellResult& result : report.cells) {
    if (result.cell.kind != kind) continue;
    const std::string name = lines.name(result.cell);
    auto at = std::find_if(all.begin(), all.end(), [&](const ChartSeries& s) { return s.name == name; });
    if (at == all.end()) at = all.insert(at, {.name = name, .points = {}, .roof = lines.roof(result.cell)});
    const Spread spread = result.spread();
    at->points.push_back({lines.x(result), spread.median, spread.low, spread.high});
  }
  std::erase_if(all, [&](const ChartSeries& s) { return s.points.size() < lines.least; });
  if (all.empty()) return "";
  const std::size_t n_left_out = all.size() - std::min(all.size(), kMaxSeries);
  all.resize(all.size() - n_left_out);
  for (ChartSeries& series : all) {
    std::sort(series.points.begin(), series.points.end(),
              [](const auto& a, const auto& b) { return a.x < b.x; });
  }
  std::string body = to_html(lines.chart);
  if (n_left_out != 0) body += fmt::format("<p>{} more such lines are in the table only.</p>", n_left_out);
  return card(title, body);
}

std::string threads_text(unsigned n) { return fmt::format("{} thread{}", n, n == 1 ? "" : "s"); }

std::string roofline(const BenchReport& report) {
  return draw("Decode under the memory's roof", report, CellKind::kDecode,
              {.chart = {.x_title = "MB read for a token (weights, keys, values)",
                         .y_title = "tokens/s; dashed: memory's read rate / bytes",
                         .is_joined = false,
                         .series = {}},
               .least = 1,
               .x = [](const CellResult& result) { return result.bytes_per_token / 1e6; },
               .name = [](const Cell& cell) { return threads_text(cell.n_threads); },
               .roof =
                   [&](const Cell& cell) {
                     const ReadRates* const rates = report.read_rates_of(cell.n_threads);
                     return rates == nullptr ? 0.0 : spread_of(rates->memory).high / 1e6;
                   }});
}

std::string against_threads(const BenchReport& report, CellKind kind) {
  return draw(fmt::format("{} against threads", kind == CellKind::kPrompt ? "Prompt" : "Decode"), report,
              kind,
              {.chart = {.x_title = "threads", .y_title = "tokens/s", .least_x_step = 1, .series = {}},
               .x = [](const CellResult& result) { return static_cast<double>(result.cell.n_threads); },
               .name =
                   [](const Cell& cell) {
                     return fmt::format("{} tokens, depth {}, {}", cell.n_tokens, cell.depth, cell.cache);
                   }});
}

std::string against_depth(const BenchReport& report, CellKind kind) {
  return draw(fmt::format("{} against depth", kind == CellKind::kPrompt ? "Prompt" : "Decode"), report, kind,
              {.chart = {.x_title = "tokens in the context before",
                         .y_title = "tokens/s",
                         .least_x_step = 1,
                         .series = {}},
               .x = [](const CellResult& result) { return static_cast<double>(result.cell.depth); },
               .name =
                   [](const Cell& cell) {
                     return fmt::format("{} tokens, {}, {}", cell.n_tokens, threads_text(cell.n_threads),
                                        cell.cache);
                   }});
}

std::string against_guesses(const BenchReport& report) {
  return draw("Extraction against guesses", report, CellKind::kExtract,
              {.chart = {.x_title = "tokens guessed ahead at most; 0: none",
                         .y_title = "tokens/s",
                         .least_x_step = 1,
                         .series = {}},
               .x = [](const CellResult& result) { return static_cast<double>(result.cell.n_guess); },
               .name =
                   [](const Cell& cell) {
                     std::string name = fmt::format("{} tokens, {}, {}", cell.n_tokens,
                                                    threads_text(cell.n_threads), cell.cache);
                     if (!cell.draft.empty()) name += ", by " + cell.draft;
                     return name;
                   }});
}

std::string ratios(const BenchReport& report, const Baseline& baseline) {
  const Comparison comparison = compare(baseline.report, report);
  std::vector<ChartBar> bars;
  std::string notes =
      "<p>Speed over the baseline's: above 1 is faster. The bar is the ratio of medians, the "
      "line on it where the ratio lies with 99 % confidence.</p>";
  for (const CellPair& pair : comparison.pairs) {
    const Interval interval = pair.interval.value_or(Interval{});
    const bool differs = pair.verdict == Verdict::kFaster || pair.verdict == Verdict::kSlower;
    bars.push_back({title_of(pair.cell), pair.ratio_of_medians, interval.low, interval.high,
                    differs ? to_string(pair.verdict) : ""});
  }
  for (const std::string& difference : comparison.differences) {
    notes += fmt::format("<p>Different {}</p>", html_text(difference));
  }
  if (bars.empty()) return card("Against " + baseline.name, "<p>No cell is in both.</p>");
  return card("Against " + baseline.name,
              fmt::format("{}<div class='bars'>{}</div>", notes, ratios_to_html(bars)));
}

std::string cells(const BenchReport& report) {
  const Table table = table_of(report);
  std::vector<std::string> titles;
  for (const Table::Column& column : table.columns) titles.push_back(column.title);
  return table_to_html(titles, table.rows);
}

std::string facts(const BenchReport& report) {
  std::string text =
      fact(fmt::format("{:.0f} ms", report.load_seconds * 1e3), "to load the model") +
      fact(fmt::format("{:.0f} ms", report.first_token_seconds * 1e3), "to a first token, loading included") +
      fact(fmt::format("{:.0f} MB", static_cast<double>(report.peak_bytes) / 1e6), "peak memory");
  for (const ReadRates& rates : report.read_rates) {
    text += fact(fmt::format("{:.1f} GB/s", spread_of(rates.memory).high / 1e9),
                 fmt::format("read from memory, {}; {:.1f} for as many bytes as the weights",
                             threads_text(rates.n_threads), spread_of(rates.weights).high / 1e9));
  }
  return fmt::format("<div class='facts'>\n{}</div>\n", text);
}

std::string machine(const BenchReport& report) {
  return fmt::format(
      "<div class='card'><p>{}, {} cores, {:.0f} GB of memory, {} kernels</p><p>Energy: {}</p>"
      "<p>linnet {}, {} rounds, each of which measures every cell once; medians, and low to high</p>"
      "<code>{}</code></div>\n",
      html_text(report.machine.cpu), report.machine.n_cores,
      static_cast<double>(report.machine.memory_bytes) / 1e9, html_text(report.isa),
      html_text(report.energy_source), html_text(report.version), report.n_rounds, html_text(report.command));
}

}  // namespace

std::string to_html(const BenchReport& report, const std::vector<Baseline>& baselines) {
  std::string charts = roofline(report);
  for (const CellKind kind : {CellKind::kPrompt, CellKind::kDecode}) {
    charts += against_threads(report, kind) + against_depth(report, kind);
  }
  charts += against_guesses(report);
  std::string bars;
  for (const Baseline& baseline : baselines) bars += ratios(report, baseline);
  if (!bars.empty()) bars = fmt::format("<h2>Against baselines</h2>\n<div class='grid'>\n{}</div>\n", bars);
  return page_to_html(report.model, "linnet bench",
                      fmt::format("{}, {} weights, measured by linnet bench, {}", report.architecture,
                                  report.format, report.date),
                      fmt::format("{}<h2>Charts</h2>\n<div class='grid'>\n{}</div>\n{}<h2>All cells</h2>\n{}"
                                  "<h2>Machine and command</h2>\n{}",
                                  facts(report), charts, bars, cells(report), machine(report)));
}

}  // namespace linnet::cli
