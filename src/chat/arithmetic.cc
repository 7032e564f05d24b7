#include "chat/arithmetic.h"

#include <cmath>

#include "chat/format.h"
#include "chat/value_ops.h"

namespace linnet::chat {
namespace {

Error overflow(std::string_view op) {
  return fail(ErrorCode::kInvalidArgument, "the result of '{}' does not fit into 64 bits", op);
}

Error zero_division() { return fail(ErrorCode::kInvalidArgument, "division by zero"); }

Error unsupported(std::string_view op, const Value& a, const Value& b) {
  if (op == "+" && a.as_text() != nullptr) {
    return fail(ErrorCode::kInvalidArgument, "can only concatenate str (not \"{}\") to str", b.type_name());
  }
  if (op == "+" && (a.is_list() || a.is_tuple())) {
    return fail(ErrorCode::kInvalidArgument, "can only concatenate {} (not \"{}\") to {}", a.type_name(),
                b.type_name(), a.type_name());
  }
  return fail(ErrorCode::kInvalidArgument, "unsupported operand type(s) for {}: '{}' and '{}'", op,
              a.type_name(), b.type_name());
}

std::int64_t floor_div(std::int64_t a, std::int64_t b) {
  return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}
std::int64_t floor_mod(std::int64_t a, std::int64_t b) {
  const std::int64_t rest = a % b;
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

double floor_mod(double a, double b) {
  const double rest = std::fmod(a, b);
  if (rest == 0) return std::copysign(0.0, b);
  return (rest < 0) != (b < 0) ? rest + b : rest;
}

Result<Value> int_power(std::int64_t base, std::int64_t exponent) {
  std::int64_t result = 1;
  while (exponent > 0) {
    if ((exponent & 1) != 0 && __builtin_mul_overflow(result, base, &result)) return overflow("**");
    exponent >>= 1;
    if (exponent > 0 && __builtin_mul_overflow(base, base, &base)) return overflow("**");
  }
  return Value::integer(result);
}

Result<Value> int_arithmetic(std::string_view op, std::int64_t a, std::int64_t b) {
  std::int64_t result = 0;
  if (op == "+")
    return __builtin_add_overflow(a, b, &result) ? Result<Value>(overflow(op)) : Value::integer(result);
  if (op == "-")
    return __builtin_sub_overflow(a, b, &result) ? Result<Value>(overflow(op)) : Value::integer(result);
  if (op == "*")
    return __builtin_mul_overflow(a, b, &result) ? Result<Value>(overflow(op)) : Value::integer(result);
  if (op == "**" && b >= 0) return int_power(a, b);
  if (op == "**" && a != 0) return Value::number(std::pow(static_cast<double>(a), static_cast<double>(b)));
  if (b == 0 || op == "**") return zero_division();
  if (op == "/") return Value::number(static_cast<double>(a) / static_cast<double>(b));
  if (b == -1 && a == INT64_MIN) return op == "%" ? Result<Value>(Value::integer(0)) : overflow(op);
  return Value::integer(op == "//" ? floor_div(a, b) : floor_mod(a, b));
}

Result<Value> float_arithmetic(std::string_view op, double a, double b) {
  if (op == "+") return Value::number(a + b);
  if (op == "-") return Value::number(a - b);
  if (op == "*") return Value::number(a * b);
  if (op == "**") {
    const double result = std::pow(a, b);
    if (a == 0 && b < 0) return zero_division();
    if (std::isnan(result) && !std::isnan(a) && !std::isnan(b))
      return unsupported(op, Value::number(a), Value::number(b));
    if (std::isinf(result) && std::isfinite(a) && std::isfinite(b)) {
      return fail(ErrorCode::kInvalidArgument, "the result of '**' is beyond the range of floats");
    }
    return Value::number(result);
  }
  if (b == 0) return zero_division();
  if (op == "/") return Value::number(a / b);
  if (op == "%") return Value::number(floor_mod(a, b));
  return Value::number(std::floor((a - floor_mod(a, b)) / b + 0.5));
}

/// Jinja's Markup escapes what is added to it.
Result<Value> add_texts(Runtime& runtime, const Text& a, const Text& b) {
  const bool markup = a.is_markup() || b.is_markup();
  LINNET_CHECK(runtime.charge_text(a.size() + b.size()));
  Text out;
  out.append(markup && !a.is_markup() ? escape_html(a) : a);
  out.append(markup && !b.is_markup() ? escape_html(b) : b);
  return Value::text(std::move(out).as_markup(markup));
}

Result<Value> repeat(Runtime& runtime, const Value& value, std::int64_t times) {
  const std::size_t n = times > 0 ? static_cast<std::size_t>(times) : 0;
  if (const Text* text = value.as_text()) {
    if (n > 0 && text->size() > kMaxTextBytes / n) return runtime.charge_text(kMaxTextBytes + 1).error();
    LINNET_CHECK(runtime.charge_text(text->size() * n));
    LINNET_CHECK(runtime.charge(text->empty() ? 0 : n));
    Text out;
    for (std::size_t i = 0; i < n && !text->empty(); ++i) out.append(*text);
    return Value::text(std::move(out));
  }
  const auto& items = value.as_sequence()->items;
  if (n > 0 && items.size() > kMaxItems / n) return runtime.charge_items(kMaxItems + 1).error();
  LINNET_CHECK(runtime.charge_items(items.size() * n));
  std::vector<Value> out;
  for (std::size_t i = 0; i < n && !items.empty(); ++i) out.insert(out.end(), items.begin(), items.end());
  return value.is_list() ? Value::list(std::move(out)) : Value::tuple(std::move(out));
}

bool is_repeatable(const Value& value) {
  return value.as_text() != nullptr || value.is_list() || value.is_tuple();
}

Result<Value> add_sequences(Runtime& runtime, const Value& a, const Value& b) {
  std::vector<Value> out = a.as_sequence()->items;
  const auto& more = b.as_sequence()->items;
  LINNET_CHECK(runtime.charge_items(out.size() + more.size()));
  out.insert(out.end(), more.begin(), more.end());
  return a.is_list() ? Value::list(std::move(out)) : Value::tuple(std::move(out));
}

}  // namespace

Result<Value> arithmetic(Runtime& runtime, std::string_view op, const Value& a, const Value& b) {
  std::int64_t i = 0, j = 0;
  if (a.as_int(i) && b.as_int(j)) return int_arithmetic(op, i, j);
  double x = 0, y = 0;
  if (a.as_number(x) && b.as_number(y)) return float_arithmetic(op, x, y);
  const Text *left = a.as_text(), *right = b.as_text();
  if (op == "%" && left != nullptr) return format_percent(runtime, *left, b);
  for (const Value* side : {&a, &b}) {
    if (const Undefined* undefined = side->as_undefined()) {
      return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
    }
  }
  if (op == "+" && left != nullptr && right != nullptr) return add_texts(runtime, *left, *right);
  if (op == "+" && ((a.is_list() && b.is_list()) || (a.is_tuple() && b.is_tuple())))
    return add_sequences(runtime, a, b);
  if (op == "*" && is_repeatable(a) && b.as_int(j)) return repeat(runtime, a, j);
  if (op == "*" && is_repeatable(b) && a.as_int(i)) return repeat(runtime, b, i);
  return unsupported(op, a, b);
}

Result<Value> signed_value(const Value& a, bool negative) {
  std::int64_t whole = 0;
  if (const double* number = a.as_float()) return Value::number(negative ? -*number : *number);
  if (a.as_int(whole)) {
    if (negative && whole == INT64_MIN) return overflow("-");
    return Value::integer(negative ? -whole : whole);
  }
  if (const Undefined* undefined = a.as_undefined())
    return fail(ErrorCode::kInvalidArgument, "{}", undefined->message);
  return fail(ErrorCode::kInvalidArgument, "bad operand type for unary {}: '{}'", negative ? '-' : '+',
              a.type_name());
}

}  // namespace linnet::chat
