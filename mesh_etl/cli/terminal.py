"""Where a command writes, as Rich draws on it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NoReturn

from rich.console import Console, ConsoleOptions, RenderableType
from rich.segment import Segment

from mesh_etl.visible import visible


class Terminal(Console):
    """A console that no text can steer, and whose reader may go before all is written, which is no failure."""

    def render(self, renderable: RenderableType, options: ConsoleOptions | None = None) -> Iterable[Segment]:
        """What is drawn, in which texts have no controls of their own."""
        for one in super().render(renderable, options):
            yield one if one.control else Segment(visible(one.text), one.style)

    def on_broken_pipe(self) -> NoReturn:
        """The command ends, as where it writes without Rich."""
        raise BrokenPipeError
