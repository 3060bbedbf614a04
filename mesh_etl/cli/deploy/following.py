"""How far CloudFormation is, on stderr: one line per resource in a pipe, in a terminal with colours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from mesh_etl.cli import screen
from mesh_etl.cli.wording import size
from mesh_etl.deploy.stacks.deployment import Told
from mesh_etl.errors import Fault, MeshError

if TYPE_CHECKING:
    from mesh_etl.deploy.stacks.events import Event
    from mesh_etl.deploy.stacks.wanted import Parcel


class GoesOn(MeshError):
    """Ctrl-C while CloudFormation was at work: it goes on without anybody who looks."""

    exit_code = 130


class Following:
    """Tells each step once, and remembers it for a JSON document; a quiet one only remembers."""

    def __init__(self, quiet: bool) -> None:
        self._console = None if quiet else screen.console(stderr=True)
        self.events: list[Event] = []

    @property
    def told(self) -> Told:
        """The functions that are called as it goes."""
        return Told(self.sent, self.event)

    def step(self, text: str) -> None:
        """Something else begins."""
        self._say(text)

    def sent(self, parcel: Parcel) -> None:
        """A file is being sent."""
        self._say(f"  {parcel.name}  {size(parcel.size)}")

    def event(self, event: Event) -> None:
        """A resource has come into another state; that it was begun is told of the stack alone."""
        self.events.append(event)
        if event.ended or event.own:
            style = "red" if event.failed or "ROLLBACK" in event.status else ""
            words = f"  {event.status:<28} {event.type.removeprefix('AWS::')}  {event.logical}"
            self._say(f"{words}  {event.reason}" if event.failed else words, style)

    def _say(self, text: str, style: str = "") -> None:
        if self._console is not None:
            self._console.print(text, style=style or None, soft_wrap=True)


@contextmanager
def may_go_on(stack: str, unit: str, env: str) -> Iterator[None]:
    """Ctrl-C in the block ends the looking, and says that the work goes on. Raises `GoesOn`."""
    try:
        yield
    except KeyboardInterrupt:
        fix = f"look at it with mesh-etl status {unit} --env {env}"
        problem = "nobody looks any more, and CloudFormation goes on"
        raise GoesOn(Fault("INTERRUPTED", problem, stack, fix), retryable=True) from None
