"""The command line in this process."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import pytest


class Said(NamedTuple):
    """How a command ended and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def mesh(capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Said]:
    """Runs a command; `main` always ends the process, which is an exception here."""
    from mesh_etl.cli import main

    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.delenv("COLUMNS", raising=False)

    def call(*words: str) -> Said:
        capfd.readouterr()
        with pytest.raises(SystemExit) as end:
            main(list(words))
        said = capfd.readouterr()
        return Said(int(end.value.code or 0), said.out, said.err)

    return call


@pytest.fixture
def listed():
    """Ledgers of entries that lie nowhere, below a root where other files may."""
    from mesh_etl.storage import LocalStorage
    from mesh_etl.tables.layout import Layout
    from mesh_etl.tables.ledger import Ledger

    class Listed(Ledger):
        def seqs(self, after=0):
            return [seq for seq in sorted(ENTRIES[self.layout.root]) if seq > after]

        def entry(self, seq):
            return ENTRIES[self.layout.root][seq]

    ENTRIES: dict = {}

    def build(entries, root="nowhere"):
        ENTRIES[str(root)] = {entry.seq: entry for entry in entries}
        return Listed(Layout(str(root)), LocalStorage())

    return build
