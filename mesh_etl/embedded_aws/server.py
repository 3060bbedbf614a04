"""From a request that botocore has built to the answer that botocore would have parsed."""

from __future__ import annotations

import json
import uuid
from typing import TYPE_CHECKING, Any

from botocore.awsrequest import AWSResponse
from botocore.parsers import create_parser

from mesh_etl.embedded_aws import (  # noqa: F401
    databases,
    partition_batches,
    partition_indexes,
    partitions,
    table_versions,
    tables,
)
from mesh_etl.embedded_aws.answers import NotImplementedByEmbeddedAws, Refusal, missing
from mesh_etl.embedded_aws.operations import OPERATIONS, Body, Call, Operation
from mesh_etl.embedded_aws.parsed import parsed
from mesh_etl.embedded_aws.validation import violations

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mesh_etl.embedded_aws.store import Store

OK, REFUSED = 200, 400


class Server:
    """Answers every Glue call of a client; registered for the event `before-call.glue`."""

    def __init__(
        self, store: Store, *, account: str, region: str, fault: Callable[[str, str], None] | None = None
    ) -> None:
        self.store = store
        self.account = account
        self.region = region
        self.fault = fault
        self._parser = create_parser("json")

    def answer(self, model: Any, params: dict[str, Any], **event: Any) -> tuple[AWSResponse, dict[str, Any]]:
        """The HTTP response and the parsed answer, as botocore expects them of a handler that does not send.

        Raises `NotImplementedByEmbeddedAws` for calls and parameters that are not implemented.
        """
        parameters = json.loads(params["body"])
        known = _implemented(model.name, parameters)
        if self.fault:
            self.fault(model.name, "before")
        try:
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
        if parameters.get("CatalogId", self.account) != self.account:
            raise missing("Catalog")
        catalog = f"{self.account}/{self.region}"
        with self.store.writing() if known.writes else self.store.reading() as sql:
            return known.answer(Call(parameters, catalog, self.account, self.region, sql))

    def _response(self, url: str, status: int, body: Body, shape: Any) -> tuple[AWSResponse, dict[str, Any]]:
        headers = {"x-amzn-RequestId": str(uuid.uuid4()), "content-type": "application/x-amz-json-1.1"}
        text = b"{}" if status == OK else json.dumps(body).encode()
        answer = self._parser.parse({"status_code": status, "headers": _Headers(headers), "body": text}, shape)
        answer["ResponseMetadata"]["RetryAttempts"] = 0
        if status == OK and shape is not None:
            answer |= parsed(body, shape)
        return AWSResponse(url, status, headers, _Raw(body)), answer


class _Headers(dict[str, str]):
    """Headers that are found whatever their case, as the parser looks them up."""

    def __init__(self, headers: dict[str, str]) -> None:
        super().__init__({name.lower(): value for name, value in headers.items()})


class _Raw:
    """The body as `AWSResponse` reads it from a connection, where somebody asks for it."""

    def __init__(self, body: Body) -> None:
        self._body = body

    def stream(self, *_: Any, **__: Any) -> Iterator[bytes]:
        yield json.dumps(self._body).encode()


def _implemented(name: str, parameters: Body) -> Operation:
    known = OPERATIONS.get(name)
    if known is None:
        raise NotImplementedByEmbeddedAws(what=f"glue.{name}")
    unread = sorted(parameters.keys() - known.reads - {"CatalogId"})
    if unread:
        raise NotImplementedByEmbeddedAws(what=f"glue.{name} with {', '.join(unread)}")
    return known
