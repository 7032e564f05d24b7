// JSON lines: a JSON value a line, empty lines left out.
#pragma once

#include <functional>
#include <optional>
#include <string>

#include <nlohmann/json.hpp>

namespace linnet::cli {

using Json = nlohmann::ordered_json;

/// One value; nothing if it is none, or one that is nested a hundred levels deep.
std::optional<Json> parse_json(const std::string& text);
/// The same. `where` stands for it in the error. Throws linnet::Exception: kInvalidArgument.
Json parse_json(const std::string& text, const std::string& where);

/// Calls take(value, where) for each line of the text of `name`, where `where` is as in "a.jsonl, line 3".
/// Throws as parse_json().
void for_each_json_line(const std::string& text, const std::string& name,
                        const std::function<void(const Json& value, const std::string& where)>& take);

/// The text of a key of an object. Throws linnet::Exception: kInvalidArgument, no object, no such key, or no
/// text.
std::string text_of(const Json& value, const char* key, const std::string& where);

/// On one line, valid UTF-8 whatever the texts in it are.
std::string to_line(const Json& value);

}  // namespace linnet::cli
