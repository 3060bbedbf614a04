"""docs/benchmarks.md: one section per benchmark, each between markers, each written by its benchmark alone."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from contestants import ROOT

PAGE = ROOT / "docs/benchmarks.md"
TEMPLATE = Path(__file__).with_name("benchmarks.md")


def write_section(name: str, text: str) -> None:
    """The section `name` of the page is `text`; the other sections stay as they are."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else TEMPLATE.read_text(encoding="utf-8")
    begin, end = f"<!-- {name}: begin -->", f"<!-- {name}: end -->"
    section = f"{begin}\n{text.strip()}\n{end}"
    if begin in page:
        page = re.sub(f"{re.escape(begin)}.*?{re.escape(end)}", lambda _: section, page, flags=re.DOTALL)
    else:
        page = f"{page.rstrip()}\n\n{section}\n"
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(page, encoding="utf-8")
    print(f"{text.strip()}\n\nwritten to {PAGE.relative_to(ROOT)}")


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table whose first column is text and whose others are numbers."""
    rule = ["---", *["--:"] * (len(header) - 1)]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (header, rule, *rows))


def machine() -> str:
    """What the numbers depend on: cores, memory and versions."""
    gigabytes = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    packages = ", ".join(f"{name} {version(name)}" for name in ("pyarrow", "pysail", "duckdb"))
    return f"{os.cpu_count()} cores, {gigabytes:.0f} GiB of memory; Spark {version('pyspark-client')}, {packages}"


def verdict(title: str, ratio: float, bound: float) -> str:
    """One line that compares a ratio with its bound."""
    return f"- {title}: **{ratio:.2f}×**, the bound is {bound:g}×: {'met' if ratio <= bound else 'NOT met'}"
