"""Objects in S3 are found as files are, and read in the version that was pinned, with few requests."""

from __future__ import annotations

import pytest

from mesh_etl.errors import PlanError, RunError
from mesh_etl.stores import s3 as store
from mesh_etl.stores import store_of

NAMES = [
    "a.csv",
    "b.csv",
    "b.csv.gz",
    "c.txt",
    ".hidden.csv",
    "_SUCCESS",
    "_data.csv",
    "x[1].csv",
    "day=1/a.csv",
    "day=2/a.csv",
    "day=2/_temporary/part.csv",
    "day=2/hour=1/b.csv",
    ".tmp/a.csv",
    "with space+plus%25.csv",
    "größe.csv",
    "deep/er/still/a.csv",
]
PATTERNS = [
    "", "a.csv", "_data.csv", ".hidden.csv", "day=1", "day=1/", "*.csv", "?.csv", "[ab].csv", "[!a].csv", "*", "**",
    "*/a.csv", "**/a.csv",
    "day=*/*.csv", "day=2/**", "day=2/**/*.csv", "x[1].csv", "x[[]1].csv", "*.c*", "nothing", "no*thing", ".*.csv",
    "*/.*", "gr*e.csv", "with*", "deep", "deep/**/a.csv", "[a-b].csv", "**/hour=?/*",
]  # fmt: skip


@pytest.fixture
def put(s3):
    """Puts objects of these keys, each with its key as content unless given."""

    def put(*keys, body=None):
        for key in keys:
            s3.put_object(Bucket="lake", Key=key, Body=key.encode() if body is None else body)

    return put


@pytest.fixture
def asked(s3):
    """What is asked of S3, one entry a request: the operation and the range."""
    calls = []

    def note(params, model, **_):
        calls.append((model.name, params["headers"].get("Range")))

    s3.meta.events.register("before-call.s3", note)
    yield calls
    s3.meta.events.unregister("before-call.s3", note)


@pytest.fixture
def answered(s3):
    """What S3 answers: its parsed answers to requests for lists and objects."""
    answers = []

    def note(parsed, **_):
        answers.append(parsed)

    s3.meta.events.register("after-call.s3", note)
    yield answers
    s3.meta.events.unregister("after-call.s3", note)


@pytest.fixture
def another_client(s3):
    """Makes the next request that of a client made under the variables as they are then."""
    yield store.client.cache_clear
    store.client.cache_clear()


def _found(address):
    return store_of(address).find(address)


def test_finds_what_the_same_path_means_in_a_folder(put, tmp_path):
    for name in NAMES:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
    put(*(f"in/{name}" for name in NAMES))

    def found(root):
        return {one: [file.path.removeprefix(f"{root}/") for file in _found(f"{root}/{one}")] for one in PATTERNS}

    assert found("s3://lake/in") == found(str(tmp_path))


def test_an_object_has_one_address_however_it_is_spelt(put):
    put("in/a.csv")
    assert _found("s3a://lake/in/*.csv") == _found("s3://lake/in/a.csv") == _found("s3a://lake/in")


def test_leaves_out_what_marks_a_folder(put):
    put("in/", "in/sub_$folder$", body=b"")
    put("in/a.csv")
    assert [one.path for one in _found("s3://lake/in")] == ["s3://lake/in/a.csv"]
    assert [one.path for one in _found("s3://lake/in/*")] == ["s3://lake/in/a.csv"]


def test_finds_the_files_of_a_whole_bucket(put):
    put("a.csv", "sub/b.csv")
    for address in ("s3://lake", "s3://lake/"):
        assert [one.path for one in _found(address)] == ["s3://lake/a.csv"]


def test_lists_more_objects_than_a_page_holds(put, asked, monkeypatch):
    monkeypatch.setenv("MOTO_S3_DEFAULT_MAX_KEYS", "10")  # 1000 on AWS
    put(*(f"in/{number:04}.csv" for number in range(43)))
    asked.clear()
    assert len({one.path for one in _found("s3://lake/in/")}) == 43
    assert len(asked) == 5
    assert len({one.path for one in _found("s3://lake/in/*.csv")}) == 43


def test_does_not_list_what_lies_below_a_folder(put, answered):
    put("in/a.csv", *(f"in/below/{number}" for number in range(30)))
    answered.clear()
    assert [one.path for one in _found("s3://lake/in/")] == ["s3://lake/in/a.csv"]
    assert [one.path for one in _found("s3://lake/in/*.csv")] == ["s3://lake/in/a.csv"]
    assert max(answer["KeyCount"] for answer in answered) <= 2


@pytest.mark.parametrize(
    "key",
    ["a b.csv", "a+b.csv", "a%20b.csv", "größe/日本.csv", "a..b/..c", "a//b", "a&b=c?d.csv", "a'\"b", "tab\tx", "a\\b"],
)
def test_reads_objects_of_odd_names(put, key):
    put(key)
    (file,) = (one for one in store_of("s3://lake").find(f"s3://lake/{key}"))
    with file.open() as stream:
        assert stream.read() == key.encode()


def test_says_what_lies_beside_a_mistyped_name(put):
    put("in/orders.csv", "in/sub/x")
    assert sorted(store_of("s3://x").beside("s3://lake/in/order.csv")) == ["orders.csv", "sub"]
    assert store_of("s3://x").beside("s3://lake/out/order.csv") is None


@pytest.mark.parametrize("address", ["s3://", "s3:///key", "s3://A_B/key", "s3://-x-/key", "s3a://x"])
def test_refuses_an_address_without_a_bucket(s3, address):
    with pytest.raises(PlanError) as raised:
        _found(address)
    assert raised.value.code == "BAD_ADDRESS"


def test_reads_as_a_file_does(put):
    content = b"".join(b"line %d of many\n" % number for number in range(60_000))
    put("in.txt", body=content)
    (file,) = _found("s3://lake/in.txt")
    with file.open() as stream:
        assert (stream.seekable(), stream.readable(), stream.tell()) == (True, True, 0)
        assert stream.readline() == b"line 0 of many\n"
        assert stream.readline(3) == b"lin"
        assert stream.tell() == 18
        assert stream.read(10) == content[18:28]
        assert stream.seek(-5, 2) == len(content) - 5
        assert (stream.read(), stream.read(), stream.read(4), stream.readline()) == (content[-5:], b"", b"", b"")
        assert stream.seek(len(content) + 10) == len(content) + 10
        assert stream.read() == b""
        stream.seek(1000)
        stream.seek(24, 1)
        assert stream.read1(100) == content[1024:1124]
        assert stream.readinto(buffer := bytearray(7)) == 7
        assert buffer == content[1124:1131]
        stream.seek(0)
        assert list(stream) == content.splitlines(keepends=True)
        with pytest.raises(ValueError, match="begin"):
            stream.seek(-1)
    with file.native() as stream:
        assert (stream.size(), stream.read()) == (len(content), content)
        assert stream.read_at(9, 5) == content[5:14]


def test_needs_few_requests_for_a_whole_object_and_no_detours_for_a_part(put, asked):
    put("in.bin", body=bytes(20 << 20))
    (file,) = _found("s3://lake/in.bin")
    asked.clear()
    with file.open() as stream:
        while stream.read(1 << 20):
            pass
    assert 3 <= len(asked) <= 8
    asked.clear()
    with file.open() as stream:
        stream.seek(-65536, 2)
        stream.read()
        for start in (0, 5 << 20, 10 << 20):
            stream.seek(start)
            stream.read(1 << 20)
    sizes = [int(last) - int(first) + 1 for first, last in (one.removeprefix("bytes=").split("-") for _, one in asked)]
    assert sizes == [65536, 1 << 20, 1 << 20, 1 << 20]


def test_refuses_an_object_that_was_replaced(put):
    put("in.csv", body=b"id\n1\n")
    (file,) = _found("s3://lake/in.csv")
    stream = file.open()
    put("in.csv", body=b"id\n2\n")
    with pytest.raises(RunError) as raised:
        stream.read()
    assert (raised.value.code, raised.value.retryable) == ("INPUT_CHANGED", True)


def test_refuses_an_object_that_is_replaced_between_two_ranges(put):
    put("in.bin", body=bytes(1 << 20))
    (file,) = _found("s3://lake/in.bin")
    with file.open() as stream:
        assert stream.read(10) == bytes(10)
        put("in.bin", body=b"x" * (1 << 20))
        with pytest.raises(RunError) as raised:
            stream.read()
    assert raised.value.code == "INPUT_CHANGED"


def test_refuses_an_object_that_is_gone(put, s3):
    put("in.csv")
    (file,) = _found("s3://lake/in.csv")
    s3.delete_object(Bucket="lake", Key="in.csv")
    with pytest.raises(RunError) as raised:
        file.open().read()
    assert (raised.value.code, raised.value.retryable) == ("INPUT_MISSING", True)


def test_refuses_an_object_in_an_archive(s3):
    s3.put_object(Bucket="lake", Key="in.csv", Body=b"x", StorageClass="GLACIER")
    (file,) = _found("s3://lake/in.csv")
    with pytest.raises(RunError) as raised:
        file.open().read()
    assert raised.value.code == "INPUT_ARCHIVED"


def test_says_that_a_bucket_is_missing(s3):
    with pytest.raises(PlanError) as raised:
        _found("s3://lakes/in.csv")
    assert (raised.value.code, "no such bucket" in str(raised.value)) == ("INPUT_MISSING", True)


@pytest.mark.parametrize(
    ("code", "status", "named"),
    [
        ("AccessDenied", 403, "ACCESS_DENIED"),
        ("InvalidAccessKeyId", 403, "ACCESS_DENIED"),
        ("ExpiredToken", 400, "ACCESS_DENIED"),
        ("SlowDown", 503, "STORAGE_FAILED"),
        ("InternalError", 500, "STORAGE_FAILED"),
    ],
)
def test_gives_what_s3_refuses_a_code_and_shows_no_credentials(put, s3, monkeypatch, code, status, named):
    put("in.csv")
    (file,) = _found("s3://lake/in.csv")
    from botocore.exceptions import ClientError

    answer = {
        "Error": {"Code": code, "Message": "AKIATESTTESTTESTTEST may not"},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }

    def refuse(**_):
        raise ClientError(answer, "Any")

    monkeypatch.setattr(s3, "get_object", refuse)
    monkeypatch.setattr(s3, "list_objects_v2", refuse)
    for kind, ask in ((RunError, file.open().read), (PlanError, lambda: _found("s3://lake/in.csv"))):
        with pytest.raises(kind) as raised:
            ask()
        assert raised.value.code == named
        assert "AKIA" not in str(raised.value)
        assert raised.value.retryable == (named == "STORAGE_FAILED")


def test_says_that_there_are_no_credentials(another_client, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    another_client()
    with pytest.raises(PlanError) as raised:
        _found("s3://lake/in.csv")
    assert raised.value.code == "ACCESS_DENIED"


@pytest.mark.parametrize(
    ("endpoint", "code"), [("http://127.0.0.1:9", "STORAGE_FAILED"), ("nowhere", "ENDPOINT_INVALID")]
)
def test_says_that_no_server_answers(another_client, monkeypatch, endpoint, code):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", endpoint)
    monkeypatch.setattr("time.sleep", lambda _: None)
    another_client()
    with pytest.raises((PlanError, RunError)) as raised:
        _found("s3://lake/in.csv")
    assert raised.value.code == code


def test_asks_again_for_an_answer_that_broke_off(put, s3, monkeypatch):
    from botocore.exceptions import IncompleteReadError

    put("in.csv", body=b"id\n1\n")
    (file,) = _found("s3://lake/in.csv")
    real, broken = s3.get_object, iter([True, True])

    class Broken:
        def read(self):
            raise IncompleteReadError(actual_bytes=1, expected_bytes=5)

    monkeypatch.setattr(s3, "get_object", lambda **a: {"Body": Broken()} if next(broken, False) else real(**a))
    assert file.open().read() == b"id\n1\n"
    monkeypatch.setattr(s3, "get_object", lambda **a: {"Body": Broken()})
    with pytest.raises(RunError) as raised:
        file.open().read()
    assert (raised.value.code, raised.value.retryable) == ("STORAGE_FAILED", True)


def test_fetches_only_the_columns_of_parquet_that_are_read(put, answered):
    import io

    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    numbers = np.random.default_rng(1).integers(0, 1 << 60, (8, 200_000))
    out = io.BytesIO()
    table = pa.table({f"c{index}": column for index, column in enumerate(numbers)})
    pq.write_table(table, out, row_group_size=100_000, use_dictionary=False, compression="none")
    put("in.parquet", body=out.getvalue())
    (file,) = _found("s3://lake/in.parquet")
    answered.clear()
    with file.native() as stream:
        found = pq.ParquetFile(stream).read(columns=["c1", "c6"])
    assert found.equals(table.select(["c1", "c6"]))
    assert sum(answer["ContentLength"] for answer in answered) < 0.3 * file.size
