#include "cli/eval_report.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "cli/command.h"

namespace linnet::cli {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kSchema = "linnet-eval-1";
constexpr std::size_t kPoints = 50;      // of the curve in the JSON form
constexpr std::size_t kConfusions = 50;  // there, too
constexpr double kCoverages[] = {1, 0.95, 0.9, 0.8, 0.7, 0.6, 0.5};

std::string share(double value) { return fmt::format("{:.4f}", value); }
std::string percent(std::size_t n, std::size_t n_all) {
  return fmt::format("{:.1f} %", 100 * share_of(n, n_all));
}

void add_labels(const LabelScores& scores, std::vector<Figure>& figures) {
  figures.push_back({share(scores.accuracy), "accuracy"});
  figures.push_back({share(scores.macro_f1), "macro F1"});
  if (!scores.bins.empty())
    figures.push_back({share(scores.ece), fmt::format("calibration error (ECE, {} bins)", kBins)});
  if (!scores.bins.empty() && scores.n_out_of_scope != 0) {
    figures.push_back({share(scores.ece_of_all), "calibration error with texts out of scope"});
  }
  if (scores.out_of_scope_auroc) {
    figures.push_back({share(*scores.out_of_scope_auroc), "AUROC, in scope against out of scope"});
  }
  if (scores.n_answered == scores.n_texts) return;
  figures.push_back({percent(scores.n_answered, scores.n_texts), "of the texts answered"});
  figures.push_back({percent(scores.n_answered_right, scores.n_answered), "of the answers right"});
  if (scores.n_out_of_scope == 0) return;
  figures.push_back({percent(scores.n_out_of_scope - scores.n_answered_outside, scores.n_out_of_scope),
                     "of the texts out of scope refused"});
}

void add_findings(const FindingScores& scores, bool of_records, std::vector<Figure>& figures) {
  figures.push_back({share(scores.total.f1()), of_records ? "F1 of whole records" : "F1 of spans"});
  figures.push_back({share(scores.total.precision()), "precision"});
  figures.push_back({share(scores.total.recall()), "recall"});
  if (of_records) {
    for (const auto& [field, counts] : scores.by_field)
      figures.push_back({share(counts.f1()), fmt::format("F1 of {}", field)});
  }
  figures.push_back({fmt::format("{}", scores.n_invented),
                     fmt::format("of {} invented: not in the text", counted(scores.n_values, "string"))});
  figures.push_back({percent(scores.n_exact, scores.n_texts), "of the texts wholly right"});
  if (scores.n_empty != 0) {
    figures.push_back(
        {percent(scores.n_empty_right, scores.n_empty),
         fmt::format("of {} with nothing to find left empty", counted(scores.n_empty, "text"))});
  }
  if (!scores.bins.empty())
    figures.push_back({share(scores.ece), fmt::format("calibration error (ECE, {} bins)", kBins)});
}

std::size_t n_invalid(const EvalReport& report) {
  return report.labels ? report.labels->n_invalid : report.findings ? report.findings->n_invalid : 0;
}

std::string printable(std::string text) {
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) c = '?';
  }
  return text;
}

// The first column to the left, figures to the right.
std::string aligned(const TextTable& table) {
  std::vector<std::vector<std::string>> rows{table.columns};
  rows.insert(rows.end(), table.rows.begin(), table.rows.end());
  std::vector<std::size_t> widths(table.columns.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text = fmt::format("\n{}\n", table.title);
  for (const auto& row : rows) {
    text += "  ";
    for (std::size_t i = 0; i < row.size(); ++i)
      text += i == 0 ? fmt::format("{:<{}}", printable(row[i]), widths[i])
                     : fmt::format("  {:>{}}", printable(row[i]), widths[i]);
    text += "\n";
  }
  return text;
}

Json to_json(const std::vector<Bin>& bins) {
  Json json = Json::array();
  for (std::size_t i = 0; i < bins.size(); ++i) {
    json.push_back({{"to", static_cast<double>(i + 1) / static_cast<double>(bins.size())},
                    {"n", bins[i].n},
                    {"right", bins[i].n_right},
                    {"mean_probability", bins[i].mean_probability}});
  }
  return json;
}

Json to_json(const LabelScores& scores) {
  Json json{{"accuracy", scores.accuracy},
            {"macro_f1", scores.macro_f1},
            {"ece", nullptr},
            {"ece_of_all", nullptr},
            {"out_of_scope", scores.n_out_of_scope},
            {"out_of_scope_auroc", nullptr},
            {"answered", scores.n_answered},
            {"answered_right", scores.n_answered_right},
            {"answered_out_of_scope", scores.n_answered_outside},
            {"reliability", to_json(scores.bins)},
            {"abstention", Json::array()},
            {"confusions", Json::array()}};
  if (!scores.bins.empty()) {
    json["ece"] = scores.ece;
    json["ece_of_all"] = scores.ece_of_all;
  }
  if (scores.out_of_scope_auroc) json["out_of_scope_auroc"] = *scores.out_of_scope_auroc;
  for (const OperatingPoint& point : thinned(scores.points, kPoints)) {
    json["abstention"].push_back({{"threshold", point.threshold},
                                  {"coverage", point.coverage},
                                  {"accuracy", point.accuracy},
                                  {"in_scope_answered", point.in_scope_answered},
                                  {"out_of_scope_refused", point.out_of_scope_refused}});
  }
  for (std::size_t i = 0; i < std::min(kConfusions, scores.confusions.size()); ++i) {
    const Confusion& confusion = scores.confusions[i];
    json["confusions"].push_back({confusion.gold, confusion.predicted, confusion.n});
  }
  return json;
}

Json to_json(const Counts& counts) {
  return {{"f1", counts.f1()},     {"precision", counts.precision()}, {"recall", counts.recall()},
          {"gold", counts.n_gold}, {"predicted", counts.n_predicted}, {"right", counts.n_right}};
}

Json to_json(const FindingScores& scores) {
  Json json{{"total", to_json(scores.total)},
            {"fields", Json::object()},
            {"strings", scores.n_values},
            {"invented", scores.n_invented},
            {"texts_right", scores.n_exact},
            {"empty_texts", scores.n_empty},
            {"empty_texts_right", scores.n_empty_right},
            {"ece", nullptr},
            {"reliability", to_json(scores.bins)}};
  for (const auto& [field, counts] : scores.by_field) json["fields"][field] = to_json(counts);
  if (!scores.bins.empty()) json["ece"] = scores.ece;
  return json;
}

}  // namespace

std::vector<OperatingPoint> thinned(const std::vector<OperatingPoint>& points, std::size_t n) {
  if (points.size() <= n) return points;
  std::vector<OperatingPoint> result;
  for (const OperatingPoint& point : points) {
    const double wanted = static_cast<double>(result.size()) / static_cast<double>(n - 1);
    if (result.empty() || point.coverage >= wanted) result.push_back(point);
  }
  return result;
}

std::vector<Figure> figures_of(const EvalReport& report) {
  std::vector<Figure> figures;
  if (report.labels) add_labels(*report.labels, figures);
  if (report.findings) add_findings(*report.findings, report.of_records, figures);
  figures.push_back({fmt::format("{}", n_invalid(report)), "invalid answers"});
  if (report.seconds > 0) {
    figures.push_back(
        {fmt::format("{:.1f}", static_cast<double>(report.n_texts) / report.seconds), "texts a second"});
  }
  return figures;
}

TextTable fields_of(const EvalReport& report) {
  TextTable table{.title = report.of_records ? "Distinct values by field" : "Spans by slot",
                  .columns = {"", "F1", "precision", "recall", "in the data", "found", "right"},
                  .rows = {}};
  if (!report.findings) return table;
  for (const auto& [field, counts] : report.findings->by_field) {
    table.rows.push_back({field, share(counts.f1()), share(counts.precision()), share(counts.recall()),
                          fmt::format("{}", counts.n_gold), fmt::format("{}", counts.n_predicted),
                          fmt::format("{}", counts.n_right)});
  }
  return table;
}

TextTable thresholds_of(const EvalReport& report) {
  TextTable table{
      .title = "Abstaining below a score", .columns = {"score", "answered", "right of these"}, .rows = {}};
  if (!report.labels) return table;
  const bool has_outside = report.labels->n_out_of_scope != 0;
  if (has_outside) {
    table.columns.emplace_back("in scope answered");
    table.columns.emplace_back("out of scope refused");
  }
  for (const double coverage : kCoverages) {
    const auto& points = report.labels->points;
    const auto point = std::find_if(points.begin(), points.end(),
                                    [&](const OperatingPoint& p) { return p.coverage >= coverage; });
    if (point == points.end()) continue;
    std::vector<std::string> row{fmt::format("{:.4g}", point->threshold), share(point->coverage),
                                 share(point->accuracy)};
    if (has_outside) {
      row.push_back(share(point->in_scope_answered));
      row.push_back(share(point->out_of_scope_refused));
    }
    if (table.rows.empty() || table.rows.back() != row) table.rows.push_back(std::move(row));
  }
  return table;
}

std::string to_text(const EvalReport& report) {
  std::string text = fmt::format("{}, {}, answers of {}\n\n", printable(report.data),
                                 counted(report.n_texts, "text"), printable(report.answers));
  for (const Figure& figure : figures_of(report))
    text += fmt::format("  {:>8}  {}\n", figure.value, printable(figure.what));
  for (const TextTable& table : {fields_of(report), thresholds_of(report)}) {
    if (!table.rows.empty()) text += aligned(table);
  }
  return text;
}

std::string to_json(const EvalReport& report) {
  Json json{{"schema", kSchema},          {"linnet", report.version},     {"date", report.date},
            {"command", report.command},  {"data", report.data},          {"answers", report.answers},
            {"texts", report.n_texts},    {"invalid", n_invalid(report)}, {"seconds", nullptr},
            {"texts_per_second", nullptr}};
  if (report.seconds > 0) {
    json["seconds"] = report.seconds;
    json["texts_per_second"] = static_cast<double>(report.n_texts) / report.seconds;
  }
  if (report.labels) json["labels"] = to_json(*report.labels);
  if (report.findings) json[report.of_records ? "records" : "spans"] = to_json(*report.findings);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace linnet::cli
