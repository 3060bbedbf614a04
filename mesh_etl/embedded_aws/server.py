"""From a request that botocore has built to the answer that botocore would have parsed."""

from __future__ import annotations

import json
import time
import uuid
from datetime import datetime
from importlib import import_module
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse

from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, Refusal
from mesh_etl.embedded_aws.operations import OPERATIONS, Body, Call, Operation
from mesh_etl.embedded_aws.parsed import parsed
from mesh_etl.embedded_aws.validation import violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh_etl.embedded_aws.store import Store

OK, REFUSED = 200, 400
ASKED = "mesh_etl.asked"  # where the request stands in botocore's context, before it is written for the wire


class Server:
    """Answers every call of a client; registered for the events `before-parameter-build` and `before-call`."""

    def __init__(
        self,
        store: Store,
        service: str,
        *,
        account: str,
        region: str,
        role: str,
        fault: Callable[[str, str], None] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        import_module(f"mesh_etl.embedded_aws.{service}")  # registers its operations
        self.store = store
        self.service = service
        self.account = account
        self.region = region
        self.caller = f"arn:aws:iam::{account}:role/{role}"
        self.fault = fault
        self.clock = clock

    def note(self, params: Body, context: dict[str, Any], **event: Any) -> None:
        """The request is kept as it was made; how each service writes it for the wire does not matter here."""
        context[ASKED] = _plain(params)

    def answer(self, model: Any, params: Body, context: dict[str, Any], **event: Any) -> tuple[AWSResponse, Body]:
        """The HTTP response and the parsed answer, as botocore expects them of a handler that does not send.

        Raises `NotImplementedByEmbeddedAws` for calls and parameters that are not implemented.
        """
        parameters: Body = context[ASKED]
        known = _implemented(f"{self.service}.{model.name}", parameters)
        try:
            if self.fault:
                self.fault(model.name, "before")
            status, body = OK, self._apply(known, model.input_shape, parameters)
        except Refusal as refusal:
            status, body = REFUSED, {"__type": refusal.code, "Message": refusal.message}
        if self.fault:
            self.fault(model.name, "after")
        return self._response(params["url"], status, body, model.output_shape)

    def _apply(self, known: Operation, shape: Any, parameters: Body) -> Body:
        problems = violations(shape, parameters)
        if problems:
            count = f"{len(problems)} validation error{'s' if len(problems) > 1 else ''} detected"
            raise Refusal("ValidationException", f"{count}: {'; '.join(problems)}")
        owner = parameters.get("CatalogId", self.account)
        with self.store.writing() if known.writes else self.store.reading() as sql:
            now, catalog = self.clock(), f"{owner}/{self.region}"
            return known.answer(Call(parameters, catalog, owner, self.region, self.caller, sql, now))

    def _response(self, url: str, status: int, body: Body, shape: Any) -> tuple[AWSResponse, Body]:
        headers = {"x-amzn-RequestId": str(uuid.uuid4()), "content-type": "application/x-amz-json-1.1"}
        about = {
            "RequestId": headers["x-amzn-RequestId"],
            "HTTPStatusCode": status,
            "HTTPHeaders": {name.lower(): value for name, value in headers.items()},
            "RetryAttempts": 0,
        }
        if status == OK:
            answer = parsed(body, shape) if shape is not None else {}
        else:
            answer = {"Error": {"Code": body["__type"], "Message": body["Message"]}}
        return AWSResponse(url, status, headers, _Raw(body)), {**answer, "ResponseMetadata": about}


class _Raw:
    """The body as `AWSResponse` reads it from a connection, where somebody asks for it."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield json.dumps(self._body).encode()


def _plain(value: Any) -> Any:
    """The value as JSON has it: moments are seconds since 1970; a file, as botocore makes of bytes, is its bytes."""
    if isinstance(value, dict):
        return {name: _plain(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    if hasattr(value, "read"):
        return value.read()
    return value.timestamp() if isinstance(value, datetime) else value


def _implemented(name: str, parameters: Body) -> Operation:
    known = OPERATIONS.get(name)
    if known is None:
        raise NotImplementedByEmbeddedAws(what=name)
    unread = sorted(parameters.keys() - known.reads - {"CatalogId"})
    if unread:
        raise NotImplementedByEmbeddedAws(what=f"{name} with {', '.join(unread)}")
    return known
