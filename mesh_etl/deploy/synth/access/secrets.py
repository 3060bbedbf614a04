"""The secrets that a job looks up, each by its own name, and the keys that encrypt them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from mesh_etl.config.secret import SecretRef
from mesh_etl.govern.policies.documents import Conditions, Statement, allow

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob
    from mesh_etl.config.governance.accounts import Account

SUFFIX = "-??????"  # Secrets Manager ends the ARN of a secret with six characters of its own


def secrets(jobs: Iterable[LoadedJob]) -> tuple[str, ...]:
    """The references to secrets anywhere in the jobs, such as `ssm:/shop/password`, each once in order."""
    return tuple(sorted({found for job in jobs for found in _references(job.job)}))


def looking_up(references: Iterable[str], account: Account) -> list[Statement]:
    """The statements that let a role read these secrets. One of the environment (`env:`) needs none.

    Source: https://docs.aws.amazon.com/kms/latest/developerguide/services-secrets-manager.html, and
    https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html
    """
    stated = list(references)
    made: list[Statement] = []
    for kind, sid, action, context in (
        ("ssm", "Parameters", "ssm:GetParameter", "PARAMETER_ARN"),
        ("secretsmanager", "Secrets", "secretsmanager:GetSecretValue", "SecretARN"),
    ):
        arns = [_arn(kind, one.partition(":")[2], account) for one in stated if one.startswith(f"{kind}:")]
        if arns:
            when: Conditions = {
                "StringEquals": {"kms:ViaService": f"{kind}.{account.region}.amazonaws.com"},
                "StringLike": {f"kms:EncryptionContext:{context}": arns},
            }
            keys = [f"arn:aws:kms:{account.region}:*:key/*"]
            made += [allow(sid, [action], arns), allow(f"{sid}Keys", ["kms:Decrypt"], keys, when)]
    return made


def folders(references: Iterable[str], account: Account) -> list[Statement]:
    """The right to all secrets in the first folders of these ones' names, such as `shop/`, and to others by name."""
    found = looking_up(references, account)
    wider = {one["Sid"]: sorted({_folder(arn) for arn in one["Resource"]}) for one in found if "Condition" not in one}
    return [{**one, "Resource": wider[one["Sid"]]} for one in found if one["Sid"] in wider]


def _folder(arn: str) -> str:
    """The ARN of all secrets in the first folder of this one's name; of itself where it is in none."""
    separator = ":parameter/" if ":parameter/" in arn else ":secret:"
    head, _, name = arn.partition(separator)
    first, inside, _ = name.partition("/")
    return f"{head}{separator}{first}/*" if inside else arn


def _arn(kind: str, name: str, account: Account) -> str:
    """The ARN of a secret that is stated by its name, or by its ARN."""
    if name.startswith("arn:"):
        return name
    if kind == "ssm":
        return account.arn("ssm", f"parameter/{name.lstrip('/')}")
    return account.arn("secretsmanager", f"secret:{name}{SUFFIX}")


def _references(value: Any) -> Iterator[str]:
    """Every reference to a secret in a model, at any depth."""
    if isinstance(value, SecretRef):
        yield value.secret
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _references(getattr(value, name))
    elif isinstance(value, dict):
        for one in value.values():
            yield from _references(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _references(one)
