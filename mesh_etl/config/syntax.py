"""What a YAML syntax error means, in plain words."""

from __future__ import annotations

from mesh_etl.errors import Fault

# The parser's problem starts with the left side; the right side is what to tell instead, and the fix.
_PLAIN: tuple[tuple[str, str, str], ...] = (
    ("found character '\\t'", "a tab stands where only spaces can", "indent and separate with spaces"),
    ("found a tab", "a tab stands where only spaces can", "indent and separate with spaces"),
    ("found character '@'", "text cannot start with '@'", "put it in quotes"),
    ("found character '`'", "text cannot start with '`'", "put it in quotes"),
    ("found character '%'", "text cannot start with '%'", "put it in quotes"),
    (
        "mapping values are not allowed",
        "a ':' stands where no key can be",
        "put text that contains ': ' in quotes and check the indentation",
    ),
    (
        "expected <block end>",
        "the line does not continue what is above it",
        "align it with the first key or the first '-' of its block",
    ),
    ("could not find expected ':'", "the line is neither 'key: value' nor '- item'", "put a ': ' after the key"),
    ("found unexpected end of stream", "a quote is opened and never closed", "close the quote"),
    ("found unexpected document separator", "a quote is opened and never closed", "close the quote"),
    ("expected ',' or ']'", "a '[' list is not continued or closed", "put a ',' between items and a ']' at the end"),
    ("expected ',' or '}'", "a '{' mapping is not continued or closed", "put a ',' between keys and a '}' at the end"),
    ("found unknown escape", "a double-quoted text has an unknown escape", "write '\\\\' for a backslash"),
    ("found duplicate", "a directive stands twice", "remove the lines that start with '%'"),
    ("found undefined tag", "tags are not allowed", "remove the word that starts with '!'"),
    ("expected alphabetic", "an anchor or alias has no name", "put text that starts with '*' or '&' in quotes"),
    ("sequence entries are not allowed", "a '-' stands where no item can be", "put the list on lines of its own"),
    ("expected the node content", "a value is missing", "write the value or close the bracket"),
)


def explained(problem: str, where: str) -> Fault:
    """The fault for what the parser calls `problem`; the parser's own words are not shown, they may quote the file."""
    for start, plain, fix in _PLAIN:
        if problem.startswith(start):
            return Fault("YAML_SYNTAX", plain, where, fix)
    return Fault("YAML_SYNTAX", "this is not valid YAML", where, "check quotes, colons and indentation here")
