#!/usr/bin/env python3
"""Makes eval.json: invented texts, answers, and what scikit-learn and plain sets say of them.

    make_eval_golden.py      needs the packages numpy and scikit-learn

Each case is {"data": lines, "answers": lines, "want": scores} in the form that `linnet eval` reads.
"""
import collections
import json
import pathlib
import random
import string

import numpy
from sklearn import metrics

LABELS = ["gate", "hedge", "pond", "roof", "wall"]
WORDS = "two grey birds sat by the old pond at noon and left before the Rain, in May; (one) stayed.".split()
BINS = 15


def rounded(probability):
    """Few distinct values, some on the edges of bins, so that there are ties."""
    return round(probability * 30) / 30


def calibration_error(probabilities, right):
    """Bins open below, as in Guo et al. 2017."""
    probabilities, right = numpy.array(probabilities), numpy.array(right, dtype=float)
    error, edges = 0.0, numpy.arange(BINS + 1) / BINS
    edges[0] = -1
    for low, high in zip(edges[:-1], edges[1:]):
        inside = (probabilities > low) & (probabilities <= high)
        if inside.any():
            error += inside.mean() * abs(right[inside].mean() - probabilities[inside].mean())
    return float(error)


def labels_case(draw, n, share_outside):
    data, answers = [], []
    for i in range(n):
        gold = None if draw.random() < share_outside else draw.choice(LABELS)
        right = gold is not None and draw.random() < 0.7
        label = gold if right else draw.choice([*LABELS, "shed"])
        probability = rounded(draw.betavariate(5, 2) if right else draw.betavariate(2, 3))
        data.append({"text": f"text {i}", "label": gold})
        answer = {"label": label, "probability": probability, "ranked": [[label, probability]]}
        if share_outside:
            answer["score"] = round(draw.gauss(1 if gold else 0, 1), 1)
        if probability < 0.3:
            answer["label"] = None
        answers.append(answer)
    gold = [line["label"] for line in data]
    top = [answer["ranked"][0][0] for answer in answers]
    probabilities = [answer["probability"] for answer in answers]
    inside = [i for i in range(n) if gold[i] is not None]
    of = lambda values: [values[i] for i in inside]  # noqa: E731
    right = [a == b for a, b in zip(gold, top)]
    want = {
        "accuracy": metrics.accuracy_score(of(gold), of(top)),
        "macro_f1": metrics.f1_score(of(gold), of(top), average="macro", zero_division=0),
        "ece": calibration_error(of(probabilities), of(right)),
        "ece_of_all": calibration_error(probabilities, right),
        "auroc": None,
    }
    if len(inside) < n:
        scores = [answer["score"] for answer in answers]
        want["auroc"] = metrics.roc_auc_score([g is not None for g in gold], scores)
    return {"data": data, "answers": answers, "want": want}


def piece(draw, text):
    words = text.split()
    begin = draw.randrange(len(words))
    return " ".join(words[begin : begin + draw.randint(1, 2)])


def distorted(draw, value):
    """The value as a program may tell it: other case, other ends, a part, or something else."""
    way = draw.random()
    if way < 0.2:
        return value.upper()
    if way < 0.4:
        return f"({value}."
    if way < 0.5:
        return value[1:]
    return "a linnet" if way < 0.6 else value


def found_text(draw):
    return " ".join(draw.choices(WORDS, k=draw.randint(3, 9)))


def score(gold, said):
    """Precision, recall and F1 of multisets, a pair a text."""
    n_right = sum(sum((collections.Counter(g) & collections.Counter(s)).values()) for g, s in zip(gold, said))
    n_gold, n_said = sum(map(len, gold)), sum(map(len, said))
    precision, recall = n_right / max(1, n_said), n_right / max(1, n_gold)
    f1 = 2 * precision * recall / max(1e-12, precision + recall)
    return {"precision": precision, "recall": recall, "f1": f1}


def n_invented(data, values):
    return sum(v.lower() not in line["text"].lower() for line, texts in zip(data, values) for v in texts)


def spans_case(draw, n):
    slots, data, answers = ["when", "where"], [], []
    for _ in range(n):
        text = found_text(draw)
        gold = [{"slot": draw.choice(slots), "text": piece(draw, text)} for _ in range(draw.randint(0, 3))]
        said = [s for s in gold if draw.random() < 0.8]
        said += [{"slot": draw.choice(slots), "text": piece(draw, text)} for _ in range(draw.randint(0, 1))]
        said = [{**s, "text": distorted(draw, s["text"]), "probability": rounded(draw.random())} for s in said]
        data.append({"text": text, "slots": gold})
        answers.append({"text": text, "slots": said})

    def keys(lines, slot=None):
        strip = string.punctuation + " "
        return [
            [(s["slot"], s["text"].lower().strip(strip)) for s in line["slots"] if slot in (None, s["slot"])]
            for line in lines
        ]

    want = {"total": score(keys(data), keys(answers))}
    want["fields"] = {slot: score(keys(data, slot), keys(answers, slot)) for slot in slots}
    want["invented"] = n_invented(data, [[s["text"] for s in line["slots"]] for line in answers])
    want["exact"] = sum(sorted(a) == sorted(b) for a, b in zip(keys(data), keys(answers)))
    return {"data": data, "answers": answers, "want": want}


def records_case(draw, n):
    fields, data, answers = ["bird", "place"], [], []
    for _ in range(n):
        text = found_text(draw)
        gold = [{field: piece(draw, text) for field in fields} for _ in range(draw.randint(1, 3))]
        said = [{f: distorted(draw, v) for f, v in record.items()} for record in gold if draw.random() < 0.8]
        if draw.random() < 0.3:
            said.append({fields[0]: piece(draw, text)})
        if said and draw.random() < 0.3:
            said.append(dict(said[0]))
        data.append({"text": text, "items": gold})
        answers.append({"records": said})

    def plain(line):
        return line.get("items") or line.get("records", [])

    def clean(value):
        return value.lower().strip(" .,;()")

    def keys(lines, field=None):
        if field is None:
            return [list({tuple(sorted((f, clean(v)) for f, v in r.items())) for r in plain(l)}) for l in lines]
        return [list({clean(r[field]) for r in plain(line) if field in r}) for line in lines]

    want = {"total": score(keys(data), keys(answers))}
    want["fields"] = {field: score(keys(data, field), keys(answers, field)) for field in fields}
    want["invented"] = n_invented(data, [[v for r in plain(line) for v in r.values()] for line in answers])
    want["exact"] = sum(sorted(a) == sorted(b) for a, b in zip(keys(data), keys(answers)))
    return {"data": data, "answers": answers, "want": want}


def main():
    draw = random.Random(7)
    golden = {
        "labels": [labels_case(draw, 60, 0), labels_case(draw, 60, 0.3)],
        "spans": [spans_case(draw, 40)],
        "records": [records_case(draw, 40)],
    }
    path = pathlib.Path(__file__).parent / "eval.json"
    text = json.dumps(golden, separators=(",", ":")).replace('{"text"', '\n{"text"')
    path.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
