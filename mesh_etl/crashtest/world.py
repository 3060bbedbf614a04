"""A world whose clients' calls are watched: by botocore's events, so that it is the same for every implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.crashtest.watch import Watch, Way, die

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.config.governance.identity import Identity
    from mesh_etl.worlds import World

READS = ("Get", "List", "Search", "Describe", "BatchGet", "Head")
ITEMS = ("PartitionInputList", "Entries", "PartitionsToDelete")  # what Glue's batch calls name their items


class WatchedWorld:
    """Is what `inner` is, and watches the clients that it gives away."""

    def __init__(self, inner: World, watch: Watch) -> None:
        self.inner = inner
        self.watch = watch
        self._clients: dict[tuple[str, Identity | None], Any] = {}

    def client(self, service: str, identity: Identity | None = None) -> Any:
        """The client of the world; every call of it is counted."""
        if (service, identity) not in self._clients:
            self._clients[service, identity] = watch_client(self.inner.client(service, identity), self.watch)
        return self._clients[service, identity]

    @property
    def name(self) -> str:
        """As the world's."""
        return self.inner.name

    @property
    def home(self) -> Path:
        """As the world's."""
        return self.inner.home

    def secret(self, ref: str) -> str:
        """As the world's."""
        return self.inner.secret(ref)

    def location(self, path: str | Path) -> str:
        """As the world's."""
        return self.inner.location(path)


def watch_client(client: Any, watch: Watch) -> Any:
    """The client, a botocore one: each of its calls is counted, and breaks where the watch strikes."""
    _Calls(watch, client)
    return client


class _Calls:
    """The calls of one client."""

    def __init__(self, watch: Watch, client: Any) -> None:
        self.watch = watch
        self.service = client.meta.service_model.service_name
        self.way: Way | None = None
        self.item: dict[str, Any] = {}
        client.meta.events.register(f"before-parameter-build.{self.service}", self.before)
        client.meta.events.register(f"after-call.{self.service}", self.after)

    def before(self, model: Any, params: dict[str, Any], **event: Any) -> None:
        """Strikes before the service has seen the call."""
        ways: list[Way] = ["refused", "throttled"]
        batch, name = _items(model.name, params)
        if not model.name.startswith(READS):
            ways += ["lost", "killed"]
            ways += ["partial"] if name else []
        self.way = self.watch.enter(f"{self.service}.{model.name}", *ways)
        if self.way == "refused":
            raise self._timeout()
        if self.way == "throttled":
            raise _throttled(model.name)
        if self.way == "partial":
            self.item, *batch[name] = batch[name]

    def after(self, parsed: dict[str, Any], **event: Any) -> None:
        """Strikes once the service has done what it was asked."""
        way, self.way = self.way, None
        if way == "killed":
            die()
        if way == "lost":
            raise self._timeout()
        if way == "partial":
            parsed.setdefault("Errors", []).append(_failure(self.item))

    def _timeout(self) -> Exception:
        from botocore.exceptions import ReadTimeoutError

        timeout: Exception = ReadTimeoutError(endpoint_url=f"https://{self.service}")
        return timeout


def _items(operation: str, params: dict[str, Any]) -> tuple[dict[str, Any], str]:
    """Where the items of a batch call stand, and under which name; '' for a call that has none."""
    if operation == "DeleteObjects":
        return params["Delete"], "Objects" if len(params["Delete"]["Objects"]) > 1 else ""
    name = next((name for name in ITEMS if params.get(name)), "") if operation.startswith("Batch") else ""
    return params, name


def _failure(item: dict[str, Any]) -> dict[str, Any]:
    if "Key" in item:
        return {"Key": item["Key"], "Code": "InternalError", "Message": "the item was not worked on"}
    detail = {"ErrorCode": "InternalServiceException", "ErrorMessage": "the item was not worked on"}
    values = item.get("PartitionValueList") or item.get("Values") or []
    return {"PartitionValues": values, "PartitionValueList": values, "ErrorDetail": detail}


def _throttled(operation: str) -> Exception:
    from botocore.exceptions import ClientError

    answer = {
        "Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"},
        "ResponseMetadata": {"HTTPStatusCode": 400, "RetryAttempts": 4},
    }
    error: Exception = ClientError(answer, operation)
    return error
