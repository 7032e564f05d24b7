#include "cli/eval_page.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "cli/chart.h"
#include "cli/page.h"
#include "cli/statistics.h"

namespace linnet::cli {
namespace {

constexpr std::size_t kCurvePoints = 100;
constexpr std::size_t kMatrixLabels = 12;
constexpr std::size_t kQuotedTexts = 25;

const ChartSeries kDiagonal{
    .name = "perfect calibration", .points = {{0, 0, 0, 0}, {1, 1, 1, 1}}, .style = SeriesStyle::kGuide};

// Where the share of right ones lies with 95 % confidence, were the bin's claims drawn again.
// Source: Wilson 1927, doi:10.1080/01621459.1927.10502953.
Interval wilson(const Bin& bin) {
  constexpr double kZ = 1.96;
  const auto n = static_cast<double>(bin.n);
  const double share = share_of(bin.n_right, bin.n);
  const double middle = (share + kZ * kZ / (2 * n)) / (1 + kZ * kZ / n);
  const double half = kZ / (1 + kZ * kZ / n) * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  return {std::max(0.0, middle - half), std::min(1.0, middle + half)};
}

std::string reliability(const std::vector<Bin>& bins, double ece, const std::string& claims) {
  ChartSeries series{.name = fmt::format("{}; bars: 95 % confidence", claims), .points = {}};
  ChartSeries counts{.name = "share of them in the bin", .points = {}, .style = SeriesStyle::kLine};
  std::size_t n = 0;
  for (const Bin& bin : bins) n += bin.n;
  for (std::size_t i = 0; i < bins.size(); ++i) {
    const double middle = (static_cast<double>(i) + 0.5) / static_cast<double>(bins.size());
    const double share = share_of(bins[i].n, n);
    counts.points.push_back({middle, share, share, share});
    if (bins[i].n == 0) continue;
    const Interval interval = wilson(bins[i]);
    series.points.push_back(
        {bins[i].mean_probability, share_of(bins[i].n_right, bins[i].n), interval.low, interval.high});
  }
  const LineChart chart{.x_title = "probability that was told",
                        .y_title = "share that was right",
                        .decimals = 3,
                        .series = {series, counts, kDiagonal}};
  return card("Reliability", fmt::format("<p>Expected calibration error {:.4f}, {} equal bins</p>\n{}", ece,
                                         bins.size(), to_html(chart)));
}

ChartSeries curve(const std::string& name, const std::vector<OperatingPoint>& points,
                  double OperatingPoint::*x, double OperatingPoint::*y) {
  ChartSeries series{.name = name, .points = {}, .style = SeriesStyle::kLine};
  for (const OperatingPoint& point : points)
    series.points.push_back({point.*x, point.*y, point.*y, point.*y});
  return series;
}

std::string abstention(const LabelScores& scores) {
  const std::vector<OperatingPoint> points = thinned(scores.points, kCurvePoints);
  const LineChart chart{
      .x_title = "share of the texts that are answered, surest first",
      .y_title = "share of the answers that are right",
      .decimals = 3,
      .series = {curve("this program", points, &OperatingPoint::coverage, &OperatingPoint::accuracy)}};
  std::string cards = card("Abstention", to_html(chart));
  if (!scores.out_of_scope_auroc) return cards;
  LineChart roc{.x_title = "share of the texts in scope that are answered",
                .y_title = "share of the texts out of scope that are refused",
                .decimals = 3,
                .series = {curve(fmt::format("AUROC {:.4f}", *scores.out_of_scope_auroc), points,
                                 &OperatingPoint::in_scope_answered, &OperatingPoint::out_of_scope_refused)}};
  roc.series.push_back(
      {.name = "chance", .points = {{0, 1, 1, 1}, {1, 0, 0, 0}}, .style = SeriesStyle::kGuide});
  return cards + card("Out of scope", to_html(roc));
}

// The labels of the most frequent confusions.
std::vector<std::string> confused_labels(const LabelScores& scores) {
  std::vector<std::string> labels;
  for (const Confusion& confusion : scores.confusions) {
    for (const std::string& label : {confusion.gold, confusion.predicted}) {
      const bool is_new = std::find(labels.begin(), labels.end(), label) == labels.end();
      if (is_new && labels.size() < kMatrixLabels) labels.push_back(label);
    }
  }
  return labels;
}

std::string name_of(const std::string& label) { return label.empty() ? "(none)" : label; }

std::string matrix(const EvalData& data, const std::vector<Answer>& answers,
                   const std::vector<std::string>& labels) {
  const auto place_of = [&](const std::string& label) {
    return static_cast<std::size_t>(std::find(labels.begin(), labels.end(), label) - labels.begin());
  };
  std::vector<std::size_t> counts(labels.size() * labels.size());
  for (std::size_t i = 0; i < answers.size(); ++i) {
    if (!data.examples[i].label) continue;
    const std::size_t row = place_of(*data.examples[i].label), column = place_of(answers[i].label);
    if (row < labels.size() && column < labels.size()) ++counts[row * labels.size() + column];
  }
  const double most =
      static_cast<double>(std::max<std::size_t>(1, *std::max_element(counts.begin(), counts.end())));
  std::string html = "<tr><th>in the data, by answer</th>";
  for (std::size_t i = 0; i < labels.size(); ++i)
    html += fmt::format("<th title='{}'>{}</th>", html_text(name_of(labels[i])), i + 1);
  html += "</tr>\n";
  for (std::size_t row = 0; row < labels.size(); ++row) {
    html += fmt::format("<tr><td>{} {}</td>", row + 1, html_text(name_of(labels[row])));
    for (std::size_t column = 0; column < labels.size(); ++column) {
      const std::size_t n = counts[row * labels.size() + column];
      if (n == 0) {
        html += "<td></td>";
        continue;
      }
      html += fmt::format("<td><i class='heat s{}' style='opacity:{:.2f}'></i>{}</td>", row == column ? 2 : 4,
                          0.15 + 0.6 * static_cast<double>(n) / most, n);
    }
    html += "</tr>\n";
  }
  return fmt::format("<div class='card wide'><table class='matrix'>\n{}</table></div>\n", html);
}

std::string confusions(const LabelScores& scores, const EvalData& data, const std::vector<Answer>& answers) {
  const std::vector<std::string> labels = confused_labels(scores);
  if (labels.empty()) return "";
  return fmt::format("<h2>The most confused labels</h2>\n{}", matrix(data, answers, labels));
}

std::string wrong_labels(const LabelScores& scores, const EvalData& data,
                         const std::vector<Answer>& answers) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < std::min(kQuotedTexts, scores.errors.size()); ++k) {
    const std::size_t i = scores.errors[k];
    rows.push_back({data.examples[i].text, data.examples[i].label.value_or("(out of scope)"),
                    name_of(answers[i].label),
                    answers[i].probability ? fmt::format("{:.3f}", *answers[i].probability) : ""});
  }
  if (rows.empty()) return "";
  return fmt::format("<h2>Wrong and sure of it</h2>\n<div class='texts'>{}</div>",
                     table_to_html({"text", "in the data", "answer", "probability"}, rows));
}

std::string misses(const FindingScores& scores, const EvalData& data) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t k = 0; k < std::min(kQuotedTexts, scores.misses.size()); ++k) {
    const Miss& miss = scores.misses[k];
    rows.push_back({data.examples[miss.i_text].text, fmt::to_string(fmt::join(miss.missing, "; ")),
                    fmt::to_string(fmt::join(miss.wrong, "; "))});
  }
  if (rows.empty()) return "";
  return fmt::format("<h2>Texts with the most mistakes</h2>\n<div class='texts'>{}</div>",
                     table_to_html({"text", "not found", "found and wrong"}, rows));
}

std::string section(const TextTable& table) {
  if (table.rows.empty()) return "";
  return fmt::format("<h2>{}</h2>\n{}", html_text(table.title), table_to_html(table.columns, table.rows));
}

}  // namespace

std::string to_html(const EvalReport& report, const EvalData& data, const std::vector<Answer>& answers) {
  std::string facts, charts, tables = section(fields_of(report)) + section(thresholds_of(report));
  for (const Figure& figure : figures_of(report)) facts += fact(figure.value, figure.what);
  if (report.labels) {
    charts +=
        reliability(report.labels->bins, report.labels->ece, "likeliest labels") + abstention(*report.labels);
    tables += confusions(*report.labels, data, answers) + wrong_labels(*report.labels, data, answers);
  }
  if (report.findings) {
    if (!report.findings->bins.empty())
      charts += reliability(report.findings->bins, report.findings->ece, "values");
    tables += misses(*report.findings, data);
  }
  if (!charts.empty()) charts = fmt::format("<h2>Charts</h2>\n<div class='grid'>\n{}</div>\n", charts);
  return page_to_html(
      report.data, "linnet eval",
      fmt::format("{} texts, answers of {}, measured by linnet eval, {}", report.n_texts, report.answers,
                  report.date),
      fmt::format("<div class='facts'>\n{}</div>\n{}{}<h2>Command</h2>\n"
                  "<div class='card'><p>linnet {}</p><code>{}</code></div>\n",
                  facts, charts, tables, html_text(report.version), html_text(report.command)));
}

}  // namespace linnet::cli
