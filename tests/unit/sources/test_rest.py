"""Everything that a service on the web can do wrong, played by a server on loopback, without a second of waiting."""

from __future__ import annotations

import gzip
import hashlib
import json
import pickle
import time
from dataclasses import dataclass, field
from email.utils import formatdate

import pytest
from pydantic import ValidationError

from mesh_etl.errors import RunError
from mesh_etl.sources import Rest, SourceContext
from mesh_etl.sources.web import service
from mesh_etl.sources.web.clock import Clock
from mesh_etl.sources.web.envelope import Envelope
from mesh_etl.sources.web.pages import Part, RestFetch
from mesh_etl.sources.web.paging import Cursor, NextLink, Numbered, Offset, Single, next_of, with_params
from mesh_etl.sources.web.service import Manners, same_origin
from tests.web import Reply, served

TODAY = 1_700_000_000.0


@dataclass(frozen=True)
class Patient(Clock):
    """A clock that jumps instead of waiting, and grows by `step` with each look."""

    waits: list[float] = field(default_factory=list)
    looks: list[int] = field(default_factory=list)
    step: float = 0.0

    def now(self):
        self.looks.append(1)
        return sum(self.waits) + self.step * len(self.looks)

    def today(self):
        return TODAY

    def sleep(self, seconds):
        self.waits.append(seconds)

    def chance(self):
        return 1.0


@pytest.fixture
def web():
    with served() as one:
        yield one


@pytest.fixture
def fetch(web):
    def build(paging=None, records="", **options):
        known = {"fields": (), "params": (), "count": None, "max_pages": 50, "manners": Manners(), "clock": Patient()}
        return RestFetch(f"{web.url}/v1", records=records, paging=paging or Single(), **{**known, **options})

    return build


@pytest.fixture
def land(tmp_path):
    def run(fetch, **secrets):
        return [json.loads(content(file)) for file in fetch.land(str(tmp_path), secrets)]

    return run


def content(file):
    with file.open() as stream:
        return stream.read()


def refused(fetch, folder, **secrets):
    with pytest.raises(RunError) as raised:
        fetch.land(str(folder), secrets)
    return raised.value


def test_a_page_is_landed_as_it_came_and_known_by_its_digest(web, fetch, tmp_path):
    body = b'\xef\xbb\xbf [ {"a": 1.10} ]\n'
    web.says(Reply(body))
    ask = fetch(params=(Part("since", "2024 & on"), Part("token", "", "env:T")))
    [file] = ask.land(str(tmp_path), {"env:T": "hush"})
    assert content(file) == body
    assert file.path == f"{web.url}/v1?since=2024%20%26%20on#page=1"
    assert (file.size, file.version) == (len(body), f"sha256:{hashlib.sha256(body).hexdigest()}")
    assert web.asked[0].params == {"since": "2024 & on", "token": "hush"}


def test_a_fetch_travels_to_workers(fetch):
    assert pickle.loads(pickle.dumps(fetch(Offset(), clock=Clock()))) == fetch(Offset(), clock=Clock())


@pytest.mark.parametrize("relative", [True, False])
def test_links_in_the_body_are_followed(web, fetch, land, relative):
    def answer(asked):
        number = int(asked.params.get("p", 1))
        target = f"{'' if relative else web.url}/v1?p={number + 1}"
        return {"data": [{"n": number}], "links": {"next": target if number < 3 else None}}

    web.answer = answer
    pages = land(fetch(NextLink(path="links.next"), "data"))
    assert [page["data"] for page in pages] == [[{"n": 1}], [{"n": 2}], [{"n": 3}]]


def test_links_in_the_header_are_followed(web, fetch, land):
    web.says(
        Reply(b'[{"n":1}]', fields={"Link": f'<{web.url}/x>; rel="prev", <{web.url}/v1?p=2>; rel="next"'}), [{"n": 2}]
    )
    assert land(fetch(NextLink())) == [[{"n": 1}], [{"n": 2}]]


def test_cursors_are_followed_with_the_secrets_of_every_page(web, fetch, land):
    web.says({"d": [1], "c": "a b&c"}, {"d": [], "c": 7}, {"d": [2], "c": ""})
    ask = fetch(Cursor(param="after", path="c"), "d", params=(Part("key", "", "env:K"), Part("q", "x")))
    assert [page["d"] for page in land(ask, **{"env:K": "hush"})] == [[1], [], [2]]
    assert [one.params for one in web.asked] == [
        {"q": "x", "key": "hush"}, {"q": "x", "after": "a b&c", "key": "hush"}, {"q": "x", "after": "7", "key": "hush"}
    ]  # fmt: skip


def test_offsets_count_what_came_and_not_what_was_asked_for(web, fetch, land):
    rows = [{"n": number} for number in range(7)]
    web.answer = lambda asked: rows[int(asked.params["offset"]) :][:3]  # the service caps the limit of 5
    assert [len(page) for page in land(fetch(Offset(limit=5)))] == [3, 3, 1, 0]
    assert [one.params["offset"] for one in web.asked] == ["0", "3", "6", "7"]
    assert {one.params["limit"] for one in web.asked} == {"5"}


def test_pages_are_counted_until_one_is_empty(web, fetch, land):
    web.answer = lambda asked: [asked.params["page"]] if int(asked.params["page"]) < 2 else []
    assert land(fetch(Numbered(first_page=0))) == [["0"], ["1"], []]


def test_a_stated_total_ends_the_pages_and_is_held_against_them(web, fetch, land, tmp_path):
    web.says({"d": [1, 2], "meta": {"total": 3}}, {"d": [3], "meta": {"total": 3}}, {"d": [], "meta": {"total": 4}})
    assert len(land(fetch(Numbered(), "d", count="meta.total"))) == 2
    web.says({"d": [1, 2], "meta": {"total": 4}}, {"d": [3], "meta": {}}, {"d": []})
    error = refused(fetch(Numbered(), "d", count="meta.total"), tmp_path)
    assert (error.code, error.retryable) == ("ROWS_MISSING", True)
    assert "speaks of 4 records and has sent 3" in str(error)


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504])
def test_a_busy_service_is_asked_again_with_growing_patience(web, fetch, land, status):
    ask = fetch(clock=Patient())
    web.says(Reply(status=status), Reply(status=status), Reply(status=status), [1])
    assert land(ask) == [[1]]
    assert ask.clock.waits == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(
    ("stated", "waited"), [("7", 7.0), (formatdate(TODAY + 30, usegmt=True), 30.0), (formatdate(0), 0.0), ("soon", 1.0)]
)
def test_retry_after_is_honoured(web, fetch, land, stated, waited):
    ask = fetch(clock=Patient())
    web.says(Reply(status=429, fields={"Retry-After": stated}), [1])
    assert land(ask) == [[1]]
    assert ask.clock.waits == [waited]


def test_a_service_that_asks_for_too_much_patience_is_given_up(web, fetch, tmp_path):
    web.says(Reply(status=503, fields={"Retry-After": "3600"}))
    error = refused(fetch(), tmp_path)
    assert (error.code, error.retryable, len(web.asked)) == ("RATE_LIMITED", True, 1)


@pytest.mark.parametrize(("status", "code"), [(429, "RATE_LIMITED"), (500, "SERVICE_FAILED"), (408, "SERVICE_FAILED")])
def test_attempts_come_to_an_end(web, fetch, tmp_path, status, code):
    web.says(Reply(b"secret text of the service", status))
    error = refused(fetch(manners=Manners(attempts=3)), tmp_path)
    assert (error.code, error.retryable, len(web.asked)) == (code, True, 3)
    assert "after 3 attempts" in str(error)
    assert "secret text" not in str(error)


@pytest.mark.parametrize(
    "broken",
    [
        Reply(reset=True),
        Reply(b'[{"n":', length=100),
        Reply(gzip.compress(b"[1]" * 99)[:-20], fields={"Content-Encoding": "gzip"}),
        Reply(b"no gzip at all", fields={"Content-Encoding": "gzip"}),
    ],
    ids=["reset", "cut off", "cut gzip", "false gzip"],
)
def test_a_broken_answer_is_asked_for_again_and_never_landed(web, fetch, land, tmp_path, broken):
    web.says(broken, [1])
    assert land(fetch()) == [[1]]
    web.says(broken)
    error = refused(fetch(manners=Manners(attempts=2)), tmp_path)
    assert (error.code, error.retryable) == ("SERVICE_FAILED", True)


def test_a_service_that_never_comes_to_an_end_is_given_up(web, fetch, tmp_path):
    web.says(Reply(b"[" + b"1," * 200_000 + b"1]"))
    error = refused(fetch(clock=Patient(step=10.0), manners=Manners(attempts=1, timeout=15.0)), tmp_path)
    assert "does not end in time, after 1 attempt" in str(error)


def test_a_service_that_is_not_there_is_unreachable(fetch, tmp_path):
    with served() as gone:
        url = gone.url
    error = refused(RestFetch(url, (), (), "", Single(), None, 9, Manners(attempts=2), Patient()), tmp_path)
    assert (error.code, error.retryable) == ("SERVICE_FAILED", True)


def test_compressed_answers_are_landed_as_text(web, fetch, land):
    web.says(Reply(gzip.compress(b"[1,2]"), fields={"Content-Encoding": "gzip"}))
    assert land(fetch()) == [[1, 2]]


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "ACCESS_DENIED"), (403, "ACCESS_DENIED"), (404, "INPUT_MISSING"), (410, "INPUT_MISSING"),
     (400, "REQUEST_REFUSED"), (201, "REQUEST_REFUSED"), (204, "REQUEST_REFUSED"), (206, "REQUEST_REFUSED")],
)  # fmt: skip
def test_an_answer_that_will_not_change_is_not_asked_for_again(web, fetch, tmp_path, status, code):
    web.says(Reply(b"", status))
    error = refused(fetch(), tmp_path)
    assert (error.code, len(web.asked)) == (code, 1)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(b"<html>Sign in</html>", content_type="text/html; charset=utf-8"),
        Reply(b"a,b\n", content_type="text/csv"),
        Reply(b"[]", content_type="application/json; charset=iso-8859-1"),
        Reply(b"[]", content_type="application/jsonp"),
    ],
)
def test_an_answer_that_says_that_it_is_no_json_is_refused(web, fetch, tmp_path, reply):
    web.says(reply)
    assert refused(fetch(), tmp_path).code == "NOT_THIS_FORMAT"


@pytest.mark.parametrize("kind", ["application/json", "application/vnd.api+json; charset=UTF-8", "text/json", None])
def test_json_goes_by_several_names(web, fetch, land, kind):
    web.says(Reply(b"[1]", content_type=kind))
    assert land(fetch()) == [[1]]


@pytest.mark.parametrize(
    ("body", "records"),
    [
        (b"", ""), (b"<html>", ""), (b"{}", ""), (b'{"d": {}}', "d"), (b'{"d": null}', "d"), (b'{"e": []}', "d"),
        (b'{"d": [1], "d": []}', "d"), (b"[1] [2]", ""), (b"[1", ""), (b"[" * 100_000, ""),
        (b'{"a": [{"d": []}]}', "a.d"),
    ],
)  # fmt: skip
def test_a_page_without_its_records_is_refused(web, fetch, tmp_path, body, records):
    web.says(Reply(body))
    error = refused(fetch(records=records), tmp_path)
    assert (error.code, error.faults[0].where) == ("PAGE_UNREADABLE", f"{web.url}/v1#page=1")


@pytest.mark.parametrize("value", [{}, [], True, {"href": "/v1?p=2"}])
def test_a_link_that_is_no_text_is_refused(web, fetch, tmp_path, value):
    web.says({"d": [1], "next": value})
    assert refused(fetch(NextLink(path="next"), "d"), tmp_path).code == "PAGE_UNREADABLE"


@pytest.mark.parametrize("value", ["x", 1.5, -1, True, [], "1e3", "9" * 30])
def test_a_total_that_is_no_number_is_refused(web, fetch, tmp_path, value):
    web.says({"d": [1], "total": value})
    assert refused(fetch(records="d", count="total"), tmp_path).code == "PAGE_UNREADABLE"


def test_a_total_that_is_missing_is_refused(web, fetch, tmp_path):
    web.says({"d": [1]})
    assert "no number at 'total'" in str(refused(fetch(records="d", count="total"), tmp_path))


def test_a_circle_of_links_is_refused(web, fetch, tmp_path):
    web.answer = lambda asked: {"d": [asked.params.get("p")], "n": f"/v1?p={1 - int(asked.params.get('p', 0))}"}
    error = refused(fetch(NextLink(path="n"), "d"), tmp_path)
    assert (error.code, len(web.asked)) == ("PAGES_LOOP", 3)


@pytest.mark.parametrize("paging", [Offset(), Numbered()])
def test_a_service_that_ignores_paging_is_refused(web, fetch, tmp_path, paging):
    web.says([{"n": 1}, {"n": 2}])
    error = refused(fetch(paging), tmp_path)
    assert (error.code, len(web.asked)) == ("PAGES_LOOP", 2)


def test_pages_without_end_are_refused(web, fetch, tmp_path):
    web.answer = lambda asked: [len(web.asked)]
    error = refused(fetch(Numbered(), max_pages=5), tmp_path)
    assert (error.code, len(web.asked)) == ("TOO_MANY_PAGES", 5)


def test_one_page_of_several_is_refused_where_no_paging_is_declared(web, fetch, tmp_path):
    web.says(Reply(b"[1]", fields={"Link": "</v1?p=2>; rel=next"}))
    assert refused(fetch(), tmp_path).code == "TOO_MANY_PAGES"


@pytest.mark.parametrize(
    "target",
    ["https://127.0.0.1/v1", "http://127.0.0.2:1/", "//evil.example/v1", "http://u:p@127.0.0.1/", "ftp://127.0.0.1/",
     "http://127.0.0.1:99999/", "http://[::1/", "file:///etc/passwd", "{url}\\.evil.example/", "{url}@evil.example/"],
)  # fmt: skip
def test_a_link_to_another_host_is_refused_and_nothing_is_sent_there(web, fetch, tmp_path, target):
    web.says({"d": [1], "n": target.replace("{url}", web.url)})
    error = refused(fetch(NextLink(path="n"), "d"), tmp_path)
    assert (error.code, len(web.asked)) == ("FOREIGN_LINK", 1)
    assert "evil" not in str(error)


def test_redirects_on_the_same_host_are_followed_with_the_header(web, fetch, land):
    web.says(Reply(b"", 307, {"Location": "/v2?x=1"}), [1])
    assert land(fetch(fields=(Part("Authorization", "Bearer ", "env:T"),)), **{"env:T": "hush"}) == [[1]]
    assert [(one.path, one.fields["authorization"]) for one in web.asked] == [
        ("/v1", "Bearer hush"),
        ("/v2", "Bearer hush"),
    ]


def test_relative_links_are_those_of_the_page_that_answered(web, fetch, land):
    web.says(Reply(b"", 301, {"Location": "/v2/all"}), {"d": [1], "n": "more?p=2"}, {"d": [2]})
    assert len(land(fetch(NextLink(path="n"), "d", params=(Part("key", "", "env:K"),)), **{"env:K": "hush"})) == 2
    assert [(one.path, one.params) for one in web.asked][2] == ("/v2/more", {"p": "2", "key": "hush"})


@pytest.mark.parametrize(
    ("location", "code"),
    [("https://evil.example/", "FOREIGN_LINK"), ("/v1", "REQUEST_REFUSED"), ("", "REQUEST_REFUSED")],
)
def test_other_redirects_are_refused(web, fetch, tmp_path, location, code):
    web.says(Reply(b"", 302, {"Location": location}))
    assert refused(fetch(), tmp_path).code == code


def test_a_page_too_large_is_refused(web, fetch, tmp_path, monkeypatch):
    monkeypatch.setattr(service, "PAGE_BYTES", 1000)
    web.says(Reply(gzip.compress(b"[" + b" " * 100_000 + b"]"), fields={"Content-Encoding": "gzip"}))
    assert refused(fetch(), tmp_path).code == "PAGE_TOO_LARGE"


def test_a_server_without_a_certificate_is_refused(web, tmp_path):
    url = web.url.replace("http://", "https://")
    error = refused(RestFetch(url, (), (), "", Single(), None, 9, Manners(), Patient()), tmp_path)
    assert error.code == "TLS_REFUSED"


def test_requests_are_paced_repeated_ones_too(web, fetch, land):
    web.says([1], Reply(status=500), [2], [3], [])
    ask = fetch(Numbered(), manners=Manners(requests=2, per_seconds=10.0), clock=Patient())
    assert land(ask) == [[1], [2], [3], []]
    assert ask.clock.waits == [1.0, 9.0, 10.0]  # after the failure; then two requests in each ten seconds


@pytest.mark.parametrize("value", ["", "x\n", " x", "x\r\nHost: evil", "ü", "a\0b"])
def test_a_secret_that_cannot_be_sent_is_refused_unseen(web, fetch, tmp_path, value):
    error = refused(fetch(fields=(Part("Authorization", "", "env:T"),)), tmp_path, **{"env:T": value})
    assert (error.code, error.faults[0].where, web.asked) == ("SECRET_UNFIT", "secret env:T", [])


def test_no_secret_and_nothing_of_an_answer_is_in_a_message(web, fetch, tmp_path):
    parts = (Part("token", "", "env:T"),)
    for reply in (
        Reply(b"leak", 500),
        Reply(b"leak", 404),
        Reply(b"leak"),
        Reply(reset=True),
        {"d": "leak", "n": "leak"},
    ):
        web.says(reply)
        ask = fetch(NextLink(path="n"), "d", params=parts, manners=Manners(attempts=1))
        error = refused(ask, tmp_path, **{"env:T": "hush"})
        assert not {"leak", "hush"} & set(str(error).replace("'", " ").split())
        assert "hush" not in str(error)


def test_a_link_field_has_many_forms():
    assert next_of('<a>; rel="prev", <b,;c>; title="x, y"; rel="next last"') == "b,;c"
    assert next_of("<a>; rel=NEXT") == "a"
    assert next_of('<a>; title="rel=next"') is None
    assert next_of("") is next_of("<>; rel=prev") is None


def test_parameters_replace_those_of_the_same_name():
    assert with_params("http://x/y?a=1&b=&c=%26", {"a": "2 3"}) == "http://x/y?b=&c=%26&a=2%203"


def test_origins_differ_by_scheme_host_and_port():
    assert same_origin("http://X.org/a", "http://x.org:80/b")
    assert not same_origin("https://x.org/a", "http://x.org/b")
    assert not same_origin("/a", "/b")


def test_an_envelope_reads_paths():
    envelope = Envelope(b'{"a": {"b": [1]}, "n": 12, "x": "\xff"}', "p")
    assert (envelope.at("a.b"), envelope.at("a.c.d"), envelope.at("n.x"), envelope.text("n")) == (
        ["1"],
        None,
        None,
        "12",
    )


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"url": "ftp://x.org/"}, "write it as https://host/path"),
        ({"url": "https://"}, "write it as https://host/path"),
        ({"url": "https://x.org:99999/"}, "is no address"),
        ({"url": "https://u:p@x.org/"}, "neither a user nor a #fragment"),
        ({"url": "https://x.org/#a"}, "neither a user nor a #fragment"),
        ({"url": "https://x.org/a b"}, "holds blanks"),
        ({"url": "https://x.org/?api_key=1"}, "holds a secret by its name"),
        ({"headers": {"Authorization": "Bearer x"}}, "'Authorization' is a secret by its name"),
        ({"headers": {"X-Api-Key": "x"}}, "'X-Api-Key' is a secret by its name"),
        ({"params": {"access_token": "x"}}, "'access_token' is a secret by its name"),
        ({"headers": {"A b": "x"}}, "is no header field"),
        ({"headers": {"Host": "x"}}, "is no header field"),
        ({"headers": {"X": "a\nb"}}, "holds signs that no header field can"),
        ({"headers": {"X": "a", "x": "b"}}, "stands there twice"),
        (
            {"url": "http://x.org/", "headers": {"Authorization": {"secret": "env:T"}}},
            "secrets are sent over https only",
        ),
        ({"headers": {"Authorization": {"secret": "hush"}}}, "String should match pattern"),
        ({"paging": {"type": "cursor", "param": "c"}}, "Field required"),
        ({"retries": {"attempts": 0}}, "greater than or equal to 1"),
        ({"rate_limit": {"requests": 1, "per_seconds": 0}}, "greater than 0"),
        ({"drift": "evolve"}, "Input should be 'fail' or 'ignore'"),
    ],
)
def test_a_source_that_cannot_work_is_refused(options, problem):
    with pytest.raises(ValidationError, match=problem):
        Rest(**{"url": "https://x.org/", **options})


def test_an_author_is_no_secret():
    assert Rest(url="https://x.org/", params={"author": "x", "author_id": 1}).params == {"author": "x", "author_id": 1}


def test_a_source_opens_without_a_request(web, tmp_path):
    context = SourceContext(
        root=tmp_path, schema=None, required=frozenset(), where=lambda *_: "", ledger=str, seen={}, evolved=frozenset()
    )
    one = Rest(
        url=f"{web.url}/v1",
        headers={"Authorization": {"secret": "env:T", "prefix": "Bearer "}, "X": "y"},
        params={"all": True, "n": 3, "token": {"secret": "env:U"}},
        columns={"id": {"type": "int"}},
        rate_limit={"requests": 3, "per_seconds": 2},
        records="d",
    )
    opened = one.open(context)
    assert (opened.files, opened.secrets, web.asked) == ((), ("env:T", "env:U"), [])
    [fetch] = opened.fetches
    assert fetch.address == f"{web.url}/v1?all=true&n=3"
    assert (fetch.manners.requests, fetch.manners.per_seconds, fetch.manners.timeout) == (3, 2.0, 60.0)


def test_the_clock_of_the_machine_tells_time():
    clock = Clock()
    before = clock.now()
    clock.sleep(0)
    assert clock.now() >= before
    assert abs(clock.today() - time.time()) < 60
    assert 0 <= clock.chance() < 1
