#include "engine/logit_summary.h"

#include <algorithm>
#include <limits>

#include "base/math.h"

namespace linnet {
namespace {

// Few enough that their sum in single precision loses nothing that matters; also what is searched for the
// largest once it is known to be there.
constexpr std::size_t kBlock = 1024;

}  // namespace

LogitSummary summarize(const kernels::KernelTable& kernels, std::span<const float> logits) noexcept {
  constexpr float kNone = -std::numeric_limits<float>::infinity();
  const auto block = [&](std::size_t first) {
    return logits.subspan(first, std::min(kBlock, logits.size() - first));
  };
  float largest = kNone;
  std::size_t at = 0;  // the first block that has it
  for (std::size_t first = 0; first < logits.size(); first += kBlock) {
    const float here = kernels.largest(block(first).data(), block(first).size());
    if (here > largest) {
      largest = here;
      at = first;
    }
  }
  if (largest == kNone) return {kNoToken, static_cast<double>(kNone)};
  const auto found = std::find(logits.begin() + static_cast<std::ptrdiff_t>(at), logits.end(), largest);
  const auto likeliest = static_cast<Token>(found - logits.begin());
  if (largest == std::numeric_limits<float>::infinity()) return {likeliest, static_cast<double>(largest)};

  double sum = 0;
  for (std::size_t first = 0; first < logits.size(); first += kBlock) {
    sum += static_cast<double>(kernels.sum_exp(block(first).data(), block(first).size(), largest));
  }
  return {likeliest, static_cast<double>(largest) + math::log(sum)};
}

}  // namespace linnet
