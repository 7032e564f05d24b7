#include "grammar/json_uri.h"

#include <algorithm>
#include <optional>

namespace linnet::grammar {
namespace {

/// The parts of a URI reference, each with its delimiter, so that absent and empty differ.
struct Parts {
  std::string_view scheme, authority, path, query, fragment;
};

/// Takes `text` up to the first of `ends`.
std::string_view take_until(std::string_view& text, std::string_view ends, std::size_t from = 0) {
  const std::string_view taken = text.substr(0, text.find_first_of(ends, from));
  text.remove_prefix(taken.size());
  return taken;
}

Parts split(std::string_view uri) {
  Parts parts;
  const std::size_t colon = uri.find_first_of(":/?#");
  if (colon != std::string_view::npos && colon > 0 && uri[colon] == ':') {
    parts.scheme = uri.substr(0, colon + 1);
    uri.remove_prefix(colon + 1);
  }
  if (uri.starts_with("//")) parts.authority = take_until(uri, "/?#", 2);
  parts.path = take_until(uri, "?#");
  parts.query = take_until(uri, "#");
  parts.fragment = uri;
  return parts;
}

/// Carries out the "." and ".." of a path.
std::string without_dots(std::string_view path) {
  std::string out;
  while (!path.empty()) {
    const std::size_t end = path.find('/', 1);
    const std::string_view segment = path.substr(0, end);
    path.remove_prefix(segment.size());
    const std::string_view name = segment.substr(segment.starts_with('/') ? 1 : 0);
    if (name != "." && name != "..") {
      out += segment;
      continue;
    }
    if (name == "..") out.erase(std::min(out.rfind('/'), out.size()));
    if (path.empty() && segment.starts_with('/')) out += '/';
  }
  return out;
}

std::string join(std::string_view scheme, std::string_view authority, std::string_view path,
                 std::string_view query, std::string_view fragment) {
  std::string out(scheme);
  return out.append(authority).append(path).append(query).append(fragment);
}

int hex_value(char c) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  const std::size_t at = kDigits.find(static_cast<char>(c >= 'A' && c <= 'F' ? c - 'A' + 'a' : c));
  return at == std::string_view::npos ? -1 : static_cast<int>(at);
}

}  // namespace

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const Parts from = split(base), to = split(reference);
  if (!to.scheme.empty()) return join(to.scheme, to.authority, without_dots(to.path), to.query, to.fragment);
  if (!to.authority.empty())
    return join(from.scheme, to.authority, without_dots(to.path), to.query, to.fragment);
  if (to.path.empty())
    return join(from.scheme, from.authority, from.path, to.query.empty() ? from.query : to.query,
                to.fragment);
  std::string path(to.path);
  if (!path.starts_with('/')) {
    const std::size_t slash = from.path.rfind('/');
    if (slash != std::string_view::npos)
      path.insert(0, from.path.substr(0, slash + 1));
    else if (!from.authority.empty())
      path.insert(0, "/");
  }
  return join(from.scheme, from.authority, without_dots(path), to.query, to.fragment);
}

std::pair<std::string, std::string> split_fragment(std::string_view uri) {
  const std::size_t hash = uri.find('#');
  if (hash == std::string_view::npos) return {std::string(uri), ""};
  std::string fragment;
  for (std::size_t i = hash + 1; i < uri.size(); ++i) {
    const int high = uri[i] == '%' && i + 2 < uri.size() ? hex_value(uri[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(uri[i + 2]) : -1;
    if (low >= 0) i += 2;
    fragment += low >= 0 ? static_cast<char>(high * 16 + low) : uri[i];
  }
  return {std::string(uri.substr(0, hash)), fragment};
}

std::vector<std::string> pointer_tokens(std::string_view pointer) {
  std::vector<std::string> tokens;
  for (std::size_t i = 0; i < pointer.size(); ++i) {
    if (pointer[i] == '/') {
      tokens.emplace_back();
    } else if (pointer[i] == '~' && i + 1 < pointer.size() &&
               (pointer[i + 1] == '0' || pointer[i + 1] == '1')) {
      tokens.back() += pointer[++i] == '0' ? '~' : '/';
    } else {
      tokens.back() += pointer[i];
    }
  }
  return tokens;
}

std::string pointer_step(std::string_view token) {
  std::string out = "/";
  for (const char c : token) {
    if (c == '~')
      out += "~0";
    else if (c == '/')
      out += "~1";
    else
      out += c;
  }
  return out;
}

}  // namespace linnet::grammar
