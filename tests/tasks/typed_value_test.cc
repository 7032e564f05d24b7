#include "tasks/typed_value.h"

#include <gtest/gtest.h>

#include <optional>
#include <span>

namespace linnet::tasks {
namespace {

struct Row {
  FieldKind kind;
  const char* words;
  const char* value;  // empty: none
};

void expect_rows(std::span<const Row> rows, const std::optional<Day>& today = {}) {
  for (const Row& row : rows) {
    EXPECT_EQ(typed_value(row.kind, row.words, today).value_or(""), row.value) << row.words;
  }
}

TEST(TypedValue, NumbersAndUnits) {
  constexpr auto kNumber = FieldKind::kNumber, kInteger = FieldKind::kInteger, kUnit = FieldKind::kUnit;
  const Row rows[] = {
      {kNumber, "300 mg/day", "300"},
      {kNumber, "1,250 mg", "1250"},
      {kNumber, "0.5%", "0.5"},
      {kNumber, "about .5 ml", "0.5"},
      {kNumber, "10-fold", "10"},
      {kNumber, "007", "7"},
      {kNumber, "twenty-five", "25"},
      {kNumber, "two hundred and six", "206"},
      {kNumber, "high", ""},
      {kNumber, "", ""},
      {kNumber, "0", "0"},
      {kInteger, "3 people", "3"},
      {kInteger, "2.5", ""},
      {kNumber, "1,2", "1"},
      {kUnit, "300 mg/day", "mg/day"},
      {kUnit, "20%", "%"},
      {kUnit, "ten times daily", "times"},
      {kUnit, "5", ""},
      {kUnit, "75 mg/m2, weekly", "mg/m2"},
  };
  expect_rows(rows);
}

TEST(TypedValue, ANumberHasTheDigitsOfItsWords) {
  constexpr const char* kLong = "12345678901234567890123";
  EXPECT_EQ(typed_value(FieldKind::kNumber, kLong, {}), kLong);
  EXPECT_EQ(typed_value(FieldKind::kInteger, kLong, {}), kLong);
  EXPECT_EQ(typed_value(FieldKind::kNumber, std::string(308, '9'), {}), std::string(308, '9'));
  EXPECT_EQ(typed_value(FieldKind::kNumber, std::string(400, '9'), {}), std::nullopt) << "no double holds it";
}

TEST(TypedValue, Dates) {
  constexpr auto kDate = FieldKind::kDate;
  const Row alone[] = {
      {kDate, "3rd of March 2019", "2019-03-03"},
      {kDate, "Mon, 09 Sep 2019", "2019-09-09"},
      {kDate, "2020-02-29", "2020-02-29"},
      {kDate, "31/12/2018", "2018-12-31"},
      {kDate, "12/31/2018", "2018-12-31"},
      {kDate, "30.2.2019", ""},
      {kDate, "tomorrow", ""},
      {kDate, "March 3", ""},
      {kDate, "twenty-first of May 2021", "2021-05-21"},
  };
  expect_rows(alone);
  const Row from_today[] = {
      {kDate, "tomorrow night", "2024-01-01"},
      {kDate, "the day after tomorrow", "2024-01-02"},
      {kDate, "this evening", "2023-12-31"},
      {kDate, "March 3", "2024-03-03"},
      {kDate, "Friday", "2024-01-05"},
      {kDate, "in two weeks", "2024-01-14"},
      {kDate, "in 9 days", "2024-01-09"},
      {kDate, "the 5th", "2024-01-05"},
      {kDate, "29 February", "2024-02-29"},
      {kDate, "next Sunday", "2024-01-07"},
      {kDate, "soon", ""},
  };
  expect_rows(from_today, Day{2023, 12, 31});
}

TEST(TypedValue, Times) {
  constexpr auto kTime = FieldKind::kTime;
  const Row rows[] = {
      {kTime, "7:30 pm", "19:30"},
      {kTime, "19.30", "19:30"},
      {kTime, "noon", "12:00"},
      {kTime, "midnight", "00:00"},
      {kTime, "half past seven", "07:30"},
      {kTime, "quarter to nine in the evening", "20:45"},
      {kTime, "12 a.m.", "00:00"},
      {kTime, "8 p.m.", "20:00"},
      {kTime, "30 minutes before 12pm.", "11:30"},
      {kTime, "1930", "19:30"},
      {kTime, "10:45AM", "10:45"},
      {kTime, "99:99", ""},
      {kTime, "late", ""},
      {kTime, "seven o'clock", "07:00"},
  };
  expect_rows(rows);
}

TEST(TypedValue, WhatMayBeSomethingElseIsLeftOut) {
  constexpr auto kTime = FieldKind::kTime;
  const Row rows[] = {
      {kTime, "2000 to 0100", "20:00"},
      {kTime, "0900 to 1700", "09:00"},
      {kTime, "9 am to 5 pm", "09:00"},
      {kTime, "7:30 - 9:00", "07:30"},
      {kTime, "9 to 5", ""},
      {kTime, "2-4 pm", ""},
      {kTime, "3 days ago", ""},
      {kTime, "in two hours", ""},
      {kTime, "half an hour", ""},
      {kTime, "quarter eight", ""},
      {kTime, "half an hour before midnight", "23:30"},
      {kTime, "2 hours before 9 pm", "19:00"},
      {kTime, "99 hours before 9", ""},
      {kTime, "twenty-five to nine", "08:35"},
      {kTime, "ten past seven", "07:10"},
      {kTime, "24:00", "00:00"},
      {kTime, "24:30", ""},
      {kTime, "12 pm", "12:00"},
      {kTime, "12 am", "00:00"},
      {kTime, "13 am", ""},
  };
  expect_rows(rows);
}

TEST(TypedValue, DaysAreToldFromToday) {
  constexpr auto kDate = FieldKind::kDate;
  const Row rows[] = {
      {kDate, "9 to 5", ""},
      {kDate, "3 days ago", "2026-02-26"},
      {kDate, "two weeks ago", "2026-02-15"},
      {kDate, "last Friday", "2026-02-27"},
      {kDate, "last Sunday", "2026-02-22"},
      {kDate, "next Monday", "2026-03-02"},
      {kDate, "next Sunday", "2026-03-08"},
      {kDate, "the last Friday of June", ""},
      {kDate, "next week Thursday", ""},
      {kDate, "yesterday", "2026-02-28"},
      {kDate, "the day before yesterday", "2026-02-27"},
      {kDate, "in 3 months", "2026-06-01"},
      {kDate, "a year ago", "2025-03-01"},
      {kDate, "a week from today", "2026-03-08"},
      {kDate, "in two hours", ""},
      {kDate, "two weeks", ""},
      {kDate, "in 9999 years", ""},
      {kDate, "9999 months ago", "1192-12-01"},
      {kDate, "9999 years ago", ""},
      {kDate, "in 99999 days", ""},
      {kDate, "March", ""},
      {kDate, "March 2027", ""},
      {kDate, "29 February", "2028-02-29"},
      {kDate, "the twenty-first", "2026-03-21"},
  };
  expect_rows(rows, Day{2026, 3, 1});
  EXPECT_EQ(typed_value(kDate, "in a month", Day{2026, 1, 31}), std::nullopt) << "no 31 February";
}

TEST(TypedValue, SignsAndUnusualSpaces) {
  constexpr auto kNumber = FieldKind::kNumber, kUnit = FieldKind::kUnit;
  const Row rows[] = {
      {kNumber, "-5 degrees", "-5"},
      {kNumber, "about -.5", "-0.5"},
      {kNumber, "3-5", "3"},
      {kNumber, "B-5", "5"},
      {kNumber, "- 5", "5"},
      {kNumber, "-0", "0"},
      {kNumber, "1 234 euros", ""},
      {kNumber, "1\u00a0234 euros", "1234"},
      {kNumber, "1\u202f234\u2009567.5 euros", "1234567.5"},
      {kUnit, "20\u00a0mg", "mg"},
      {kUnit, "20\u2009mg\u00a0daily", "mg"},
      {kUnit, "20 mg/m2 daily", "mg/m2"},
  };
  expect_rows(rows);
}

TEST(TypedValue, ADayIsWrittenInFull) {
  EXPECT_EQ(parse_day("2024-02-29"), (Day{2024, 2, 29}));
  for (const char* text : {"2023-02-29", "24-02-03", "2024-2-3", "", "2024-02-03x", "2024-13-01"}) {
    EXPECT_EQ(parse_day(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace linnet::tasks
