#include "chat/expression_parser.h"

#include <algorithm>
#include <charconv>

#include "base/utf8.h"
#include "chat/ast_build.h"

namespace linnet::chat {
namespace {

using ast::depth_of;
using ast::ExprPtr;
using ast::make;

std::string describe(const Token& token) {
  switch (token.kind) {
    case Token::Kind::kData: return "text";
    case Token::Kind::kOutputBegin: return "'{{'";
    case Token::Kind::kOutputEnd: return "'}}'";
    case Token::Kind::kBlockBegin: return "'{%'";
    case Token::Kind::kBlockEnd: return "'%}'";
    case Token::Kind::kEnd: return "the end of the template";
    case Token::Kind::kString: return fmt::format("the string '{}'", utf8::printable(token.text, 40));
    default: return fmt::format("'{}'", utf8::printable(token.text, 40));
  }
}

std::string without_underscores(std::string text) {
  text.erase(std::remove(text.begin(), text.end(), '_'), text.end());
  return text;
}

}  // namespace

bool ExpressionParser::skip_operator(std::string_view op) {
  if (!token().is_operator(op)) return false;
  skip();
  return true;
}

bool ExpressionParser::skip_name(std::string_view name) {
  if (!token().is_name(name)) return false;
  skip();
  return true;
}

Result<void> ExpressionParser::expect_operator(std::string_view op) {
  if (skip_operator(op)) return {};
  return error(fmt::format("expected '{}', got {}", op, describe(token())));
}

Result<void> ExpressionParser::expect_name(std::string_view name) {
  if (skip_name(name)) return {};
  return error(fmt::format("expected '{}', got {}", name, describe(token())));
}

Result<void> ExpressionParser::expect(Token::Kind kind) {
  if (token().kind != kind) {
    return error(fmt::format("expected {}, got {}", describe({kind, 0, "a name"}), describe(token())));
  }
  skip();
  return {};
}

Result<std::string> ExpressionParser::identifier() {
  std::string name = token().text;
  LINNET_CHECK(expect(Token::Kind::kName));
  return name;
}

Error ExpressionParser::error_at(std::uint32_t line, ErrorCode code, std::string_view message) {
  return fail(code, "chat template, line {}: {}", line, message);
}

Result<void> ExpressionParser::check_nesting() const {
  if (nesting_ <= kMaxNesting) return {};
  return error(fmt::format("nested deeper than {} levels; linnet reads no such template", kMaxNesting));
}

Result<ExprPtr> ExpressionParser::tuple(bool allow_if, std::string_view stop_name, bool in_parentheses) {
  const std::uint32_t line = token().line;
  const auto at_end = [&] {
    const Token& t = token();
    return t.kind == Token::Kind::kOutputEnd || t.kind == Token::Kind::kBlockEnd || t.is_operator(")") ||
           (!stop_name.empty() && t.is_name(stop_name));
  };
  std::vector<ExprPtr> items;
  bool has_comma = false;
  while (!at_end()) {
    LINNET_TRY(ExprPtr item, expression(allow_if));
    items.push_back(std::move(item));
    if (!skip_operator(",")) break;
    has_comma = true;
  }
  if (!has_comma && items.size() == 1) return std::move(items.front());
  if (items.empty() && !in_parentheses)
    return error(fmt::format("expected an expression, got {}", describe(token())));
  const std::uint32_t depth = depth_of(items);
  return make(line, depth, ast::TupleDisplay{std::move(items)});
}

void ExpressionParser::note_unknown(std::uint32_t line, std::string_view kind, std::string_view name) {
  if (in_branch_ || unknown_) return;
  unknown_ = error_at(line, ErrorCode::kInvalidArgument,
                      fmt::format("No {} named '{}'.", kind, utf8::printable(name, 40)));
}

Result<ExprPtr> ExpressionParser::conditional() {
  const Nested nested(*this);
  LINNET_CHECK(check_nesting());
  const std::uint32_t line = token().line;
  const std::optional<Error> unknown_before = unknown_;
  LINNET_TRY(ExprPtr result, logic(true));
  while (skip_name("if")) {
    unknown_ = unknown_before;
    const bool outer = std::exchange(in_branch_, true);
    LINNET_TRY(ExprPtr test, logic(true));
    ExprPtr otherwise;
    if (skip_name("else")) {
      LINNET_TRY(otherwise, conditional());
    }
    in_branch_ = outer;
    const std::uint32_t depth = std::max({depth_of(result), depth_of(test), depth_of(otherwise)});
    result = make(line, depth, ast::Conditional{std::move(test), std::move(result), std::move(otherwise)});
    if (depth > kMaxNesting) return error(kTooDeep);
  }
  return result;
}

Result<ExprPtr> ExpressionParser::logic(bool is_or) {
  const std::uint32_t line = token().line;
  std::vector<ExprPtr> operands;
  do {
    LINNET_TRY(ExprPtr operand, is_or ? logic(false) : negation());
    operands.push_back(std::move(operand));
  } while (skip_name(is_or ? "or" : "and"));
  if (operands.size() == 1) return std::move(operands.front());
  const std::uint32_t depth = depth_of(operands);
  return make(line, depth, ast::Logic{std::move(operands), is_or});
}

Result<ExprPtr> ExpressionParser::negation() {
  const std::uint32_t line = token().line;
  if (!skip_name("not")) return comparison();
  const Nested nested(*this);
  LINNET_CHECK(check_nesting());
  LINNET_TRY(ExprPtr operand, negation());
  const std::uint32_t depth = depth_of(operand);
  return make(line, depth, ast::Not{std::move(operand)});
}

std::string ExpressionParser::comparison_operator() {
  for (const std::string_view op : {"==", "!=", "<", "<=", ">", ">="}) {
    if (skip_operator(op)) return std::string(op);
  }
  if (skip_name("in")) return "in";
  if (!token().is_name("not") || !next_token().is_name("in")) return "";
  skip();
  skip();
  return "not in";
}

Result<ExprPtr> ExpressionParser::comparison() {
  const std::uint32_t line = token().line;
  LINNET_TRY(ExprPtr first, additive());
  std::vector<std::pair<std::string, ExprPtr>> rest;
  for (std::string op = comparison_operator(); !op.empty(); op = comparison_operator()) {
    LINNET_TRY(ExprPtr operand, additive());
    rest.emplace_back(std::move(op), std::move(operand));
  }
  if (rest.empty()) return first;
  const std::uint32_t depth = std::max(depth_of(first), depth_of(rest));
  return make(line, depth, ast::Comparison{std::move(first), std::move(rest)});
}

Result<ExprPtr> ExpressionParser::arithmetic(Result<ExprPtr> (ExpressionParser::*operand)(),
                                             std::initializer_list<std::string_view> operators) {
  const std::uint32_t line = token().line;
  LINNET_TRY(ExprPtr first, (this->*operand)());
  std::vector<std::pair<std::string, ExprPtr>> rest;
  const auto here = [&](std::string_view op) { return token().is_operator(op); };
  for (const auto* op = std::find_if(operators.begin(), operators.end(), here); op != operators.end();
       op = std::find_if(operators.begin(), operators.end(), here)) {
    skip();
    LINNET_TRY(ExprPtr next, (this->*operand)());
    rest.emplace_back(std::string(*op), std::move(next));
  }
  if (rest.empty()) return first;
  const std::uint32_t depth = std::max(depth_of(first), depth_of(rest));
  return make(line, depth, ast::Arithmetic{std::move(first), std::move(rest)});
}

Result<ExprPtr> ExpressionParser::additive() {
  return arithmetic(&ExpressionParser::concatenation, {"+", "-"});
}
Result<ExprPtr> ExpressionParser::multiplicative() {
  return arithmetic(&ExpressionParser::power, {"*", "/", "//", "%"});
}

Result<ExprPtr> ExpressionParser::power() {
  const std::uint32_t line = token().line;
  LINNET_TRY(ExprPtr first, unary());
  std::vector<std::pair<std::string, ExprPtr>> rest;
  while (skip_operator("**")) {
    LINNET_TRY(ExprPtr operand, unary());
    rest.emplace_back("**", std::move(operand));
  }
  if (rest.empty()) return first;
  const std::uint32_t depth = std::max(depth_of(first), depth_of(rest));
  return make(line, depth, ast::Arithmetic{std::move(first), std::move(rest)});
}

Result<ExprPtr> ExpressionParser::concatenation() {
  const std::uint32_t line = token().line;
  std::vector<ExprPtr> operands;
  do {
    LINNET_TRY(ExprPtr operand, multiplicative());
    operands.push_back(std::move(operand));
  } while (skip_operator("~"));
  if (operands.size() == 1) return std::move(operands.front());
  const std::uint32_t depth = depth_of(operands);
  return make(line, depth, ast::Concat{std::move(operands)});
}

Result<ExprPtr> ExpressionParser::unary(bool with_filters) {
  const Nested nested(*this);
  LINNET_CHECK(check_nesting());
  const std::uint32_t line = token().line;
  ExprPtr result;
  if (token().is_operator("-") || token().is_operator("+")) {
    const bool negative = token().is_operator("-");
    skip();
    LINNET_TRY(ExprPtr operand, unary(false));
    const std::uint32_t depth = depth_of(operand);
    result = make(line, depth, ast::Sign{std::move(operand), negative});
  } else {
    LINNET_TRY(result, primary());
  }
  LINNET_TRY(result, postfix(std::move(result)));
  return with_filters ? filters_and_tests(std::move(result)) : std::move(result);
}

Result<ExprPtr> ExpressionParser::primary() {
  switch (token().kind) {
    case Token::Kind::kName: return name();
    case Token::Kind::kString: return string();
    case Token::Kind::kInteger:
    case Token::Kind::kFloat: return number();
    default: break;
  }
  if (skip_operator("(")) {
    LINNET_TRY(ExprPtr inner, tuple(true, "", true));
    LINNET_CHECK(expect_operator(")"));
    return inner;
  }
  if (token().is_operator("[")) return list();
  if (token().is_operator("{")) return dict();
  return error(fmt::format("unexpected {}", describe(token())));
}

Result<ExprPtr> ExpressionParser::name() {
  const std::uint32_t line = token().line;
  std::string name = token().text;
  skip();
  if (name == "true" || name == "True") return make(line, 0, ast::Literal{Value::boolean(true)});
  if (name == "false" || name == "False") return make(line, 0, ast::Literal{Value::boolean(false)});
  if (name == "none" || name == "None") return make(line, 0, ast::Literal{Value::none()});
  sees_varargs_ = sees_varargs_ || name == "varargs";
  sees_kwargs_ = sees_kwargs_ || name == "kwargs";
  sees_caller_ = sees_caller_ || name == "caller";
  return make(line, 0, ast::Name{std::move(name)});
}

Result<ExprPtr> ExpressionParser::number() {
  const std::uint32_t line = token().line;
  const bool is_float = token().kind == Token::Kind::kFloat;
  const std::string text = without_underscores(token().text);
  const char* end = text.data() + text.size();
  if (is_float) {
    double value = 0;
    if (std::from_chars(text.data(), end, value).ec != std::errc())
      return error("a number beyond the range of floats");
    skip();
    return make(line, 0, ast::Literal{Value::number(value)});
  }
  const char base = text.size() > 2 ? static_cast<char>(text[1] | 0x20) : '0';
  const int radix = base == 'x' ? 16 : base == 'o' ? 8 : base == 'b' ? 2 : 10;
  std::int64_t value = 0;
  if (std::from_chars(text.data() + (radix == 10 ? 0 : 2), end, value, radix).ec != std::errc()) {
    return error(fmt::format("the whole number {} does not fit into 64 bits", text));
  }
  skip();
  return make(line, 0, ast::Literal{Value::integer(value)});
}

Result<ExprPtr> ExpressionParser::string() {
  const std::uint32_t line = token().line;
  std::string text;
  for (; token().kind == Token::Kind::kString; skip()) text += token().text;  // neighbours join, as in Python
  return make(line, 0, ast::Literal{Value::trusted(std::move(text))});
}

Result<ExprPtr> ExpressionParser::list() {
  const std::uint32_t line = token().line;
  skip();
  std::vector<ExprPtr> items;
  while (!token().is_operator("]")) {
    LINNET_TRY(ExprPtr item, expression());
    items.push_back(std::move(item));
    if (!skip_operator(",")) break;
  }
  LINNET_CHECK(expect_operator("]"));
  const std::uint32_t depth = depth_of(items);
  return make(line, depth, ast::ListDisplay{std::move(items)});
}

Result<ExprPtr> ExpressionParser::dict() {
  const std::uint32_t line = token().line;
  skip();
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
  std::uint32_t depth = 0;
  while (!token().is_operator("}")) {
    LINNET_TRY(ExprPtr key, expression());
    LINNET_CHECK(expect_operator(":"));
    LINNET_TRY(ExprPtr value, expression());
    depth = std::max({depth, depth_of(key), depth_of(value)});
    entries.emplace_back(std::move(key), std::move(value));
    if (!skip_operator(",")) break;
  }
  LINNET_CHECK(expect_operator("}"));
  return make(line, depth, ast::DictDisplay{std::move(entries)});
}

}  // namespace linnet::chat
