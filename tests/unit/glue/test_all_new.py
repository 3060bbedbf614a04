"""A job that is told to wait for all of several products runs when each of them has something new."""

from __future__ import annotations

from .conftest import write_product


def test_a_run_waits_until_each_product_has_something_new(shop, script):
    write_product(shop, "sales", "out")
    write_product(shop, "both", mode="replace")
    (shop / "out").mkdir()
    (shop / "out/a.csv").write_text("id\n7\n")
    (shop / "configs/shop/both/job.yaml").write_text(
        "product: shop.both\nsource: {type: table, product: shop.visits}\n"
        "inputs: {more: {type: table, product: shop.sales}}\n"
        "transforms: [{type: union, with: [more]}]\ntarget: {mode: replace}\n"
    )

    def both(*more: str) -> tuple[str, list[str]]:
        code, lines, err = script("run", "--product", "shop.both", *more)
        assert code == 0, err
        return lines[-1]["outcome"], lines[-1].get("waits_for", [])

    every = ("--all-new", "shop.visits,shop.sales")
    assert script("run", "--product", "shop.visits")[0] == 0
    assert both(*every) == ("waits", ["shop.sales", "shop.visits"])  # one of them has no table yet
    assert script("run", "--product", "shop.sales")[0] == 0
    assert both(*every) == ("published", [])
    assert both(*every) == ("waits", ["shop.sales", "shop.visits"])
    (shop / "in/b.csv").write_text("id\n3\n")
    assert script("run", "--product", "shop.visits")[0] == 0
    assert both(*every) == ("waits", ["shop.sales"])
    assert both() == ("published", [])  # as a person starts it
