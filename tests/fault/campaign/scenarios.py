"""The work that is broken: each prepares a project and says what is done to it then."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mesh_etl.crashtest.product import run
from mesh_etl.run import engines

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.worlds import World

Prepared = Callable[[Any], Callable[..., None]]
SCENARIOS: dict[str, Prepared] = {}


def scenario(prepare: Prepared) -> Prepared:
    """The function prepares a shop and returns the work; its name is the scenario's."""
    SCENARIOS[prepare.__name__] = prepare
    return prepare


@contextmanager
def own_engine(shop: Any) -> Iterator[None]:
    """The shop's jobs run on an engine of this process."""
    with engines.open("embedded", cores=2) as shop.engine:
        yield


def compact(job: LoadedJob, world: World) -> None:
    """The table's small files are merged."""
    from mesh_etl.upkeep.compact import compact as compacted

    with engines.open("embedded", cores=1) as engine:
        compacted(job, engine, world)


@scenario
def first_load(shop):
    shop.use("replace")
    shop.deliver("a.csv")
    return run


@scenario
def append(shop):
    shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", rows=1, months=("m01", "m07", "n01"))
    return run


@scenario
def replace(shop):
    shop.use("replace")
    shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", only=True, months=("m01", "m02"))
    return run


@scenario
def replace_partitions(shop):
    shop.use("replace_partitions")
    shop.deliver("a.csv")
    shop.run()
    shop.deliver("b.csv", only=True, months=("m01", "n01"))
    return run


@scenario
def done_before(shop):
    shop.deliver("a.csv")
    shop.run()
    return run
