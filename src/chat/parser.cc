#include "chat/parser.h"

#include <algorithm>
#include <array>

#include "base/utf8.h"
#include "chat/expression_parser.h"

namespace linnet::chat {
namespace {

using ast::Body;
using ast::ExprPtr;
using ast::Statement;

constexpr std::size_t kMaxSource = std::size_t{4} << 20;

class Parser : public ExpressionParser {
 public:
  using ExpressionParser::ExpressionParser;

  Result<Body> run() { return body({}); }

 private:
  using Ends = std::initializer_list<std::string_view>;
  struct Tag {
    std::string_view name;
    Result<Statement> (Parser::*parse)(std::uint32_t line);
  };
  static const std::array<Tag, 11> kTags;

  template <class Node>
  static Statement make_statement(std::uint32_t line, Node node) {
    return Statement{line, std::move(node)};
  }

  /// Statements up to a tag in `ends`, whose `{%` is consumed and whose name is the current token; to the end
  /// of the template if `ends` is empty.
  Result<Body> body(Ends ends);
  /// The body of a tag whose `%}` comes next, up to and with the name of its end tag.
  Result<Body> block_body(std::string_view end);
  /// A body in which break and continue mean nothing: Jinja compiles it to a function of its own.
  Result<Body> function_body(std::string_view end);
  Result<Statement> statement();
  Error unknown_tag(Ends ends) const;

  Result<Statement> if_tag(std::uint32_t line);
  Result<Statement> for_tag(std::uint32_t line);
  Result<Statement> set_tag(std::uint32_t line);
  Result<Statement> macro_tag(std::uint32_t line);
  Result<Statement> call_tag(std::uint32_t line);
  Result<Statement> filter_tag(std::uint32_t line);
  Result<Statement> with_tag(std::uint32_t line);
  Result<Statement> print_tag(std::uint32_t line);
  Result<Statement> generation_tag(std::uint32_t line);
  Result<Statement> break_tag(std::uint32_t line);
  Result<Statement> continue_tag(std::uint32_t line);

  Result<ast::Target> target(bool allow_attribute);
  Result<ast::Target> target_list(bool allow_attribute);
  Result<ast::Signature> signature();
  Result<Body> with_signature(ast::Signature& signature, std::string_view end);

  bool in_loop_ = false;
};

const std::array<Parser::Tag, 11> Parser::kTags = {{
    {"if", &Parser::if_tag},
    {"for", &Parser::for_tag},
    {"set", &Parser::set_tag},
    {"macro", &Parser::macro_tag},
    {"call", &Parser::call_tag},
    {"filter", &Parser::filter_tag},
    {"with", &Parser::with_tag},
    {"print", &Parser::print_tag},
    {"generation", &Parser::generation_tag},
    {"break", &Parser::break_tag},
    {"continue", &Parser::continue_tag},
}};

/// Tags of Jinja that no chat template can use where there is one template, or that linnet lacks.
constexpr std::array<std::string_view, 6> kLackedTags = {"block",  "extends", "include",
                                                         "import", "from",    "autoescape"};

Result<Body> Parser::body(Ends ends) {
  const Nested nested(*this);
  LINNET_CHECK(check_nesting());
  Body out;
  while (true) {
    const std::uint32_t line = token().line;
    switch (token().kind) {
      case Token::Kind::kData:
        out.push_back(make_statement(line, ast::Data{token().text}));
        skip();
        break;
      case Token::Kind::kOutputBegin: {
        skip();
        LINNET_TRY(ExprPtr value, tuple(true));
        LINNET_CHECK(expect(Token::Kind::kOutputEnd));
        if (unknown_) return *unknown_;
        out.push_back(make_statement(line, ast::Output{std::move(value)}));
        break;
      }
      case Token::Kind::kBlockBegin: {
        skip();
        const auto ends_here = [&](std::string_view end) { return token().is_name(end); };
        if (std::any_of(ends.begin(), ends.end(), ends_here)) return out;
        const bool is_tag =
            std::any_of(kTags.begin(), kTags.end(), [&](const Tag& t) { return token().is_name(t.name); });
        if (!is_tag) return unknown_tag(ends);
        LINNET_TRY(Statement next, statement());
        out.push_back(std::move(next));
        LINNET_CHECK(expect(Token::Kind::kBlockEnd));
        if (unknown_) return *unknown_;
        break;
      }
      default:
        if (ends.size() == 0) return out;
        return error(fmt::format("the template ends before '{}'", *(ends.end() - 1)));
    }
  }
}

Error Parser::unknown_tag(Ends ends) const {
  if (token().kind != Token::Kind::kName) return error("expected the name of a tag after '{%'");
  const std::string name = utf8::printable(token().text, 40);
  if (std::find(kLackedTags.begin(), kLackedTags.end(), token().text) != kLackedTags.end()) {
    return error_at(token().line, ErrorCode::kUnsupported,
                    fmt::format("linnet lacks Jinja's tag '{}'", name));
  }
  if (ends.size() == 0) return error(fmt::format("unknown tag '{}'", name));
  return error(
      fmt::format("unknown tag '{}'; the innermost open block waits for '{}'", name, *(ends.end() - 1)));
}

Result<Statement> Parser::statement() {
  const std::uint32_t line = token().line;
  const auto* tag =
      std::find_if(kTags.begin(), kTags.end(), [&](const Tag& t) { return token().is_name(t.name); });
  skip();
  return (this->*tag->parse)(line);
}

Result<Body> Parser::block_body(std::string_view end) {
  skip_operator(":");
  LINNET_CHECK(expect(Token::Kind::kBlockEnd));
  LINNET_TRY(Body result, body({end}));
  skip();
  return result;
}

Result<Body> Parser::function_body(std::string_view end) {
  const bool outer_loop = std::exchange(in_loop_, false), outer_branch = std::exchange(in_branch_, false);
  LINNET_TRY(Body result, block_body(end));
  in_loop_ = outer_loop;
  in_branch_ = outer_branch;
  return result;
}

Result<Statement> Parser::if_tag(std::uint32_t line) {
  ast::If node;
  const bool outer = std::exchange(in_branch_, true);
  while (true) {
    LINNET_TRY(ExprPtr test, tuple(false));
    skip_operator(":");
    LINNET_CHECK(expect(Token::Kind::kBlockEnd));
    LINNET_TRY(Body then, body({"elif", "else", "endif"}));
    node.branches.emplace_back(std::move(test), std::move(then));
    if (!skip_name("elif")) break;
  }
  if (skip_name("else")) {
    LINNET_TRY(node.otherwise, block_body("endif"));
  } else {
    skip();
  }
  in_branch_ = outer;
  return make_statement(line, std::move(node));
}

Result<Statement> Parser::for_tag(std::uint32_t line) {
  ast::For node;
  LINNET_TRY(node.target, target_list(false));
  LINNET_CHECK(expect_name("in"));
  LINNET_TRY(node.iterable, tuple(false, "recursive"));
  const bool outer_loop = std::exchange(in_loop_, true), outer_branch = std::exchange(in_branch_, false);
  if (skip_name("if")) {
    LINNET_TRY(node.test, expression());
  }
  node.recursive = skip_name("recursive");
  skip_operator(":");
  LINNET_CHECK(expect(Token::Kind::kBlockEnd));
  LINNET_TRY(node.body, body({"else", "endfor"}));
  in_loop_ = outer_loop;
  if (skip_name("else")) {
    LINNET_TRY(node.otherwise, block_body("endfor"));
  } else {
    skip();
  }
  in_branch_ = outer_branch;
  return make_statement(line, std::move(node));
}

Result<Statement> Parser::set_tag(std::uint32_t line) {
  LINNET_TRY(ast::Target where, target_list(true));
  if (skip_operator("=")) {
    LINNET_TRY(ExprPtr value, tuple(true));
    return make_statement(line, ast::Set{std::move(where), std::move(value)});
  }
  LINNET_TRY(ExprPtr filter, filters(nullptr, false));
  const bool outer = std::exchange(in_branch_, false);
  LINNET_TRY(Body content, block_body("endset"));
  in_branch_ = outer;
  return make_statement(line, ast::SetBlock{std::move(where), std::move(filter), std::move(content)});
}

Result<ast::Signature> Parser::signature() {
  ast::Signature out;
  LINNET_CHECK(expect_operator("("));
  while (!token().is_operator(")")) {
    LINNET_TRY(std::string name, identifier());
    if (std::find(out.names.begin(), out.names.end(), name) != out.names.end()) {
      return error(fmt::format("the parameter '{}' is named twice", name));
    }
    out.names.push_back(std::move(name));
    if (skip_operator("=")) {
      LINNET_TRY(ExprPtr value, expression());
      out.defaults.push_back(std::move(value));
    } else if (!out.defaults.empty()) {
      return error("non-default argument follows default argument");
    }
    if (!skip_operator(",")) break;
  }
  LINNET_CHECK(expect_operator(")"));
  return out;
}

Result<Body> Parser::with_signature(ast::Signature& signature, std::string_view end) {
  const bool varargs = std::exchange(sees_varargs_, false), kwargs = std::exchange(sees_kwargs_, false),
             caller = std::exchange(sees_caller_, false);
  LINNET_TRY(Body content, function_body(end));
  signature.takes_varargs = sees_varargs_;
  signature.takes_kwargs = sees_kwargs_;
  signature.takes_caller = sees_caller_;
  sees_varargs_ = sees_varargs_ || varargs;
  sees_kwargs_ = sees_kwargs_ || kwargs;
  sees_caller_ = sees_caller_ || caller;
  return content;
}

Result<Statement> Parser::macro_tag(std::uint32_t line) {
  ast::Macro node;
  LINNET_TRY(node.name, identifier());
  LINNET_TRY(node.signature, signature());
  LINNET_TRY(node.body, with_signature(node.signature, "endmacro"));
  return make_statement(line, std::move(node));
}

Result<Statement> Parser::call_tag(std::uint32_t line) {
  ast::CallBlock node;
  if (token().is_operator("(")) {
    LINNET_TRY(node.signature, signature());
  }
  LINNET_TRY(node.call, expression());
  if (!std::holds_alternative<ast::Call>(node.call->node)) return error("a call block needs a call");
  LINNET_TRY(node.body, with_signature(node.signature, "endcall"));
  return make_statement(line, std::move(node));
}

Result<Statement> Parser::filter_tag(std::uint32_t line) {
  LINNET_TRY(ExprPtr filter, filters(nullptr, true));
  const bool outer = std::exchange(in_branch_, false);
  LINNET_TRY(Body content, block_body("endfilter"));
  in_branch_ = outer;
  return make_statement(line, ast::FilterBlock{std::move(filter), std::move(content)});
}

Result<Statement> Parser::with_tag(std::uint32_t line) {
  ast::With node;
  while (token().kind != Token::Kind::kBlockEnd) {
    LINNET_TRY(ast::Target where, target(false));
    LINNET_CHECK(expect_operator("="));
    LINNET_TRY(ExprPtr value, expression());
    node.bindings.emplace_back(std::move(where), std::move(value));
    if (!skip_operator(",")) break;
  }
  LINNET_TRY(node.body, block_body("endwith"));
  return make_statement(line, std::move(node));
}

Result<Statement> Parser::print_tag(std::uint32_t line) {
  LINNET_TRY(ExprPtr value, expression());
  return make_statement(line, ast::Output{std::move(value)});
}

Result<Statement> Parser::generation_tag(std::uint32_t line) {
  LINNET_TRY(Body content, function_body("endgeneration"));
  return make_statement(line, ast::Generation{std::move(content)});
}

Result<Statement> Parser::break_tag(std::uint32_t line) {
  if (!in_loop_) return error_at(line, ErrorCode::kInvalidArgument, "'break' outside a loop");
  return make_statement(line, ast::Break{});
}

Result<Statement> Parser::continue_tag(std::uint32_t line) {
  if (!in_loop_) return error_at(line, ErrorCode::kInvalidArgument, "'continue' outside a loop");
  return make_statement(line, ast::Continue{});
}

Result<ast::Target> Parser::target(bool allow_attribute) {
  const Nested nested(*this);
  LINNET_CHECK(check_nesting());
  if (skip_operator("(")) {
    LINNET_TRY(ast::Target inner, target_list(allow_attribute));
    LINNET_CHECK(expect_operator(")"));
    return inner;
  }
  ast::Target out;
  LINNET_TRY(out.name, identifier());
  for (const std::string_view constant : {"true", "false", "none", "True", "False", "None"}) {
    if (out.name == constant) return error(fmt::format("can't assign to '{}'", constant));
  }
  if (allow_attribute && skip_operator(".")) {
    LINNET_TRY(out.attribute, identifier());
  }
  return out;
}

Result<ast::Target> Parser::target_list(bool allow_attribute) {
  LINNET_TRY(ast::Target first, target(allow_attribute));
  if (!token().is_operator(",")) return first;
  ast::Target out;
  out.is_tuple = true;
  out.parts.push_back(std::move(first));
  while (skip_operator(",")) {
    const Token& t = token();
    if (t.is_name("in") || t.is_operator("=") || t.is_operator(")") || t.kind == Token::Kind::kBlockEnd)
      break;
    LINNET_TRY(ast::Target next, target(allow_attribute));
    out.parts.push_back(std::move(next));
  }
  return out;
}

}  // namespace

Result<Body> parse_template(std::string_view source) {
  if (source.size() > kMaxSource) {
    return fail(ErrorCode::kInvalidArgument, "chat template: {} bytes, more than the {} that linnet reads",
                source.size(), kMaxSource);
  }
  LINNET_TRY(std::vector<Token> tokens, tokenize(source));
  return Parser(std::move(tokens)).run();
}

}  // namespace linnet::chat
