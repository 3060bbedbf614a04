"""The embedded catalogue's state: one SQLite file that processes share and that survives being killed."""

from __future__ import annotations

import sqlite3
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING

from mesh_etl.embedded_aws.answers import StoreUnavailable

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LAYOUT = 4
WAIT_SECONDS = 30.0
TABLES = """
CREATE TABLE databases (
    catalog TEXT, name TEXT, body TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (catalog, name)) WITHOUT ROWID;
CREATE TABLE tables (
    catalog TEXT, base TEXT, name TEXT, body TEXT NOT NULL, version INTEGER NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL,
    PRIMARY KEY (catalog, base, name)) WITHOUT ROWID;
CREATE TABLE archive (
    catalog TEXT, base TEXT, name TEXT, version INTEGER, body TEXT NOT NULL,
    created REAL NOT NULL, updated REAL NOT NULL,
    PRIMARY KEY (catalog, base, name, version)) WITHOUT ROWID;
CREATE TABLE partitions (
    catalog TEXT, base TEXT, name TEXT, key TEXT, body TEXT NOT NULL, created REAL NOT NULL,
    PRIMARY KEY (catalog, base, name, key)) WITHOUT ROWID;
"""
INDEXES = """
CREATE TABLE indexes (
    catalog TEXT, base TEXT, name TEXT, label TEXT, keys TEXT NOT NULL,
    PRIMARY KEY (catalog, base, name, label)) WITHOUT ROWID;
"""
RECORDS = """
CREATE TABLE records (
    catalog TEXT, kind TEXT, name TEXT, body TEXT NOT NULL, created REAL NOT NULL, updated REAL NOT NULL,
    PRIMARY KEY (catalog, kind, name)) WITHOUT ROWID;
"""
# Lake Formation's; what was in the catalogue before is open to all, as it was made with the settings of a new account.
RIGHTS = """
CREATE TABLE grants (
    catalog TEXT, principal TEXT, owner TEXT, kind TEXT, base TEXT, name TEXT, detail TEXT,
    permissions TEXT NOT NULL, grantable TEXT NOT NULL, updated REAL NOT NULL, updater TEXT NOT NULL,
    PRIMARY KEY (catalog, principal, owner, kind, base, name, detail)) WITHOUT ROWID;
CREATE INDEX grants_on ON grants (owner, kind, base, name);
CREATE INDEX grants_to ON grants (principal, kind);
CREATE TABLE tagged (
    catalog TEXT, base TEXT, name TEXT, part TEXT, key TEXT, value TEXT NOT NULL,
    PRIMARY KEY (catalog, base, name, part, key)) WITHOUT ROWID;
CREATE INDEX tagged_with ON tagged (catalog, key, value);
INSERT INTO grants SELECT catalog, 'IAM_ALLOWED_PRINCIPALS', catalog, 'database', name, '', '', 'ALL', '', created, ''
    FROM databases;
INSERT INTO grants SELECT catalog, 'IAM_ALLOWED_PRINCIPALS', catalog, 'table', base, name, '', 'ALL', '', created, ''
    FROM tables;
"""
# What brings a file of a layout to the next one.
STEPS = (TABLES, INDEXES, RECORDS, RIGHTS)


class Store:
    """A file of databases, tables, archived table versions, partitions, grants and tags, and records of all else.

    Each transaction has its own connection, so a store can be used from any thread and after a fork. A writer takes
    the file's lock at once (`BEGIN IMMEDIATE`), so what it reads cannot change before it writes. The rollback journal
    is kept rather than the write-ahead log: it works on network folders and leaves one file behind. A file that is
    not `durable` survives the process being killed, and not the machine losing its power; that is eight times faster.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self.durable = durable

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """A transaction that sees one state of the file, and an empty catalogue where there is no file."""
        with self._connected(str(self.path) if self.path.exists() else ":memory:") as connection:
            _ready(connection)
            connection.execute("BEGIN")
            yield connection
            connection.execute("ROLLBACK")

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """A transaction that takes effect as a whole when the block ends, and not at all when the block raises."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(path=self.path, problem=error.strerror) from error
        with self._connected(str(self.path)) as connection:
            if not self.durable:
                connection.execute("PRAGMA synchronous = OFF")
            _ready(connection)
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:  # a full disk ends the transaction by itself
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    @contextmanager
    def _connected(self, place: str) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(place, timeout=WAIT_SECONDS, isolation_level=None)) as connection:
                yield connection
        except sqlite3.Error as error:
            raise StoreUnavailable(path=self.path, problem=error) from error


def _ready(connection: sqlite3.Connection) -> None:
    """Give a new file its tables, and an older one those that it lacks; refuse a file of a later layout."""
    if _layout(connection) == LAYOUT:
        return
    connection.execute("BEGIN IMMEDIATE")
    known = _layout(connection)  # asked again, under the lock: another process may have come first
    if known < LAYOUT:
        for statement in "".join(STEPS[known:]).split(";"):
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {LAYOUT}")
    connection.execute("COMMIT")
    if _layout(connection) != LAYOUT:
        raise sqlite3.DatabaseError(f"its layout is {_layout(connection)}, this version reads {LAYOUT}")


def _layout(connection: sqlite3.Connection) -> int:
    return int(connection.execute("PRAGMA user_version").fetchone()[0])
