"""All pages of a service, brought into files as they came.

Codes: PAGES_LOOP, TOO_MANY_PAGES, ROWS_MISSING, FOREIGN_LINK, SECRET_UNFIT, those of `service.py` and `envelope.py`.
"""

from __future__ import annotations

import hashlib
import tempfile
from collections.abc import Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from mesh_etl.errors import Fault, RunError
from mesh_etl.sources.web.clock import Clock
from mesh_etl.sources.web.envelope import Envelope
from mesh_etl.sources.web.paging import Page, Pages, Single, next_of, with_params
from mesh_etl.sources.web.service import Answer, Manners, Service, same_origin
from mesh_etl.stores import InputFile, LandedStore

FIRST_PAGES = 20  # of a look at the first records: a service may hand out few in each


@dataclass(frozen=True)
class Part:
    """A header field or a parameter: its text, and behind it the secret of this reference, where there is one."""

    name: str
    text: str
    secret: str | None = None

    def value(self, secrets: Mapping[str, str]) -> str:
        """The text with the secret. Raises `RunError` SECRET_UNFIT for one that no header can hold."""
        if self.secret is None:
            return self.text
        value = secrets[self.secret]
        if not value or not value.isascii() or not value.isprintable() or value != value.strip():
            problem = f"the secret for '{self.name}' is empty, or holds signs or blanks that cannot be sent"
            fix = "look for a line end behind it"
            raise RunError(Fault("SECRET_UNFIT", problem, f"secret {self.secret}", fix))
        return self.text + value


@dataclass(frozen=True)
class RestFetch:
    """The pages of one service, in their order; `records` says where in a page the array of records is."""

    url: str
    fields: tuple[Part, ...]
    params: tuple[Part, ...]
    records: str
    paging: Pages
    count: str | None
    max_pages: int
    manners: Manners
    clock: Clock = field(default_factory=Clock)

    @property
    def address(self) -> str:
        """Where the pages come from, without secrets: the parameters of the job that are none."""
        return with_params(self.url, {part.name: part.text for part in self.params if part.secret is None})

    def land(self, folder: str, secrets: Mapping[str, str]) -> list[InputFile]:
        target = Path(tempfile.mkdtemp(dir=folder))
        return [self._written(answer, page, target) for answer, page, _ in self._pages(secrets)]

    def land_first(self, folder: str, secrets: Mapping[str, str], rows: int) -> tuple[list[InputFile], bool]:
        """The first pages that hold more than `rows` records, at most `FIRST_PAGES` of them. Raises as `land`."""
        target = Path(tempfile.mkdtemp(dir=folder))
        found = []
        with closing(self._pages(secrets)) as pages:
            for answer, page, last in pages:
                found.append(self._written(answer, page, target))
                if not last and (page.so_far > rows or page.number == FIRST_PAGES):
                    return found, False
        return found, True

    def _written(self, answer: Answer, page: Page, folder: Path) -> InputFile:
        path = folder / f"{page.number:08d}.json"
        path.write_bytes(answer.body)
        version = f"sha256:{hashlib.sha256(answer.body).hexdigest()}"
        return InputFile(self._place(page.number), len(answer.body), version, LandedStore(str(path)))

    def _pages(self, secrets: Mapping[str, str]) -> Generator[tuple[Answer, Page, bool]]:
        """Each answer with its page, and whether it is the last one."""
        fields = {part.name: part.value(secrets) for part in self.fields}
        hidden = {part.name: part.value(secrets) for part in self.params if part.secret is not None}
        first = self.paging.first(self.address)
        url: str | None = first
        asked: set[str] = set()
        last, page = b"", None
        with Service(fields, self.manners, self.clock) as service:
            while url is not None:
                number = len(asked) + 1
                place = self._place(number)
                self._require_new(url, asked, place)
                asked.add(url)
                answer = service.get(with_params(url, hidden) if hidden else url, place)
                page = self._page(answer, number, page)
                if page.records and answer.body == last:
                    raise _loop("the service sends the same page again and again", place)
                last = answer.body
                url = self.paging.following(first, page)
                yield answer, page, url is None
        if page is not None and page.total is not None and page.total != page.so_far:
            problem = f"the service speaks of {page.total} records and has sent {page.so_far}"
            fix = "run again; if it lasts, check records and paging"
            raise RunError(Fault("ROWS_MISSING", problem, self.address, fix), retryable=True)

    def _page(self, answer: Answer, number: int, before: Page | None) -> Page:
        envelope = Envelope(answer.body, self._place(number))
        records = envelope.records(self.records)
        so_far, total = (before.so_far, before.total) if before else (0, None)
        stated = envelope.total(self.count) if self.count is not None else None
        if self.count is not None and stated is None and before is None:
            problem, fix = f"the answer has no number at '{self.count}'", "check count_path"
            raise RunError(Fault("PAGE_UNREADABLE", problem, self._place(number), fix))
        link = answer.fields.get("link", "")
        if isinstance(self.paging, Single) and next_of(link):
            problem, fix = "the answer links to a next page, and no paging is declared", "add paging: {type: next_link}"
            raise RunError(Fault("TOO_MANY_PAGES", problem, self._place(number), fix))
        total = total if stated is None else stated
        return Page(number, answer.url, envelope, link, records, so_far + records, total)

    def _require_new(self, url: str, asked: set[str], place: str) -> None:
        if not same_origin(url, self.url):
            problem = "the next page is on another host, to which nothing is sent"
            raise RunError(Fault("FOREIGN_LINK", problem, place, "write the host that serves the pages under url"))
        if url in asked:
            raise _loop("the service leads back to a page that was read already", place)
        if len(asked) >= self.max_pages:
            problem = f"there are more than {self.max_pages} pages"
            raise RunError(Fault("TOO_MANY_PAGES", problem, place, "raise max_pages, or ask for less by params"))

    def _place(self, number: int) -> str:
        return f"{self.address}#page={number}"


def _loop(problem: str, place: str) -> RunError:
    return RunError(Fault("PAGES_LOOP", problem, place, "check paging against what the service understands"))


def params_of(url: str) -> list[str]:
    """The names of the parameters in an address."""
    return [name for name, _ in parse_qsl(urlsplit(url).query, keep_blank_values=True)]
