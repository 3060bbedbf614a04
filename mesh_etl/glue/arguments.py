"""The arguments of a job script, as AWS Glue passes them and as a shell does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from mesh_etl.errors import ConfigError, Fault, did_you_mean

if TYPE_CHECKING:
    from mesh_etl.deploy.estate import Task

_WHERE = ("job", "product", "root", "env")
_KNOWN: dict[str, tuple[str, ...]] = {
    "run": (*_WHERE, "engine", "date", "all-new"),
    "stream": (*_WHERE, "engine", "every", "rounds"),
    "maintain": (*_WHERE, "engine"),
    "audit": _WHERE,
    "govern": ("job", "root", "env", "repair"),
}
_IN_GLUE = "JOB_NAME"  # which Glue names in the arguments of each job


@dataclass(frozen=True)
class Arguments:
    """What a job script was asked for, and whether Glue has started it.

    `resolved` is what Glue's own library makes of all arguments, where that is there.
    """

    task: Task
    stated: Mapping[str, str]
    in_glue: bool = False
    resolved: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))

    def __getitem__(self, name: str) -> str:
        """The value of `--name`, empty where it was not given."""
        return self.stated.get(name, "")

    def is_set(self, name: str) -> bool:
        """Whether `--name` is `true`. Raises `ConfigError` ARGUMENT_INVALID where it is neither that nor `false`."""
        if self[name] not in ("", "true", "false"):
            raise ConfigError(Fault("ARGUMENT_INVALID", "it is neither true nor false", f"--{name}", "say true"))
        return self[name] == "true"

    def number(self, name: str) -> int:
        """The whole number that `--name` is, 0 where it was not given. Raises `ConfigError` ARGUMENT_INVALID."""
        if not (self[name] or "0").isdecimal():
            raise ConfigError(Fault("ARGUMENT_INVALID", "it is no whole number", f"--{name}", "write it in digits"))
        return int(self[name] or "0")


def arguments(task: Task, argv: Sequence[str]) -> Arguments:
    """What `argv`, with the script's name first, asks of the task.

    Glue adds arguments of its own (`--JOB_NAME`, `--TempDir`, `--enable-metrics` and so on) and those that a team has
    made up: in a Glue job unknown ones are passed over, elsewhere they are refused. Names are never abbreviated, though
    `getResolvedOptions` of Glue before 6.0 would take that. Raises `ConfigError` ARGUMENT_INVALID, ARGUMENT_UNKNOWN.
    Source: https://docs.aws.amazon.com/glue/latest/dg/aws-glue-api-crawler-pyspark-extensions-get-resolved-options.html
    """
    known = _KNOWN[task]
    stated, others = _split(argv[1:], known)
    faults = [
        Fault("ARGUMENT_INVALID", "it has no value", f"--{name}", f"write --{name} VALUE")
        for name, value in stated.items()
        if value is None
    ]
    if faults:
        raise ConfigError(*faults)
    values = {name: value for name, value in stated.items() if value is not None}
    if started_by_glue(argv):
        return Arguments(task, values, True, _resolved(argv[0], values, others) if find_spec("awsglue") else {})
    unknown = [one for one in others if one.startswith("--")] or others
    if unknown:
        faults = [
            Fault("ARGUMENT_UNKNOWN", f"{task} takes no such argument", one, _nearest(one, known)) for one in unknown
        ]
        raise ConfigError(*faults)
    return Arguments(task, values)


def started_by_glue(argv: Sequence[str]) -> bool:
    """Whether Glue has started this: it names the job to each run."""
    return f"--{_IN_GLUE}" in argv


def _split(argv: Sequence[str], known: Sequence[str]) -> tuple[dict[str, str | None], list[str]]:
    """The known arguments with their values, of which the last one of a name counts, and all others as they are."""
    stated: dict[str, str | None] = {}
    others: list[str] = []
    waiting = list(argv)
    while waiting:
        one = waiting.pop(0)
        name, equals, value = one.removeprefix("--").partition("=")
        if not one.startswith("--") or name not in known:
            others.append(one)
        elif equals:
            stated[name] = value
        else:
            stated[name] = waiting.pop(0) if waiting and not waiting[0].startswith("--") else None
    return stated, others


def _resolved(script: str, stated: Mapping[str, str], others: Sequence[str]) -> Mapping[str, Any]:
    """What Glue's library makes of the arguments: what `Job.init` wants.

    It asks for each option that is named to it, takes `--x --y` for an option without a value, and before 6.0 takes
    `--prod` for `--product`: so it gets ours with an equals sign, and nothing that abbreviates one of them.
    """
    from awsglue.utils import GlueArgumentError, getResolvedOptions

    names = (*stated, _IN_GLUE)
    ours = [f"--{name}={value}" for name, value in stated.items()]
    theirs = [one for one in others if not _abbreviates(one, names)]
    try:
        return dict(getResolvedOptions([script, *ours, *theirs], list(names)))
    except (GlueArgumentError, RuntimeError) as error:
        problem = f"Glue's library refuses the arguments of the job: {error}"
        raise ConfigError(Fault("ARGUMENT_INVALID", problem, fix="see Job parameters in the Glue console")) from None


def _abbreviates(one: str, names: Sequence[str]) -> bool:
    stem = one.partition("=")[0]
    return one.startswith("--") and any(f"--{name}".startswith(stem) and stem != f"--{name}" for name in names)


def _nearest(one: str, known: Sequence[str]) -> str:
    return did_you_mean(one.partition("=")[0], [f"--{name}" for name in known])
