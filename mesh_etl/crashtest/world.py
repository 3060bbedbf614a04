"""A world whose clients' calls are watched: by botocore's events, so that it is the same for every implementation."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from mesh_etl.crashtest.watch import Watch, Way, die

if TYPE_CHECKING:
    from pathlib import Path

    from mesh_etl.worlds import World

READS = ("Get", "List", "Search", "Describe", "BatchGet")
ITEMS = ("PartitionInputList", "Entries", "PartitionsToDelete")  # what Glue's batch calls name their items


class WatchedWorld:
    """Is what `inner` is, and watches the clients that it gives away."""

    def __init__(self, inner: World, watch: Watch) -> None:
        self.inner = inner
        self.watch = watch
        self._clients: dict[str, Any] = {}

    def client(self, service: str) -> Any:
        """The client of the world; every call of it is counted."""
        if service not in self._clients:
            made = self._clients[service] = self.inner.client(service)
            _Calls(self.watch, made)
        return self._clients[service]

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
        items = next((name for name in ITEMS if params.get(name)), None) if model.name.startswith("Batch") else None
        if not model.name.startswith(READS):
            ways += ["lost", "killed"]
            ways += ["partial"] if items else []
        self.way = self.watch.enter(f"{self.service}.{model.name}", *ways)
        if self.way == "refused":
            raise self._timeout()
        if self.way == "throttled":
            raise _throttled(model.name)
        if self.way == "partial" and items:
            self.item, *params[items] = params[items]

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


def _failure(item: dict[str, Any]) -> dict[str, Any]:
    detail = {"ErrorCode": "InternalServiceException", "ErrorMessage": "the item was not worked on"}
    values = item.get("PartitionValueList") or item.get("Values") or []
    return {"PartitionValues": values, "PartitionValueList": values, "ErrorDetail": detail}


def _throttled(operation: str) -> Exception:
    from botocore.exceptions import ClientError

    error: Exception = ClientError({"Error": {"Code": "ThrottlingException", "Message": "Rate exceeded"}}, operation)
    return error
