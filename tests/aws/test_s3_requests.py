"""What the storage asks of S3, and what it makes of answers that a healthy server does not give."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto.s3.models import s3_backends

from mesh_etl.errors import RunError
from mesh_etl.storage import OutcomeUnknown, each, s3_parts
from mesh_etl.storage.s3 import S3Storage
from mesh_etl.stores import s3 as store

KEY = "arn:aws:kms:eu-central-1:123456789012:key/0d990263-018e-4e65-a703-eff731de951e"
ROOT = "s3://lake/w/d/it"


@pytest.fixture
def hooked(s3):
    """Registers handlers of botocore's events for the test."""
    before = []

    def hook(event, handler):
        s3.meta.events.register_first(event, handler)
        before.append((event, handler))

    yield hook
    for event, handler in before:
        s3.meta.events.unregister(event, handler)


@pytest.fixture
def sent(hooked):
    """The requests that are sent: the operation and its parameters."""
    calls = []
    hooked("provide-client-params.s3", lambda params, model, **_: calls.append((model.name, dict(params))))
    return calls


@pytest.fixture
def failing(hooked, monkeypatch):
    """Makes the first requests of an operation be answered with a status and a code, without a pause between tries."""
    monkeypatch.setattr("time.sleep", lambda _: None)

    def fail(operation, status, code, times=1):
        left = itertools.count()

        def answer(request, **_):
            if next(left) >= times:
                return None
            return AWSResponse(request.url, status, {}, _Raw(f"<Error><Code>{code}</Code></Error>"))

        hooked(f"before-send.s3.{operation}", answer)

    return fail


class _Raw:
    """The body of an answer as urllib3 has it."""

    def __init__(self, text):
        self.text = text.encode()

    def stream(self, **_):
        yield self.text

    def read(self, *_, **__):
        return self.text


def _put(storage, path, content=b"content"):
    with storage.writing(path) as local:
        Path(local).write_bytes(content)


def test_every_request_names_the_owner_and_every_write_the_key(s3, sent, monkeypatch):
    monkeypatch.setattr("mesh_etl.storage.s3.PART_BYTES", 5 << 20)
    monkeypatch.setattr(s3_parts, "PART_BYTES", 5 << 20)
    storage = S3Storage(KEY, "123456789012")
    assert storage.create(f"{ROOT}/_ledger/1.json", b"{}")
    _put(storage, f"{ROOT}/data/a")
    _put(storage, f"{ROOT}/data/large", b"x" * (11 << 20))
    storage.carry(f"{ROOT}/data/a", f"{ROOT}/data/b")
    storage.read(f"{ROOT}/data/a")
    storage.file(f"{ROOT}/data/a", 7).open().read()
    storage.names(f"{ROOT}/data")
    storage.remove(f"{ROOT}/data")
    names = [name for name, _ in sent]
    assert [name for name in names if name in ("UploadPart", "CompleteMultipartUpload")] == [
        *["UploadPart"] * 3,
        "CompleteMultipartUpload",
    ]
    assert [name for name, params in sent if params.get("ExpectedBucketOwner") != "123456789012"] == []
    encrypted = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": KEY, "BucketKeyEnabled": True}
    for name, params in sent:
        if name in ("PutObject", "CreateMultipartUpload", "CopyObject"):
            assert params.items() >= encrypted.items()
        else:
            assert not params.keys() & encrypted.keys()
    (copy,) = [params for name, params in sent if name == "CopyObject"]
    assert copy["ExpectedSourceBucketOwner"] == "123456789012"


def test_without_settings_the_bucket_s_own_rules_hold(s3, sent):
    _put(S3Storage(), f"{ROOT}/data/a")
    ((_, params),) = sent
    assert params.keys() == {"Bucket", "Key", "Body", "ChecksumAlgorithm"}


def test_what_is_sent_comes_with_a_checksum(s3, hooked, monkeypatch):
    headers = []
    hooked("before-send.s3", lambda request, **_: headers.append({k.lower() for k in request.headers}))
    S3Storage().create(f"{ROOT}/_ledger/1.json", b"{}")
    _put(S3Storage(), f"{ROOT}/data/a")
    monkeypatch.setattr("mesh_etl.storage.s3.PART_BYTES", 5 << 20)
    monkeypatch.setattr(s3_parts, "PART_BYTES", 5 << 20)
    _put(S3Storage(), f"{ROOT}/data/large", b"x" * (6 << 20))
    ledger, file, _, *parts, _ = headers
    assert {"x-amz-checksum-sha256", "if-none-match"} <= ledger
    assert {"x-amz-checksum-crc32", "x-amz-trailer"} & file
    assert [bool({"x-amz-checksum-crc32", "x-amz-trailer"} & one) for one in parts] == [True, True]


def test_a_large_object_arrives_whole(s3, monkeypatch):
    monkeypatch.setattr("mesh_etl.storage.s3.PART_BYTES", 5 << 20)
    monkeypatch.setattr(s3_parts, "PART_BYTES", 5 << 20)
    content = bytes(range(256)) * (50 << 10)
    _put(S3Storage(), f"{ROOT}/data/large", content)
    assert S3Storage().read(f"{ROOT}/data/large") == content


def test_a_failed_upload_in_parts_is_aborted(s3, failing, monkeypatch):
    monkeypatch.setattr("mesh_etl.storage.s3.PART_BYTES", 5 << 20)
    monkeypatch.setattr(s3_parts, "PART_BYTES", 5 << 20)
    failing("UploadPart", 403, "AccessDenied", times=9)
    with pytest.raises(RunError) as caught:
        _put(S3Storage(), f"{ROOT}/data/large", b"x" * (6 << 20))
    assert caught.value.code == "ACCESS_DENIED"
    assert s3.list_multipart_uploads(Bucket="lake").get("Uploads", []) == []
    assert s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0


def test_what_is_too_large_to_copy_at_once_is_copied_in_parts(s3, failing, sent, monkeypatch):
    monkeypatch.setattr(s3_parts, "COPY_BYTES", 5 << 20)
    content = bytes(range(256)) * (50 << 10)
    _put(S3Storage(), f"{ROOT}/data/large", content)
    failing("CopyObject", 400, "InvalidRequest")
    S3Storage().carry(f"{ROOT}/data/large", f"{ROOT}/data/copy")
    assert S3Storage().read(f"{ROOT}/data/copy") == content
    parts = [params for name, params in sent if name == "UploadPartCopy"]
    assert len(parts) == 3
    assert all(one["CopySourceIfMatch"] for one in parts)


def test_a_create_whose_answer_is_lost_has_happened_once(s3, monkeypatch):
    """The client repeats it, and is told that the object is there."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    left = iter([True])
    send = s3._endpoint.http_session.send

    def lossy(request):
        answer = send(request)
        if next(left, None):
            raise ReadTimeoutError(endpoint_url=request.url)
        return answer

    monkeypatch.setattr(s3._endpoint.http_session, "send", lossy)
    assert not S3Storage().create(f"{ROOT}/_ledger/1.json", b"mine")
    assert S3Storage().read(f"{ROOT}/_ledger/1.json") == b"mine"


@pytest.mark.parametrize(("status", "code"), [(503, "SlowDown"), (500, "InternalError"), (400, "RequestTimeout")])
def test_a_create_that_is_not_answered_is_unknown(s3, failing, status, code):
    failing("PutObject", status, code, times=99)
    with pytest.raises(OutcomeUnknown):
        S3Storage().create(f"{ROOT}/_ledger/1.json", b"{}")


def test_a_create_that_reaches_nobody_is_unknown(s3, hooked, monkeypatch):
    monkeypatch.setattr("time.sleep", lambda _: None)

    def refuse(request, **_):
        raise ConnectTimeoutError(endpoint_url=request.url)

    hooked("before-send.s3.PutObject", refuse)
    with pytest.raises(OutcomeUnknown):
        S3Storage().create(f"{ROOT}/_ledger/1.json", b"{}")


def test_a_refusal_after_a_repeated_request_says_nothing_of_the_first(s3, monkeypatch):
    """Credentials can expire between a create that was carried out and its repetition."""
    monkeypatch.setattr("time.sleep", lambda _: None)
    send, count = s3._endpoint.http_session.send, itertools.count()

    def lossy(request):
        if next(count):
            return AWSResponse(request.url, 403, {}, _Raw("<Error><Code>ExpiredToken</Code></Error>"))
        send(request)
        raise ReadTimeoutError(endpoint_url=request.url)

    monkeypatch.setattr(s3._endpoint.http_session, "send", lossy)
    with pytest.raises(OutcomeUnknown):
        S3Storage().create(f"{ROOT}/_ledger/1.json", b"{}")


def test_a_clash_of_two_creates_is_asked_again(s3, failing, sent):
    failing("PutObject", 409, "ConditionalRequestConflict", times=3)
    assert S3Storage().create(f"{ROOT}/_ledger/1.json", b"{}")
    assert len(sent) == 4


def test_clashes_that_do_not_end_are_unknown(s3, failing):
    failing("PutObject", 409, "ConditionalRequestConflict", times=99)
    with pytest.raises(OutcomeUnknown):
        S3Storage().create(f"{ROOT}/_ledger/1.json", b"{}")


@pytest.mark.parametrize(
    ("status", "given", "code", "retryable"),
    [
        (403, "AccessDenied", "ACCESS_DENIED", False),
        (400, "ExpiredToken", "ACCESS_DENIED", False),
        (400, "KMS.DisabledException", "KMS_REFUSED", False),
        (404, "NoSuchBucket", "BUCKET_MISSING", False),
        (418, "Teapot", "STORAGE_FAILED", True),
    ],
)
def test_refusals_are_coded(s3, failing, status, given, code, retryable):
    failing("PutObject", status, given, times=9)
    failing("ListObjectsV2", status, given, times=9)
    storage = S3Storage()
    for asked in (
        lambda: storage.create(f"{ROOT}/_ledger/1.json", b"{}"),
        lambda: _put(storage, f"{ROOT}/data/a"),
        lambda: storage.names(ROOT),
        lambda: list(storage.walk(ROOT)),
    ):
        with pytest.raises(RunError) as caught:
            asked()
        assert (caught.value.code, caught.value.retryable) == (code, retryable)
        assert "a-secret-that-nobody-may-see" not in str(caught.value)


def test_an_object_that_s3_does_not_delete_is_told(s3, failing):
    _put(S3Storage(), f"{ROOT}/data/a")
    kept = "<DeleteResult><Error><Key>w/d/it/data/a</Key><Code>AccessDenied</Code></Error></DeleteResult>"
    s3.meta.events.register_first("before-send.s3.DeleteObjects", answer := _always(kept))
    try:
        with pytest.raises(RunError, match="did not delete 1 of 1 objects") as caught:
            S3Storage().remove(f"{ROOT}/data")
        assert caught.value.code == "ACCESS_DENIED"
    finally:
        s3.meta.events.unregister("before-send.s3.DeleteObjects", answer)


def _always(text):
    return lambda request, **_: AWSResponse(request.url, 200, {}, _Raw(text))


def test_thousands_of_objects_go_in_few_requests(s3, sent):
    lake = s3_backends["123456789012"]["aws"]  # past the wire, which is not asked about here
    for number in range(2_100):
        lake.put_object("lake", f"w/d/it/data/{number}", b"")
    sent.clear()
    S3Storage().remove(f"{ROOT}/data")
    assert [name for name, _ in sent].count("DeleteObjects") == 3
    assert s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0


def test_a_bucket_is_never_emptied(s3):
    with pytest.raises(RunError, match="a whole bucket is never removed"):
        S3Storage().remove("s3://lake")


def test_data_does_not_travel_unencrypted(monkeypatch):
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", "http://example.org:9000")
    store.client.cache_clear()
    try:
        with pytest.raises(RunError) as caught:
            S3Storage().read(f"{ROOT}/x")
        assert caught.value.code == "ENDPOINT_OPEN"
    finally:
        store.client.cache_clear()


def test_a_profile_that_is_not_there_is_told(s3):
    with pytest.raises(RunError) as caught:
        S3Storage(profile="nobody").read(f"{ROOT}/x")
    assert caught.value.code == "AWS_CREDENTIALS"


def test_a_small_object_is_read_with_one_request(s3, sent):
    storage = S3Storage()
    _put(storage, f"{ROOT}/data/a", b"x" * 100_000)
    sent.clear()
    assert len(storage.read(f"{ROOT}/data/a")) == 100_000
    source = storage.file(f"{ROOT}/data/a", 100_000).native()
    for place in (99_000, 5, 50_000):
        source.seek(place)
        source.read(100)
    assert [name for name, _ in sent] == ["GetObject", "GetObject"]


def test_a_few_batches_of_a_spill_file_do_not_bring_all_of_it(s3, hooked):
    """Many tasks read from one spill file, each its own batches."""
    storage, path = S3Storage(), f"{ROOT}/_spill/t/a.arrow"
    batch = pa.record_batch({"n": np.random.default_rng(1).integers(0, 1 << 60, 1 << 17)})  # 1 MB
    with storage.writing(path) as local, pa.ipc.new_file(local, batch.schema) as file:
        for _ in range(30):
            file.write_batch(batch)
    ranges = []
    hooked("before-call.s3.GetObject", lambda params, **_: ranges.append(params["headers"]["Range"]))
    with storage.open(path) as source:
        reader = pa.ipc.open_file(source)
        assert reader.get_batch(7).equals(batch)
        assert reader.get_batch(8).equals(batch)
    asked = [tuple(int(one) for one in text.removeprefix("bytes=").split("-") if one) for text in ranges[1:]]
    assert len(ranges) < 8
    assert sum(end - start + 1 for start, end in asked) < 4 << 20


def test_calls_that_need_not_wait_are_made_side_by_side(s3):
    storage, both = S3Storage(), threading.Barrier(2, timeout=30)
    assert each(storage, lambda one: (both.wait(), one)[1], ["a", "b"]) == ["a", "b"]
    with pytest.raises(FileNotFoundError):
        each(storage, storage.open, [f"{ROOT}/data/a", f"{ROOT}/data/b"])
