// The half of the parser that reads expressions; parser.cc adds statements. Recursive descent with bounded
// depth.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/fail.h"
#include "chat/ast.h"
#include "chat/lexer.h"

namespace linnet::chat {

class ExpressionParser {
 public:
  explicit ExpressionParser(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

 protected:
  /// How deep parentheses, tags and everything else may nest. Real templates stay below 20.
  static constexpr std::uint32_t kMaxNesting = 100;

  static constexpr std::string_view kTooDeep = "an expression of more levels than linnet reads";

  /// One level of nesting, while it lives.
  class Nested {
   public:
    explicit Nested(ExpressionParser& parser) : parser_(parser) { ++parser_.nesting_; }
    ~Nested() { --parser_.nesting_; }
    Nested(const Nested&) = delete;
    Nested& operator=(const Nested&) = delete;

   private:
    ExpressionParser& parser_;
  };

  const Token& token() const { return tokens_[at_]; }
  const Token& next_token() const { return tokens_[std::min(at_ + 1, tokens_.size() - 1)]; }
  void skip() { at_ += at_ + 1 < tokens_.size() ? 1 : 0; }
  bool skip_operator(std::string_view op);
  bool skip_name(std::string_view name);
  Result<void> expect_operator(std::string_view op);
  Result<void> expect_name(std::string_view name);
  Result<void> expect(Token::Kind kind);
  Result<std::string> identifier();
  Error error(std::string_view message) const {
    return error_at(token().line, ErrorCode::kInvalidArgument, message);
  }
  static Error error_at(std::uint32_t line, ErrorCode code, std::string_view message);
  Result<void> check_nesting() const;

  /// An expression, or a tuple of them where commas follow. `allow_if`: whether `a if b else c` may stand
  /// there.
  Result<ast::ExprPtr> tuple(bool allow_if, std::string_view stop_name = "", bool in_parentheses = false);
  Result<ast::ExprPtr> expression(bool allow_if = true) { return allow_if ? conditional() : logic(true); }
  /// `| name(arguments) | ...` applied to `operand`, which may be absent; at_name: the first bar is behind
  /// us.
  Result<ast::ExprPtr> filters(ast::ExprPtr operand, bool at_name);

  /// While a branch is parsed, Jinja defers unknown filters and tests to run time.
  bool in_branch_ = false;
  /// The first unknown filter or test outside branches. What seems to stand outside may yet turn out to be a
  /// branch, of `a if b`, so that only the end of an expression shows whether it is an error.
  std::optional<Error> unknown_;
  void note_unknown(std::uint32_t line, std::string_view kind, std::string_view name);
  /// Names read so far that a macro would have to bind: varargs, kwargs, caller.
  bool sees_varargs_ = false, sees_kwargs_ = false, sees_caller_ = false;

 private:
  Result<ast::ExprPtr> conditional();
  Result<ast::ExprPtr> logic(bool is_or);
  Result<ast::ExprPtr> negation();
  Result<ast::ExprPtr> comparison();
  Result<ast::ExprPtr> additive();
  Result<ast::ExprPtr> concatenation();
  Result<ast::ExprPtr> multiplicative();
  Result<ast::ExprPtr> power();
  Result<ast::ExprPtr> unary(bool with_filters = true);
  Result<ast::ExprPtr> primary();
  Result<ast::ExprPtr> name();
  Result<ast::ExprPtr> number();
  Result<ast::ExprPtr> string();
  Result<ast::ExprPtr> list();
  Result<ast::ExprPtr> dict();
  Result<ast::ExprPtr> postfix(ast::ExprPtr operand);
  Result<ast::ExprPtr> attribute(ast::ExprPtr object);
  Result<ast::ExprPtr> subscript(ast::ExprPtr object);
  Result<ast::ExprPtr> call(ast::ExprPtr callee);
  Result<ast::CallArguments> call_arguments();
  Result<void> call_argument(ast::CallArguments& arguments, std::uint32_t line);
  Result<ast::ExprPtr> test(ast::ExprPtr operand);
  Result<ast::ExprPtr> filters_and_tests(ast::ExprPtr operand);
  Result<std::string> dotted_name();
  std::string comparison_operator();
  Result<ast::ExprPtr> arithmetic(Result<ast::ExprPtr> (ExpressionParser::*operand)(),
                                  std::initializer_list<std::string_view> operators);

  std::vector<Token> tokens_;
  std::size_t at_ = 0;
  std::uint32_t nesting_ = 0;
};

}  // namespace linnet::chat
