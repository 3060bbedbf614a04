"""The work that is broken: each prepares a project and says what is done to it then.

Each stands for a way in which a table changes; the rows are few, since it is calls that are counted.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from mesh_etl.crashtest.product import MOMENT, run
from mesh_etl.run import engines

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.worlds import World

Work = Callable[["LoadedJob", "World"], None]
Prepare = Callable[[Any], object]
SCENARIOS: dict[str, tuple[Prepare, Work]] = {}
THREE = ("m01", "m02", "m03")
AT_ONCE = datetime.timedelta(0)


def scenario(work: Work) -> Callable[[Prepare], Prepare]:
    """The function prepares a shop for this work; its name is the scenario's."""

    def named(prepare: Prepare) -> Prepare:
        SCENARIOS[prepare.__name__] = prepare, work
        return prepare

    return named


@contextmanager
def own_engine(shop: Any) -> Iterator[None]:
    """The shop's jobs run on an engine of this process."""
    with engines.open("embedded", cores=2) as shop.engine:
        yield


# Work


def compact(job: LoadedJob, world: World) -> None:
    """The table's small files are merged."""
    from mesh_etl.upkeep.compact import compact as compacted

    with engines.open("embedded", cores=1) as engine:
        compacted(job, engine, world)


def delete(job: LoadedJob, world: World) -> None:
    """The row with the id 1 is deleted."""
    from mesh_etl.expressions import Expression
    from mesh_etl.upkeep.delete import delete as deleted

    with engines.open("embedded", cores=1) as engine:
        deleted(job, engine, world, Expression.parse("id = 1"), "asked for")


def expire(job: LoadedJob, world: World) -> None:
    """Versions that were replaced go."""
    from mesh_etl.upkeep.expire import expire as expired

    expired(job, world, AT_ONCE)


def orphans(job: LoadedJob, world: World) -> None:
    """What dead runs have left goes."""
    from mesh_etl.upkeep.orphans import orphans as removed

    removed(job, world, AT_ONCE)


def rollback(job: LoadedJob, world: World) -> None:
    """The table is what it was at version 1."""
    from mesh_etl.upkeep.rollback import rollback as rolled_back

    rolled_back(job, world, "1")


def tag(job: LoadedJob, world: World) -> None:
    """Version 1 has a name."""
    from mesh_etl.upkeep.tag import tag as tagged

    tagged(job, world, "first", "1")


def maintain(job: LoadedJob, world: World) -> None:
    """All that the policy asks for is done."""
    from mesh_etl.upkeep.maintain import maintain as maintained

    with engines.open("embedded", cores=1) as engine:
        error = maintained(job, engine, world).error
    if error is not None:
        raise error


def replay(job: LoadedJob, world: World) -> None:
    """Refused rows that pass by now are the table's."""
    from mesh_etl.quarantine.replay import replay as replayed
    from mesh_etl.quarantine.rows import Choice

    with engines.open("embedded", cores=1) as engine:
        replayed(job, engine, world, Choice())


def repair(job: LoadedJob, world: World) -> None:
    """The catalogue says what the ledger says."""
    from mesh_etl.upkeep.verify import verify

    verify(job, world, repair=True)


def beside(rival: Work) -> Work:
    """A run during which a rival does its work: after the rows are staged and before they are committed."""

    def work(job: LoadedJob, world: World) -> None:
        from mesh_etl.errors import PublishError
        from mesh_etl.plan import build
        from mesh_etl.publish import publish
        from mesh_etl.run import execute

        plan = build(job, moment=MOMENT)
        if plan.work == "run":
            with engines.open("embedded", cores=1) as engine:
                staged = execute(plan, engine, world.secret)
            rival(job, world)
            try:
                publish(staged, world)
            except PublishError as error:
                if error.code not in ("CONFLICT", "FENCED"):
                    raise
        run(job, world)

    return work


# Projects


def stated(shop, mode, columns="", replaced=(), **target):
    """The job has this mode, written as YAML, and these keys of its target; the contract these columns more."""
    keys = "".join(f", {name}: {value}" for name, value in target.items())
    job = shop.root / "configs/shop/sales/job.yaml"
    shop.use("MODE")
    text = job.read_text().replace("mode: MODE", f"mode: {mode}").replace("[month]}", f"[month]{keys}}}")
    for old, new in replaced:
        text = text.replace(old, new)
    job.write_text(text)
    contract = shop.root / "configs/shop/sales/contract.yaml"
    contract.write_text(contract.read_text() + columns)


def file(shop, name, header, *lines, only=False):
    """A file with these lines lies in the input folder."""
    for old in list((shop.root / "in").iterdir()) if only else ():
        old.unlink()
    (shop.root / "in" / name).write_text("\n".join((header, *lines, "")))


def loaded(shop, *deliveries):
    """The table has these deliveries, each a version."""
    for number, months in enumerate(deliveries):
        shop.deliver(f"{number}.csv", 1, months)
        shop.run()


@scenario(run)
def first_load(shop):
    shop.use("replace")
    shop.deliver("a.csv", 1, THREE)


@scenario(run)
def append(shop):
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "m02", "n01"))


@scenario(run)
def append_orc(shop):
    stated(shop, "append", format="orc")
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(run)
def replace(shop):
    shop.use("replace")
    loaded(shop, THREE)
    shop.deliver("b.csv", only=True, months=("m01", "m02"))


@scenario(run)
def replace_partitions(shop):
    shop.use("replace_partitions")
    loaded(shop, THREE)
    shop.deliver("b.csv", only=True, months=("m01", "n01"))


@scenario(run)
def done_before(shop):
    loaded(shop, THREE)


@scenario(run)
def merge(shop):
    stated(shop, "{type: merge, keys: [id], ties: last}")
    loaded(shop, THREE)
    file(shop, "b.csv", "id,month,amount", "1,m01,7.00", "2,n01,8.00", "9,m03,9.00")


@scenario(run)
def cdc(shop):
    stated(shop, "{type: cdc, keys: [id], operation: op, sequence: seq}")
    file(shop, "a.csv", "op,seq,id,month,amount", "I,001,1,m01,1.00", "I,002,2,m02,2.00", "I,003,3,m03,3.00")
    shop.run()
    file(shop, "b.csv", "op,seq,id,month,amount", "U,004,1,m01,7.00", "D,005,2,m02,", "I,006,9,n01,9.00")


PERIOD = """\
      - {name: changed_at, logicalType: date, required: true}
      - {name: valid_from, logicalType: date, required: true}
      - {name: valid_to, logicalType: date}
      - {name: is_current, logicalType: boolean, required: true}
"""


@scenario(run)
def scd2(shop):
    stated(shop, "{type: scd2, keys: [id], effective: changed_at}", PERIOD)
    header = "id,month,amount,changed_at"
    file(shop, "a.csv", header, "1,m01,1.00,2026-01-01", "2,m02,2.00,2026-01-01", "3,m03,3.00,2026-01-01")
    shop.run()
    file(shop, "b.csv", header, "1,m01,7.00,2026-03-01", "2,m02,8.00,2025-03-01", "9,n01,9.00,2026-01-01")


@scenario(run)
def snapshot(shop):
    day = "      - {name: day, logicalType: date, required: true}\n"
    stated(shop, "{type: snapshot, date: day}", day, [("[month]", "[day]")])
    loaded(shop, THREE)
    run(shop.job, shop.world())
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(run)
def evolved(shop):
    loaded(shop, THREE)
    contract = shop.root / "configs/shop/sales/contract.yaml"
    more = "      - {name: note, logicalType: string}\n"
    contract.write_text(contract.read_text().replace("version: 1.0.0", "version: 1.1.0") + more)
    file(shop, "b.csv", "id,month,amount,note", "8,m01,8.00,new", "9,n01,9.00,", only=True)


REFUSALS = [("max_rejected: 0", "max_rejected: 99%")]
BAD = [f"00{number},m0{number % 3 + 1},1.00" for number in range(901, 930)]


@scenario(run)
def many_refused(shop):
    stated(shop, "append", replaced=REFUSALS)
    loaded(shop, THREE)
    file(shop, "b.csv", "id,month,amount", *BAD, "100,m01,1.00", "x,m02,1.00")


@scenario(replay)
def replayed(shop):
    stated(shop, "append", replaced=REFUSALS)
    file(shop, "b.csv", "id,month,amount", *BAD, "100,m01,1.00", "x,m02,1.00")
    shop.run()
    stated(shop, "append", replaced=[*REFUSALS, ('"in/*.csv"', '"in/*.csv", numbers: {leading_zeros: true}')])


@scenario(compact)
def compacted(shop):
    loaded(shop, THREE, THREE, ("m01", "m02"))


@scenario(delete)
def deleted(shop):
    loaded(shop, THREE, THREE)


@scenario(expire)
def expired(shop):
    shop.use("replace")
    loaded(shop, THREE, ("m01", "m02"), ("m01", "n01"))


@scenario(orphans)
def orphaned(shop):
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, THREE)
    for _ in range(2):
        shop.stage()
    (shop.root / "in/b.csv").unlink()


@scenario(rollback)
def rolled_back(shop):
    loaded(shop, THREE, ("m01", "n01"))


@scenario(tag)
def tagged(shop):
    loaded(shop, THREE, ("m01",))


@scenario(maintain)
def maintained(shop):
    loaded(shop, THREE, THREE, ("m01", "m02"))


@scenario(repair)
def repaired(shop):
    loaded(shop, THREE, ("m01",))
    glue = shop.world().client("glue")
    place = {"DatabaseName": "shop", "TableName": "sales"}
    glue.delete_partition(**place, PartitionValues=["m02"])
    storage = glue.get_partition(**place, PartitionValues=["m01"])["Partition"]["StorageDescriptor"]
    elsewhere = {"Values": ["m01"], "StorageDescriptor": {**storage, "Location": "file:///elsewhere/"}}
    glue.update_partition(**place, PartitionValueList=["m01"], PartitionInput=elsewhere)


@scenario(beside(run))
def two_writers(shop):
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(beside(compact))
def beside_compaction(shop):
    loaded(shop, THREE, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(beside(orphans))
def beside_orphans(shop):
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(run)
def iceberg_first_load(shop):
    stated(shop, "append", format="iceberg")
    shop.deliver("a.csv", 1, THREE)


@scenario(run)
def iceberg_append(shop):
    stated(shop, "append", format="iceberg")
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(run)
def iceberg_merge(shop):
    stated(shop, "{type: merge, keys: [id], ties: last}", format="iceberg")
    loaded(shop, THREE)
    file(shop, "b.csv", "id,month,amount", "1,m01,7.00", "2,n01,8.00", "9,m03,9.00")


@scenario(compact)
def iceberg_compacted(shop):
    stated(shop, "append", format="iceberg")
    loaded(shop, THREE, THREE)


@scenario(expire)
def iceberg_expired(shop):
    stated(shop, "replace", format="iceberg")
    loaded(shop, THREE, ("m01", "n01"))


@scenario(beside(run))
def iceberg_two_writers(shop):
    stated(shop, "append", format="iceberg")
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(run)
def s3_append(shop):
    loaded(shop, THREE)
    shop.deliver("b.csv", 1, ("m01", "n01"))


@scenario(compact)
def s3_compacted(shop):
    loaded(shop, THREE, THREE)


@scenario(orphans)
def s3_orphaned(shop):
    orphaned(shop)


@scenario(run)
def many_partitions(shop):
    shop.deliver("a.csv", 1, tuple(f"p{number:03}" for number in range(250)))
