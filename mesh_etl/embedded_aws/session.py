"""A botocore client that starts fast and can reach no network.

Importing boto3 loads S3's transfer machinery, and a default session lists every service and parses the endpoints of
every region. None of it serves a client that is answered in process, so the session here loads the models asked for.
boto3's clients are botocore's: the class, the methods and the exceptions are the same.
"""

from __future__ import annotations

from copy import copy
from functools import cache
from threading import Lock
from typing import Any

import botocore.session
from botocore.config import Config
from botocore.loaders import Loader

from mesh_etl.embedded_aws import SERVICES

ENDPOINT = "https://{service}.embedded.invalid"  # the reserved domain that no resolver answers


class OwnLoader(Loader):  # type: ignore[misc]  # botocore ships no types
    """A loader of service models that knows the embedded services and no endpoint."""

    def list_available_services(self, type_name: str) -> list[str]:
        """The embedded services alone."""
        return list(SERVICES)

    def load_data_with_path(self, name: str) -> tuple[Any, str]:
        """The data file `name`; the table of endpoints is empty, because the client is told its own."""
        if name == "endpoints":
            return {"version": 3, "partitions": []}, ""
        return super().load_data_with_path(name)  # type: ignore[no-any-return]


_MAKING = Lock()  # botocore's sessions make one client at a time
LOADER = OwnLoader()  # shared, so that a process parses each model once


class OwnSession(botocore.session.Session):  # type: ignore[misc]  # botocore ships no types
    """A session that the machine's AWS configuration files and profiles do not touch."""

    @property
    def full_config(self) -> dict[str, Any]:
        """An empty configuration file."""
        return {"profiles": {}}

    def get_scoped_config(self) -> dict[str, Any]:
        """An empty profile, whatever the environment says is the profile's name."""
        return {}


def offline(service: str, region: str) -> Any:
    """A client with made-up credentials and an endpoint that cannot exist, with handlers of its own for events."""
    with _MAKING:
        model = _model_client(service, region)
    made = object.__new__(type(model))  # copy() asks a client for attributes before it has any, without end
    made.__dict__.update(model.__dict__)
    made.meta = copy(model.meta)
    made.meta.events = copy(model.meta.events)
    return made


@cache
def _model_client(service: str, region: str) -> Any:
    """What the clients of a service are copied from: to make one costs more than most calls of a mesh's many roles."""
    config = Config(
        retries={"mode": "standard", "total_max_attempts": 1},
        ignore_configured_endpoint_urls=True,
        use_fips_endpoint=False,
        use_dualstack_endpoint=False,
    )
    made = _session().create_client(
        service, region_name=region, endpoint_url=ENDPOINT.format(service=service), config=config
    )
    made.meta.events.register_first(f"before-send.{service}", _refuse_to_send)
    return made


@cache
def _session() -> OwnSession:
    """One for all clients of the process: a session costs more than a client, and a mesh has many of these."""
    made = OwnSession()
    made.register_component("data_loader", LOADER)
    made.set_credentials("embedded", "embedded")
    return made


def _refuse_to_send(**event: Any) -> None:
    raise ConnectionError("the embedded client has no network")
