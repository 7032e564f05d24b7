// References between documents: RFC 3986, section 5, and JSON pointers, RFC 6901.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace linnet::grammar {

/// What `reference` means in a document found at `base`; both may be relative, and `base` empty.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// A URI and its fragment, which is empty if there is none and has its percent signs decoded.
std::pair<std::string, std::string> split_fragment(std::string_view uri);

/// The tokens of a JSON pointer, unescaped. Requires that it is empty or begins with '/'.
std::vector<std::string> pointer_tokens(std::string_view pointer);

/// `token` escaped, behind a '/'.
std::string pointer_step(std::string_view token);

}  // namespace linnet::grammar
