"""A bucket as every one of ours is: encrypted by one key, closed to the public, with versions, owned by its account.

Source: https://docs.aws.amazon.com/AmazonS3/latest/userguide/security-best-practices.html
"""

from __future__ import annotations

from typing import Any

from mesh_etl.deploy.synth.template import Resource, retained

UPLOAD_DAYS = 8  # longer than any run of a job may take
Rule = dict[str, Any]


def bucket(name: str, key: Any, rules: list[Rule], tags: list[dict[str, str]]) -> Resource:
    """The bucket; `key` is the ARN of its key, or what CloudFormation finds it by. It stays when its stack goes."""
    encrypted = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    return retained(
        "AWS::S3::Bucket",
        {
            "BucketName": name,
            "BucketEncryption": {
                "ServerSideEncryptionConfiguration": [
                    {"ServerSideEncryptionByDefault": encrypted, "BucketKeyEnabled": True}
                ]
            },
            "PublicAccessBlockConfiguration": {
                "BlockPublicAcls": True,
                "BlockPublicPolicy": True,
                "IgnorePublicAcls": True,
                "RestrictPublicBuckets": True,
            },
            "OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]},
            "VersioningConfiguration": {"Status": "Enabled"},
            "LifecycleConfiguration": {"Rules": rules},
            "Tags": tags,
        },
    )


def rule(name: str, prefix: str = "", **does: Any) -> Rule:
    """A rule of a bucket's lifecycle, in the words of CloudFormation."""
    return {"Id": name, "Status": "Enabled", **({"Prefix": prefix} if prefix else {}), **does}


def unfinished() -> Rule:
    """Uploads that nobody completes go."""
    return rule("mesh_etl uploads", AbortIncompleteMultipartUpload={"DaysAfterInitiation": UPLOAD_DAYS})
