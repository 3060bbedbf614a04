"""A template in YAML that every reader takes alike: CloudFormation's knows YAML 1.1, others 1.2."""

from __future__ import annotations

import re
from typing import Any

# A text that no version of YAML reads as anything else, but for the words that some take for true or false.
_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*( [A-Za-z][A-Za-z0-9_./-]*)*")
_WORDS = {"true", "false", "yes", "no", "on", "off", "y", "n", "null"}


def spelled(body: dict[str, Any]) -> str:
    """The body in blocks, keys in the order that they have, texts in quotes where one could read them otherwise."""
    import yaml

    class Writer(yaml.SafeDumper):  # type: ignore[misc]
        """A dumper with quotes of its own and no anchors."""

        def ignore_aliases(self, data: Any) -> bool:
            """Nothing is written by reference: the same tags stand many times."""
            return True

    def text(writer: Any, value: str) -> Any:
        plain = _PLAIN.fullmatch(value) and value.lower() not in _WORDS
        return writer.represent_scalar("tag:yaml.org,2002:str", value, style=None if plain else '"')

    Writer.add_representer(str, text)
    told: str = yaml.dump(body, Dumper=Writer, sort_keys=False, allow_unicode=True, width=10_000)
    return told
