"""The results of a run as one page of HTML that loads nothing."""

import html

import targets

STYLE = """
:root { color-scheme: light dark; --page: #f6f7f9; --card: #fff; --ink: #1b1f27; --soft: #5b6472;
  --rule: #dfe3e9;
  --met: #047857; --missed: #be123c; --bar: #2563eb; }
@media (prefers-color-scheme: dark) { :root { --page: #14171c; --card: #1d2128; --ink: #e8ebf0;
  --soft: #a0a9b8;
  --rule: #363c47; --met: #34d399; --missed: #fb7185; --bar: #6ea8fe; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--page); color: var(--ink); font: 15px/1.45 system-ui, sans-serif; }
main { max-width: 1240px; margin: 0 auto; padding: 20px 14px 40px; }
h1 { font-size: 24px; margin: 0; } h2 { font-size: 18px; margin: 28px 0 10px; overflow-wrap: anywhere; }
p { margin: 4px 0; color: var(--soft); overflow-wrap: anywhere; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 8px; padding: 12px;
  overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px; }
th, td { padding: 6px 8px; text-align: right; white-space: nowrap; border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-size: 13px; white-space: normal; vertical-align: bottom; }
th:first-child, td:first-child { text-align: left; }
td:last-child { white-space: normal; min-width: 170px; }
.met { color: var(--met); } .missed { color: var(--missed); } .met, .missed { font-weight: 600; }
svg { display: block; width: 100%; max-width: 520px; } text { fill: var(--soft); font-size: 12px; }
rect { fill: var(--bar); } .one { stroke: var(--ink); } .goal { stroke: var(--missed);
  stroke-dasharray: 4 3; }
"""
ROW, WIDTH, RIGHT = 40, 420, 330


def bars(judged_rows, is_large):
    """The ratios of medians from 0, with a line at 1 and one at the target."""
    shown = [judged for judged in judged_rows if judged.get("ratio_of_medians") is not None]
    if not shown:
        return ""
    most = max(1.6, *(judged["ratio_of_medians"] for judged in shown))
    titles = {cell.name: cell.title for cell in targets.report.CELLS}
    parts = [f"<svg viewBox='0 0 {WIDTH} {ROW * len(shown)}' role='img' aria-label='ratios'>"]

    def line(kind, value, top):
        x = 2 + (RIGHT - 2) * value / most
        return f"<line class='{kind}' x1='{x:.1f}' y1='{top + 18}' x2='{x:.1f}' y2='{top + 36}'/>"

    for i, judged in enumerate(shown):
        top, ratio = ROW * i, judged["ratio_of_medians"]
        width = (RIGHT - 2) * ratio / most
        goal = targets.RATIOS[judged["cell"]][is_large]
        parts.append(f"<text x='2' y='{top + 14}'>{html.escape(titles[judged['cell']])}</text>")
        parts.append(f"<rect x='2' y='{top + 20}' width='{width:.1f}' height='14' rx='2'/>")
        parts.append(line("one", 1, top) + line("goal", goal, top))
        parts.append(f"<text x='{WIDTH - 4}' y='{top + 31}' text-anchor='end'>{ratio:.2f}</text>")
    return "".join(parts) + "</svg>"


def model_section(model, settings):
    cells, judged_rows = model["cells"], model["targets"]
    rows = []
    for fields, judged in zip(targets.rows_of(cells, judged_rows), judged_rows):
        verdict = targets.verdict(judged)
        title, *texts = (f"<td>{html.escape(field)}</td>" for field in fields)
        rows.append(f"<tr>{title}<td class='{verdict}'>{verdict}</td>{''.join(texts)}</tr>")
    head = "".join(f"<th>{html.escape(name)}</th>" for name in targets.HEAD)
    return (
        f"<h2>{html.escape(model['file'])}</h2>\n<p>{model['bytes'] / 1e6:.0f} MB, prompt {model['prompt']}, "
        f"decode {model['decode']}, {settings['threads']} threads, {settings['rounds']} rounds</p>\n"
        f"<div class='card'><table><tr>{head}</tr>\n" + "\n".join(rows) + "</table></div>\n"
        "<p>linnet / the best other, medians; solid: 1, dashed: the target. For times and memory less is "
        f"better.</p>\n<div class='card'>{bars(judged_rows, model['is_large'])}</div>\n"
    )


def page(result):
    """The text of the page; `result` is what --json writes."""
    machine, settings = result["machine"], result["settings"]
    facts = [f"{machine['cpu']}, {machine['cpus']} CPUs, {machine['system']}", settings["note"]]
    facts += [f"{name}: {version}" for name, version in result["programs"].items()]
    return (
        "<!doctype html>\n<html lang='en'><head><meta charset='utf-8'>\n"
        "<meta name='viewport' content='width=device-width, initial-scale=1'>\n"
        f"<title>linnet beside other runtimes</title><style>{STYLE}</style></head><body><main>\n"
        f"<h1>linnet beside other runtimes</h1>\n<p>{html.escape(result['date'])}</p>\n"
        + "".join(f"<p>{html.escape(fact)}</p>\n" for fact in facts if fact)
        + "".join(model_section(model, settings) for model in result["models"])
        + "</main></body></html>\n"
    )
