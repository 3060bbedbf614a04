"""What kind of data a column holds: the classifiers of the mesh are asked first, then those for personal data."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from mesh_etl.config.mesh import Classifier
from mesh_etl.config.plugins import plugin_function
from mesh_etl.contract.regex import refusal
from mesh_etl.crawl.personal import personal
from mesh_etl.crawl.reach import spread
from mesh_etl.errors import ConfigError, Fault

if TYPE_CHECKING:
    import pyarrow as pa

TESTED = 2000


@dataclass(frozen=True)
class Classified:
    """A classification to confirm and the evidence for it; `pattern` and `logical_type` are those of a classifier."""

    classification: str
    evidence: str
    pattern: str | None = None
    logical_type: str | None = None


@dataclass(frozen=True)
class Classifiers:
    """The classifiers of a mesh, ready to be asked."""

    stated: tuple[tuple[Classifier, Callable[[str], object] | None], ...] = ()

    @classmethod
    def of(cls, stated: Sequence[Classifier], root: Path, where: str) -> Classifiers:
        """The classifiers that mesh.yaml states; their functions are imported.

        Raises `ConfigError`: BAD_PATTERN, PLUGIN_MISSING, PLUGIN_FAILED.
        """
        faults = [
            Fault("BAD_PATTERN", f"classifiers: '{one.name}': {reason}", where, "write it as RE2 does")
            for one in stated
            if one.pattern is not None and (reason := refusal(one.pattern))
        ]
        if faults:
            raise ConfigError(*faults)
        return cls(tuple((one, plugin_function(one.function, root, where) if one.function else None) for one in stated))

    def classify(self, column: str, values: pa.StringArray) -> Classified | None:
        """What the different values of the column are, or None; the first classifier of the mesh that fits wins."""
        import pyarrow as pa

        if not len(values):
            return None
        tested = values
        if len(values) > TESTED:
            tested = values.take(pa.array(spread(range(len(values)), TESTED)))
        for classifier, function in self.stated:
            passing = _passing(classifier, function, tested)
            if passing >= classifier.threshold * len(tested):
                return Classified(
                    classifier.classification,
                    f"{classifier.name}: {passing:,} of {len(tested):,} different values are such",
                    classifier.pattern if passing == len(tested) == len(values) else None,
                    classifier.logical_type,
                )
        found = personal(column, [text for text in tested.to_pylist() if text])
        return Classified(found.classification, found.text()) if found else None


def _passing(classifier: Classifier, function: Callable[[str], object] | None, values: pa.StringArray) -> int:
    import pyarrow as pa
    import pyarrow.compute as pc

    if function is None:
        try:
            return int(pc.sum(pc.match_substring_regex(values, classifier.pattern)).as_py())
        except pa.ArrowInvalid:
            problem = f"classifiers: '{classifier.name}': RE2 does not read the pattern"
            raise ConfigError(Fault("BAD_PATTERN", problem, "configs/mesh.yaml", "write it as RE2 does")) from None
    try:
        return sum(bool(function(text)) for text in values.to_pylist())
    except Exception as error:  # whatever it raises could quote a value, so only its kind is told
        problem = f"classifiers: '{classifier.name}' fails: it raises {type(error).__name__}"
        raise ConfigError(Fault("PLUGIN_FAILED", problem, "configs/mesh.yaml", "make it answer for any text")) from None
