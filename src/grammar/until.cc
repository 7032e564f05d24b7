#include "grammar/until.h"

namespace linnet::grammar {

Until::Until(std::string_view mark, Ends ends) : mark_(mark), ends_(ends), borders_(mark.size() + 1, 0) {
  for (std::size_t i = 1, border = 0; i < mark_.size(); ++i) {
    while (border > 0 && mark_[i] != mark_[border]) border = borders_[border];
    if (mark_[i] == mark_[border]) ++border;
    borders_[i + 1] = border;
  }
}

std::optional<State> Until::next(State state, std::uint8_t byte) const noexcept {
  std::size_t n = state.a;
  if (n == mark_.size()) return std::nullopt;
  while (n > 0 && static_cast<std::uint8_t>(mark_[n]) != byte) n = borders_[n];
  if (static_cast<std::uint8_t>(mark_[n]) == byte) ++n;
  if (n == mark_.size() && ends_ == Ends::kWithoutMark) return std::nullopt;
  return State{n};
}

}  // namespace linnet::grammar
