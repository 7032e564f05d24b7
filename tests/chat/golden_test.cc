// Every case of tests/golden/chat/cases.json, as Jinja2 renders it.
#include <gtest/gtest.h>

#include "tests/chat/support.h"

namespace linnet::chat {
namespace {

TEST(Golden, EveryCaseRendersAsJinja2RendersIt) {
  const Value file = golden_cases();
  const Value& context = *file.as_dict()->find("context");
  for (const Value& row : file.as_dict()->find("cases")->as_sequence()->items) {
    const auto& fields = row.as_sequence()->items;
    const std::string source(fields[0].as_text()->bytes());
    SCOPED_TRACE(source);
    const auto parts = render(source, context);
    if (fields.size() == 3) {
      EXPECT_FALSE(parts) << "rendered '" << join_parts(*parts) << "' instead of "
                          << fields[2].as_text()->bytes();
      if (parts) continue;
      EXPECT_NE(parts.error().message.find("line "), std::string::npos) << parts.error().message;
    } else if (parts) {
      EXPECT_EQ(join_parts(*parts), fields[1].as_text()->bytes());
    } else {
      ADD_FAILURE() << parts.error().message << " instead of '" << fields[1].as_text()->bytes() << "'";
    }
  }
}

}  // namespace
}  // namespace linnet::chat
