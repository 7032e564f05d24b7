// The one list of samplers: the steps in their order, and the options that command-line flags, documentation
// and SamplingOptions::set() know by name.
#include <array>
#include <cmath>
#include <type_traits>

#include "base/guard.h"
#include "sampling/filter.h"

namespace linnet {
namespace {

struct Row {
  SamplerParameter about;
  float SamplingOptions::*real = nullptr;  // exactly one of the two is set
  std::int32_t SamplingOptions::*integer = nullptr;
};

constexpr double kMaxInt = std::numeric_limits<std::int32_t>::max();

consteval Row real(std::string_view name, std::string_view help, double minimum, double maximum, double off,
                   float SamplingOptions::*field) {
  return {{name, help, minimum, maximum, off, false}, field, nullptr};
}
consteval Row integer(std::string_view name, std::string_view help, double off,
                      std::int32_t SamplingOptions::*field) {
  return {{name, help, 0, kMaxInt, off, true}, nullptr, field};
}

using Options = SamplingOptions;
constexpr std::array kRows = {
    real("repetition-penalty", "Make recent tokens this much less likely; 1 = off", 0.1, 10, 1,
         &Options::repetition_penalty),
    real("frequency-penalty", "Subtract this from a token's logit for each recent occurrence; 0 = off", -100,
         100, 0, &Options::frequency_penalty),
    real("presence-penalty", "Subtract this once from the logit of every recent token; 0 = off", -100, 100, 0,
         &Options::presence_penalty),
    integer("penalty-window", "How many of the last tokens the penalties call recent", 64,
            &Options::penalty_window),
    integer("top-k", "Keep the k likeliest tokens; 0 = all", 0, &Options::top_k),
    real("top-p", "Keep the likeliest tokens whose probabilities reach this sum; 1 = all", 0, 1, 1,
         &Options::top_p),
    real("min-p", "Keep tokens at least this fraction as likely as the likeliest; 0 = all", 0, 1, 0,
         &Options::min_p),
    real("temperature", "Flatten (above 1) or sharpen (below 1) the choice; 0 = always the likeliest token",
         0, 100, 0, &Options::temperature),
};

// Between the two come the top_k likeliest.
constexpr std::array kAdjustmentMakers = {&sampling::make_logit_bias, &sampling::make_penalties};
constexpr std::array kFilterMakers = {&sampling::make_top_p, &sampling::make_min_p,
                                      &sampling::make_temperature};

constexpr auto kParameters = [] {
  std::array<SamplerParameter, kRows.size()> parameters{};
  for (std::size_t i = 0; i < kRows.size(); ++i) parameters[i] = kRows[i].about;
  return parameters;
}();

Result<void> check_range(const SamplerParameter& parameter, double value) {
  if (value >= parameter.minimum && value <= parameter.maximum &&
      (!parameter.is_integer || value == std::floor(value))) {
    return {};
  }
  return fail(ErrorCode::kInvalidArgument, "{} is {}, but must be {} from {} to {}", parameter.name, value,
              parameter.is_integer ? "a whole number" : "a number", parameter.minimum, parameter.maximum);
}

}  // namespace

std::span<const SamplerParameter> sampler_parameters() noexcept { return kParameters; }

Result<void> SamplingOptions::set(std::string_view name, double value) {
  return guard([&]() -> Result<void> {
    for (const Row& row : kRows) {
      if (row.about.name != name) continue;
      LINNET_CHECK(check_range(row.about, value));
      if (row.real != nullptr) this->*row.real = static_cast<float>(value);
      if (row.integer != nullptr) this->*row.integer = static_cast<std::int32_t>(value);
      return {};
    }
    return fail(ErrorCode::kNotFound, "no sampling option is called '{}'", name);
  });
}

Result<void> SamplingOptions::check() const {
  return guard([&]() -> Result<void> {
    for (const Row& row : kRows) {
      const double value = row.real != nullptr ? static_cast<double>(this->*row.real) : this->*row.integer;
      LINNET_CHECK(check_range(row.about, value));
    }
    for (const auto& [token, bias] : logit_bias) {
      if (!(bias < std::numeric_limits<float>::infinity())) {
        return fail(ErrorCode::kInvalidArgument,
                    "the logit bias of token {} is {}, but must be a number or -infinity", token, bias);
      }
    }
    return {};
  });
}

namespace sampling {
std::span<const AdjustmentMaker> adjustment_makers() noexcept { return kAdjustmentMakers; }
std::span<const FilterMaker> filter_makers() noexcept { return kFilterMakers; }
}  // namespace sampling

}  // namespace linnet
