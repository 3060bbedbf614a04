"""Names and texts that try to be more than text stay text in every target."""

from __future__ import annotations

import json
from html.parser import HTMLParser
from typing import Any

import pytest

from mesh_etl.checks.dqdl import ruleset
from mesh_etl.config.yaml import parse
from mesh_etl.contract.load import Contract, understand
from mesh_etl.exchange import block_yaml
from mesh_etl.exchange.drafting import Asked
from mesh_etl.exchange.exported import Wish, exported
from mesh_etl.exchange.exports import EXPORTS
from mesh_etl.exchange.imports.avro import avro

HOSTILE = (
    'it\'s "quoted" `back` \\ -- gone */ /* <script>alert(1)</script> {{ 1 + 1 }} {% raw %} {# x #} ; DROP TABLE x; '
    "| *b* _i_ [a](javascript:b) ![c](d) # h &amp; ünïcode 😀 $1"
)
LINES = f"{HOSTILE}\n# heading\n- item\n1. first\n-- comment\n"
TABLE = "or'd\"e`r;--\\s"


@pytest.fixture(scope="module")
def contract() -> Contract:
    values = [{"value": HOSTILE}, {"value": "a\\'b"}]
    counted = {"metric": "invalidValues", "mustBeLessThan": 3}
    arguments = {"validValues": [HOSTILE], "pattern": "^[\"'\\\\]+$"}
    kept = {
        "name": HOSTILE, "physicalName": "kept", "logicalType": "string", "required": True, "description": LINES,
        "businessName": HOSTILE, "enum": values, "examples": [HOSTILE], "tags": [HOSTILE],
        "quality": [{**counted, "arguments": arguments}],
    }  # fmt: skip
    table = {
        "name": TABLE, "description": LINES, "tags": [HOSTILE],
        "customProperties": [{"property": HOSTILE, "value": HOSTILE}],
        "quality": [{"type": "text", "description": LINES, "name": HOSTILE}],
        "properties": [kept, {"name": "when", "logicalType": "date", "classification": HOSTILE}],
    }  # fmt: skip
    data: dict[str, Any] = {
        "apiVersion": "v3.2.0", "kind": "DataContract", "id": HOSTILE, "version": HOSTILE, "name": HOSTILE,
        "domain": HOSTILE, "description": {"purpose": LINES, "usage": LINES}, "tags": [HOSTILE],
        "servers": [{"server": "s", "type": "s3", "location": f"s3://bucket/{HOSTILE}"}], "schema": [table],
    }  # fmt: skip
    return understand(parse(block_yaml.text(data), "hostile.yaml"))


def text(contract: Contract, name: str, dialect: str = "spark") -> str:
    done = exported(contract, name, EXPORTS[name], Wish(dialect=dialect))
    assert all("\n" not in str(one) for one in done.unsaid)
    return done.text


@pytest.mark.parametrize("dialect", ["spark", "athena", "trino"])
def test_ddl_is_one_statement_with_the_text_in_comments(contract: Contract, dialect: str) -> None:
    import sqlglot
    from sqlglot import exp

    found = [one for one in sqlglot.parse(text(contract, "sql", dialect), read=dialect) if one]
    assert [type(one) for one in found] == [exp.Create]
    (statement,) = found
    assert statement.find(exp.Table).name == TABLE
    comments = [one.this.this for one in statement.find_all(exp.CommentColumnConstraint)]
    assert comments[0].replace("\\n", "\n") == LINES
    assert {one.name for one in statement.find_all(exp.ColumnDef)} == {"kept", "when"}


def test_dqdl_reads_as_rules_with_the_very_values(contract: Contract) -> None:
    found = list(ruleset(text(contract, "dqdl")))
    assert [one.type for one in found] == ["ColumnExists", "IsComplete", "ColumnValues", "CustomSql", "ColumnExists"]
    assert found[2].condition is not None
    assert list(found[2].condition.operands) == [HOSTILE, "a\\'b"]


def test_dbt_renders_to_the_very_text(contract: Contract) -> None:
    from jinja2 import Environment

    model = parse(text(contract, "dbt"), "schema.yml").data["models"][0]
    assert model["name"] == TABLE
    render = Environment(keep_trailing_newline=True).from_string
    assert render(model["description"]).render() == LINES
    accepted = model["columns"][0]["data_tests"][0]["accepted_values"]["arguments"]["values"]
    assert [render(one).render() for one in accepted] == [HOSTILE, "a\\'b"]


def test_json_formats_hold_the_very_text(contract: Contract, tmp_path: Any) -> None:
    assert json.loads(text(contract, "jsonschema"))["properties"]["kept"]["enum"][:2] == [HOSTILE, "a\\'b"]
    schema = json.loads(text(contract, "avro"))
    import fastavro

    fastavro.parse_schema(schema)
    assert schema["doc"] == LINES
    path = tmp_path / "x.avsc"
    path.write_text(text(contract, "avro"))
    assert avro(path, Asked("a.b")).text


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[Any] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        self.tags.add(tag)
        self.attributes += attrs

    def handle_data(self, data: str) -> None:
        self.text += data


def test_html_has_no_tag_and_no_address_of_the_contract(contract: Contract) -> None:
    read = _Tags()
    page = text(contract, "html")
    read.feed(page)
    assert HOSTILE in read.text
    own = "html head meta title style body main h1 dl div dt dd section h2 p table thead tbody tr th td"
    assert read.tags <= set(own.split())
    assert not [one for one in read.attributes if one[0] in ("href", "src") or one[0].startswith("on")]
    assert "url(" not in page
    assert "@import" not in page


def test_markdown_shows_text_alone(contract: Contract) -> None:
    from markdown_it import MarkdownIt

    tokens = MarkdownIt("commonmark").enable("table").parse(text(contract, "markdown"))
    inner = [child for one in tokens for child in one.children or ()]
    kinds = {one.type for one in (*tokens, *inner)}
    assert kinds.isdisjoint({"html_block", "html_inline", "image", "link_open", "em_open", "code_inline", "fence"})
    assert not kinds & {"bullet_list_open", "ordered_list_open", "hr"}
    headings = [tokens[i + 1].content for i, one in enumerate(tokens) if one.type == "heading_open" and one.tag == "h2"]
    assert headings == ["What it is", "Use", "Columns", "Rules", "Servers", "Also stated"]
    shown = "".join(one.content for one in inner if one.type in ("text", "text_special"))
    assert " ".join(HOSTILE.split()) in shown


def test_odcs_is_the_very_contract(contract: Contract) -> None:
    assert understand(parse(text(contract, "odcs"), "again.yaml")).odcs == contract.odcs
