"""Edits of a YAML text that leave every other byte as it is: comments, order, quotes and layout stay.

The text is never dumped from a model. Its nodes know where they begin and end, and only those places are written anew.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from mesh_etl.config.document import Loc

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, Node, ScalarNode

STEP = "  "
Edit = tuple[int, int, str]  # from where to where, and what stands there afterwards


@dataclass
class Rewrite:
    """The edits of one text; `text()` applies them. Paths are those of the text as it was."""

    before: str
    _edits: list[Edit] = field(default_factory=list)
    _removed: dict[int, tuple[MappingNode, set[int]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        from ruamel.yaml import YAML

        self._root: Node = YAML(typ="rt", pure=True).compose(self.before)
        self._newline = "\r\n" if "\r\n" in self.before else "\n"

    def text(self) -> str:
        """The text with all edits made."""
        out, at = "", 0
        removals = [one for parent, gone in self._removed.values() for one in self._spans(parent, gone)]
        for start, end, new in sorted([*self._edits, *removals]):
            out += self.before[at:start] + new
            at = max(at, end)
        return out + self.before[at:]

    def rename(self, loc: Loc, name: str) -> None:
        """The key at the path is called `name`."""
        key, _ = self._pair(loc)
        self._edit(key.start_mark.index, key.end_mark.index, _quoted(key, name))

    def replace(self, loc: Loc, value: str) -> None:
        """The scalar at the path says `value`, in the quotes that it had."""
        _, found = self._pair(loc)
        self._edit(found.start_mark.index, found.end_mark.index, _quoted(found, value))

    def remove(self, loc: Loc) -> None:
        """The key at the path is gone, and its scalar with it; a comment behind them stays."""
        parent, (key, _) = self._mapping(loc), self._pair(loc)
        gone = self._removed.setdefault(id(parent), (parent, set()))[1]
        gone.add(next(index for index, one in enumerate(parent.value) if one[0] is key))

    def add(self, loc: Loc, name: str, value: str | int) -> None:
        """`name: value` follows the key at the path, which has a scalar."""
        key, found = self._pair(loc)
        pair = f"{_quoted(key, name)}: {_quoted(key, value) if isinstance(value, str) else value}"
        if self._mapping(loc).flow_style:
            self._edit(found.end_mark.index, found.end_mark.index, f", {pair}")
            return
        end = found.end_mark.index + len(self._rest(found.end_mark.index))
        self._edit(end, end, f"{self._newline}{' ' * key.start_mark.column}{pair}")

    def nest(self, loc: Loc, outer: str, inner: str) -> None:
        """What stands under the key at the path stands under `outer` and, in it, under `inner`."""
        key, found = self._pair(loc)
        start, end = key.start_mark.index, key.end_mark.index
        outer, inner = _quoted(key, outer), _quoted(key, inner)
        if self._mapping(loc).flow_style:
            self._edit(start, end, f"{outer}: {{{inner}")
            self._edit(found.end_mark.index, found.end_mark.index, "}")
            return
        self._edit(start, end, f"{outer}:{self._newline}{' ' * key.start_mark.column}{STEP}{inner}")
        last = start + len(self.before[start : found.end_mark.index].rstrip())
        line = self._next_line(end)
        while line < last:
            if self._rest(line).strip():
                self._edit(line, line, STEP)
            line = self._next_line(line)

    def _spans(self, parent: MappingNode, gone: set[int]) -> Iterator[Edit]:
        """What to cut so that these pairs of the mapping are gone and the others stay as they are."""
        pairs = parent.value
        first = next((index for index in range(len(pairs)) if index not in gone), None)
        for index in sorted(gone):
            key, value = pairs[index]
            start, end = key.start_mark.index, value.end_mark.index
            behind = self._rest(end)
            if parent.flow_style and index and (first is None or index > first):
                start = pairs[index - 1][1].end_mark.index
            elif parent.flow_style:
                end = end if first is None else pairs[first][0].start_mark.index
            elif behind.strip():
                end += len(behind) - len(behind.lstrip())  # the comment takes the place of the key
            elif index or key.start_mark.column == 0:
                start, end = self.before.rfind("\n", 0, start) + 1, self._next_line(end)
            elif first is not None:
                end = pairs[first][0].start_mark.index  # the line of a '-' goes on with the next key that stays
            yield start, end, ""

    def _edit(self, start: int, end: int, new: str) -> None:
        self._edits.append((start, end, new))

    def _pair(self, loc: Loc) -> tuple[ScalarNode, Any]:
        return next(one for one in self._mapping(loc).value if one[0].value == loc[-1])  # type: ignore[no-any-return]

    def _mapping(self, loc: Loc) -> MappingNode:
        """The mapping that holds the key at the path."""
        node: Any = self._root
        for step in loc[:-1]:
            node = (
                node.value[step]
                if isinstance(step, int)
                else next(value for key, value in node.value if key.value == step)
            )
        return node  # type: ignore[no-any-return]

    def _rest(self, start: int) -> str:
        """What follows in the line, without its end."""
        end = self.before.find("\n", start)
        return self.before[start : len(self.before) if end < 0 else end].rstrip("\r")

    def _next_line(self, start: int) -> int:
        end = self.before.find("\n", start)
        return len(self.before) if end < 0 else end + 1


def _quoted(like: ScalarNode, text: str) -> str:
    """The text in the quotes of a key or a value that is there, if it has any: a file of JSON stays one."""
    quote = like.style if like.style in ("'", '"') else ""
    return f"{quote}{text}{quote}"
