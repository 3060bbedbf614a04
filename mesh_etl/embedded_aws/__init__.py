"""The services of a data mesh on a laptop: real AWS clients whose calls are answered here, from one SQLite file.

A client made here is botocore's own client for the service. botocore builds and validates each request as it would
for AWS; the `before-call` event then hands it to this package, which answers instead of the network. What is not
implemented is refused by name, never ignored. The caller sees AWS's error codes, versions, pages and batch limits.
All accounts and regions share the file: who calls, and from which account, is the client's.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

__all__ = ["SERVICES", "client"]

FILE = "aws.sqlite"
# Each is a package or module here, which registers its operations.
SERVICES = (
    "glue",
    "lakeformation",
    "ram",
    "sts",
    "events",
    "sns",
    "cloudformation",
    "s3",
    "kms",
    "logs",
    "cloudwatch",
    "stepfunctions",
    "iam",
)


def client(
    service: str,
    home: Path,
    region: str = "eu-west-1",
    account: str = "000000000000",
    role: str = "embedded",
    fault: Callable[[str, str], None] | None = None,
    clock: Callable[[], float] = time.time,
    durable: bool = True,
) -> Any:
    """A client for `service` whose state lives in one file under `home`; the file is made by the first write.

    The calls are those of the IAM role `role` of the account, in the region.
    `fault(operation, phase)` is called with the phase "before" and "after" the operation has taken effect; what it
    raises reaches the caller as a crash or a lost reply would; an `answers.Refusal` before the operation is what the
    service answers instead. botocore's own events work too, up to `before-call` and from `after-call` on;
    `before-send` is never reached, since nothing is sent.
    `clock` is what the services take for the time, in seconds since 1970. Without `durable` a power cut may cost the
    file, and writing is faster.
    Raises `embedded_aws.answers.NotImplementedByEmbeddedAws` for a service other than `SERVICES`.
    """
    from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws
    from mesh_etl.embedded_aws.server import Server
    from mesh_etl.embedded_aws.session import offline
    from mesh_etl.embedded_aws.store import Store

    if service not in SERVICES:
        raise NotImplementedByEmbeddedAws(what=service)
    made = offline(service, region)
    store = Store(home / FILE, durable=durable)
    server = Server(store, service, account=account, region=region, role=role, fault=fault, clock=clock)
    made.meta.events.register_first(f"before-parameter-build.{service}", server.note)
    made.meta.events.register_first(f"before-call.{service}", server.answer)
    return made
