#include "tasks/label_text.h"

#include <gtest/gtest.h>

namespace linnet::tasks {
namespace {

TEST(LabelText, IsTheWordsOfTheName) {
  for (const char* name : {"card_not_working", "CardNotWorking", "card-not-working", "Card not working"}) {
    EXPECT_EQ(label_text(name), "card not working");
  }
  EXPECT_EQ(label_text("Über_Größe"), "Über größe");
  EXPECT_EQ(label_text("_"), "_");
}

}  // namespace
}  // namespace linnet::tasks
