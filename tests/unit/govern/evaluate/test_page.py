"""docs/access.md keeps what it says: its example runs, and it has every code of a finding."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[4]
PAGE = (ROOT / "docs/access.md").read_text()


def test_the_example_holds_for_the_demo(monkeypatch: pytest.MonkeyPatch) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    names: dict[str, Any] = {}
    monkeypatch.chdir(ROOT)
    exec(example, names)
    tests = [one for name, one in names.items() if name.startswith("test_")]
    assert tests
    for test in tests:
        test()


def test_every_finding_has_its_code_on_the_page() -> None:
    source = (ROOT / "mesh_etl/govern/evaluate/findings.py").read_text()
    assert set(re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE)) == set(
        re.findall(r'"([A-Z]+(?:_[A-Z]+)+)"', source)
    )
