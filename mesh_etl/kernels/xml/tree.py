"""Rows built by ElementTree, whose parser and builder are C: several times as fast as hearing of each element.

A run of whole rows, put into an element that declares the namespaces around it, is a document of its own. It is well
formed exactly where the run is, and begins and ends between rows.
"""

from __future__ import annotations

import gc
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from itertools import chain
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.sax.saxutils import quoteattr

from mesh_etl.kernels.json.text import DEPTH
from mesh_etl.kernels.xml.cells import BLANK, Node
from mesh_etl.kernels.xml.names import XSI, RowTag

TREE_BYTES = 1 << 16  # so small a tree stays in the processor's cache


def built(
    block: bytes, spans: list[tuple[int, int]], tag: RowTag, namespaces: Mapping[str, str]
) -> list[Node | str] | None:
    """What the rows hold, or why they hold nothing; None where there is anything else in or between them than rows.

    The spans are those of tags that look like rows. Comments and processing instructions are nothing.
    """
    trees = _Trees(tag, namespaces)
    content: list[Node | str] = []
    begin = 0
    last = spans[-1][1]
    for _, end in spans:
        if end == last or end - begin >= TREE_BYTES:
            try:
                with _no_cycles():
                    content += trees.rows(block[begin:end])
            except (ParseError, _Other):
                return None
            begin = end
    return content


@contextmanager
def _no_cycles() -> Iterator[None]:
    """Nothing is looked through for cycles: a tree has none, and is gone before that could find anything."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Other(Exception):
    """Here is something that takes a closer look."""


class _Trees:
    def __init__(self, tag: RowTag, namespaces: Mapping[str, str]) -> None:
        self.names = _Names(tag.local_only)
        self.tag = tag.name
        declared = (f" xmlns{prefix and ':'}{prefix}={quoteattr(uri)}" for prefix, uri in namespaces.items())
        self.around = f"<rows{''.join(one for one in declared)}>".encode()
        self.mixed = False

    def rows(self, text: bytes) -> list[Node | str]:
        parser = XMLParser(encoding="utf-8")
        parser.feed(self.around)
        parser.feed(text)
        parser.feed(b"</rows>")
        root = parser.close()
        if not (_is_blank(root.text) and _are_blank(root) and all(self.names[row.tag] == self.tag for row in root)):
            raise _Other
        inner = list(chain.from_iterable(root))
        if any(map(len, inner)) or any(map(Element.keys, inner)) or not _are_blank(inner):
            return [self._row(row) for row in root]
        return [self._flat(row) for row in root]

    def _flat(self, row: Element) -> Node | str:
        """A row of which no child has more than a text."""
        text = row.text or ""
        if len(row) and text:
            if text.strip(BLANK):
                return "MIXED_CONTENT"
            text = ""
        names = self.names
        fields = {names[child.tag]: child.text or "" for child in row}
        if len(fields) < len(row):
            return self._row(row)
        node = Node(fields, text)
        if row.keys():
            self._add_attributes(node, row)
        return node

    def _row(self, row: Element) -> Node | str:
        self.mixed = False
        found = self._node(row, 1)
        return "MIXED_CONTENT" if self.mixed else found

    def _node(self, element: Element, depth: int) -> Node:
        if depth > DEPTH:
            raise _Other
        node = Node()
        self._add_attributes(node, element)
        if not len(element):
            node.text = element.text or ""
            return node
        self.mixed = self.mixed or not (_is_blank(element.text) and _are_blank(element))
        for child in element:
            if len(child) or child.keys():
                node.add(self.names[child.tag], self._node(child, depth + 1))
            elif depth < DEPTH:
                node.add(self.names[child.tag], child.text or "")
            else:
                raise _Other
        return node

    def _add_attributes(self, node: Node, element: Element) -> None:
        for key, value in element.items():
            if key.startswith(_XSI):  # what a schema would say of the element; only nil is about its value
                node.nil = node.nil or (key == _NIL and value in ("true", "1"))
            else:
                node.add("@" + self.names[key], value)


class _Names(dict[str, str]):
    """The names of the tree, `{uri}local`, as those of `names.py`."""

    def __init__(self, local_only: bool) -> None:
        super().__init__()
        self.local_only = local_only

    def __missing__(self, name: str) -> str:
        uri, _, local = name.rpartition("}")
        found = local if self.local_only or not uri else f"{uri[1:]} {local}"
        self[name] = found
        return found


def _are_blank(elements: Iterable[Element]) -> bool:
    """Whether only blanks follow each of the elements."""
    return all(map(_is_blank, {one.tail for one in elements}))


def _is_blank(text: str | None) -> bool:
    return text is None or not text.strip(BLANK)


_XSI = "{" + XSI.strip() + "}"
_NIL = _XSI + "nil"
