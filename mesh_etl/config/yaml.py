"""Strict YAML 1.2: what a file says once, without tags, anchors or guesses, and where it says it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mesh_etl.config import libyaml
from mesh_etl.config.document import Document, Loc, Place
from mesh_etl.config.scalars import Scalar, resolve
from mesh_etl.config.syntax import explained
from mesh_etl.errors import ConfigError, Fault, did_you_mean

if TYPE_CHECKING:
    from ruamel.yaml.events import Event, NodeEvent, ScalarEvent

MAX_BYTES = 5_000_000
MAX_DEPTH = 50
UNREADABLE = "see that it is a file, and that whoever runs this may read it"

__all__ = ["MAX_BYTES", "MAX_DEPTH", "UNREADABLE", "Document", "content", "parse", "read", "remember", "text"]


def read(path: Path, name: str | None = None) -> Document:
    """The document that the file holds; `name` is what messages call it, by default the path as given.

    Raises `ConfigError` as `text` and `parse` do.
    """
    return parse(*text(path, name))


def text(path: Path, name: str | None = None) -> tuple[str, str]:
    """The text of the file, and what messages call it: `name`, by default the path as given.

    Raises `ConfigError` when there is no such file, or when it is too large or not UTF-8.
    """
    shown = name or str(path)
    raw = content(path, shown, MAX_BYTES)
    try:
        return raw.decode("utf-8-sig"), shown
    except UnicodeDecodeError as error:
        where = _offset(raw[: error.start].decode("utf-8-sig"), shown)
        raise ConfigError(Fault("NOT_UTF8", "the file is not UTF-8", where, "save it as UTF-8")) from None


def content(path: Path, shown: str, limit: int = 100_000_000) -> bytes:
    """The bytes of the file, which messages call `shown`.

    Raises `ConfigError` when there is no such file, when it cannot be read, or has more than `limit` bytes.
    """
    try:
        size = path.stat().st_size
        raw = path.read_bytes() if size <= limit else b""
    except FileNotFoundError:
        raise ConfigError(Fault("FILE_MISSING", "there is no such file", shown, _sibling(path))) from None
    except OSError as error:
        reason = error.strerror or "the system refuses"
        raise ConfigError(Fault("FILE_UNREADABLE", f"the file cannot be read: {reason}", shown, UNREADABLE)) from error
    if size > limit:
        raise ConfigError(_too_large(shown, limit))
    return raw


def parse(text: str, name: str) -> Document:
    """The document that `text` holds; `name` is what messages call it.

    Raises `ConfigError` with all duplicate keys, tags, anchors, aliases and keys that are not text, or with the first
    syntax error, each as `name:line:column`.
    """
    if (known := _known.get(text)) is not None:
        return replace(known, name=name)
    if len(text) > MAX_BYTES:
        raise ConfigError(_too_large(name))
    if (document := _quickly(text, name)) is not None:
        return document
    builder = _Builder(name)
    try:
        data = builder.document(_events(text, name))
    except ConfigError as error:
        raise ConfigError(*builder.faults, *error.faults) from None
    if builder.faults:
        raise ConfigError(*builder.faults)
    if data is None:
        raise ConfigError(Fault("EMPTY_FILE", "the file is empty", f"{name}:1:1", "write at least one key"))
    return Document(name, data, builder.places)


_known: dict[str, Document] = {}  # of compiled configurations, by their text


def remember(text: str, document: Document) -> None:
    """`parse` answers this text with `document`, whose places are those of the file that it was compiled from."""
    _known[text] = document


def _quickly(text: str, name: str) -> Document | None:
    """The document, if it is plain to see and has no fault."""
    events = libyaml.events(text)
    if events is None:
        return None
    builder = _Builder(name)
    with suppress(ConfigError):
        data = builder.document(iter(events))
        if data is not None and not builder.faults:
            return Document(name, data, builder.places)
    return None


def _events(text: str, name: str) -> Iterator[Event]:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import MarkedYAMLError, YAMLError
    from ruamel.yaml.reader import ReaderError

    try:
        yield from YAML(typ="safe", pure=True).parse(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"{name}:{mark.line + 1}:{mark.column + 1}" if mark else name
        raise ConfigError(explained(error.problem or "", where)) from None
    except ReaderError as error:
        where = _offset(text[: error.position], name)
        problem = "the file has a character that YAML does not allow"
        raise ConfigError(
            Fault("YAML_SYNTAX", problem, where, "remove it, or write it as an escape in quotes")
        ) from None
    except (YAMLError, OverflowError, ValueError):
        # The parser leaks plain errors on some malformed escapes and directives, without a position.
        raise ConfigError(explained("", name)) from None


class _Builder:
    """Builds plain data from parser events and notes places and faults on the way."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.places: dict[Loc, Place] = {}
        self.faults: list[Fault] = []

    def document(self, events: Iterator[Event]) -> Any:
        from ruamel.yaml.events import DocumentStartEvent, NodeEvent

        data, documents = None, 0
        for event in events:
            if isinstance(event, DocumentStartEvent):
                documents += 1
                if documents == 2:
                    self._fault(event, "SEVERAL_DOCUMENTS", "a second document starts", "keep one document per file")
                    return None
                if event.version not in (None, (1, 2)) or event.tags:
                    self._fault(event, "YAML_DIRECTIVE", "directives are not allowed", "remove the lines with '%'")
            elif isinstance(event, NodeEvent):
                data = self._node(event, events, (), (1, 1))
        return data

    def _node(self, event: Event, events: Iterator[Event], loc: Loc, key: tuple[int, int]) -> Any:
        from ruamel.yaml.events import AliasEvent, MappingStartEvent, NodeEvent, ScalarEvent, SequenceStartEvent

        assert isinstance(event, NodeEvent)
        line, column = _position(event)
        text = event.value if isinstance(event, ScalarEvent) else None
        self.places[loc] = Place(line, column, *key, text)
        if isinstance(event, AliasEvent):
            self._fault(event, "YAML_ALIAS", "aliases are not allowed", "write the value out, or use ${name}")
            return None
        self._plain(event)
        if len(loc) >= MAX_DEPTH and text is None:
            where = f"{self.name}:{line}:{column}"
            raise ConfigError(Fault("TOO_DEEP", f"the nesting is deeper than {MAX_DEPTH} levels", where, "flatten it"))
        if isinstance(event, SequenceStartEvent):
            return self._list(events, loc)
        if isinstance(event, MappingStartEvent):
            return self._mapping(events, loc)
        assert isinstance(event, ScalarEvent)
        return _scalar(event)

    def _list(self, events: Iterator[Event], loc: Loc) -> list[Any]:
        from ruamel.yaml.events import SequenceEndEvent

        items: list[Any] = []
        while not isinstance(event := next(events), SequenceEndEvent):
            items.append(self._node(event, events, (*loc, len(items)), _position(event)))
        return items

    def _mapping(self, events: Iterator[Event], loc: Loc) -> dict[str, Any]:
        from ruamel.yaml.events import MappingEndEvent

        found: dict[str, Any] = {}
        while not isinstance(event := next(events), MappingEndEvent):
            key = self._key(event, events)
            value_loc = (*loc, key)
            if key in found:
                first = self.places[value_loc]
                fix = f"it stands in line {first.key_line} already"
                self._fault(event, "DUPLICATE_KEY", f"duplicate key '{key}'", fix)
                _skip(next(events), events)
            else:
                found[key] = self._node(next(events), events, value_loc, _position(event))
        return found

    def _key(self, event: Event, events: Iterator[Event]) -> str:
        from ruamel.yaml.events import ScalarEvent

        if isinstance(event, ScalarEvent):
            self._plain(event)
            key = _scalar(event)
            if isinstance(key, str):
                return key
        else:
            _skip(event, events)
        self._fault(event, "KEY_NOT_TEXT", "a key must be text", "put it in quotes")
        return f"line {_position(event)[0]}"

    def _plain(self, event: NodeEvent) -> None:
        from ruamel.yaml.events import CollectionStartEvent, ScalarEvent

        if event.anchor is not None:
            self._fault(event, "YAML_ANCHOR", "anchors are not allowed", "remove the word that starts with '&'")
        if isinstance(event, ScalarEvent | CollectionStartEvent) and event.ctag is not None:
            self._fault(event, "YAML_TAG", "tags are not allowed", "remove the word that starts with '!'")

    def _fault(self, event: Event, code: str, problem: str, fix: str = "") -> None:
        line, column = _position(event)
        self.faults.append(Fault(code, problem, f"{self.name}:{line}:{column}", fix))


def _scalar(event: ScalarEvent) -> Scalar:
    return resolve(event.value) if event.implicit[0] else str(event.value)


def _position(event: Event) -> tuple[int, int]:
    return event.start_mark.line + 1, event.start_mark.column + 1


def _offset(before: str, name: str) -> str:
    line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
    return f"{name}:{line}:{column}"


def _skip(event: Event, events: Iterator[Event]) -> None:
    from ruamel.yaml.events import CollectionEndEvent, CollectionStartEvent

    depth = 0
    while True:
        depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
        if depth == 0:
            return
        event = next(events)


def _too_large(name: str, limit: int = MAX_BYTES) -> Fault:
    return Fault("FILE_TOO_LARGE", f"the file is larger than {limit:,} bytes", name, "split it")


def _sibling(path: Path) -> str:
    if not path.parent.is_dir():
        return f"there is no folder '{path.parent.name}' either"
    return did_you_mean(path.name, (entry.name for entry in path.parent.iterdir()))
