"""Several AWS accounts for a test: Glue, Lake Formation, EventBridge, CloudWatch and others behind boto3's clients."""

from __future__ import annotations

import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from mesh_etl.embedded_aws.operations import Call

REGION = "eu-west-1"
Phase = Literal["before", "after"]


@contextmanager
def aws(accounts: Mapping[str, str], *, region: str = REGION, home: Path | None = None) -> Iterator[Accounts]:
    """New accounts, by the names that the test has for their ids of twelve digits; they are gone when the block ends.

    With a folder as `home` they are kept in it, as `mesh-etl` keeps those of a project under `.mesh`.
    """
    if home is not None:
        yield Accounts(home, dict(accounts), region)
        return
    with tempfile.TemporaryDirectory() as folder:
        yield Accounts(Path(folder), dict(accounts), region)


@dataclass
class Failure:
    """What befalls the calls of an operation: the first `skip` of them are spared, then `times` fail."""

    operation: str
    error: str | BaseException
    phase: Phase
    times: int
    skip: int


@dataclass
class Accounts:
    """AWS accounts that share one clock; `calls` counts what was asked of them, as in `calls["glue.GetTable"]`."""

    home: Path
    ids: Mapping[str, str]
    region: str = REGION
    calls: Counter[str] = field(default_factory=Counter)
    _failures: list[Failure] = field(default_factory=list)
    _clients: dict[tuple[str, str, str, str], Any] = field(default_factory=dict)
    _later: float = 0.0

    def client(self, service: str, account: str, role: str = "admin", region: str | None = None) -> Any:
        """The boto3 client of the role `role` of an account, by its name; the same one at each call."""
        from mesh_etl import embedded_aws

        asked = (service, self.ids[account], role, region or self.region)
        if asked not in self._clients:

            def befall(operation: str, phase: str) -> None:
                self._befall(f"{service}.{operation}", phase)

            self._clients[asked] = embedded_aws.client(
                service,
                self.home,
                region=asked[3],
                account=asked[1],
                role=role,
                fault=befall,
                clock=lambda: time.time() + self._later,
                durable=False,
            )
        return self._clients[asked]

    def role(self, account: str, role: str = "admin") -> str:
        """The ARN of a role, as grants name it."""
        return f"arn:aws:iam::{self.ids[account]}:role/{role}"

    def forward(self, *, hours: float) -> None:
        """It is later now: invitations expire after twelve hours."""
        self._later += hours * 3600

    def fail(
        self, operation: str, error: str | BaseException, *, phase: Phase = "before", times: int = 1, skip: int = 0
    ) -> None:
        """The next calls of an operation, as in glue.UpdateTable, fail, but for the first `skip` of them.

        `error` is the code that the service answers with, as in ConcurrentModificationException, or what is raised in
        place of an answer. With the phase `after` the operation has taken effect, and its answer is lost.
        """
        if isinstance(error, str) and phase == "after":
            raise ValueError("a service that has done what it was asked does not refuse it: raise an exception")
        self._failures.append(Failure(operation, error, phase, times, skip))

    def trust(self, account: str, role: str, *, by: str, external_id: str | None = None) -> None:
        """The role can be taken by the account `by` alone, and with the external id where there is one."""
        from mesh_etl.embedded_aws import sts

        with self._call(account, writes=True) as call:
            sts.trusted(call, self.role(account, role), [self.ids[by]], external_id)

    def events(self, account: str, bus: str = "default") -> list[dict[str, Any]]:
        """What was put on an event bus of the account, in the order in which it came."""
        from mesh_etl.embedded_aws import events

        with self._call(account) as call:
            return list(events.kept(call, bus))

    def metrics(self, account: str, namespace: str) -> list[dict[str, Any]]:
        """The points of a namespace of the account, as PutMetricData named them, in the order in which they came."""
        from mesh_etl.embedded_aws import cloudwatch

        with self._call(account) as call:
            return list(cloudwatch.kept(call, namespace))

    def messages(self, account: str, topic: str) -> list[dict[str, Any]]:
        """What was published to a topic of the account, in the order in which it came."""
        from mesh_etl.embedded_aws import sns

        with self._call(account) as call:
            return list(sns.kept(call, topic))

    def refuse_resource(self, account: str, logical: str, reason: str, *, on: tuple[str, ...] = ("create",)) -> None:
        """CloudFormation fails at the resource of that logical id, at these of create, update, delete and rollback."""
        from mesh_etl.embedded_aws.cloudformation import resources

        with self._call(account, writes=True) as call:
            resources.failing(call, logical, reason, on)

    def end_runs(self, account: str, job: str, state: str, message: str = "") -> None:
        """The runs of a Glue job end in that state from now on, with that error message."""
        from mesh_etl.embedded_aws.glue import jobs

        with self._call(account, writes=True) as call:
            jobs.ending(call, job, state, message)

    def end_executions(self, account: str, machine: str, status: str) -> None:
        """The executions of a state machine end in that status from now on."""
        from mesh_etl.embedded_aws import stepfunctions

        with self._call(account, writes=True) as call:
            stepfunctions.ending(call, machine, status)

    def run_by_machine(self, account: str, execution: str, job: str) -> str:
        """An execution of a state machine, by its ARN, has started a run of the Glue job; returns the run's id."""
        from mesh_etl.embedded_aws import stepfunctions
        from mesh_etl.embedded_aws.glue import jobs

        with self._call(account, writes=True) as call:
            run = str(jobs.begun(call, job, {})["Id"])
            stepfunctions.submitted(call, execution, job, run)
        return run

    def log(self, account: str, group: str, stream: str, *lines: str) -> None:
        """The stream of a log group has these lines, written now."""
        from mesh_etl.embedded_aws import logs

        with self._call(account, writes=True) as call:
            logs.written(call, group, stream, ((call.now + at / 1000, line) for at, line in enumerate(lines)))

    @contextmanager
    def _call(self, account: str, writes: bool = False) -> Iterator[Call]:
        from mesh_etl.embedded_aws import FILE
        from mesh_etl.embedded_aws.operations import Call
        from mesh_etl.embedded_aws.store import Store

        store, owner = Store(self.home / FILE), self.ids[account]
        with store.writing() if writes else store.reading() as sql:
            now = time.time() + self._later
            yield Call({}, f"{owner}/{self.region}", owner, self.region, self.role(account), sql, now)

    def _befall(self, operation: str, phase: str) -> None:
        from mesh_etl.embedded_aws.answers import Refusal

        if phase == "before":
            self.calls[operation] += 1
        for failure in self._failures:
            if failure.operation != operation or failure.phase != phase or not failure.times:
                continue
            if failure.skip:
                failure.skip -= 1
                continue
            failure.times -= 1
            if isinstance(failure.error, str):
                raise Refusal(failure.error, "The test asked for it.")
            raise failure.error
