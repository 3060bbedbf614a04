from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mesh_etl.config.yaml import MAX_BYTES, parse, read
from mesh_etl.errors import ConfigError


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        parse(text, "f.yaml")
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("off", "off"),
        ("yes", "yes"),
        ("22:30", "22:30"),
        ("017", "017"),
        ("2024-01-31", "2024-01-31"),
        ("1_000", "1_000"),
        ("=", "="),
        ("<<", "<<"),
        ("0o17", 15),
        ("0x1F", 31),
        ("-12", -12),
        ("0", 0),
        ("1.10", 1.1),
        ("1e3", 1000.0),
        (".inf", float("inf")),
        ("true", True),
        ("False", False),
        ("~", None),
        ("null", None),
        ("", None),
        ("'12'", "12"),
        ('"true"', "true"),
    ],
)
def test_plain_words_follow_the_core_schema(text: str, value: object) -> None:
    found = parse(f"a: {text}", "f.yaml").data["a"]
    assert found == value
    assert type(found) is type(value)


def test_source_text_is_kept() -> None:
    document = parse("version: 1.10\nitems: [a, 0x1F]", "f.yaml")
    assert document.text(("version",)) == "1.10"
    assert document.text(("items", 1)) == "0x1F"
    assert document.text(("items",)) is None
    assert document.text(("missing",)) is None


def test_places_of_keys_and_values() -> None:
    document = parse("a:\n  - b: 1\n    key: [x,\n      y]\n", "dir/f.yaml")
    assert document.where(("a", 0, "b")) == "dir/f.yaml:2:8"
    assert document.where(("a", 0, "b"), key=True) == "dir/f.yaml:2:5"
    assert document.where(("a", 0, "key", 1)) == "dir/f.yaml:4:7"
    assert document.where(("a", 0, "key"), key=True) == "dir/f.yaml:3:5"
    assert document.where(()) == "dir/f.yaml:1:1"


def test_missing_place_is_the_nearest_ancestor() -> None:
    document = parse("a:\n  b: {c: 1}\n", "f.yaml")
    assert document.where(("a", "b", "nope", 3), key=True) == document.where(("a", "b")) == "f.yaml:2:6"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\na: 2", "f.yaml:2:1: duplicate key 'a'; it stands in line 1 already [DUPLICATE_KEY]"),
        ("a: !!python/object x", "f.yaml:1:4: tags are not allowed; remove the word that starts with '!' [YAML_TAG]"),
        ("a: !x {b: 1}", "f.yaml:1:4: tags are not allowed; remove the word that starts with '!' [YAML_TAG]"),
        ("a: &x 1", "f.yaml:1:4: anchors are not allowed; remove the word that starts with '&' [YAML_ANCHOR]"),
        ("a: *x", "f.yaml:1:4: aliases are not allowed; write the value out, or use ${name} [YAML_ALIAS]"),
        ("1: x", "f.yaml:1:1: a key must be text; put it in quotes [KEY_NOT_TEXT]"),
        ("? [a, {b: c}]\n: x", "f.yaml:1:3: a key must be text; put it in quotes [KEY_NOT_TEXT]"),
        ("true: x", "f.yaml:1:1: a key must be text; put it in quotes [KEY_NOT_TEXT]"),
        (
            "a: 1\n---\nb: 1",
            "f.yaml:2:1: a second document starts; keep one document per file [SEVERAL_DOCUMENTS]",
        ),
        (
            "a:\n\tb: 1",
            "f.yaml:2:1: a tab stands where only spaces can; indent and separate with spaces [YAML_SYNTAX]",
        ),
        (
            "a: b: c",
            "f.yaml:1:5: a ':' stands where no key can be; "
            "put text that contains ': ' in quotes and check the indentation [YAML_SYNTAX]",
        ),
        ("a: 'x", "f.yaml:1:6: a quote is opened and never closed; close the quote [YAML_SYNTAX]"),
        (
            "a:\n  b: 1\n c: 2",
            "f.yaml:3:2: the line does not continue what is above it; "
            "align it with the first key or the first '-' of its block [YAML_SYNTAX]",
        ),
        (
            "a: [1, 2",
            "f.yaml:1:9: a '[' list is not continued or closed; "
            "put a ',' between items and a ']' at the end [YAML_SYNTAX]",
        ),
        ("a: @x", "f.yaml:1:4: text cannot start with '@'; put it in quotes [YAML_SYNTAX]"),
        (
            'a: "\\q"',
            "f.yaml:1:6: a double-quoted text has an unknown escape; write '\\\\' for a backslash [YAML_SYNTAX]",
        ),
        ("%YAML 1.1\n---\na: 1", "f.yaml:2:1: directives are not allowed; remove the lines with '%' [YAML_DIRECTIVE]"),
        (
            "a: 1\nb: \x00",
            "f.yaml:2:4: the file has a character that YAML does not allow; "
            "remove it, or write it as an escape in quotes [YAML_SYNTAX]",
        ),
        ("", "f.yaml:1:1: the file is empty; write at least one key [EMPTY_FILE]"),
        ("# only a comment\n", "f.yaml:1:1: the file is empty; write at least one key [EMPTY_FILE]"),
    ],
)
def test_message(text: str, message: str) -> None:
    assert faults(text) == [message]


def test_structural_faults_are_told_together() -> None:
    codes = [line.rsplit("[", 1)[1].rstrip("]") for line in faults("a: &x 1\na: 2\nb: *x\n2: !t y\nc: [1\n")]
    assert codes == ["YAML_ANCHOR", "DUPLICATE_KEY", "YAML_ALIAS", "KEY_NOT_TEXT", "YAML_TAG", "YAML_SYNTAX"]


def test_duplicate_of_an_alias_is_told() -> None:
    assert [line.rsplit("[", 1)[1] for line in faults("a: *x\na: {b: [1]}")] == ["YAML_ALIAS]", "DUPLICATE_KEY]"]


@pytest.mark.parametrize("text", ["[" * 100_000, "{a: " * 60 + "1" + "}" * 60, "- " * 60 + "x", "? " * 60 + "x"])
def test_deep_nesting_is_refused(text: str) -> None:
    assert faults(text)[-1].split("[")[-1] in ("TOO_DEEP]", "YAML_SYNTAX]", "KEY_NOT_TEXT]")


def test_nesting_of_fifty_levels_is_accepted_and_of_fifty_one_is_not() -> None:
    parse("[" * 50 + "1" + "]" * 50, "f.yaml")
    assert faults("[" * 51 + "]" * 51) == ["f.yaml:1:51: the nesting is deeper than 50 levels; flatten it [TOO_DEEP]"]


def test_syntax_messages_never_quote_the_file() -> None:
    for text in ("password: 'hunter2", "a: [hunter2", "hunter2\nb: 1", "a: hunter2: b", "%hunter2 x\n---\n@hunter2"):
        assert "hunter2" not in "\n".join(faults(text))


@settings(max_examples=400, deadline=None)
@given(st.one_of(st.text(), st.text(alphabet="ab:- \n\t[]{},#&*!|>'\"%@`?~01.\\xuU<=$\r")))
def test_parse_raises_nothing_but_config_errors(text: str) -> None:
    places: list[str] = []
    try:
        places = [parse(text, "f.yaml").where(())]
    except ConfigError as error:
        places = [fault.where for fault in error.faults]
    assert places
    assert all(place.startswith("f.yaml") for place in places)


def test_read_names_the_file_as_given(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"\xef\xbb\xbfa: \xc3\xa9\n")
    assert read(path).name == str(path)
    assert read(path, "a.yaml").data == {"a": "é"}


def test_missing_file_names_its_sibling(tmp_path: Path) -> None:
    (tmp_path / "contract.yaml").write_text("a: 1")
    with pytest.raises(ConfigError, match=r"there is no such file; did you mean 'contract.yaml'\? \[FILE_MISSING\]"):
        read(tmp_path / "contrat.yaml")
    with pytest.raises(ConfigError, match="there is no folder 'nope' either"):
        read(tmp_path / "nope" / "x.yaml")


def test_folder_is_not_readable_as_a_file(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as caught:
        read(tmp_path)
    assert caught.value.code == "FILE_UNREADABLE"


def test_file_that_is_not_utf8_is_refused_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes("a: 1\nb: é".encode("latin-1"))
    with pytest.raises(ConfigError) as caught:
        read(path, "a.yaml")
    assert str(caught.value) == "a.yaml:2:4: the file is not UTF-8; save it as UTF-8 [NOT_UTF8]"


def test_large_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.yaml"
    path.write_bytes(b"a: " + b"x" * MAX_BYTES)
    with pytest.raises(ConfigError) as caught:
        read(path, "a.yaml")
    assert caught.value.code == "FILE_TOO_LARGE"
    assert caught.value.exit_code == 2
