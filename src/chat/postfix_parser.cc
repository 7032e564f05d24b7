// What may follow an operand: attributes, subscripts, calls, filters and tests (of ExpressionParser).
#include <algorithm>

#include "chat/ast_build.h"
#include "chat/builtins.h"
#include "chat/expression_parser.h"

namespace linnet::chat {

using ast::depth_of;
using ast::ExprPtr;
using ast::make;

Result<ExprPtr> ExpressionParser::postfix(ExprPtr operand) {
  while (true) {
    // Each step puts a node on top of the tree without recursion here, but with it wherever the tree is
    // walked.
    if (depth_of(operand) > kMaxNesting) return error(kTooDeep);
    if (token().is_operator(".")) {
      LINNET_TRY(operand, attribute(std::move(operand)));
    } else if (token().is_operator("[")) {
      LINNET_TRY(operand, subscript(std::move(operand)));
    } else if (token().is_operator("(")) {
      LINNET_TRY(operand, call(std::move(operand)));
    } else {
      return operand;
    }
  }
}

Result<ExprPtr> ExpressionParser::filters_and_tests(ExprPtr operand) {
  while (true) {
    if (depth_of(operand) > kMaxNesting) return error(kTooDeep);
    if (token().is_operator("|")) {
      LINNET_TRY(operand, filters(std::move(operand), false));
    } else if (token().is_name("is")) {
      LINNET_TRY(operand, test(std::move(operand)));
    } else if (token().is_operator("(")) {
      LINNET_TRY(operand, call(std::move(operand)));
    } else {
      return operand;
    }
  }
}

Result<ExprPtr> ExpressionParser::attribute(ExprPtr object) {
  skip();
  const std::uint32_t line = token().line, depth = depth_of(object);
  std::string name = token().text;
  if (token().kind == Token::Kind::kName) {
    skip();
    return make(line, depth, ast::Attribute{std::move(object), std::move(name)});
  }
  if (token().kind != Token::Kind::kInteger) return error("expected a name or a number after '.'");
  LINNET_TRY(ExprPtr index, number());
  return make(line, depth, ast::Item{std::move(object), std::move(index)});
}

Result<ExprPtr> ExpressionParser::subscript(ExprPtr object) {
  const std::uint32_t line = token().line;
  skip();
  const auto at_bound = [&] { return !token().is_operator(":") && !token().is_operator("]"); };
  ExprPtr start, stop, step;
  if (at_bound()) {
    LINNET_TRY(start, expression());
  } else if (token().is_operator("]")) {
    return error("expected a subscript between '[' and ']'");
  }
  if (!token().is_operator(":")) {
    LINNET_CHECK(expect_operator("]"));
    const std::uint32_t depth = std::max(depth_of(object), depth_of(start));
    return make(line, depth, ast::Item{std::move(object), std::move(start)});
  }
  skip();
  if (at_bound()) {
    LINNET_TRY(stop, expression());
  }
  if (skip_operator(":") && at_bound()) {
    LINNET_TRY(step, expression());
  }
  LINNET_CHECK(expect_operator("]"));
  const std::uint32_t depth = std::max({depth_of(object), depth_of(start), depth_of(stop), depth_of(step)});
  return make(line, depth, ast::Slice{std::move(object), std::move(start), std::move(stop), std::move(step)});
}

Result<ExprPtr> ExpressionParser::call(ExprPtr callee) {
  const std::uint32_t line = token().line;
  LINNET_TRY(ast::CallArguments arguments, call_arguments());
  const std::uint32_t depth = std::max(depth_of(callee), depth_of(arguments));
  return make(line, depth, ast::Call{std::move(callee), std::move(arguments)});
}

Result<ast::CallArguments> ExpressionParser::call_arguments() {
  const std::uint32_t line = token().line;
  LINNET_CHECK(expect_operator("("));
  ast::CallArguments arguments;
  while (!token().is_operator(")")) {
    LINNET_CHECK(call_argument(arguments, line));
    if (!skip_operator(",")) break;
  }
  LINNET_CHECK(expect_operator(")"));
  return arguments;
}

Result<void> ExpressionParser::call_argument(ast::CallArguments& arguments, std::uint32_t line) {
  const auto misplaced = [&] {
    return error_at(line, ErrorCode::kInvalidArgument, "the arguments of a call are in a wrong order");
  };
  if (skip_operator("*")) {
    if (arguments.star || arguments.double_star) return misplaced();
    LINNET_TRY(arguments.star, expression());
  } else if (skip_operator("**")) {
    if (arguments.double_star) return misplaced();
    LINNET_TRY(arguments.double_star, expression());
  } else if (token().kind == Token::Kind::kName && next_token().is_operator("=")) {
    if (arguments.double_star) return misplaced();
    std::string name = token().text;
    skip();
    skip();
    LINNET_TRY(ExprPtr value, expression());
    const auto same = [&](const auto& named) { return named.first == name; };
    if (std::any_of(arguments.named.begin(), arguments.named.end(), same)) {
      return error_at(line, ErrorCode::kInvalidArgument,
                      fmt::format("the argument '{}' is given twice", name));
    }
    arguments.named.emplace_back(std::move(name), std::move(value));
  } else {
    if (arguments.star || arguments.double_star || !arguments.named.empty()) return misplaced();
    LINNET_TRY(ExprPtr value, expression());
    arguments.positional.push_back(std::move(value));
  }
  return {};
}

Result<std::string> ExpressionParser::dotted_name() {
  LINNET_TRY(std::string name, identifier());
  while (skip_operator(".")) {
    LINNET_TRY(const std::string part, identifier());
    name += "." + part;
  }
  return name;
}

Result<ExprPtr> ExpressionParser::filters(ExprPtr operand, bool at_name) {
  while (at_name || token().is_operator("|")) {
    if (!at_name) skip();
    at_name = false;
    const std::uint32_t line = token().line;
    LINNET_TRY(std::string name, dotted_name());
    ast::CallArguments arguments;
    if (token().is_operator("(")) {
      LINNET_TRY(arguments, call_arguments());
    }
    const Builtin* builtin = find_filter(name);
    if (builtin == nullptr && is_missing_filter(name)) {
      return error_at(line, ErrorCode::kUnsupported, fmt::format("linnet lacks Jinja's filter '{}'", name));
    }
    if (builtin == nullptr) note_unknown(line, "filter", name);
    const std::uint32_t depth = std::max(depth_of(operand), depth_of(arguments));
    if (depth > kMaxNesting) return error(kTooDeep);
    operand =
        make(line, depth, ast::Filter{std::move(operand), std::move(name), builtin, std::move(arguments)});
  }
  return operand;
}

Result<ExprPtr> ExpressionParser::test(ExprPtr operand) {
  const std::uint32_t line = token().line;
  skip();
  const bool negated = skip_name("not");
  LINNET_TRY(std::string name, dotted_name());
  ast::CallArguments arguments;
  const Token& next = token();
  const bool is_operand = next.kind == Token::Kind::kName || next.kind == Token::Kind::kString ||
                          next.kind == Token::Kind::kInteger || next.kind == Token::Kind::kFloat ||
                          next.is_operator("[") || next.is_operator("{");
  if (next.is_operator("(")) {
    LINNET_TRY(arguments, call_arguments());
  } else if (is_operand && !next.is_name("else") && !next.is_name("or") && !next.is_name("and")) {
    if (next.is_name("is")) return error("You cannot chain multiple tests with is");
    LINNET_TRY(ExprPtr argument, primary());
    LINNET_TRY(argument, postfix(std::move(argument)));
    arguments.positional.push_back(std::move(argument));
  }
  const Builtin* builtin = find_test(name);
  if (builtin == nullptr) note_unknown(line, "test", name);
  const std::uint32_t depth = std::max(depth_of(operand), depth_of(arguments));
  ExprPtr result =
      make(line, depth, ast::Test{std::move(operand), std::move(name), builtin, std::move(arguments)});
  if (negated) result = make(line, depth + 1, ast::Not{std::move(result)});
  return result;
}

}  // namespace linnet::chat
