"""The results of a run as one page of HTML that loads nothing and quotes no text of the data."""

import html

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f27; --soft: #5b6472;
  --rule: #dfe3e9; --met: #047857; --missed: #be123c; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --card: #1d2128; --ink: #e8ebf0;
  --soft: #a0a9b8; --rule: #363c47; --met: #34d399; --missed: #fb7185; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 20px 14px 40px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 18px; margin: 28px 0 10px; }
p { margin: 4px 0; color: var(--soft); overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px;
  overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 6px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-size: 13px; } .first td { border-top: 2px solid var(--rule); }
th:nth-child(-n+2), td:nth-child(-n+2) { text-align: left; }
.met { color: var(--met); font-weight: 600; } .missed { color: var(--missed); font-weight: 600; }
code { overflow-wrap: anywhere; font: 13px/1.5 ui-monospace, monospace; }
"""


def shown(value):
    """A figure as people read it."""
    if value is None:
        return "–"
    if isinstance(value, int):
        return str(value)
    return f"{value:.1f}" if value > 1 else f"{value:.3f}"


def rows(result, names):
    for row in result["tasks"]:
        for i, target in enumerate(row["targets"]):
            met = "met" if target["met"] else "missed"
            cells = [row["task"] if i == 0 else "", target["figure"], target["target"]]
            cells += [shown(target["values"].get(name)) for name in names]
            body = "".join(f"<td>{html.escape(cell)}</td>" for cell in cells)
            first = " class='first'" if i == 0 else ""
            yield f"<tr{first}>{body}<td class='{met}'>{met}</td></tr>"


def to_html(result):
    names = ["linnet", *result["others"]]
    heads = "".join(f"<th>{html.escape(head)}</th>" for head in ["task", "figure", "target", *names, ""])
    machine = result["machine"]
    facts = f"{machine['cpu']}, {machine['cores']} cores, load {machine['load_before']:.1f} before the run"
    lines = [
        "<!doctype html>",
        "<html lang='en'><head><meta charset='utf-8'>",
        "<meta name='viewport' content='width=device-width, initial-scale=1'>",
        f"<title>Tasks with {html.escape(result['model'])}</title><style>{STYLE}</style></head>",
        f"<body><main><h1>Tasks with {html.escape(result['model'])}</h1>",
        f"<p>{html.escape(result['linnet'])}, {html.escape(result['date'])}</p><h2>Targets</h2>",
        f"<div class='card'><table><tr>{heads}</tr>",
        *rows(result, names),
        f"</table></div><h2>Machine and command</h2><div class='card'><p>{html.escape(facts)}</p>",
        f"<p>{html.escape(result['note'])}</p><code>{html.escape(result['command'])}</code></div>",
        "</main></body></html>",
    ]
    return "\n".join(lines) + "\n"
