"""A compiled configuration is for its own products; what they read is in it too, and is not made by it."""

from __future__ import annotations

import pytest

from mesh_etl.config.compiled import Compiled
from mesh_etl.config.yaml import read
from tests.unit.glue.conftest import write_product


@pytest.fixture
def compiled(shop):
    """The address of a configuration of shop.visits, in which shop.others is as well."""
    write_product(shop, "others")
    files = sorted(path.relative_to(shop).as_posix() for path in (shop / "configs").rglob("*.yaml"))
    text = (shop / "configs/mesh.yaml").read_text().replace(".mesh", str(shop / ".mesh"))
    (shop / "configs/mesh.yaml").write_text(text)
    for name in ("visits", "others"):
        path = shop / f"configs/shop/{name}/job.yaml"
        path.write_text(path.read_text().replace("path: in", f"path: {shop / 'in'}"))
    address = shop / "visits.json"
    address.write_bytes(Compiled("local", ("shop.visits",), {one: read(shop / one, one) for one in files}).data())
    return str(address)


def test_its_own_product_is_made_named_or_not(script, compiled):
    code, lines, _ = script("run", "--job", compiled, "--product", "shop.visits")
    assert (code, [one["product"] for one in lines]) == (0, ["shop.visits"])
    assert script("run", "--job", compiled)[0] == 0


@pytest.mark.parametrize("task", ["run", "stream", "maintain", "audit"])
@pytest.mark.parametrize("product", ["shop.others", "shop.nothing", "../shop", "shop.visits\x1b[2J"])
def test_no_other_is(script, shop, compiled, task, product):
    code, lines, told = script(task, "--job", compiled, "--product", product)
    assert (code, lines[-1]["code"]) == (2, "ARGUMENT_INVALID")
    assert "\x1b" not in told
    assert not (shop / ".mesh" / "warehouse" / "shop" / "others").exists()
