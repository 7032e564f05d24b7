// How the parser makes expression nodes: each knows the depth of the tree under it, so that walks can be
// bounded.
#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "chat/ast.h"

namespace linnet::chat::ast {

inline std::uint32_t depth_of(const ExprPtr& expr) { return expr ? expr->depth : 0; }

inline std::uint32_t depth_of(const std::vector<ExprPtr>& list) {
  std::uint32_t depth = 0;
  for (const ExprPtr& expr : list) depth = std::max(depth, depth_of(expr));
  return depth;
}

inline std::uint32_t depth_of(const std::vector<std::pair<std::string, ExprPtr>>& pairs) {
  std::uint32_t depth = 0;
  for (const auto& pair : pairs) depth = std::max(depth, depth_of(pair.second));
  return depth;
}

inline std::uint32_t depth_of(const CallArguments& a) {
  return std::max({depth_of(a.positional), depth_of(a.named), depth_of(a.star), depth_of(a.double_star)});
}

template <class Node>
ExprPtr make(std::uint32_t line, std::uint32_t depth_below, Node node) {
  return std::make_unique<Expr>(Expr{line, depth_below + 1, std::move(node)});
}

}  // namespace linnet::chat::ast
