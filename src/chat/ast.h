// A parsed template: expressions and statements as plain data. Immutable after parsing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "chat/value.h"

namespace linnet::chat {

struct Builtin;

namespace ast {

struct Expr;
struct Statement;
using ExprPtr = std::unique_ptr<Expr>;
using Body = std::vector<Statement>;

struct CallArguments {
  std::vector<ExprPtr> positional;
  std::vector<std::pair<std::string, ExprPtr>> named;
  ExprPtr star;         ///< *expression
  ExprPtr double_star;  ///< **expression
};

struct Literal {
  Value value;
};
struct Name {
  std::string name;
};
struct ListDisplay {
  std::vector<ExprPtr> items;
};
struct TupleDisplay {
  std::vector<ExprPtr> items;
};
struct DictDisplay {
  std::vector<std::pair<ExprPtr, ExprPtr>> entries;
};
struct Sign {
  ExprPtr operand;
  bool negative;
};
struct Not {
  ExprPtr operand;
};
/// first op operand op operand ..., from left to right; a chain is one node, so its length costs no depth.
struct Arithmetic {
  ExprPtr first;
  std::vector<std::pair<std::string, ExprPtr>> rest;
};
struct Comparison {
  ExprPtr first;
  std::vector<std::pair<std::string, ExprPtr>> rest;
};
struct Concat {
  std::vector<ExprPtr> operands;
};
struct Logic {
  std::vector<ExprPtr> operands;
  bool is_or;
};
struct Conditional {
  ExprPtr test, then, otherwise;
};  ///< `otherwise` may be absent.
struct Attribute {
  ExprPtr object;
  std::string name;
};
struct Item {
  ExprPtr object, index;
};
struct Slice {
  ExprPtr object, start, stop, step;
};  ///< Each bound may be absent.
struct Call {
  ExprPtr callee;
  CallArguments arguments;
};
/// `operand` is absent where a filter block's or a set block's text stands. `builtin` is null for a filter
/// that does not exist, which is an error only once it is used.
struct Filter {
  ExprPtr operand;
  std::string name;
  const Builtin* builtin;
  CallArguments arguments;
};
struct Test {
  ExprPtr operand;
  std::string name;
  const Builtin* builtin;
  CallArguments arguments;
};

struct Expr {
  std::uint32_t line;
  std::uint32_t depth;  ///< Nodes on the longest way down, this one included.
  std::variant<Literal, Name, ListDisplay, TupleDisplay, DictDisplay, Sign, Not, Arithmetic, Comparison,
               Concat, Logic, Conditional, Attribute, Item, Slice, Call, Filter, Test>
      node;
};

/// What set and for assign to: a name, an attribute of a namespace, or several targets.
struct Target {
  std::string name;
  std::string attribute;  ///< Empty: the name itself.
  std::vector<Target> parts;
  bool is_tuple = false;
};

/// What a macro or a call block takes.
struct Signature {
  std::vector<std::string> names;
  std::vector<ExprPtr> defaults;  ///< Of the last names.
  bool takes_varargs = false;
  bool takes_kwargs = false;
  bool takes_caller = false;
};

struct Data {
  std::string text;
};
struct Output {
  ExprPtr value;
};
struct If {
  std::vector<std::pair<ExprPtr, Body>> branches;
  Body otherwise;
};
struct For {
  Target target;
  ExprPtr iterable;
  ExprPtr test;  ///< May be absent.
  bool recursive;
  Body body;
  Body otherwise;
};
struct Set {
  Target target;
  ExprPtr value;
};
struct SetBlock {
  Target target;
  ExprPtr filter;
  Body body;
};  ///< `filter` may be absent.
struct Macro {
  std::string name;
  Signature signature;
  Body body;
};
struct CallBlock {
  Signature signature;
  ExprPtr call;
  Body body;
};
struct FilterBlock {
  ExprPtr filter;
  Body body;
};
struct With {
  std::vector<std::pair<Target, ExprPtr>> bindings;
  Body body;
};
struct Generation {
  Body body;
};
struct Break {};
struct Continue {};

struct Statement {
  std::uint32_t line;
  std::variant<Data, Output, If, For, Set, SetBlock, Macro, CallBlock, FilterBlock, With, Generation, Break,
               Continue>
      node;
};

}  // namespace ast
}  // namespace linnet::chat
