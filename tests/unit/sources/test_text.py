"""What a source of text lets its user declare, and what it refuses."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from mesh_etl.kernels.values.text_rules import PLAIN_TEXT, Numerals, TextRules
from mesh_etl.sources.text import ScalarOptions, TextOptions

DECLARED = {
    "true_values": ["Y"],
    "false_values": ["N", "0"],
    "timezone": "Europe/Berlin",
    "numbers": {"decimal": ",", "grouping": ".", "leading_zeros": True, "plus": True, "exponent": True, "nan": ["-"]},
    "date_formats": ["dd.MM.yyyy"],
    "timestamp_formats": ["dd.MM.yyyy HH:mm:ss"],
    "binary": "hex",
    "unicode": "any",
    "control": "allow",
}
REFUSED = [
    ({"numbers": {"decimal": ",", "grouping": ","}}, "the decimal mark and the grouping mark are the same"),
    ({"numbers": {"decimal": ""}}, "is no mark of numbers"),
    ({"numbers": {"decimal": "5"}}, "is no mark of numbers"),
    ({"numbers": {"grouping": "-"}}, "is no mark of numbers"),
    ({"numbers": {"grouping": ".."}}, "is no mark of numbers"),
    ({"numbers": {"nan": ["x"], "infinity": ["x"]}}, "'x' stands under nan and under infinity"),
    ({"true_values": ["1", "x"], "false_values": ["x"]}, "'x' stands under true_values and under false_values"),
    ({"timezone": "Europe/Berln"}, "did you mean 'Europe/Berlin'"),
    ({"date_formats": ["dd.MM.yy"]}, "'dd.MM.yy': 'yy' is not known"),
    ({"timestamp_formats": ["dd.MM.yyyy"]}, "does not tell the hour"),
    ({"binary": "base32"}, "'base64' or 'hex'"),
    ({"unicode": "nfd"}, "'nfc' or 'any'"),
]


def test_what_is_declared_is_what_the_kernels_read():
    assert TextOptions.model_validate(DECLARED).rules() == TextRules(
        ("Y",), ("N", "0"), "Europe/Berlin", Numerals(",", ".", True, True, True, ("-",)),
        ("dd.MM.yyyy",), ("dd.MM.yyyy HH:mm:ss",), "hex", False, True,
    )  # fmt: skip


@pytest.mark.parametrize("key", DECLARED)
def test_every_key_changes_what_is_read(key):
    assert TextOptions.model_validate({key: DECLARED[key]}).rules() != PLAIN_TEXT


def test_nothing_is_declared_by_default():
    assert TextOptions().rules() == ScalarOptions().rules() == PLAIN_TEXT


@pytest.mark.parametrize(("declared", "problem"), REFUSED)
def test_is_refused(declared, problem):
    with pytest.raises(ValidationError, match=problem):
        TextOptions.model_validate(declared)
