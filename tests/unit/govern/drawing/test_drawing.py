"""The picture of a governance: what is on it, that nothing is hidden, and that it is the same for the same state."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from mesh_etl.govern.drawing import drawn
from mesh_etl.govern.state import (
    AllTables,
    Catalog,
    Cells,
    Columns,
    ColumnsBut,
    Database,
    DatabaseEntry,
    Filter,
    GrantKey,
    Location,
    Rights,
    SavedExpression,
    Settings,
    Share,
    State,
    Table,
    TableEntry,
    Tagged,
    TagValues,
    expression,
)

HUB, SALES, MARKETING = "111111111111", "222222222222", "444444444444"
NAMES = {HUB: "governance", SALES: "sales", MARKETING: "marketing"}
ENGINEER = f"arn:aws:iam::{SALES}:role/sales-engineer"
ANALYST = f"arn:aws:iam::{MARKETING}:role/marketing-analyst"
GOVERNOR = f"arn:aws:iam::{HUB}:role/governor"
DATABASE = Database(HUB, "demo_sales")
ORDERS, TOTALS = Table(HUB, "demo_sales", "orders"), Table(HUB, "demo_sales", "totals")
LINK = Database(MARKETING, "demo_sales")
SELECT = Rights(frozenset({"SELECT"}))

STATE = State(
    settings={one: Settings(frozenset({GOVERNOR}), 3, False, False) for one in NAMES},
    tags={(HUB, "sensitivity"): ("public", "internal", "personal")},
    expressions={(HUB, "open"): expression({"sensitivity": ["public"]})},
    databases={
        DATABASE: DatabaseEntry(),
        LINK: DatabaseEntry(target=DATABASE),
        Database(SALES, "sales"): DatabaseEntry(),
    },
    tables={
        ORDERS: TableEntry(("order_id", "email", "amount")),
        TOTALS: TableEntry(("amount",), kind="view"),
        Table(SALES, "sales", "orders"): TableEntry(("order_id", "email", "amount")),
    },
    assigned={
        DATABASE: {"sensitivity": "personal"},
        Columns(ORDERS, ("order_id",)): {"sensitivity": "public"},
        Columns(ORDERS, ("amount",)): {"sensitivity": "internal"},
    },
    filters={Filter(ORDERS, "campaigns"): Cells("amount > 5", ("order_id",))},
    grants={
        GrantKey(HUB, ANALYST, Filter(ORDERS, "campaigns")): SELECT,
        GrantKey(HUB, ANALYST, Tagged(HUB, "TABLE", saved="open")): SELECT,
        GrantKey(HUB, ENGINEER, ORDERS): SELECT,
        GrantKey(SALES, ENGINEER, AllTables(SALES, "sales")): SELECT,
        GrantKey(MARKETING, ANALYST, LINK): Rights(frozenset({"DESCRIBE"})),
        GrantKey(HUB, GOVERNOR, DATABASE): Rights(frozenset({"ALTER"})),
    },
)


def picture(state):
    """The words on the picture in order, and its arrows by kind, without those of the legend."""
    root = ElementTree.fromstring(drawn(state, lambda who: NAMES.get(who, who.rpartition("/")[2]), "Demo"))
    words = [one.text for one in root.iter("{http://www.w3.org/2000/svg}text")]
    ends = [one.get("marker-end") for one in root.iter("{http://www.w3.org/2000/svg}path") if one.get("marker-end")]
    arrows = sorted(end.removeprefix("url(#head-").rstrip(")") for end in ends)
    for kind in ("grant", "filter", "tag", "link"):
        arrows.remove(kind)
    return words, arrows


def test_accounts_products_tags_and_people_are_on_it():
    words, arrows = picture(STATE)
    for expected in (
        "governance 111111111111", "demo_sales", "tagged sensitivity=personal", "orders (3 columns)",
        "totals (view, 1 column)", "public: order_id", "internal: amount", "personal: email",
        "filter campaigns: order_id where amount > 5", "expression open: sensitivity=public", "marketing-analyst",
        "demo_sales.orders, filter campaigns", "what is tagged as open says", "sales-engineer", "demo_sales.orders",
        "demo_sales → governance",
    ):  # fmt: skip
        assert expected in words
    assert arrows == ["filter", "grant", "link", "tag"]


def test_the_same_state_is_the_same_picture():
    backwards = {part: dict(reversed(getattr(STATE, part).items())) for part in State.__dataclass_fields__}
    assert drawn(State(**backwards)) == drawn(STATE)


def test_administrators_and_sight_of_links_are_left_out():
    words, _ = picture(STATE)
    assert "governor" not in words
    assert "database demo_sales" not in words
    assert "administered by governor" in words


@pytest.mark.parametrize(
    ("resource", "said", "arrow"),
    [
        (Columns(ORDERS, ("email",)), "demo_sales.orders, 1 of its columns", "filter"),
        (ColumnsBut(ORDERS, ("email",)), "demo_sales.orders, all columns but email", "filter"),
        (DATABASE, "database demo_sales", "grant"),
        (AllTables(HUB, "demo_sales"), "demo_sales: all tables, those to come too", "grant"),
        (TagValues(HUB, "sensitivity", ("public",)), "tag sensitivity: public", "tag"),
        (Tagged(HUB, "TABLE", expression({"sensitivity": ["public"]})), "tables of governance tagged", "tag"),
        (SavedExpression(HUB, "open"), "expression governance/open", None),
        (Catalog(HUB), "the catalogue", None),
        (Location(HUB, "arn:aws:s3:::lake/sales"), "a place in S3", None),
    ],
)  # fmt: skip
def test_whatever_is_granted_is_drawn(resource, said, arrow):
    stranger = "arn:aws:iam::999999999999:role/stranger"
    words, arrows = picture(replace(STATE, grants={GrantKey(HUB, stranger, resource): SELECT}))
    assert "999999999999" in words
    assert "not an account of this mesh" in words
    assert any(one.startswith(said) for one in words)
    assert arrows == sorted([arrow, "link"] if arrow else ["link"])


def test_what_is_open_or_not_accepted_is_warned_of():
    opened = {**STATE.settings, SALES: Settings(frozenset({GOVERNOR}), 3, True, True)}
    everybody = {GrantKey(SALES, "IAM_ALLOWED_PRINCIPALS", Catalog(SALES)): Rights(frozenset({"CREATE_DATABASE"}))}
    shares = {(HUB, MARKETING): Share("PENDING")}
    words, _ = picture(replace(STATE, settings=opened, grants=everybody, shares=shares))
    assert "new entries are open to everybody with IAM rights" in " ".join(words)
    assert "everybody with IAM rights" in words
    assert "share of governance: pending" in words


def test_many_tables_are_one_arrow():
    tables = {Table(HUB, "demo_sales", f"t{number:02}"): TableEntry(("id",)) for number in range(20)}
    grants = {GrantKey(HUB, ENGINEER, one): SELECT for one in list(tables)[:15]}
    words, arrows = picture(replace(STATE, tables=tables, grants=grants, filters={}))
    assert "demo_sales: 15 of 20 tables" in words
    assert arrows == ["grant", "link"]


def test_values_of_a_tag_are_one_line():
    grants = {GrantKey(HUB, ENGINEER, TagValues(HUB, "sensitivity", (one,))): SELECT for one in ("internal", "public")}
    words, arrows = picture(replace(STATE, grants=grants))
    assert "tag sensitivity: internal | public" in words
    assert arrows == ["link", "tag"]


def test_names_cannot_break_out_of_their_text():
    odd = Table(HUB, "demo_sales", "</text><script>alert(1)</script>\x07")
    text = drawn(replace(STATE, tables={odd: TableEntry(("a&b",))}, filters={}, assigned={}))
    ElementTree.fromstring(text)
    assert "<script" not in text
    assert "\x07" not in text


def test_an_empty_state_is_a_picture():
    ElementTree.fromstring(drawn(State()))


def test_boxes_stand_apart_and_texts_in_them():
    root = ElementTree.fromstring(drawn(STATE))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [
        tuple(float(one.get(side)) for side in ("x", "y", "width", "height"))
        for one in root.findall(f"{space}rect")
        if one.get("rx")
    ]
    for number, (x, y, width, height) in enumerate(boxes):
        for to_x, to_y, to_width, to_height in boxes[number + 1 :]:
            apart = x + width <= to_x or to_x + to_width <= x or y + height <= to_y or to_y + to_height <= y
            inside = x < to_x and y < to_y and to_x + to_width < x + width and to_y + to_height < y + height
            assert apart or inside
