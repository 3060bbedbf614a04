"""Whatever table is written in whatever dialect: the draft loads, and the files that it came from keep it entirely."""

from __future__ import annotations

import csv
import io
import json
import random
import string
from datetime import date, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

DAY = date(2020, 1, 1)
QUIET = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
MAKERS = {
    "whole": lambda chance: str(chance.choice([0, 7, -3, 2**31, 10**12, chance.randrange(10**6)])),
    "small": lambda chance: str(chance.randrange(5)),
    "amount": lambda chance: f"{chance.uniform(-5000, 5000):.2f}",
    "ratio": lambda chance: repr(chance.uniform(0, 1)),
    "long": lambda chance: str(chance.randrange(10**25)),
    "code": lambda chance: f"{chance.choice('ABC')}{chance.randrange(10, 99)}-{chance.randrange(1000):03}",
    "zeros": lambda chance: f"{chance.randrange(1000):05}",
    "day": lambda chance: str(DAY + timedelta(chance.randrange(900))),
    "german": lambda chance: f"{DAY + timedelta(chance.randrange(900)):%d.%m.%Y}",
    "slashes": lambda chance: f"{DAY + timedelta(chance.randrange(900)):%m/%d/%Y}",
    "moment": lambda chance: (datetime(2020, 1, 1) + timedelta(seconds=chance.randrange(10**7))).isoformat(sep=" "),
    "zoned": lambda chance: (datetime(2020, 1, 1) + timedelta(seconds=chance.randrange(10**7))).isoformat() + "Z",
    "minute": lambda chance: f"{datetime(2020, 1, 1) + timedelta(seconds=chance.randrange(10**7)):%d.%m.%Y %H:%M}",
    "flag": lambda chance: chance.choice(["true", "false"]),
    "yes": lambda chance: chance.choice(["Y", "N"]),
    "list": lambda chance: chance.choice(["red", "green", "blue"]),
    "word": lambda chance: "".join(chance.choices(string.ascii_letters + " ,;|\"'\\#äß€漢", k=chance.randrange(12))),
    "mail": lambda chance: f"u{chance.randrange(99)}@example.com",
    "german number": lambda chance: f"{chance.uniform(0, 999999):,.2f}".translate(str.maketrans(",.", ".,")),
    "none": lambda chance: "",
}  # fmt: skip
columns = st.lists(st.sampled_from(sorted(MAKERS)), min_size=1, max_size=7)
gaps = st.sampled_from(["", "NA", "NULL", "-", None])


def table(kinds, rows, seed, gap):
    chance = random.Random(seed)
    header = [f"{kind} {number}" for number, kind in enumerate(kinds)]
    cells = [
        [gap if gap is not None and chance.random() < 0.1 else MAKERS[kind](chance) for kind in kinds]
        for _ in range(rows)
    ]
    return header, cells


@QUIET
@given(
    kinds=columns, rows=st.integers(1, 150), seed=st.integers(0, 10**6), gap=gaps,
    delimiter=st.sampled_from([",", ";", "\t", "|"]), quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL]),
    end=st.sampled_from(["\n", "\r\n"]), encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
    files=st.integers(1, 3),
)  # fmt: skip
def test_delimited(draft, tmp_path_factory, kinds, rows, seed, gap, delimiter, quoting, end, encoding, files):
    folder = tmp_path_factory.mktemp("any")
    for number in range(files):
        header, cells = table(kinds, rows, seed + number, gap)
        text = io.StringIO(newline="")
        csv.writer(text, delimiter=delimiter, quoting=quoting, lineterminator=end).writerows([header, *cells])
        (folder / f"{number}.csv").write_bytes(text.getvalue().encode(encoding))
    made = draft(folder)
    assert made.found.complete
    assert made.refused() == (rows * files, {})


@QUIET
@given(
    kinds=columns, rows=st.integers(1, 60), seed=st.integers(0, 10**6),
    layout=st.sampled_from(["lines", "array", "documents", "below"]),
)  # fmt: skip
def test_json(draft, tmp_path_factory, kinds, rows, seed, layout):
    header, cells = table(kinds, rows, seed, "")
    chance = random.Random(seed)
    objects = [
        {name: chance.choice([cell, cell, None, [cell], {"x": cell}]) if kind == "word" else cell or None
         for name, kind, cell in zip(header, kinds, row, strict=True)}
        for row in cells
    ]  # fmt: skip
    for one in objects:  # a key of one type; the mixed ones are another test's
        for name, kind in zip(header, kinds, strict=True):
            if kind == "word":
                one[name] = [one[name]] if isinstance(one[name], str) else None
    text = {
        "lines": "\n".join(map(json.dumps, objects)),
        "array": json.dumps(objects),
        "documents": "\n".join(json.dumps(one, indent=1) for one in objects),
        "below": json.dumps({"page": 1, "data": {"items": objects}}),
    }[layout]
    path = tmp_path_factory.mktemp("any") / "a.json"
    path.write_text(text)
    made = draft(path)
    assert made.refused() == (rows, {})
