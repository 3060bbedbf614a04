"""The session with a database, by the driver that speaks to it."""

from __future__ import annotations

from importlib.util import find_spec

from mesh_etl.errors import Fault, RunError
from mesh_etl.sources.databases.address import Address, Scheme
from mesh_etl.sources.databases.session import Access, Session

_DRIVERS: dict[Scheme, tuple[str, str]] = {
    "postgresql": ("adbc_driver_postgresql", "postgresql"),
    "mariadb": ("pymysql", "mysql"),
    "mysql": ("pymysql", "mysql"),
}


def lacking_driver(address: Address, where: str) -> Fault | None:
    """The fault PACKAGE_MISSING where the driver for the database is not installed."""
    package, extra = _DRIVERS[address.scheme]
    if find_spec(package) is not None:
        return None
    fix = f"pip install 'mesh_etl[{extra}]'"
    return Fault("PACKAGE_MISSING", f"the driver {package} is not installed", where, fix)


def session_with(access: Access, password: str | None) -> Session:
    """A session with the database, which connects when it is entered. Raises `RunError` PACKAGE_MISSING."""
    if fault := lacking_driver(access.address, str(access.address)):
        raise RunError(fault)
    if access.address.scheme == "postgresql":
        from mesh_etl.sources.databases.postgresql import PostgresSession

        return PostgresSession(access, password)
    from mesh_etl.sources.databases.mariadb import MariaSession

    return MariaSession(access, password)
