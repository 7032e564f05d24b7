#include "cli/page.h"

#include <fmt/format.h>

#include "cli/chart.h"

namespace linnet::cli {
namespace {

constexpr const char* kStyle = R"(
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f27; --soft: #5b6472;
  --rule: #dfe3e9;
  --c0: #2563eb; --c1: #c2410c; --c2: #047857; --c3: #7e22ce; --c4: #be123c; --c5: #0e7490; }
@media (prefers-color-scheme: dark) {
  :root { --page: #14171c; --card: #1d2128; --ink: #e8ebf0; --soft: #a0a9b8; --rule: #363c47;
    --c0: #6ea8fe; --c1: #fb923c; --c2: #34d399; --c3: #c084fc; --c4: #fb7185; --c5: #22d3ee; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 14px 40px; }
h1 { font-size: 24px; margin: 0; overflow-wrap: anywhere; } h2 { font-size: 18px; margin: 30px 0 10px; }
h3 { font-size: 15px; margin: 0 0 8px; } p { margin: 4px 0; color: var(--soft); }
.grid { display: grid; gap: 14px; grid-template-columns: repeat(auto-fill, minmax(min(100%, 400px), 1fr)); }
.facts { display: grid; gap: 14px; grid-template-columns: repeat(auto-fit, minmax(140px, 1fr));
  margin-top: 16px; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 14px;
  min-width: 0; }
.facts b { display: block; font-size: 21px; } .facts span { color: var(--soft); font-size: 13px; }
svg { display: block; width: 100%; max-width: 520px; height: auto; }
svg text { fill: var(--soft); font-size: 12px; }
line.grid { stroke: var(--rule); } .axis { stroke: var(--soft); }
.line { fill: none; stroke: var(--c); stroke-width: 2; } .roof { stroke-dasharray: 6 4; stroke-width: 1.5; }
.mark { fill: var(--c); stroke: var(--card); } .noise { stroke: var(--c); stroke-width: 1.5; }
.bar { fill: var(--c0); opacity: .75; } .bars .noise { stroke: var(--ink); } .one { stroke: var(--ink);
  stroke-width: 1.5; }
.s0 { --c: var(--c0); } .s1 { --c: var(--c1); } .s2 { --c: var(--c2); }
.s3 { --c: var(--c3); } .s4 { --c: var(--c4); } .s5 { --c: var(--c5); }
.legend { list-style: none; display: flex; flex-wrap: wrap; gap: 4px 16px; margin: 8px 0 0; padding: 0;
  font-size: 13px; }
.legend li { display: flex; align-items: center; gap: 6px; } .key { width: 14px; height: 14px; margin: 0; }
.wide { overflow-x: auto; } table { border-collapse: collapse; width: 100%;
  font-variant-numeric: tabular-nums; }
th, td { padding: 6px 10px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 600; font-size: 13px; }
  th:first-child, td:first-child { text-align: left; }
.texts th { text-align: left; }
.texts td { white-space: normal; overflow-wrap: anywhere; text-align: left; vertical-align: top;
  min-width: 90px; }
.matrix td { position: relative; isolation: isolate; }
.heat { position: absolute; z-index: -1; inset: 1px; background: var(--c);
  border-radius: 3px; }
code { display: block; overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
)";

}  // namespace

std::string card(const std::string& title, const std::string& body) {
  return fmt::format("<section class='card'><h3>{}</h3>\n{}</section>\n", html_text(title), body);
}

std::string fact(const std::string& value, const std::string& what) {
  return fmt::format("<div class='card'><b>{}</b><span>{}</span></div>\n", html_text(value), html_text(what));
}

std::string table_to_html(const std::vector<std::string>& titles,
                          const std::vector<std::vector<std::string>>& rows) {
  std::string body = "<tr>";
  for (const std::string& title : titles) body += fmt::format("<th>{}</th>", html_text(title));
  body += "</tr>\n";
  for (const std::vector<std::string>& row : rows) {
    body += "<tr>";
    for (const std::string& value : row) body += fmt::format("<td>{}</td>", html_text(value));
    body += "</tr>\n";
  }
  return fmt::format("<div class='card wide'><table>\n{}</table></div>\n", body);
}

std::string page_to_html(const std::string& title, const std::string& program, const std::string& subtitle,
                         const std::string& body) {
  return fmt::format(
      "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
      "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
      "<title>{0}: {1}</title>\n<style>{2}</style></head>\n<body><main>\n"
      "<h1>{0}</h1>\n<p>{3}</p>\n{4}</main></body></html>\n",
      html_text(title), html_text(program), kStyle, html_text(subtitle), body);
}

}  // namespace linnet::cli
