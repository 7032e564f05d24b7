"""What linnet is held to beside the best other program, cell by cell."""

import statistics

import report

# (cell, least ratio of medians for models below 450 MB, for those above); None = not asked.
RATIOS = {
    "prompt_tokens_per_second": (1.5, 1.35),
    "decode_tokens_per_second": (1.5, 1.05),
    "long_prompt_tokens_per_second": (1.4, None),
    "deep_decode_tokens_per_second": (1.4, None),
    "together_tokens_per_second": (1.5, None),
    "first_token_seconds": (0.5, 0.5),  # less is better
    "first_token_30_seconds": (0.5, 0.5),
    "peak_bytes": (1.0, 1.0),
}
# Share of the read bandwidth that decoding has to reach besides, below 450 MB and above; and what counts
# instead of the ratio where that lies beyond the bandwidth.
SHARES = (0.8, 0.9)
SHARE_INSTEAD = 0.9
MEMORY = 1.25  # times file and cache
# Bytes of a packed file, and the seconds in which it has to be loaded; between them in proportion.
PACKED_LOAD = ((100e6, 0.030), (1e9, 0.150))


def rivals(row):
    return {name: summary for name, summary in row.items() if name != "linnet"}


def judge(cells, is_large, n_bytes, memory_base):
    """[{cell, rival, ratios, target, met}], a row for each cell with a target; `met` is None where it cannot
    be told. `n_bytes`: of the file; `memory_base`: of file and cache, or None."""
    rows = []
    for cell in report.CELLS:
        target = RATIOS.get(cell.name, (None, None))[is_large]
        row = cells.get(cell.name, {})
        if target is None or not row:
            continue
        judged = {"cell": cell.name, "rival": None, "target": "", "met": None}
        others = rivals(row)
        if others:
            judged["rival"] = cell.best(others, key=lambda name: others[name]["median"])
            rival = others[judged["rival"]]
            judged["ratio_of_medians"] = rival.get("ratio_of_medians")
            judged["ratio_of_bests"] = rival.get("ratio_of_bests")
        ratio = judged.get("ratio_of_medians")
        sign, holds = ("≥", lambda r: r >= target) if cell.best is max else ("≤", lambda r: r <= target)
        judged["target"] = f"{sign} {target:g}"
        judged["met"] = None if ratio is None else holds(ratio)
        if cell.name == "decode_tokens_per_second":
            judge_decode(judged, cells, target, SHARES[is_large])
        if cell.name == "peak_bytes":
            judge_memory(judged, row, memory_base)
        rows.append(judged)
    if "packed_load_seconds" in cells:
        rows.append(judge_packed_load(cells["packed_load_seconds"]["linnet"], n_bytes))
    return rows


def judge_packed_load(figures, n_bytes):
    (few, least), (many, most) = PACKED_LOAD
    limit = least + (most - least) * max(0, n_bytes - few) / (many - few)
    is_met = figures["median"] <= limit
    return {"cell": "packed_load_seconds", "rival": None, "target": f"≤ {limit * 1e3:.0f} ms", "met": is_met}


def judge_decode(judged, cells, target, least_share):
    judged["target"] += f", {least_share:.0%} of bandwidth"
    names = ("weight_bytes_per_second", "read_bytes_per_second")
    used, given = (cells.get(name, {}).get("linnet") for name in names)
    if judged["met"] is None or not used or not given:
        judged["met"] = None
        return
    share = statistics.median(u / g for u, g in zip(used["rounds"], given["rounds"]))
    judged["share"] = share
    if share / judged["ratio_of_medians"] * target > 1:  # What the ratio asks for cannot be read.
        judged["target"] = f"{SHARE_INSTEAD:.0%} of bandwidth"
        judged["met"] = share >= SHARE_INSTEAD
    else:
        judged["met"] = judged["met"] and share >= least_share


def judge_memory(judged, row, memory_base):
    judged["target"] = f"below all, ≤ {MEMORY:g} × file + cache"
    if judged["met"] is None or memory_base is None:
        judged["met"] = None
        return
    judged["share"] = row["linnet"]["median"] / memory_base
    judged["met"] = judged["ratio_of_medians"] < 1 and judged["share"] <= MEMORY


def number(value, digits=2):
    return "" if value is None else f"{value:.{digits}f}"


def verdict(judged):
    return {True: "met", False: "missed", None: "not known"}[judged["met"]]


def rows_of(cells, judged_rows):
    """What both the table and the page show: lists of texts under HEAD, without the verdict."""
    by_name = {cell.name: cell for cell in report.CELLS}
    for judged in judged_rows:
        cell, row = by_name[judged["cell"]], cells[judged["cell"]]
        figures = []
        for name in ("linnet", judged["rival"]):
            summary = row.get(name)
            figures += [number(summary and summary[key] * cell.scale, 1) for key in ("median", "best")]
        ratios = [number(judged.get(key)) for key in ("ratio_of_medians", "ratio_of_bests")]
        share = "" if judged.get("share") is None else f"{judged['share']:.2f}"
        title = f"{cell.title}, {cell.unit}"
        yield [title, *figures[:2], judged["rival"] or "", *figures[2:], *ratios, share, judged["target"]]


HEAD = [
    *("cell", "target is", "linnet, median", "its best", "best other", "median", "its best"),
    *("ratio of medians", "of bests", "share", "target"),
]


def table(cells, judged_rows):
    lines = ["| " + " | ".join(HEAD) + " |", "|:--|:--|--:|--:|:--|--:|--:|--:|--:|--:|:--|"]
    for fields, judged in zip(rows_of(cells, judged_rows), judged_rows):
        lines.append("| " + " | ".join([fields[0], verdict(judged), *fields[1:]]) + " |")
    return "\n".join(lines)
