#include <gtest/gtest.h>

#include "tests/sampling/reference.h"

namespace linnet::sampling::testing {
namespace {

TEST(SamplerParameters, DefaultsAreOff) {
  for (const SamplerParameter& parameter : sampler_parameters()) {
    SamplingOptions options;
    ASSERT_TRUE(options.set(parameter.name, parameter.off)) << parameter.name;
    EXPECT_TRUE(options.check());
    const SamplingOptions defaults;
    EXPECT_EQ(options.repetition_penalty, defaults.repetition_penalty);
    EXPECT_EQ(options.frequency_penalty, defaults.frequency_penalty);
    EXPECT_EQ(options.presence_penalty, defaults.presence_penalty);
    EXPECT_EQ(options.penalty_window, defaults.penalty_window);
    EXPECT_EQ(options.top_k, defaults.top_k);
    EXPECT_EQ(options.top_p, defaults.top_p);
    EXPECT_EQ(options.min_p, defaults.min_p);
    EXPECT_EQ(options.temperature, defaults.temperature);
  }
  EXPECT_TRUE(SamplingOptions{}.check());
}

TEST(SamplerParameters, BoundsAreInsideAndBeyondIsNot) {
  for (const SamplerParameter& parameter : sampler_parameters()) {
    SamplingOptions options;
    for (const double value : {parameter.minimum, parameter.maximum}) {
      EXPECT_TRUE(options.set(parameter.name, value)) << parameter.name;
      EXPECT_TRUE(options.check()) << parameter.name;
    }
    for (const double value :
         {parameter.minimum - 1, parameter.maximum + 1, double{kNaN}, double{kInfinity}}) {
      const auto result = options.set(parameter.name, value);
      ASSERT_FALSE(result) << parameter.name;
      EXPECT_EQ(result.error().code, ErrorCode::kInvalidArgument);
      EXPECT_NE(result.error().message.find(parameter.name), std::string::npos) << result.error().message;
    }
    EXPECT_EQ(bool(options.set(parameter.name, 1.0 - 0.5)), !parameter.is_integer);
  }
}

TEST(SamplerParameters, UnknownNamesAndBadFieldsAreErrors) {
  SamplingOptions options;
  EXPECT_EQ(options.set("topk", 1).error().code, ErrorCode::kNotFound);
  options.temperature = kNaN;
  EXPECT_EQ(options.check().error().message, "temperature is nan, but must be a number from 0 to 100");
  EXPECT_FALSE(SamplingOptions{.top_k = -1}.check());
  EXPECT_FALSE((SamplingOptions{.logit_bias = {{3, kNaN}}}.check()));
  EXPECT_FALSE((SamplingOptions{.logit_bias = {{3, kInfinity}}}.check()));
}

}  // namespace
}  // namespace linnet::sampling::testing
