"""The classifiers of a mesh are asked before the built-in ones."""

from __future__ import annotations

import sys

import pytest

from mesh_etl.config.mesh import Classifier, Mesh
from mesh_etl.config.validate import validate
from mesh_etl.config.yaml import parse
from mesh_etl.crawl import Classifiers
from mesh_etl.errors import ConfigError

PLUGIN = """\
def looks_like_member(text):
    return text.startswith("M") and text[1:].isdigit()

def breaks(text):
    raise ValueError(text)

not_one = 5
"""


@pytest.fixture
def root(tmp_path, monkeypatch):
    """A project's folder with a plug-in."""
    monkeypatch.setattr(sys, "path", [*sys.path])
    (tmp_path / "crawl_plugin.py").write_text(PLUGIN)
    yield tmp_path
    sys.modules.pop("crawl_plugin", None)


def asked(root, *stated):
    return Classifiers.of([Classifier.model_validate(one) for one in stated], root, "configs/mesh.yaml")


NUMBER = {"name": "customer_number", "pattern": r"^\d{8}$", "classification": "internal", "logicalType": "string"}
CSV = "who,member\n" + "".join(f"{10_000_000 + n},M{n}\n" for n in range(30))


def test_a_pattern_gives_classification_type_and_rule(draft, file, root):
    made = draft(file("a.csv", CSV), classifiers=asked(root, NUMBER))
    column = made.contract.column("who")
    assert made.types["who"] == "string"
    assert column.classification == "internal"
    assert column.logical_type_options.pattern == r"^\d{8}$"
    assert "# confirm: customer_number: 30 of 30 different values are such" in made.text
    assert made.refused() == (30, {})


def test_a_function_classifies(draft, file, root):
    stated = {"name": "member", "function": "crawl_plugin:looks_like_member", "classification": "confidential"}
    made = draft(file("a.csv", CSV), classifiers=asked(root, stated))
    assert made.contract.column("member").classification == "confidential"
    assert made.contract.column("who").classification is None


def test_the_first_that_fits_wins_and_the_mesh_before_the_built_in(draft, file, root):
    first = {"name": "ours", "pattern": "@example", "classification": "public"}
    second = {"name": "later", "pattern": "@", "classification": "internal"}
    made = draft(file("a.csv", "mail\na@example.com\nb@example.com\n"), classifiers=asked(root, first, second))
    assert made.contract.column("mail").classification == "public"


@pytest.mark.parametrize(("threshold", "found"), [(0.5, "internal"), (0.9, None)])
def test_the_threshold_is_a_share_of_the_different_values(draft, file, root, threshold, found):
    text = "code\n" + "".join(f"A{n}\n" for n in range(7)) + "B1\nB2\nB3\n"
    stated = {"name": "a", "pattern": "^A", "classification": "internal", "threshold": threshold}
    made = draft(file("a.csv", text), classifiers=asked(root, stated))
    assert made.contract.column("code").classification == found
    assert made.refused()[1] == {}


@pytest.mark.parametrize(
    ("stated", "code"),
    [
        ({"pattern": "(?=x)y"}, "BAD_PATTERN"),
        ({"function": "crawl_plugin:nothing"}, "PLUGIN_MISSING"),
        ({"function": "crawl_plugin:not_one"}, "PLUGIN_MISSING"),
        ({"function": "no_such_plugin:x"}, "PLUGIN_MISSING"),
    ],
)
def test_a_classifier_that_cannot_work_is_a_fault(root, stated, code):
    with pytest.raises(ConfigError) as raised:
        asked(root, {"name": "x", "classification": "internal", **stated})
    assert raised.value.code == code


def test_a_function_that_fails_quotes_no_value(draft, file, root):
    stated = {"name": "x", "function": "crawl_plugin:breaks", "classification": "internal"}
    with pytest.raises(ConfigError) as raised:
        draft(file("a.csv", CSV), classifiers=asked(root, stated))
    assert raised.value.code == "PLUGIN_FAILED"
    assert "ValueError" in str(raised.value)
    assert "M1" not in str(raised.value)


@pytest.mark.parametrize(
    ("stated", "problem"),
    [
        ("{name: x, classification: internal}", "needs a pattern or a function, and not both"),
        (
            "{name: x, classification: internal, pattern: a, function: 'a:b'}",
            "needs a pattern or a function, and not both",
        ),
        ("{name: x, classification: internal, pattern: '('}", "is no regular expression"),
        ("{name: x, classification: internal, pattern: a, threshold: 0}", "greater than 0"),
        ("{name: x, classification: internal, function: 'a'}", "function"),
        ("{name: x, pattern: a}", "classification"),
        ("{name: x, classification: internal, pattern: a, logicalType: integer}", "logicalType"),
    ],
)
def test_mistakes_in_mesh_yaml_are_told(stated, problem):
    document = parse(f"name: m\nwarehouse: w\ndomains: {{d: {{owner: o}}}}\nclassifiers: [{stated}]\n", "mesh.yaml")
    with pytest.raises(ConfigError) as raised:
        validate(Mesh, document)
    assert problem in str(raised.value)
    assert "mesh.yaml:4:" in str(raised.value)
