"""Where the foreign keys of a contract lead: to the tables of which products, at which versions.

A reference names the other contract by its file, by its id, or by the product that it describes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from mesh_etl.checks import Checks
from mesh_etl.checks.dataset import ForeignKey
from mesh_etl.checks.reading.relationships import relationship_rules
from mesh_etl.config import LoadedJob, Project
from mesh_etl.config.yaml import read
from mesh_etl.contract.diff import fits
from mesh_etl.contract.load import Contract, load
from mesh_etl.contract.reference import ITEM, stored
from mesh_etl.contract.types import DataType, Decimal, Simple
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.tables.ledger import Ledger, Snapshot

_DIGITS = {"tinyint": 3, "smallint": 5, "int": 10, "bigint": 19}


@dataclass(frozen=True)
class Referred:
    """Another product's table that foreign keys refer to, as it is now."""

    product: str
    ledger: Ledger
    head: Snapshot

    @property
    def version(self) -> str:
        """The table and its version, as `sales.customers@7`."""
        return f"{self.product}@{self.head.seq}"


def led_to(job: LoadedJob, contract: Contract) -> tuple[str, ...]:
    """The other products that the contract's foreign keys refer to; its faults are told where its rules are planned."""
    try:
        rules = [one.rule for one in relationship_rules(contract)]
        checks = settled(job, contract, Checks(dataset=tuple(rule for rule in rules if isinstance(rule, ForeignKey))))
    except ConfigError:
        return ()
    return tuple(dict.fromkeys(rule.table for rule in checks.references if rule.table))


class Unfollowed(Exception):
    """A foreign key that is right as it stands, and leads where nothing can be looked up; its text is the reason."""


def settled(job: LoadedJob, contract: Contract, checks: Checks) -> Checks:
    """The checks with every foreign key led to the product and the stored columns that it means.

    One that leads out of the mesh is not executed. Raises `ConfigError` with every one that leads to no contract,
    table or column, or to columns with which its own do not compare.
    """
    found: dict[str, ForeignKey] = {}
    reasons: dict[str, str] = {}
    faults: list[Fault] = []
    for rule in checks.references:
        try:
            found[rule.id] = _settled(job, contract, rule)
        except Unfollowed as reason:
            reasons[rule.id] = str(reason)
        except ConfigError as error:
            faults += error.faults
    if faults:
        raise ConfigError(*faults)
    return replace(checks, dataset=tuple(found.get(rule.id, rule) for rule in checks.dataset)).without(reasons)


def followed(checks: Checks, ledger: Callable[[str], Ledger]) -> tuple[Checks, Mapping[str, Referred]]:
    """Settled checks without the foreign keys that find no table yet, and the tables of the others, by product.

    The versions are pinned here: what a run answers holds against them.
    """
    ledgers = {name: ledger(name) for name in dict.fromkeys(rule.table for rule in checks.references if rule.table)}
    heads = {name: found.snapshot() for name, found in ledgers.items()}
    reasons = {rule.id: _lacking(rule, heads[rule.table]) for rule in checks.references if rule.table}
    tables = {name: Referred(name, ledgers[name], head) for name, head in heads.items() if head is not None}
    return checks.without({name: reason for name, reason in reasons.items() if reason}), tables


def _lacking(rule: ForeignKey, head: Snapshot | None) -> str:
    if head is None:
        return f"{rule.table} has no table yet"
    columns = {name for name, _ in head.entry.columns}
    absent = [path[0] for path in rule.keys if path[0] not in columns]
    return f"version {head.seq} of {rule.table} has no column '{absent[0]}'" if absent else ""


def _settled(job: LoadedJob, contract: Contract, rule: ForeignKey) -> ForeignKey:
    where = contract.where(*rule.loc, "to")
    product = _product(job, rule.table, where) if rule.table else job.product
    other = contract if product == job.product else _contract(job.project, product)
    paths, types = [], []
    for names, mine in zip(rule.keys, rule.types, strict=True):
        led = stored(other.table, other.schema, names)
        if led is None:
            fix = did_you_mean(names[0], (one.name for one in other.table.properties))
            problem = f"{product} stores no column '{'.'.join(names)}'"
            raise ConfigError(Fault("DANGLING_REFERENCE", problem, where, fix))
        path, theirs = led
        if ITEM in path:
            raise Unfollowed("keys inside lists and maps are not looked up by this version")
        common = comparable(mine, theirs)
        if common is None:
            problem = f"a {mine.ddl()} cannot refer to a {theirs.ddl()}"
            raise ConfigError(Fault("RELATIONSHIP_TYPES", problem, where, "give both columns the same type"))
        paths.append(path)
        types.append(common)
    table = "" if product == job.product else product
    return replace(rule, table=table, keys=tuple(paths), types=tuple(types))


def _product(job: LoadedJob, stated: str, where: str) -> str:
    """The product whose contract is meant. Raises `Unfollowed` for one that this mesh does not have."""
    products = job.project.products()
    if stated in products:
        return stated
    plain = stated.removeprefix("file://")
    if "://" in plain:
        raise Unfollowed("the contract lies outside this mesh")
    for base in (job.contract_path.parent, job.project.root):
        file = (base / plain).resolve()
        if file.is_file():
            meant = [product for product, path in _files(job.project) if path == file]
            if not meant:
                raise Unfollowed("no product of this mesh has the contract")
            return meant[0]
    ids = {str(_raw(path).get("id")): product for product, path in _files(job.project)}
    if stated in ids:
        return ids[stated]
    fix = did_you_mean(stated, (*products, *ids)) or "name a product, a contract's id, or its file"
    raise ConfigError(Fault("DANGLING_REFERENCE", f"this mesh has no contract '{stated}'", where, fix))


def _files(project: Project) -> Iterator[tuple[str, Path]]:
    """Every product with the file of its contract, as its job states it; faults of other jobs are told elsewhere."""
    for product in project.products():
        folder = project.root / "configs" / product.replace(".", "/")
        stated = _raw(folder / "job.yaml").get("contract", "contract.yaml")
        yield product, (folder / str(stated)).resolve()


def _raw(path: Path) -> dict[str, object]:
    try:
        data = read(path).data
    except ConfigError:
        return {}
    return data if isinstance(data, dict) else {}


def _contract(project: Project, product: str) -> Contract:
    """The contract of another product. Raises `Unfollowed` where it has faults: they are not this product's."""
    try:
        return load(project.job(product).contract_path)
    except ConfigError:
        raise Unfollowed(f"{product} has faults: mesh-etl validate {product}") from None


def comparable(one: DataType, other: DataType) -> DataType | None:
    """The type in which keys of both types compare exactly, or None where there is none."""
    if fits(one, other):
        return other
    if fits(other, one):
        return one
    mine, theirs = _exact(one), _exact(other)
    if mine is None or theirs is None:
        return None
    scale = max(mine.scale, theirs.scale)
    digits = max(mine.precision - mine.scale, theirs.precision - theirs.scale)
    return Decimal(digits + scale, scale) if digits + scale <= 38 else None


def _exact(kind: DataType) -> Decimal | None:
    if isinstance(kind, Simple) and kind.name in _DIGITS:
        return Decimal(_DIGITS[kind.name], 0)
    return kind if isinstance(kind, Decimal) else None
