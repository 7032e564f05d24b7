#include <linnet/result.h>

#include <gtest/gtest.h>

#include <system_error>
#include <vector>

#include "base/fail.h"
#include "base/guard.h"

namespace linnet {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return fail(ErrorCode::kInvalidArgument, "{} is odd", n);
  return n / 2;
}

Result<int> quarter(int n) {
  LINNET_TRY(const int h, half(n));
  return half(h);
}

TEST(Result, CarriesTheValueOrTheError) {
  EXPECT_EQ(quarter(8).value(), 2);
  EXPECT_EQ(quarter(6).error().message, "3 is odd");
  EXPECT_EQ(quarter(5).error().code, ErrorCode::kInvalidArgument);
}

TEST(Result, ValueThrowsWhatTheErrorSays) {
  try {
    (void)quarter(5).value();
    FAIL() << "no exception";
  } catch (const Exception& exception) {
    EXPECT_STREQ(exception.what(), "5 is odd");
    EXPECT_EQ(exception.error().code, ErrorCode::kInvalidArgument);
  }
}

TEST(Result, MayBeLoopedOverWhereItStands) {
  const auto numbers = [] { return Result<std::vector<int>>(std::vector<int>{1, 2, 3}); };
  int sum = 0;
  for (const int number : numbers().value()) sum += number;
  EXPECT_EQ(sum, 6);
}

TEST(Guard, TurnsExceptionsIntoErrors) {
  EXPECT_EQ(guard([]() -> Result<int> { throw std::bad_alloc(); }).error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(guard([]() -> Result<void> { throw std::runtime_error("x"); }).error().message, "x");
  const auto no_thread = guard([]() -> Result<void> {
    throw std::system_error(std::make_error_code(std::errc::resource_unavailable_try_again));
  });
  EXPECT_EQ(no_thread.error().code, ErrorCode::kOutOfMemory);
  EXPECT_EQ(no_thread.error().message, "the system starts no more threads");
  EXPECT_EQ(guard([]() -> Result<int> { return 3; }).value(), 3);
}

}  // namespace
}  // namespace linnet
