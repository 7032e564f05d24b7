#include "cli/chart.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace linnet::cli {
namespace {

using Ticks = std::vector<double>;

TEST(TicksTo, AreRoundNumbersFromZeroThatHoldTheMost) {
  EXPECT_EQ(ticks_to(100, 5), (Ticks{0, 20, 40, 60, 80, 100}));
  EXPECT_EQ(ticks_to(101, 5), (Ticks{0, 50, 100, 150}));
  EXPECT_EQ(ticks_to(2, 5, 1), (Ticks{0, 1, 2}));
  EXPECT_EQ(ticks_to(4096, 5), (Ticks{0, 1000, 2000, 3000, 4000, 5000}));
  for (const double most : {1e-9, 0.3, 1.0, 7.0, 99.9, 12345.0, 4e12}) {
    const Ticks ticks = ticks_to(most, 5);
    EXPECT_EQ(ticks.front(), 0);
    EXPECT_GE(ticks.back(), most * 0.999);
    EXPECT_LT(ticks[ticks.size() - 2], most);
    EXPECT_LE(ticks.size(), 7u);
  }
}

TEST(TicksTo, AreSaneForWhatIsNoNumber) {
  for (const double most : {0.0, -5.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    EXPECT_EQ(ticks_to(most, 5), (Ticks{0, 1}));
  }
}

TEST(Scale, IsLinearFromZero) {
  const Scale up(200, 236, 26);  // drawings count downward
  EXPECT_DOUBLE_EQ(up(0), 236);
  EXPECT_DOUBLE_EQ(up(100), 131);
  EXPECT_DOUBLE_EQ(up(200), 26);
  EXPECT_DOUBLE_EQ(up(400), -184);
}

TEST(HtmlText, EscapesWhatMeansSomething) {
  EXPECT_EQ(html_text("a<b>&\"'\x01\n"), "a&lt;b&gt;&amp;&quot;&#39;??");
  EXPECT_EQ(html_text("h\xc3\xa9"), "h\xc3\xa9");
}

TEST(LineChart, PlacesPointsAndEscapesNames) {
  LineChart chart{.x_title = "x<", .y_title = "y<", .series = {{"<s>", {{100, 50, 40, 60}}}}};
  chart.series[0].roof = 5000;
  const std::string html = to_html(chart);
  EXPECT_EQ(html.find("<s>"), std::string::npos);
  EXPECT_NE(html.find("&lt;s&gt;"), std::string::npos);
  EXPECT_NE(html.find("cx='396.0' cy='61.0'"), std::string::npos) << html;  // of 0 to 100 and 0 to 60
  EXPECT_NE(html.find("class='line roof' points='338.3,26.0"), std::string::npos) << html;
  EXPECT_EQ(html.find("nan"), std::string::npos);
}

TEST(LineChart, DrawsLinesAndGuidesWithoutMarksAndInTheirPlace) {
  const std::vector<ChartPoint> diagonal{{0, 0, 0, 0}, {1, 1, 1, 1}};
  const LineChart chart{.x_title = "x",
                        .y_title = "y",
                        .decimals = 3,
                        .series = {{.name = "a", .points = {{0.5, 0.5, 0.25, 0.75}}},
                                   {.name = "b", .points = diagonal, .style = SeriesStyle::kLine},
                                   {.name = "c", .points = diagonal, .style = SeriesStyle::kGuide}}};
  const std::string html = to_html(chart);
  EXPECT_NE(html.find("<title>a: 0.500 (0.250 to 0.750)</title>"), std::string::npos) << html;
  EXPECT_NE(html.find("cx='223.0' cy='131.0'"), std::string::npos) << html;  // not moved aside: it is alone
  EXPECT_NE(html.find("<polyline class='line' points='50.0,236.0 396.0,26.0"), std::string::npos) << html;
  EXPECT_NE(html.find("<polyline class='line roof' points='50.0,236.0 396.0,26.0"), std::string::npos)
      << html;
  EXPECT_EQ(html.find("<title>b"), std::string::npos);
}

TEST(RatioChart, HasALineAtOne) {
  const std::string html = ratios_to_html({{"a & b", 2, 1.5, 2.5, "faster"}});
  EXPECT_NE(html.find("a &amp; b"), std::string::npos);
  EXPECT_NE(html.find("2.00 faster"), std::string::npos);
  EXPECT_NE(html.find("class='one'"), std::string::npos);
}

}  // namespace
}  // namespace linnet::cli
