"""Where a database is, read from its JDBC URL."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Scheme = Literal["postgresql", "mysql", "mariadb"]

_PORTS: dict[Scheme, int] = {"postgresql": 5432, "mysql": 3306, "mariadb": 3306}
_URL = re.compile(
    r"jdbc:(?P<scheme>[a-z0-9]+)://(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(?P<port>[0-9]{1,5}))?/(?P<database>[^/?#;\s]+)"
)


@dataclass(frozen=True)
class Address:
    """A database on a server; `str()` is its URL, which never holds credentials."""

    scheme: Scheme
    host: str
    port: int
    database: str

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"jdbc:{self.scheme}://{host}:{self.port}/{self.database}"

    @classmethod
    def parse(cls, url: str) -> Address:
        """The database that the URL names.

        Raises `ValueError` with the reason, without a word of the URL: it may hold what does not belong there.
        """
        match = _URL.fullmatch(url)
        if not match and re.match(r"jdbc:[a-z0-9]+://[^/]*@", url):
            raise ValueError("holds a user; state user and password as keys of their own")
        if not match and re.match(r"jdbc:[a-z0-9]+://[^?;]*[?;]", url):
            raise ValueError("has parameters; use the keys of this source instead: user, password, tls, timeout")
        if not match:
            raise ValueError("is no database; write it as jdbc:postgresql://host:5432/database")
        scheme = match["scheme"]
        if scheme not in _PORTS:
            raise ValueError(f"is no database that is read; known: {', '.join(sorted(_PORTS))}")
        port = int(match["port"] or _PORTS[scheme])
        if not 0 < port < 65_536:
            raise ValueError("has no port between 1 and 65535")
        return cls(scheme, match["host"].strip("[]"), port, match["database"])
