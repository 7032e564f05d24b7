// What the pages of HTML have in common: they load nothing, need no script, follow the reader's light or dark
// scheme and fit a phone. Pure functions: any thread.
#pragma once

#include <string>
#include <vector>

namespace linnet::cli {

/// Only `body` is HTML already; all else is escaped, here and below.
std::string page_to_html(const std::string& title, const std::string& program, const std::string& subtitle,
                         const std::string& body);
/// A box with a heading over HTML.
std::string card(const std::string& title, const std::string& body);
/// A box with a figure and what it is.
std::string fact(const std::string& value, const std::string& what);
/// A box with plain text in cells.
std::string table_to_html(const std::vector<std::string>& titles,
                          const std::vector<std::vector<std::string>>& rows);

}  // namespace linnet::cli
