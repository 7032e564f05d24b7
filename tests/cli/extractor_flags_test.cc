#include "cli/extractor_flags.h"

#include <gtest/gtest.h>

namespace linnet::cli {
namespace {

TEST(ExtractorFlags, ALineHasNumbersWithTheirDigits) {
  const Record first = {{"drug \"x\"", "Z\nol", 0, 5, 0.5, false},
                        {"n", "12345678901234567890123", 6, 29, 0.98765, true}};
  const Record second = {{"tone", "good", 0, 0, 1, false}, {"n", std::string(400, '9'), 1, 2, 1, true}};
  EXPECT_EQ(to_line({first, second}),
            R"({"records":[{"drug \"x\"":{"value":"Z\nol","begin":0,"end":5,"probability":0.5},)"
            R"("n":{"value":12345678901234567890123,"begin":6,"end":29,"probability":0.9877}},)"
            R"({"tone":{"value":"good","probability":1.0},"n":{"value":)" +
                std::string(400, '9') +
                R"(,"begin":1,"end":2,"probability":1.0}}]})"
                "\n");
  EXPECT_EQ(to_line({}), "{\"records\":[]}\n");
}

}  // namespace
}  // namespace linnet::cli
