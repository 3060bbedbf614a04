from __future__ import annotations

import pytest

from mesh_etl.config import Project
from mesh_etl.errors import ConfigError
from mesh_etl.order import in_order, needs, unknown_needs

CSV = "{type: csv, path: in.csv}"


def table(name):
    return f"{{type: table, product: shop.{name}}}"


def jobs(project):
    opened = Project.open(project)
    return [opened.job(name) for name in opened.products()]


def test_a_product_comes_after_those_that_it_reads(project, product):
    product("a", table("m"))
    product("m", CSV, f"inputs: {{more: {table('z')}, again: {table('z')}}}\n")
    product("z", CSV)
    product("b", CSV)
    found = {job.product: job for job in jobs(project)}
    assert [job.product for job in in_order(found.values())] == ["shop.b", "shop.z", "shop.m", "shop.a"]
    assert needs(found["shop.m"]) == ("shop.z",)


def test_a_product_that_is_not_asked_for_is_not_waited_for(project, product):
    product("a", table("m"))
    product("m", CSV)
    only = [job for job in jobs(project) if job.product == "shop.a"]
    assert in_order(only) == tuple(only)


def test_a_table_that_is_referred_to_comes_first(project, product):
    for name in "ab":
        product(name, CSV)
    found = in_order(jobs(project), {"shop.a": ["shop.b", "elsewhere.c", "shop.a"]})
    assert [job.product for job in found] == ["shop.b", "shop.a"]


def test_a_reference_never_makes_a_circle(project, product):
    product("a", CSV)
    product("b", table("a"))
    product("c", table("b"))
    found = in_order(jobs(project), {"shop.a": ["shop.c"], "shop.b": ["shop.c"]})
    assert [job.product for job in found] == ["shop.a", "shop.b", "shop.c"]


def test_a_cycle_is_named(project, product):
    product("b", table("c"))
    product("c", table("a"))
    product("a", table("b"))
    product("d", table("a"))
    with pytest.raises(ConfigError) as error:
        in_order(jobs(project))
    (fault,) = error.value.faults
    assert fault.code == "DEPENDENCY_CYCLE"
    assert fault.problem == ("these products wait for each other: shop.a reads shop.b reads shop.c reads shop.a")
    assert fault.where == "configs/shop/a/job.yaml"


def test_a_product_that_reads_itself_is_a_cycle(project, product):
    product("a", table("a"))
    with pytest.raises(ConfigError, match=r"shop\.a reads shop\.a"):
        in_order(jobs(project))


def test_an_unknown_product_is_told_with_its_place(project, product):
    product("a", CSV, f"inputs:\n  more: {table('oders')}\n")
    product("orders", CSV)
    (fault,) = unknown_needs(jobs(project), ["shop.a", "shop.orders"])
    assert (fault.code, fault.fix) == ("UNKNOWN_PRODUCT", "did you mean 'shop.orders'?")
    assert fault.where.startswith("configs/shop/a/job.yaml:5:")
