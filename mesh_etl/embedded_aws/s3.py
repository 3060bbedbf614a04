"""S3, as far as a deploy needs it: objects that are created once, found, listed and deleted, in buckets with versions.

Every put makes a version here, and deletes are of versions. Tables are not kept here; in tests they are in moto's S3.
"""

from __future__ import annotations

import base64
import hashlib
import io
import uuid

from mesh_etl.embedded_aws import records
from mesh_etl.embedded_aws.answers import Refusal
from mesh_etl.embedded_aws.operations import Body, Call, operation

BUCKET, OBJECT = "s3.bucket", "s3.object"
EVERYWHERE = "s3"  # a bucket's name is nobody else's


@operation(
    "s3.PutObject", "Bucket", "Key", "Body", "IfNoneMatch", "ChecksumAlgorithm", "ChecksumSHA256",
    "ExpectedBucketOwner", writes=True,
)  # fmt: skip
def put_object(call: Call) -> Body:
    """The object is there; with IfNoneMatch it was not before."""
    _owned(call)
    name, data = f"{call['Bucket']}/{call['Key']}", call.get("Body", b"")
    if call.get("IfNoneMatch") == "*" and records.get(call, OBJECT, name, EVERYWHERE):
        raise Refusal("PreconditionFailed", "At least one of the pre-conditions you specified did not hold")
    checksum = base64.b64encode(hashlib.sha256(data).digest()).decode()
    if call.get("ChecksumSHA256", checksum) != checksum:
        raise Refusal("BadDigest", "The SHA256 you specified did not match the calculated checksum.")
    version = uuid.uuid4().hex
    body = {"data": base64.b64encode(data).decode(), "size": len(data), "checksum": checksum, "version": version}
    records.put(call, OBJECT, name, {**body, "modified": call.now}, EVERYWHERE)
    return {"VersionId": version, "ChecksumSHA256": checksum}


@operation("s3.HeadObject", "Bucket", "Key", "ExpectedBucketOwner", "ChecksumMode")
def head_object(call: Call) -> Body:
    """The size and checksum of the object."""
    found = records.get(call, OBJECT, f"{call['Bucket']}/{call['Key']}", EVERYWHERE)
    if found is None or not _bucket(call):
        raise Refusal("404", "Not Found")
    return {
        "ContentLength": found["size"],
        "ChecksumSHA256": found["checksum"],
        "VersionId": found["version"],
        "LastModified": found["modified"],
    }


@operation("s3.GetObject", "Bucket", "Key", "ExpectedBucketOwner")
def get_object(call: Call) -> Body:
    """The bytes of the object."""
    _owned(call)
    data = content(call, call["Bucket"], call["Key"])
    if data is None:
        raise Refusal("NoSuchKey", "The specified key does not exist.")
    return {"Body": io.BytesIO(data), "ContentLength": len(data)}


@operation("s3.ListObjectsV2", "Bucket", "Prefix", "ExpectedBucketOwner", "EncodingType")
def list_objects(call: Call) -> Body:
    """Every object whose key has that prefix; its keys as they are, so none is said to be encoded."""
    _owned(call)
    found = records.named(call, OBJECT, f"{call['Bucket']}/{call.get('Prefix', '')}", EVERYWHERE)
    return {
        "IsTruncated": False,
        "Contents": [
            {"Key": name.partition("/")[2], "Size": one["size"], "LastModified": one["modified"]} for name, one in found
        ],
    }


@operation("s3.PutObjectTagging", "Bucket", "Key", "VersionId", "Tagging", "ExpectedBucketOwner", writes=True)
def put_object_tagging(call: Call) -> Body:
    """The version of the object has these tags."""
    _owned(call)
    name = f"{call['Bucket']}/{call['Key']}"
    found = records.get(call, OBJECT, name, EVERYWHERE)
    if found is None or found["version"] != call.get("VersionId", found["version"]):
        raise Refusal("NoSuchVersion", "The specified version does not exist.")
    records.put(call, OBJECT, name, {**found, "tags": call["Tagging"]["TagSet"]}, EVERYWHERE)
    return {}


@operation("s3.GetObjectTagging", "Bucket", "Key", "ExpectedBucketOwner")
def get_object_tagging(call: Call) -> Body:
    """The tags of the object."""
    _owned(call)
    found = records.get(call, OBJECT, f"{call['Bucket']}/{call['Key']}", EVERYWHERE)
    if found is None:
        raise Refusal("NoSuchKey", "The specified key does not exist.")
    return {"TagSet": found.get("tags", [])}


@operation("s3.ListObjectVersions", "Bucket", "ExpectedBucketOwner", "EncodingType")
def list_object_versions(call: Call) -> Body:
    """Every version of every object; its keys as they are, so none is said to be encoded."""
    _owned(call)
    found = records.named(call, OBJECT, f"{call['Bucket']}/", EVERYWHERE)
    return {
        "IsTruncated": False,
        "Versions": [{"Key": name.partition("/")[2], "VersionId": one["version"]} for name, one in found],
    }


@operation("s3.DeleteObjects", "Bucket", "Delete", "ExpectedBucketOwner", writes=True)
def delete_objects(call: Call) -> Body:
    """The versions are gone."""
    _owned(call)
    if len(call["Delete"]["Objects"]) > 1000:
        raise Refusal("MalformedXML", "The XML you provided was not well-formed")
    for one in call["Delete"]["Objects"]:
        records.drop(call, OBJECT, f"{call['Bucket']}/{one['Key']}", EVERYWHERE)
    return {}


@operation("s3.DeleteBucketPolicy", "Bucket", "ExpectedBucketOwner", writes=True)
def delete_bucket_policy(call: Call) -> Body:
    """The bucket has no policy; policies are not kept here."""
    _owned(call)
    return {}


@operation("s3.DeleteBucket", "Bucket", "ExpectedBucketOwner", writes=True)
def delete_bucket(call: Call) -> Body:
    """The bucket is gone."""
    _owned(call)
    if not dropped(call, call["Bucket"]):
        raise Refusal("BucketNotEmpty", "The bucket you tried to delete is not empty")
    return {}


def made(call: Call, bucket: str) -> bool:
    """Whether the bucket was made; somebody may have it already."""
    if records.get(call, BUCKET, bucket, EVERYWHERE):
        return False
    records.put(call, BUCKET, bucket, {"account": call.account, "region": call.region}, EVERYWHERE)
    return True


def dropped(call: Call, bucket: str) -> bool:
    """Whether the bucket is gone: one with objects stays."""
    if any(True for _ in records.named(call, OBJECT, f"{bucket}/", EVERYWHERE)):
        return False
    records.drop(call, BUCKET, bucket, EVERYWHERE)
    return True


def owner(call: Call, bucket: str) -> str:
    """The account that has the bucket, or nothing where nobody has one of that name."""
    found = records.get(call, BUCKET, bucket, EVERYWHERE)
    return str(found["account"]) if found else ""


def content(call: Call, bucket: str, key: str) -> bytes | None:
    """The bytes of the object, or None."""
    found = records.get(call, OBJECT, f"{bucket}/{key}", EVERYWHERE)
    return base64.b64decode(found["data"]) if found else None


def _bucket(call: Call) -> Body | None:
    return records.get(call, BUCKET, call["Bucket"], EVERYWHERE)


def _owned(call: Call) -> None:
    found = _bucket(call)
    if found is None:
        raise Refusal("NoSuchBucket", "The specified bucket does not exist")
    if call.get("ExpectedBucketOwner", found["account"]) != found["account"]:
        raise Refusal("AccessDenied", "Access Denied")
    if found["region"] != call.region:
        raise Refusal("PermanentRedirect", "The bucket you are attempting to access must be addressed elsewhere.")
