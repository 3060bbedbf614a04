"""The words by which contracts classify data, and the LF-Tags that they stand for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from mesh_etl.errors import did_you_mean

if TYPE_CHECKING:
    from mesh_etl.config.mesh import Mesh

Values = dict[str, str]  # the value of each LF-Tag by its key


class Unknown(ValueError):
    """A word that no LF-Tag knows; the text says so, `fix` what might be meant."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


class Vocabulary:
    """The LF-Tags of a mesh, with the values of each in order: the most open one first."""

    def __init__(self, mesh: Mesh) -> None:
        self.defaults: Values = {key: tag.default for key, tag in mesh.tags.items() if tag.default is not None}
        self._ranks = {key: {value: rank for rank, value in enumerate(tag.values)} for key, tag in mesh.tags.items()}
        self._classified: dict[str, Values] = {}
        for key, tag in mesh.tags.items():
            if tag.classification or tag.default is not None:
                words = {value: value for value in tag.values} | {w.lower(): v for w, v in tag.classification.items()}
                for word, value in words.items():
                    self._classified.setdefault(word, {})[key] = value

    def classification(self, word: str) -> Values:
        """The tags that a classification stands for. Raises `Unknown`."""
        found = self._classified.get(word.strip().lower())
        if found is None:
            fix = did_you_mean(word, self._classified) if self._classified else ""
            raise Unknown("no LF-Tag of the mesh knows the classification", fix or "add it to a tag's classification")
        return found

    def tag(self, text: str) -> Values:
        """The tag that `key:value` states; nothing where the text is a plain label. Raises `Unknown`."""
        key, colon, value = text.partition(":")
        key, value = key.strip().lower(), value.strip().lower()
        if not colon or key not in self._ranks:
            return {}
        return self.valued(key, value)

    def valued(self, key: str, value: str) -> Values:
        """The tag `key` with a value that it may have. Raises `Unknown`."""
        if value not in self._ranks[key]:
            raise Unknown(f"the LF-Tag '{key}' has no such value", did_you_mean(value, self._ranks[key]))
        return {key: value}

    def knows(self, key: str) -> bool:
        """Whether there is an LF-Tag of this key."""
        return key in self._ranks

    def strictest(self, key: str, values: Iterable[str]) -> str:
        """The value that shows least; there must be one at least."""
        return max(values, key=self._ranks[key].__getitem__)

    def joined(self, *several: Mapping[str, str]) -> Values:
        """The strictest value of each key."""
        found: Values = {}
        for one in several:
            for key, value in one.items():
                found[key] = self.strictest(key, (found[key], value)) if key in found else value
        return found

    def most_guarded(self, values: Mapping[str, str]) -> list[str]:
        """The tags with the value that holds where nobody has judged, spelled `key=value`."""
        return [f"{key}={value}" for key, value in values.items() if self.defaults.get(key) == value]
