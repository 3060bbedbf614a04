"""Files without surprises read six times as fast: by libyaml, where PyYAML brings it.

libyaml knows YAML 1.1. Within what is let through here, it and the parser of YAML 1.2 give the same data in the same
places, which tests hold; all else, and every file with a fault, is left to that parser and its messages.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from ruamel.yaml.events import Event

# The two versions differ in tabs, in what ends a line, and in byte order marks.
_PLAIN = re.compile("[\n\x20-\x7e\xa0-\u2027\u202a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]*")
_GLUED = re.compile("[|>][-+0-9]*#")  # libyaml takes a comment there, where it must follow a blank
_DEEP = 100  # more is refused by the parser of YAML 1.2; libyaml's time grows with the square of the depth


def events(text: str) -> list[Event] | None:
    """What the parser of YAML 1.2 would tell of `text`; None where only that parser itself can say."""
    try:
        from yaml import YAMLError
        from yaml.cyaml import CParser
        from yaml.events import CollectionEndEvent, CollectionStartEvent
    except ImportError:
        return None
    if not _PLAIN.fullmatch(text) or _GLUED.search(text):
        return None
    translated, parser, found, depth = _translator(), CParser(text), [], 0
    try:
        while parser.check_event():
            told = parser.get_event()
            depth += isinstance(told, CollectionStartEvent) - isinstance(told, CollectionEndEvent)
            event = translated(told)
            if event is None or depth > _DEEP:
                return None
            found.append(event)
    except YAMLError:
        return None
    return found


def _translator() -> Callable[[Any], Event | None]:
    """Makes an event the one that the other parser has, or None of what no plain file has and of empty values.

    An empty value has no text that it stands at, so that the parsers place it apart.
    """
    from ruamel.yaml import events as strict
    from yaml import events as loose

    def translated(event: Any) -> Event | None:
        kind, start, end = type(event), event.start_mark, event.end_mark
        if kind in (loose.MappingEndEvent, loose.SequenceEndEvent):
            return ends[kind](start, end)
        if kind is loose.DocumentStartEvent:
            return None if event.version or event.tags else strict.DocumentStartEvent(start, end)
        if kind is loose.AliasEvent:
            return None
        if not issubclass(kind, loose.NodeEvent):
            return strict.Event(start, end)
        if event.anchor is not None or event.tag is not None:
            return None
        if kind is not loose.ScalarEvent:
            return starts[kind](None, None, event.implicit, start, end)
        if event.implicit[0] and not event.value:
            return None
        return strict.ScalarEvent(None, None, event.implicit, event.value, start, end)

    ends = {loose.MappingEndEvent: strict.MappingEndEvent, loose.SequenceEndEvent: strict.SequenceEndEvent}
    starts = {loose.MappingStartEvent: strict.MappingStartEvent, loose.SequenceStartEvent: strict.SequenceStartEvent}
    return translated
