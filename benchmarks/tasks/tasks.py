"""The tasks that linnet is measured by, their data and what is asked of them."""

import dataclasses
import json


@dataclasses.dataclass(frozen=True)
class Target:
    """A figure of `linnet eval --json`, by its path, and the least or the greatest that it may be."""

    path: str
    title: str
    least: float = None
    most: float = None

    def is_met(self, value):
        return value is not None and (value >= self.least if self.most is None else value <= self.most)

    def text(self):
        return f"≥ {self.least:g}" if self.most is None else f"≤ {self.most:g}"


@dataclasses.dataclass(frozen=True)
class Task:
    title: str
    stem: str  # STEM.dev.jsonl is what is measured, STEM.examples.jsonl what may be learned from.
    kind: str  # what `linnet eval` calls it
    arguments: tuple  # of `linnet eval`; {examples} is the file of examples
    targets: tuple
    scored: tuple = ()  # --fields


NONE_INVENTED = (
    Target("spans.invented", "invented strings", most=0),
    Target("invalid", "invalid answers", most=0),
)
NOTES_A_SECOND = Target("texts_per_second", "texts a second", least=20)
TICKETS_A_SECOND = Target("texts_per_second", "texts a second", least=100)
CALIBRATED = Target("labels.ece", "ECE", most=0.05)

TASKS = (
    Task(
        "medication and dose",
        "drugdose",
        "extract",
        ("--recipe", "medication"),
        (
            Target("records.total.f1", "pair F1", least=0.45),
            Target("records.fields.drug.f1", "drug F1", least=0.72),
            Target("records.invented", "invented strings", most=0),
            Target("invalid", "invalid answers", most=0),
            NOTES_A_SECOND,
        ),
    ),
    Task(
        "dates and times",
        "restaurant8k",
        "extract",
        ("--recipe", "dates"),
        (Target("spans.total.f1", "span F1", least=0.60), *NONE_INVENTED, NOTES_A_SECOND),
        scored=("date", "time"),
    ),
    Task(
        "voice commands, intent",
        "snips",
        "classify",
        ("--examples", "{examples}"),
        (Target("labels.accuracy", "accuracy", least=0.95), CALIBRATED, TICKETS_A_SECOND),
    ),
    Task(
        "voice commands, slots",
        "snips",
        "extract",
        ("--recipe", "voice"),
        (Target("spans.total.f1", "slot F1", least=0.45), *NONE_INVENTED, NOTES_A_SECOND),
    ),
    Task(
        "tickets",
        "banking77",
        "classify",
        ("--examples", "{examples}"),
        (Target("labels.accuracy", "accuracy", least=0.78), CALIBRATED, TICKETS_A_SECOND),
    ),
    Task(
        "routing with abstention",
        "clinc150",
        "classify",
        ("--examples", "{examples}"),
        (
            Target("labels.accuracy", "accuracy in scope", least=0.87),
            Target("labels.out_of_scope_auroc", "AUROC out of scope", least=0.90),
            CALIBRATED,
            TICKETS_A_SECOND,
        ),
    ),
)


def figure(report, path):
    """What a report of `linnet eval --json` has at a path, None if nothing."""
    for key in path.split("."):
        report = report.get(key) if isinstance(report, dict) else None
    return report


def read_lines(path):
    """The JSON lines of a file."""
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
