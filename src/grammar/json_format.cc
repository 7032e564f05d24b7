#include "grammar/json_format.h"

#include <string>

#include "grammar/regex.h"

namespace linnet::grammar {
namespace {

/// A format as a regular expression: the one list. "{date}" stands for the expression of the row "date",
/// which has to come before; rows without a name of JSON Schema's are only such parts.
struct Format {
  std::string_view name;
  std::string_view expression;
};

constexpr Format kFormats[] = {
    // RFC 3339, section 5.6; the 29th of February in leap years alone.
    {"(leap)", "(?:\\d\\d(?:0[48]|[2468][048]|[13579][26])|(?:[02468][048]|[13579][26])00)"},
    {"date",
     "(?:\\d{4}-(?:(?:0[13578]|1[02])-(?:0[1-9]|[12]\\d|3[01])|(?:0[469]|11)-(?:0[1-9]|[12]\\d|30)|"
     "02-(?:0[1-9]|1\\d|2[0-8]))|{(leap)}-02-29)"},
    // The leap second stands at the end of a day in UTC, which is only told here for times in UTC.
    {"time",
     "(?:(?:(?:[01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(?:\\.\\d+)?(?:[Zz]|[+-](?:[01]\\d|2[0-3]):[0-5]\\d))|"
     "23:59:60(?:\\.\\d+)?(?:[Zz]|[+-]00:00))"},
    {"date-time", "{date}[Tt]{time}"},
    // RFC 3339, appendix A.
    {"(dur-time)", "T(?:\\d+H(?:\\d+M(?:\\d+S)?)?|\\d+M(?:\\d+S)?|\\d+S)"},
    {"(dur-date)", "(?:\\d+D|\\d+M(?:\\d+D)?|\\d+Y(?:\\d+M(?:\\d+D)?)?)"},
    {"duration", "P(?:{(dur-date)}(?:{(dur-time)})?|{(dur-time)}|\\d+W)"},
    // RFC 1123, section 2.1, without the bound on the whole name's length.
    {"(label)", "[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?"},
    {"hostname", "{(label)}(?:\\.{(label)})*"},
    // RFC 2673, section 3.2, and RFC 4291, section 2.2.
    {"(octet)", "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"},
    {"ipv4", "{(octet)}(?:\\.{(octet)}){3}"},
    {"(h16)", "[0-9A-Fa-f]{1,4}"},
    {"(ls32)", "(?:{(h16)}:{(h16)}|{ipv4})"},
    {"ipv6",
     "(?:(?:{(h16)}:){6}{(ls32)}|::(?:{(h16)}:){5}{(ls32)}|(?:{(h16)})?::(?:{(h16)}:){4}{(ls32)}|"
     "(?:(?:{(h16)}:){0,1}{(h16)})?::(?:{(h16)}:){3}{(ls32)}|(?:(?:{(h16)}:){0,2}{(h16)})?::(?:{(h16)}:){2}{("
     "ls32)}|"
     "(?:(?:{(h16)}:){0,3}{(h16)})?::{(h16)}:{(ls32)}|(?:(?:{(h16)}:){0,4}{(h16)})?::{(ls32)}|"
     "(?:(?:{(h16)}:){0,5}{(h16)})?::{(h16)}|(?:(?:{(h16)}:){0,6}{(h16)})?::)"},
    // RFC 5321, section 4.1.2, without its bounds on lengths.
    {"(atom)", "[A-Za-z0-9!#$%&'*+/=?^_`\\{|\\}~-]+"},
    {"email",
     "(?:{(atom)}(?:\\.{(atom)})*|\"(?:[ !#-\\[\\]-~]|\\\\[ "
     "-~])*\")@(?:{hostname}|\\[(?:{ipv4}|IPv6:{ipv6})\\])"},
    // RFC 3986, appendix A.
    {"(pchar)", "(?:[A-Za-z0-9\\-._~!$&'()*+,;=:@]|%[0-9A-Fa-f]{2})"},
    {"(reg-name)", "(?:[A-Za-z0-9\\-._~!$&'()*+,;=]|%[0-9A-Fa-f]{2})*"},
    {"(authority)",
     "(?:(?:[A-Za-z0-9\\-._~!$&'()*+,;=:]|%[0-9A-Fa-f]{2})*@)?(?:\\[(?:{ipv6}|v[0-9A-Fa-f]+\\.[A-Za-z0-9\\-._"
     "~!$&'()*+,;=:]+)\\]|"
     "{(reg-name)})(?::\\d*)?"},
    {"(query)", "(?:\\?(?:{(pchar)}|[/?])*)?(?:#(?:{(pchar)}|[/?])*)?"},
    {"(abempty)", "(?:/{(pchar)}*)*"},
    {"(rootless)", "{(pchar)}+{(abempty)}"},
    {"(noscheme)", "(?:[A-Za-z0-9\\-._~!$&'()*+,;=@]|%[0-9A-Fa-f]{2})+{(abempty)}"},
    {"uri",
     "[A-Za-z][A-Za-z0-9+.\\-]*:(?://{(authority)}{(abempty)}|/(?:{(rootless)})?|{(rootless)}|){(query)}"},
    {"uri-reference", "(?:{uri}|(?://{(authority)}{(abempty)}|/(?:{(rootless)})?|{(noscheme)}|){(query)})"},
    {"uuid", "[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}"},
    // RFC 6901, sections 3 and 5; relative: draft-bhutton-relative-json-pointer-00.
    {"json-pointer", "(?:/(?:[^/~]|~[01])*)*"},
    {"relative-json-pointer", "(?:0|[1-9]\\d*)(?:#|{json-pointer})"},
};

/// The expression of row `i`, the rows that it names put in.
std::string expand(std::size_t i) {
  std::string out(kFormats[i].expression);
  for (std::size_t j = i; j-- > 0;) {
    const std::string reference = '{' + std::string(kFormats[j].name) + '}';
    if (out.find(reference) == std::string::npos) continue;
    const std::string part = "(?:" + expand(j) + ")";
    for (std::size_t at = 0; (at = out.find(reference, at)) != std::string::npos; at += part.size())
      out.replace(at, reference.size(), part);
  }
  return out;
}

}  // namespace

Result<std::optional<DfaPtr>> format_language(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kFormats); ++i) {
    if (kFormats[i].name != name || name.starts_with('(')) continue;
    LINNET_TRY(DfaPtr language, compile_regex("^(?:" + expand(i) + ")$"));
    return std::optional(std::move(language));
  }
  return std::optional<DfaPtr>{};
}

std::vector<std::string_view> format_names() {
  std::vector<std::string_view> names;
  for (const Format& format : kFormats)
    if (!format.name.starts_with('(')) names.push_back(format.name);
  return names;
}

}  // namespace linnet::grammar
