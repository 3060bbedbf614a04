"""A web service on loopback that answers as a test says."""

from __future__ import annotations

import json
import socket
import struct
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Reply:
    """What is sent: `length` claims another size than the body has, `reset` breaks the connection instead."""

    body: bytes = b"[]"
    status: int = 200
    fields: Mapping[str, str] = field(default_factory=dict)
    content_type: str | None = "application/json"
    length: int | None = None
    reset: bool = False


@dataclass(frozen=True)
class Asked:
    """A request as it came; `target` is its path with the parameters."""

    target: str
    path: str
    params: dict[str, str]
    fields: dict[str, str]


@dataclass
class Web:
    """A service: `answer` makes the reply to a request; `asked` holds the requests so far."""

    url: str
    answer: Callable[[Asked], Any]
    asked: list[Asked] = field(default_factory=list)

    def says(self, *replies: Any) -> None:
        """The replies come one after the other, the last one again and again; what is no `Reply` is sent as JSON."""
        rest = list(replies)
        self.answer = lambda _: rest.pop(0) if len(rest) > 1 else rest[0]


@contextmanager
def served() -> Iterator[Web]:
    """A service that is there as long as the block."""
    web = Web("", lambda _: [])

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            fields = {name.lower(): value for name, value in self.headers.items()}
            asked = Asked(self.path, parts.path, dict(parse_qsl(parts.query, keep_blank_values=True)), fields)
            web.asked.append(asked)
            answer = web.answer(asked)
            _send(self, answer if isinstance(answer, Reply) else Reply(json.dumps(answer).encode()))

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    web.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield web
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _send(handler: BaseHTTPRequestHandler, reply: Reply) -> None:
    if reply.reset:  # without a lingering close the other side sees a reset, not an end
        handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        handler.close_connection = True
        handler.connection.close()
        return
    handler.send_response(reply.status)
    for name, value in reply.fields.items():
        handler.send_header(name, value)
    if reply.content_type:
        handler.send_header("Content-Type", reply.content_type)
    handler.send_header("Content-Length", str(len(reply.body) if reply.length is None else reply.length))
    handler.end_headers()
    handler.wfile.write(reply.body)
    if reply.length is not None:
        handler.close_connection = True
