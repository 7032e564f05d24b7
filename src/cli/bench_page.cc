#include "cli/bench_page.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

#include "cli/bench_compare.h"
#include "cli/chart.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kMaxSeries = 6;  // as many as there are colours

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f27; --soft: #5b6472;
  --rule: #dfe3e9;
  --c0: #2563eb; --c1: #c2410c; --c2: #047857; --c3: #7e22ce; --c4: #be123c; --c5: #0e7490; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171c; --card: #1d2128; --ink: #e8ebf0; --soft: #a0a9b8; --rule: #363c47;
    --c0: #6ea8fe; --c1: #fb923c; --c2: #34d399; --c3: #c084fc; --c4: #fb7185; --c5: #22d3ee; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 14px 40px; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 30px 0 10px; }
h3 { font-size: 15px; margin: 0 0 8px; } p { margin: 4px 0; color: var(--soft); }
.grid { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); }
.facts { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
  margin-top: 16px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 14px;
  min-width: 0; }
.facts b { display: block; font-size: 21px; } .facts span { color: var(--soft); font-size: 13px; }
svg { display: block; width: 100%; max-width: 520px; height: auto; }
svg text { fill: var(--soft); font-size: 12px; }
line.grid { stroke: var(--rule); } .axis { stroke: var(--soft); }
.line { fill: none; stroke: var(--c); stroke-width: 2; } .roof { stroke-dasharray: 6 4; stroke-width: 1.5; }
.mark { fill: var(--c); stroke: var(--card); } .noise { stroke: var(--c); stroke-width: 1.5; }
.bar { fill: var(--c0); opacity: .75; } .bars .noise { stroke: var(--ink); } .one { stroke: var(--ink);
  stroke-width: 1.5; }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); }
.s3 { --c: var(--c3); } .s4 { --c: var(--c4); } .s5 { --c: var(--c5); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0;
  font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 6px; } .key { width: 14px; height: 14px; margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%;
  font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; font-size: 13px; }
  th:first-child, td:first-child { text-align: left; }
code { display: block; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
)";

std::string card(const std::string& title, const std::string& body) {
  return fmt::format("<section class='card'><h3>{}</h3>\n{}</section>\n", html_text(title), body);
}

std::string fact(const std::string& value, const std::string& what) {
  return fmt::format("<div class='card'><b>{}</b><span>{}</span></div>\n", html_text(value), html_text(what));
}

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

std::string table(const BenchReport& report) {
  const Table table = table_of(report);
  std::string rows = "<tr>";
  for (const Table::Column& column : table.columns)
    rows += fmt::format("<th>{}</th>", html_text(column.title));
  rows += "</tr>\n";
  for (const std::vector<std::string>& row : table.rows) {
    rows += "<tr>";
    for (const std::string& value : row) rows += fmt::format("<td>{}</td>", html_text(value));
    rows += "</tr>\n";
  }
  return fmt::format("<div class='card wide'><table>\n{}</table></div>\n", rows);
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
  return fmt::format(
      "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
      "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
      "<title>{0}: linnet bench</title>\n<style>{1}</style></head>\n<body><main>\n"
      "<h1>{0}</h1>\n<p>{2}, {3} weights, measured by linnet bench, {4}</p>\n{5}"
      "<h2>Charts</h2>\n<div class='grid'>\n{6}</div>\n{7}<h2>All cells</h2>\n{8}"
      "<h2>Machine and command</h2>\n{9}</main></body></html>\n",
      html_text(report.model), kStyle, html_text(report.architecture), html_text(report.format),
      html_text(report.date), facts(report), charts, bars, table(report), machine(report));
}

}  // namespace linnet::cli
