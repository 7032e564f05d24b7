"""From rounds of figures to medians, spreads and ratios; as a table for people and as JSON."""

import dataclasses
import statistics
import typing

import program


@dataclasses.dataclass(frozen=True)
class Cell:
    name: str
    title: str
    unit: str
    scale: float  # what is shown is the value times this
    best: typing.Callable  # max where more is better, min where less is
    is_paired: bool = True  # whether programs mean the same by it, so that a ratio says something


CELLS = (
    Cell("prompt_tokens_per_second", "prompt", "tokens/s", 1, max),
    Cell("decode_tokens_per_second", "decode", "tokens/s", 1, max),
    Cell("long_prompt_tokens_per_second", f"prompt {program.DEPTH}", "tokens/s", 1, max),
    Cell("deep_decode_tokens_per_second", f"decode at depth {program.DEPTH}", "tokens/s", 1, max),
    Cell("together_tokens_per_second", f"{program.SESSIONS} sessions together", "tokens/s", 1, max),
    Cell("first_token_seconds", "first token, 5-token prompt", "ms", 1e3, min),
    Cell("first_token_30_seconds", "first token, 30-token prompt", "ms", 1e3, min),
    Cell("peak_bytes", "peak memory", "MB", 1e-6, min),
    Cell("packed_load_seconds", "load of a packed file", "ms", 1e3, min, is_paired=False),
    Cell("load_seconds", "load, by its own account", "ms", 1e3, min, is_paired=False),
    Cell("weight_bytes_per_second", "weights read in decode", "GB/s", 1e-9, max, is_paired=False),
    Cell("read_bytes_per_second", "memory's read bandwidth", "GB/s", 1e-9, max, is_paired=False),
)


def summarize(cell, ways):
    """The summary of the way with the best median; `ways` has {label: values of the rounds}."""
    medians = {way: statistics.median(values) for way, values in ways.items()}
    label = cell.best(medians, key=medians.get)
    values = ways[label]
    return {
        "way": label,
        "median": medians.pop(label),
        "other_ways": medians,
        "best": cell.best(values),
        "low": min(values),
        "high": max(values),
        "rounds": values,
    }


def compare(samples, first="linnet"):
    """{cell: {program: summary}} of {program: {cell: {label: values}}}; ratios are `first` / program."""
    cells = {}
    for cell in CELLS:
        row = {
            name: summarize(cell, figures[cell.name])
            for name, figures in samples.items()
            if figures.get(cell.name)
        }
        for name, summary in row.items():
            if cell.is_paired and name != first and first in row:
                summary["ratio_of_medians"] = ratio(row[first]["median"], summary["median"])
                summary["ratio_of_bests"] = ratio(row[first]["best"], summary["best"])
        if row:
            cells[cell.name] = row
    return cells


def ratio(a, b):
    return a / b if b else None


def missing(cells, names, asked):
    """(program, title) of every cell of `asked` that a program has no figure for."""
    return [
        (name, cell.title)
        for cell in CELLS
        if cell.name in asked
        for name in names
        if name not in cells.get(cell.name, {})
    ]


def table(cells):
    """Markdown: a row for each cell and program."""
    lines = [
        "| | program | median | best | low to high | linnet / it: medians | bests | measured with; others |",
        "|:--|:--|--:|--:|--:|--:|--:|:--|",
    ]
    for cell in CELLS:
        title = f"{cell.title}, {cell.unit}"
        if cell.is_paired:
            title += " (more is better)" if cell.best is max else " (less is better)"
        for name, summary in cells.get(cell.name, {}).items():
            median, best, low, high = (
                f"{summary[key] * cell.scale:.1f}" for key in ("median", "best", "low", "high")
            )
            ratios = [
                "" if summary.get(key) is None else f"{summary[key]:.2f}"
                for key in ("ratio_of_medians", "ratio_of_bests")
            ]
            others = [f"{way}: {value * cell.scale:.1f}" for way, value in summary["other_ways"].items()]
            ways = "; ".join([summary["way"], *others])
            fields = [title, name, median, best, f"{low} to {high}", *ratios, ways]
            lines.append("| " + " | ".join(fields) + " |")
            title = ""
    return "\n".join(lines)
