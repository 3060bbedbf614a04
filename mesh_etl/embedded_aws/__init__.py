"""The Glue Data Catalog on a laptop: real AWS clients whose calls are answered in this process, from one SQLite file.

A client made here is botocore's own client for the service. botocore builds and validates each request as it would
for AWS; the `before-call` event then hands it to this package, which answers instead of the network. What is not
implemented is refused by name, never ignored. The caller sees AWS's error codes, versions, pages and batch limits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["client"]

FILE = "aws.sqlite"


def client(
    service: str,
    home: Path,
    region: str = "eu-west-1",
    account: str = "000000000000",
    fault: Callable[[str, str], None] | None = None,
) -> Any:
    """A client for `service` whose state lives in one file under `home`; the file is made by the first write.

    `fault(operation, phase)` is called with the phase "before" and "after" the operation has taken effect; what it
    raises reaches the caller as a crash or a lost reply would. botocore's own events work too, up to `before-call`
    and from `after-call` on; `before-send` is never reached, since nothing is sent.
    Raises `embedded_aws.answers.NotImplementedByEmbeddedAws` for a service other than Glue.
    """
    from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws
    from mesh_etl.embedded_aws.server import Server
    from mesh_etl.embedded_aws.session import glue_client
    from mesh_etl.embedded_aws.store import Store

    if service != "glue":
        raise NotImplementedByEmbeddedAws(what=service)
    made = glue_client(region)
    server = Server(Store(home / FILE), account=account, region=region, fault=fault)
    made.meta.events.register_first("before-call.glue", server.answer)
    return made
