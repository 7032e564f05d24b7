// Grammars of JSON texts from JSON Schema, draft 2020-12.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>

#include "base/fail.h"
#include "grammar/grammar.h"

namespace linnet::grammar {

/// The order of an object's members.
enum class JsonOrder : std::uint8_t {
  kListed,  ///< As the schema names them; members that it does not name come last.
  kFree,
};

/// White space between the parts of a text.
enum class JsonSpace : std::uint8_t {
  kCompact,  ///< None.
  kSpaced,   ///< One space behind each comma and colon.
  kFree,     ///< As much as may be wherever JSON allows it.
};

/// How names and constants are written.
enum class JsonSpelling : std::uint8_t {
  kCanonical,  ///< In one way: what must be escaped, 1 and not 1.0; members of constants in their order.
  kAny,
};

/// What "format" means for the formats that are known.
enum class JsonFormats : std::uint8_t { kAssert, kAnnotate };

struct JsonOptions {
  JsonOrder order = JsonOrder::kListed;
  JsonSpace space = JsonSpace::kSpaced;
  JsonSpelling spelling = JsonSpelling::kCanonical;
  JsonFormats formats = JsonFormats::kAssert;
  std::map<std::string, std::string> documents{};  ///< Texts by URI, for references to other documents.
};

/// The texts of the values that satisfy `schema`, a JSON text; "true" stands for any JSON. Whole or not at
/// all: what a grammar cannot hold to is refused. Numbers within a range or of which multiples are asked have
/// no exponent. Errors: kInvalidArgument, this is no schema or no value satisfies it; kUnsupported; both with
/// the JSON pointer of what is to blame.
Result<GrammarPtr> compile_json_schema(std::string_view schema, const JsonOptions& options = {});

}  // namespace linnet::grammar
