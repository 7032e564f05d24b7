#include "chat/stop_text.h"

#include <algorithm>

namespace linnet::chat {
namespace {

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

}  // namespace

StopText::StopText(const std::vector<std::string>& stops) : nodes_(1) {
  for (const std::string& stop : stops) add(stop);
  link();
}

std::size_t StopText::child(std::size_t node, char c) const noexcept {
  const auto& children = nodes_[node].children;
  const auto found =
      std::find_if(children.begin(), children.end(), [c](const auto& entry) { return entry.first == c; });
  return found == children.end() ? kNone : found->second;
}

std::size_t StopText::step(std::size_t node, char c) const noexcept {
  while (true) {
    const std::size_t next = child(node, c);
    if (next != kNone) return next;
    if (node == 0) return 0;
    node = nodes_[node].fallback;
  }
}

void StopText::add(std::string_view stop) {
  std::size_t node = 0;
  for (const char c : stop) {
    std::size_t next = child(node, c);
    if (next == kNone) {
      next = nodes_.size();
      nodes_[node].children.emplace_back(c, next);
      nodes_.push_back({{}, 0, nodes_[node].depth + 1, 0});
    }
    node = next;
  }
  nodes_[node].match = nodes_[node].depth;
}

/// Shorter prefixes first, so that each fallback is known when it is needed.
void StopText::link() {
  std::vector<std::size_t> order{0};
  for (std::size_t i = 0; i < order.size(); ++i) {
    const std::size_t node = order[i];
    for (const auto& [c, next] : nodes_[node].children) {
      nodes_[next].fallback = node == 0 ? 0 : step(nodes_[node].fallback, c);
      if (nodes_[next].match == 0) nodes_[next].match = nodes_[nodes_[next].fallback].match;
      order.push_back(next);
    }
  }
}

std::string StopText::push(std::string_view piece) {
  if (stopped_) return {};
  std::string seen = std::move(held_);
  held_.clear();
  const std::size_t before = seen.size();
  seen += piece;
  for (std::size_t i = before; i < seen.size(); ++i) {
    state_ = step(state_, seen[i]);
    const std::size_t length = nodes_[state_].match;
    if (length == 0) continue;
    stopped_ = true;
    match_ = seen.substr(i + 1 - length, length);
    rest_ = seen.substr(i + 1);
    seen.resize(i + 1 - length);
    return seen;
  }
  const std::size_t safe = seen.size() - nodes_[state_].depth;
  held_ = seen.substr(safe);
  seen.resize(safe);
  return seen;
}

std::string StopText::flush() {
  state_ = 0;
  return std::exchange(held_, {});
}

}  // namespace linnet::chat
