"""One HTTP service: requests that are repeated where that can help, paced, and answered completely or not at all.

What the service sends is never part of a message. Codes: ACCESS_DENIED, FOREIGN_LINK, INPUT_MISSING, NOT_THIS_FORMAT,
PAGE_TOO_LARGE, RATE_LIMITED, REQUEST_REFUSED, SERVICE_FAILED, TLS_REFUSED.
"""

from __future__ import annotations

import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from mesh_etl.errors import Fault, RunError
from mesh_etl.sources.web.clock import Clock
from mesh_etl.sources.web.paging import joined

if TYPE_CHECKING:
    from urllib3 import BaseHTTPResponse

PAGE_BYTES = 64 << 20
PIECE_BYTES = 1 << 16
REDIRECTS = 5
_JSON = re.compile(r"(application|text)/([a-z0-9.+-]+\+)?json\s*(;.*)?", re.IGNORECASE)
_CHARSET = re.compile(r";\s*charset\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)
_SPLIT_DIFFERENTLY = re.compile(r"[\x00-\x1f\x7f\\]")  # signs that not all programs read alike in an address
_AGAIN = {408, 425, 429, 500, 502, 503, 504}


@dataclass(frozen=True)
class Manners:
    """How often and how fast to ask: attempts for each request, seconds between them, requests per period."""

    attempts: int = 5
    first_wait: float = 1.0
    longest_wait: float = 120.0
    timeout: float = 60.0
    requests: int | None = None
    per_seconds: float = 1.0


@dataclass(frozen=True)
class Answer:
    """A complete answer: where it came from in the end, its body, and its header fields with names in lower case."""

    url: str
    body: bytes
    fields: Mapping[str, str]


class _Again(Exception):
    """A failure that another attempt may not meet; `wait` is what the service asks for, in seconds."""

    def __init__(self, code: str, problem: str, wait: float | None = None) -> None:
        super().__init__(problem)
        self.code, self.problem, self.wait = code, problem, wait


class Service:
    """Asks one origin (scheme, host and port) and no other; used as a context manager."""

    def __init__(self, fields: Mapping[str, str], manners: Manners, clock: Clock) -> None:
        import urllib3

        self.pool = urllib3.PoolManager(num_pools=1, cert_reqs="CERT_REQUIRED")
        self.fields = {"accept": "application/json", "accept-encoding": "gzip", "user-agent": "mesh_etl"} | {
            name.lower(): value for name, value in fields.items()
        }
        self.manners, self.clock = manners, clock
        self.starts: deque[float] = deque(maxlen=manners.requests or 1)

    def __enter__(self) -> Service:
        return self

    def __exit__(self, *_: object) -> None:
        self.pool.clear()

    def get(self, url: str, place: str) -> Answer:
        """The answer to a GET; `place` names the request in messages. Raises `RunError`."""
        for attempt in range(1, self.manners.attempts + 1):
            try:
                return self._redirected(url, place)
            except _Again as failure:
                wait = self._wait(attempt, failure, place)
                if attempt == self.manners.attempts:
                    tries = f"{attempt} attempt{'s' if attempt > 1 else ''}"
                    fault = Fault(failure.code, f"{failure.problem}, after {tries}", place, "run again later")
                    raise RunError(fault, retryable=True) from None
                self.clock.sleep(wait)
        raise AssertionError("at least one attempt is made")

    def _wait(self, attempt: int, failure: _Again, place: str) -> float:
        longest = self.manners.longest_wait
        if failure.wait is not None and failure.wait > longest:
            problem = f"the service asks to wait for {failure.wait:.0f} s, which is longer than retries.longest_wait"
            raise RunError(Fault("RATE_LIMITED", problem, place, "run again later"), retryable=True)
        backoff = min(longest, self.manners.first_wait * 2 ** (attempt - 1)) * (0.5 + self.clock.chance() / 2)
        return backoff if failure.wait is None else failure.wait

    def _redirected(self, url: str, place: str) -> Answer:
        for _ in range(REDIRECTS + 1):
            answer = self._asked(url, place)
            if isinstance(answer, Answer):
                return answer
            if not same_origin(answer, url):
                problem = "the service redirects to another host, to which nothing is sent"
                raise RunError(Fault("FOREIGN_LINK", problem, place, "write the final address under url"))
            url = answer
        raise _refused(f"the service redirects more than {REDIRECTS} times", place)

    def _asked(self, url: str, place: str) -> Answer | str:
        """One request: its answer, or the address that it redirects to."""
        from urllib3 import Timeout, exceptions

        self._take_turn()
        until = self.clock.now() + self.manners.timeout
        limit = Timeout(connect=self.manners.timeout, read=self.manners.timeout)
        try:
            response = self.pool.request(
                "GET",
                url,
                headers=self.fields,
                redirect=False,
                retries=False,
                preload_content=False,
                decode_content=False,
                timeout=limit,
            )
            try:
                return self._read(response, url, place, until)
            finally:
                response.close()
        except exceptions.SSLError:
            problem, fix = "the service does not prove who it is, or breaks off TLS", "check its certificate and url"
            raise RunError(Fault("TLS_REFUSED", problem, place, fix)) from None
        except exceptions.TimeoutError:
            raise _Again("SERVICE_FAILED", "the service does not answer in time") from None
        except zlib.error:
            raise _Again("SERVICE_FAILED", "the answer is damaged") from None
        except exceptions.ProtocolError:
            raise _Again("SERVICE_FAILED", "the service broke the connection") from None
        except exceptions.HTTPError:
            raise _Again("SERVICE_FAILED", "the service cannot be reached") from None

    def _take_turn(self) -> None:
        """Wait until another request is within the pace."""
        if self.manners.requests is None:
            return
        if len(self.starts) == self.manners.requests:
            wait = self.starts[0] + self.manners.per_seconds - self.clock.now()
            if wait > 0:
                self.clock.sleep(wait)
        self.starts.append(self.clock.now())

    def _read(self, response: BaseHTTPResponse, url: str, place: str, until: float) -> Answer | str:
        status = response.status
        location = response.headers.get("location")
        if status in (301, 302, 303, 307, 308) and location:
            return joined(url, location)
        if status != 200:
            raise self._failure(status, response.headers.get("retry-after"), place)
        fields = {name.lower(): value for name, value in response.headers.items()}
        _require_json(fields.get("content-type"), place)
        pieces = self._pieces(response, until)
        encoding = fields.get("content-encoding", "identity").strip().lower()
        if encoding == "gzip":
            pieces = _expanded(pieces)
        elif encoding != "identity":
            raise _refused("the answer is compressed in a way that was not asked for", place)
        return Answer(url, _whole(pieces, place), fields)

    def _pieces(self, response: Any, until: float) -> Iterator[bytes]:
        for piece in response.stream(PIECE_BYTES):
            if self.clock.now() > until:
                raise _Again("SERVICE_FAILED", "the answer does not end in time")
            yield piece

    def _failure(self, status: int, retry_after: str | None, place: str) -> Exception:
        if status in _AGAIN:
            code = "RATE_LIMITED" if status == 429 else "SERVICE_FAILED"
            return _Again(code, f"the service answers with status {status}", self._asked_to_wait(retry_after))
        if status in (401, 403, 407):
            problem, fix = f"the service refuses access (status {status})", "check the secrets under headers and params"
            return RunError(Fault("ACCESS_DENIED", problem, place, fix))
        if status in (404, 410):
            return RunError(Fault("INPUT_MISSING", f"nothing is there (status {status})", place, "check the url"))
        return _refused(f"the service answers with status {status}", place)

    def _asked_to_wait(self, text: str | None) -> float | None:
        """The seconds that a Retry-After field states, as a number or as a date; None where it states neither."""
        if text is None:
            return None
        if re.fullmatch(r"[0-9]{1,9}", text.strip()):
            return float(text)
        try:
            return max(0.0, parsedate_to_datetime(text).timestamp() - self.clock.today())
        except (ValueError, TypeError, OverflowError):
            return None


def _whole(pieces: Iterable[bytes], place: str) -> bytes:
    found, size = [], 0
    for piece in pieces:
        found.append(piece)
        size += len(piece)
        if size > PAGE_BYTES:
            problem = f"a page is larger than {PAGE_BYTES >> 20} MB"
            raise RunError(Fault("PAGE_TOO_LARGE", problem, place, "ask for fewer records a page"))
    return b"".join(found)


def _expanded(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The content of a gzip stream, a bounded piece at a time; one that is cut off is an error, unlike in urllib3."""
    stream = zlib.decompressobj(wbits=31)
    for piece in pieces:
        while piece:
            yield stream.decompress(piece, PIECE_BYTES)
            piece = stream.unconsumed_tail
    if not stream.eof or stream.unused_data:
        raise _Again("SERVICE_FAILED", "the answer was cut off")


def same_origin(one: str, other: str) -> bool:
    """Whether two addresses have the same scheme, host and port, and the first brings no user of its own."""
    return _origin(one) == _origin(other) is not None


def _origin(url: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None
    if _SPLIT_DIFFERENTLY.search(url):
        return None
    if not parts.hostname or parts.username is not None or parts.password is not None:
        return None
    return parts.scheme, parts.hostname, port or {"http": 80, "https": 443}.get(parts.scheme)


def _require_json(content_type: str | None, place: str) -> None:
    if content_type is None:
        return  # the body tells
    charset = _CHARSET.search(content_type)
    if not _JSON.fullmatch(content_type.strip()):
        problem = "the answer is not JSON, by its own content type"
    elif charset and charset[1].lower() not in ("utf-8", "utf8", "us-ascii"):
        problem = "the answer is JSON in another encoding than UTF-8"
    else:
        return
    fix = "check the url, and whether the service shows a page to sign in"
    raise RunError(Fault("NOT_THIS_FORMAT", problem, place, fix))


def _refused(problem: str, place: str) -> RunError:
    return RunError(Fault("REQUEST_REFUSED", problem, place, "check the url, the params and the headers"))
