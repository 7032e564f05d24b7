#include "quant/fit.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace linnet::quant {
namespace {

constexpr float kMaxHalf = 65504.0f;
// Groups that span less than this decode to one value whatever their codes: the least half is 2^-24.
constexpr float kLeastSpan = 0x1p-40f;

float extreme_of(const float* values, std::size_t n) noexcept {
  float extreme = 0.0f;
  for (std::size_t i = 0; i < n; ++i) {
    const float value = finite(values[i]);
    if (std::fabs(value) > std::fabs(extreme)) extreme = value;
  }
  return extreme;
}

/// Sums over a group's codes q and values x: what the normal equations need.
struct Moments {
  float q = 0.0f, qq = 0.0f, x = 0.0f, qx = 0.0f;
};

/// The least-squares line through the points (code, value). It goes through the origin where its offset would
/// be positive, and where all codes are equal: then all values are, and above zero. Some code is not 0.
AffineFit solve(const Moments& sum, float n) noexcept {
  const AffineFit through_origin{sum.qx / sum.qq, 0.0f};
  const float determinant = n * sum.qq - sum.q * sum.q;  // exact: integers below 2^24
  if (determinant == 0.0f) return through_origin;
  const float offset = (sum.qq * sum.x - sum.q * sum.qx) / determinant;
  return offset > 0.0f ? through_origin : AffineFit{(n * sum.qx - sum.q * sum.x) / determinant, offset};
}

}  // namespace

float finite(float value) noexcept {
  return std::isnan(value) ? 0.0f : std::clamp(value, -kMaxHalf, kMaxHalf);
}

float inverse_of(float scale) noexcept {
  const float inverse = scale == 0.0f ? 0.0f : 1.0f / scale;
  return std::isfinite(inverse) ? inverse : 0.0f;
}

int nearest_code(float value, int low, int high) noexcept {
  const float limited = std::clamp(value, static_cast<float>(low), static_cast<float>(high));
  return static_cast<int>(limited - static_cast<float>(low) + 0.5f) + low;  // truncation is floor from 0 on
}

float fit_extreme(const float* values, std::size_t n, int half_range, std::int8_t* codes) noexcept {
  const float scale = extreme_of(values, n) / static_cast<float>(-half_range);
  const float inverse = inverse_of(scale);
  for (std::size_t i = 0; i < n; ++i) {
    // Rounded after the shift to codes from 0, as ggml does: this decides the last bit's ties.
    const float shifted = finite(values[i]) * inverse + (static_cast<float>(half_range) + 0.5f);
    codes[i] = static_cast<std::int8_t>(std::min(static_cast<int>(shifted), 2 * half_range - 1) - half_range);
  }
  return scale;
}

AffineFit fit_range(const float* values, std::size_t n, int max_code, std::int8_t* codes) noexcept {
  float low = finite(values[0]);
  float high = low;
  for (std::size_t i = 1; i < n; ++i) {
    low = std::min(low, finite(values[i]));
    high = std::max(high, finite(values[i]));
  }
  const float scale = (high - low) / static_cast<float>(max_code);
  const float inverse = inverse_of(scale);
  for (std::size_t i = 0; i < n; ++i) {
    const float shifted = (finite(values[i]) - low) * inverse + 0.5f;
    codes[i] = static_cast<std::int8_t>(std::min(static_cast<int>(shifted), max_code));
  }
  return {scale, low};
}

float fit_scale(const float* values, std::size_t n, int half_range) noexcept {
  const float extreme = extreme_of(values, n);
  if (std::fabs(extreme) < kLeastSpan) return 0.0f;
  // With the codes fixed the best scale is qx / qq, and it lowers the squared error by qx^2 / qq.
  float best_gain = 0.0f;
  float best_scale = 0.0f;
  for (int step = -9; step <= 9; ++step) {
    const float inverse = -(static_cast<float>(half_range) + 0.1f * static_cast<float>(step)) / extreme;
    Moments sum;
    for (std::size_t i = 0; i < n; ++i) {
      const auto q = static_cast<float>(nearest_code(values[i] * inverse, -half_range, half_range - 1));
      sum.qq += q * q;
      sum.qx += q * values[i];
    }
    if (sum.qx * sum.qx > best_gain * sum.qq) {
      best_gain = sum.qx * sum.qx / sum.qq;
      best_scale = sum.qx / sum.qq;
    }
  }
  return best_scale;
}

AffineFit fit_affine(const float* values, std::size_t n, int max_code) noexcept {
  const auto [least, most] = std::minmax_element(values, values + n);
  const float low = std::min(*least, 0.0f);
  const float span = *most - low;
  if (!(span > kLeastSpan)) return {0.0f, low};
  AffineFit best{0.0f, 0.0f};
  float best_error = std::numeric_limits<float>::infinity();
  for (int step = -10; step <= 10; ++step) {
    const float inverse = (static_cast<float>(max_code) + 0.1f * static_cast<float>(step)) / span;
    const auto code = [&](std::size_t i) {
      return static_cast<float>(nearest_code((values[i] - low) * inverse, 0, max_code));
    };
    Moments sum;
    for (std::size_t i = 0; i < n; ++i) {
      const float q = code(i);
      sum.q += q;
      sum.qq += q * q;
      sum.x += values[i];
      sum.qx += q * values[i];
    }
    const AffineFit fit = solve(sum, static_cast<float>(n));
    float error = 0.0f;
    for (std::size_t i = 0; i < n; ++i) {
      const float difference = fit.scale * code(i) + fit.offset - values[i];
      error += difference * difference;
    }
    if (error < best_error) {
      best_error = error;
      best = fit;
    }
  }
  return best;
}

}  // namespace linnet::quant
