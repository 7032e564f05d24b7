#include "sampling/filter.h"

namespace linnet::sampling {
namespace {

// Fan et al. 2018, arXiv:1805.04833, sec. 5.4.
class TopK final : public Filter {
 public:
  explicit TopK(std::size_t k) : k_(k) {}

  void apply(Candidates& candidates, std::span<const Token>) noexcept override {
    auto& items = candidates.items;
    if (items.size() <= k_) return;
    // A heap of k items that the rest is held against: nearly one comparison a token for the usual small k.
    if (!candidates.sorted) {
      std::partial_sort(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(k_), items.end(),
                        Likelier{});
      candidates.sorted = true;
    }
    candidates.keep_first(k_);
  }

 private:
  std::size_t k_;
};

}  // namespace

std::unique_ptr<Filter> make_top_k(const SamplingOptions& options, std::size_t n_vocab) {
  const auto k = static_cast<std::size_t>(options.top_k);
  if (k == 0 || k >= n_vocab) return nullptr;
  return std::make_unique<TopK>(k);
}

}  // namespace linnet::sampling
