// Small charts as inline SVG: axes from zero, colours from the page's style sheet (classes s0 to s5), all
// text escaped. Pure functions: any thread.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace linnet::cli {

/// `text` inside an element or a quoted attribute; control characters become '?'.
std::string html_text(std::string_view text);

/// Round numbers 0, step, 2 * step, ... of which the last is the first not below `most`; about `n` steps,
/// each 1, 2 or 5 times a power of ten and at least `least_step`. {0, 1} if `most` is not a number above 0.
std::vector<double> ticks_to(double most, std::size_t n, double least_step = 0);

/// Values from 0 to `most` as places between `start` and `end`, linearly; beyond them for values beyond.
class Scale {
 public:
  Scale(double most, double start, double end) noexcept : start_(start), factor_((end - start) / most) {}
  double operator()(double value) const noexcept { return start_ + factor_ * value; }

 private:
  double start_, factor_;
};

struct ChartPoint {
  double x = 0;
  double y = 0;
  double low = 0;  ///< The noise bar.
  double high = 0;
};

enum class SeriesStyle {
  kMarks,  ///< A mark and a noise bar at each point.
  kLine,   ///< The line alone, for many points.
  kGuide,  ///< A dashed line to hold others against.
};

struct ChartSeries {
  std::string name;
  std::vector<ChartPoint> points;  ///< By x, none below 0.
  double roof = 0;                 ///< If above 0: a dashed curve y = roof / x in the same colour.
  SeriesStyle style = SeriesStyle::kMarks;
};

struct LineChart {
  std::string x_title, y_title;
  double least_x_step = 0;
  bool is_joined = true;  ///< Whether a line goes through a series' marks.
  int decimals = 1;       ///< Of the figures at a mark.
  std::vector<ChartSeries> series;
};

/// The chart and its legend. Joined series with marks stand a little apart, so that one's noise does not
/// cover another's.
std::string to_html(const LineChart& chart);

struct ChartBar {
  std::string name;
  double value = 0;
  double low = 0;
  double high = 0;
  std::string note;  ///< Behind the value.
};

/// Bars from 0 with a line at 1, a row each.
std::string ratios_to_html(const std::vector<ChartBar>& bars);

}  // namespace linnet::cli
