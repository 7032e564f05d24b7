#include "cli/chart.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

namespace linnet::cli {
namespace {

// Units of the drawing; a page shows it about 420 pixels wide, so that 12 units are text to be read.
constexpr double kWidth = 420, kHeight = 280;
constexpr double kLeft = 50, kRight = 396, kTop = 26, kBottom = 236;
constexpr double kRow = 40, kBarLeft = 2, kBarRight = 330;
constexpr std::size_t kColours = 6;

std::string line(const char* style, double x1, double y1, double x2, double y2) {
  return fmt::format("<line class='{}' x1='{:.1f}' y1='{:.1f}' x2='{:.1f}' y2='{:.1f}'/>", style, x1, y1, x2,
                     y2);
}

std::string words(const char* anchor, double x, double y, std::string_view text) {
  return fmt::format("<text text-anchor='{}' x='{:.1f}' y='{:.1f}'>{}</text>", anchor, x, y, html_text(text));
}

// Each series has a shape besides its colour, for those who see colours differently.
std::string marker(std::size_t i, double x, double y) {
  constexpr double kSize = 5;
  const auto polygon = [&](std::initializer_list<std::pair<double, double>> corners) {
    std::string points;
    for (const auto& [dx, dy] : corners)
      points += fmt::format("{:.1f},{:.1f} ", x + dx * kSize, y + dy * kSize);
    return fmt::format("<polygon class='mark' points='{}'/>", points);
  };
  switch (i % 4) {
    case 0: return fmt::format("<circle class='mark' cx='{:.1f}' cy='{:.1f}' r='{}'/>", x, y, kSize);
    case 1: return polygon({{-0.9, -0.9}, {0.9, -0.9}, {0.9, 0.9}, {-0.9, 0.9}});
    case 2: return polygon({{0, -1.2}, {1.1, 0.8}, {-1.1, 0.8}});
    default: return polygon({{0, -1.3}, {1.3, 0}, {0, 1.3}, {-1.3, 0}});
  }
}

std::string noise_bar(bool is_vertical, double at, double low, double high) {
  constexpr double kCap = 4;
  const auto part = [&](double a1, double b1, double a2, double b2) {
    return is_vertical ? line("noise", b1, a1, b2, a2) : line("noise", a1, b1, a2, b2);
  };
  return part(low, at, high, at) + part(low, at - kCap, low, at + kCap) +
         part(high, at - kCap, high, at + kCap);
}

struct Axes {
  std::vector<double> x_ticks, y_ticks;
  Scale x, y;

  Axes(std::vector<double> xs, std::vector<double> ys)
      : x_ticks(std::move(xs)),
        y_ticks(std::move(ys)),
        x(x_ticks.back(), kLeft, kRight),
        y(y_ticks.back(), kBottom, kTop) {}
};

Axes axes_of(const LineChart& chart) {
  double most_x = 0, most_y = 0;
  for (const ChartSeries& series : chart.series) {
    for (const ChartPoint& point : series.points) {
      most_x = std::max(most_x, point.x);
      most_y = std::max({most_y, point.high, series.roof > 0 ? series.roof / point.x : 0.0});
    }
  }
  return {ticks_to(most_x, 5, chart.least_x_step), ticks_to(most_y, 5)};
}

std::string grid(const LineChart& chart, const Axes& axes) {
  std::string svg;
  for (const double tick : axes.y_ticks) {
    svg += line(tick == 0 ? "axis" : "grid", kLeft, axes.y(tick), kRight, axes.y(tick));
    svg += words("end", kLeft - 12, axes.y(tick) + 4, fmt::format("{:g}", tick));
  }
  for (const double tick : axes.x_ticks) {
    svg += line("axis", axes.x(tick), kBottom, axes.x(tick), kBottom + 4);
    svg += words("middle", axes.x(tick), kBottom + 18, fmt::format("{:g}", tick));
  }
  return svg + words("start", 2, 13, chart.y_title) +
         words("middle", (kLeft + kRight) / 2, kHeight - 6, chart.x_title);
}

// From where it enters the chart at the top to its right end.
std::string roof(const Axes& axes, double rate) {
  constexpr int kSteps = 60;
  const double first = rate / axes.y_ticks.back(), last = axes.x_ticks.back();
  if (!(first < last)) return "";
  std::string points;
  for (int i = 0; i <= kSteps; ++i) {
    const double x = first + (last - first) * i / kSteps;
    points += fmt::format("{:.1f},{:.1f} ", axes.x(x), axes.y(rate / x));
  }
  return fmt::format("<polyline class='line roof' points='{}'/>", points);
}

const char* line_class(const ChartSeries& series) {
  return series.style == SeriesStyle::kGuide ? "line roof" : "line";
}

std::string marks(const LineChart& chart, std::size_t i, const Axes& axes, double shift) {
  const ChartSeries& series = chart.series[i];
  std::string svg;
  for (const ChartPoint& point : series.points) {
    const double x = axes.x(point.x) + shift;
    svg += noise_bar(true, x, axes.y(point.low), axes.y(point.high));
    svg += fmt::format("<g>{}<title>{}: {:.{}f} ({:.{}f} to {:.{}f})</title></g>",
                       marker(i, x, axes.y(point.y)), html_text(series.name), point.y, chart.decimals,
                       point.low, chart.decimals, point.high, chart.decimals);
  }
  return svg;
}

std::string draw(const LineChart& chart, std::size_t i, const Axes& axes) {
  constexpr double kApart = 4;
  const ChartSeries& series = chart.series[i];
  const bool has_marks = series.style == SeriesStyle::kMarks;
  const auto n_marked = [&](std::size_t n) {
    return static_cast<double>(
        std::count_if(chart.series.begin(), chart.series.begin() + static_cast<std::ptrdiff_t>(n),
                      [](const ChartSeries& s) { return s.style == SeriesStyle::kMarks; }));
  };
  const double middle = (n_marked(chart.series.size()) - 1) / 2;
  const double shift = chart.is_joined && has_marks ? (n_marked(i) - middle) * kApart : 0;
  std::string svg = series.roof > 0 ? roof(axes, series.roof) : "";
  if (chart.is_joined || !has_marks) {
    std::string joined;
    for (const ChartPoint& point : series.points)
      joined += fmt::format("{:.1f},{:.1f} ", axes.x(point.x) + shift, axes.y(point.y));
    svg += fmt::format("<polyline class='{}' points='{}'/>", line_class(series), joined);
  }
  if (has_marks) svg += marks(chart, i, axes, shift);
  return fmt::format("<g class='s{}'>{}</g>", i % kColours, svg);
}

// What the legend shows of a series.
std::string key(const ChartSeries& series, std::size_t i) {
  return series.style == SeriesStyle::kMarks ? marker(i, 8, 8) : line(line_class(series), 0, 8, 16, 8);
}

}  // namespace

std::string html_text(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      case '"': result += "&quot;"; break;
      case '\'': result += "&#39;"; break;
      default: result += static_cast<unsigned char>(c) < 0x20 || c == 0x7f ? '?' : c;
    }
  }
  return result;
}

std::vector<double> ticks_to(double most, std::size_t n, double least_step) {
  if (!(most > 0) || !std::isfinite(most)) return {0, 1};
  const double rough = most / static_cast<double>(n);
  const double power = std::pow(10, std::floor(std::log10(rough)));
  double step = 10 * power;
  for (const double factor : {5.0, 2.0, 1.0}) {
    if (factor * power >= rough * 0.999) step = factor * power;
  }
  step = std::max(step, least_step);
  std::vector<double> ticks{0};
  for (std::size_t i = 1; ticks.back() < most * 0.999; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string to_html(const LineChart& chart) {
  const Axes axes = axes_of(chart);
  std::string svg = fmt::format("<svg viewBox='0 0 {} {}' role='img' aria-label='{} against {}'>", kWidth,
                                kHeight, html_text(chart.y_title), html_text(chart.x_title));
  svg += grid(chart, axes);
  std::string legend;
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    svg += draw(chart, i, axes);
    legend += fmt::format("<li><svg class='key s{}' viewBox='0 0 16 16'>{}</svg>{}</li>", i % kColours,
                          key(chart.series[i], i), html_text(chart.series[i].name));
  }
  return fmt::format("{}</svg>\n<ul class='legend'>{}</ul>\n", svg, legend);
}

std::string ratios_to_html(const std::vector<ChartBar>& bars) {
  double most = 1;
  for (const ChartBar& bar : bars) most = std::max({most, bar.value, bar.high});
  const std::vector<double> ticks = ticks_to(most, 5);
  const Scale x(ticks.back(), kBarLeft, kBarRight);
  const double bottom = kRow * static_cast<double>(bars.size()) + 4;
  std::string svg =
      fmt::format("<svg viewBox='0 0 {} {}' role='img' aria-label='ratios of speeds'>", kWidth, bottom + 24);
  for (const double tick : ticks) {
    svg += line("grid", x(tick), 0, x(tick), bottom);
    svg += words(tick == 0 ? "start" : "middle", x(tick), bottom + 16, fmt::format("{:g}", tick));
  }
  double top = 0;
  for (const ChartBar& bar : bars) {
    svg += words("start", kBarLeft + 2, top + 14, bar.name);
    svg += fmt::format("<rect class='bar' x='{}' y='{:.1f}' width='{:.1f}' height='14' rx='2'/>", kBarLeft,
                       top + 20, x(bar.value) - kBarLeft);
    if (bar.high > bar.low) svg += noise_bar(false, top + 27, x(bar.low), x(bar.high));
    svg += words("end", kWidth - 4, top + 31, fmt::format("{:.2f} {}", bar.value, bar.note));
    svg += line("one", x(1), top + 18, x(1), top + 36);
    top += kRow;
  }
  return svg + "</svg>\n";
}

}  // namespace linnet::cli
