"""How far a run is: a moving line in a terminal, one line a phase elsewhere. It goes to stderr, results to stdout."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from mesh_etl.cli.wording import count

if TYPE_CHECKING:
    from rich.progress import Progress as Bars
    from rich.progress import TaskID


class Display(Protocol):
    """A `run.progress.Progress` that is told which product is being made, and that ends with the run."""

    def product(self, name: str) -> None:
        """The phases that follow are those of this product."""
        ...

    def phase(self, name: str, tasks: int) -> None:
        """A phase of `tasks` tasks begins; 0 where their number is not known."""
        ...

    def advance(self) -> None:
        """One task of the phase is done."""
        ...

    def rest(self) -> None:
        """The product is done: nothing moves, so that others may print."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None
    ) -> None: ...


def display(quiet: bool) -> Display:
    """The display that fits where stderr goes; a quiet one says nothing."""
    if quiet:
        return Quiet()
    return Moving() if sys.stderr.isatty() else Plain()


class Quiet:
    """Says nothing."""

    def product(self, name: str) -> None: ...

    def phase(self, name: str, tasks: int) -> None: ...

    def advance(self) -> None: ...

    def rest(self) -> None: ...

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None: ...


class Plain(Quiet):
    """Says each phase once."""

    def __init__(self) -> None:
        self._product = ""

    def product(self, name: str) -> None:
        self._product = name

    def phase(self, name: str, tasks: int) -> None:
        tasks_said = f" ({count(tasks, 'task')})" if tasks else ""
        print(f"{self._product}: {name}{tasks_said}", file=sys.stderr, flush=True)


class Moving:
    """One line that moves and is gone at the end."""

    def __init__(self) -> None:
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

        from mesh_etl.cli.screen import console

        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(20), MofNCompleteColumn())
        self._bars: Bars = Progress(
            *columns,
            TimeElapsedColumn(),
            console=console(stderr=True),
            transient=True,
            redirect_stdout=False,  # results go to stdout, wherever that leads
            redirect_stderr=False,
        )
        self._product = ""
        self._task: TaskID | None = None

    def product(self, name: str) -> None:
        self._product = name
        self._bars.start()

    def phase(self, name: str, tasks: int) -> None:
        self._clear()
        self._task = self._bars.add_task(f"{self._product}: {name}", total=tasks or None)

    def advance(self) -> None:
        if self._task is not None:
            self._bars.advance(self._task)

    def rest(self) -> None:
        self._clear()
        self._bars.stop()

    def _clear(self) -> None:
        if self._task is not None:
            self._bars.remove_task(self._task)
            self._task = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.rest()
