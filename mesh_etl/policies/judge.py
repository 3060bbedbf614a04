"""Whether a product keeps the policies of its mesh, and which of its breaks are exempt."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any, Literal

from mesh_etl.config.plugins import plugin_function
from mesh_etl.config.policies import Exemption, ExpressionPolicy, FunctionPolicy, Scope, name_of
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.expressions.paths import Unanswerable, evaluate, holds
from mesh_etl.policies.built_in import TESTS
from mesh_etl.policies.subject import Subject, subjects

if TYPE_CHECKING:
    from mesh_etl.config import LoadedJob, LoadedView, Project
    from mesh_etl.config.policies import AnyPolicy
    from mesh_etl.contract.load import Contract

Status = Literal["kept", "broken", "warned", "exempt"]


@dataclass(frozen=True)
class Applied:
    """A policy that is ready to be asked."""

    name: str
    scope: Scope
    message: str
    fix: str
    severity: str
    keeps: Callable[[Subject], bool]
    concerns: Callable[[Subject], bool] = lambda subject: True


@dataclass(frozen=True)
class Verdict:
    """What a policy says of one product; `faults` has a line per break, `judged` counts what it looked at."""

    policy: str
    product: str
    status: Status
    judged: int
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True)
class Judgement:
    """The verdicts of all policies on one product, and the exemptions that covered something."""

    verdicts: tuple[Verdict, ...]
    used: frozenset[int] = frozenset()

    @property
    def faults(self) -> tuple[Fault, ...]:
        """What keeps the product from running."""
        return tuple(fault for one in self.verdicts if one.status == "broken" for fault in one.faults)

    @property
    def warnings(self) -> tuple[Fault, ...]:
        """What is told and keeps nothing from running."""
        return tuple(fault for one in self.verdicts if one.status == "warned" for fault in one.faults)


def today() -> date:
    """The day in UTC, by which exemptions end."""
    return datetime.now(UTC).date()


def enforce(job: LoadedJob, contract: Contract) -> tuple[Fault, ...]:
    """The product keeps every policy of severity error; returns what the others say.

    Raises `ConfigError` with a fault per break: POLICY.
    """
    found = judge(job, contract, today())
    if found.faults:
        raise ConfigError(*found.faults)
    return found.warnings


def judge(job: LoadedJob | LoadedView, contract: Contract, on: date) -> Judgement:
    """The verdicts on the product as of that day; policies for jobs have nothing to judge in a view.

    Raises `ConfigError` when a policy cannot be asked: POLICY_EXPRESSION, POLICY_FUNCTION, PLUGIN_MISSING.
    """
    verdicts, used = [], set()
    exemptions = list(enumerate(job.project.mesh.exemptions))
    known: dict[Scope, list[Subject]] = {}
    for index, policy in enumerate(job.project.mesh.policies):
        if policy.domains is not None and job.domain not in policy.domains:
            continue
        applied = _applied(policy, job.project, index)
        if applied.scope not in known:
            known[applied.scope] = list(subjects(applied.scope, job, contract))
        asked = [one for one in known[applied.scope] if applied.concerns(one)]
        faults, exempt = [], 0
        for subject in asked:
            if applied.keeps(subject):
                continue
            found = [(at, one) for at, one in exemptions if _covers(one, applied.name, subject)]
            used |= {at for at, _ in found}
            if any(one.until >= on for _, one in found):
                exempt += 1
            else:
                faults.append(_fault(applied, subject, max((one.until for _, one in found), default=None)))
        broken: Status = "warned" if applied.severity == "warning" else "broken"
        status: Status = broken if faults else "exempt" if exempt else "kept"
        verdicts.append(Verdict(applied.name, job.product, status, len(asked), tuple(faults)))
    return Judgement(tuple(verdicts), frozenset(used))


def unused(project: Project, judged: Iterable[str], used: frozenset[int]) -> Iterator[Fault]:
    """A warning for each exemption that covers nothing of the products that were judged, or names no policy."""
    names = [name_of(policy) for policy in project.mesh.policies]
    products = set(judged)
    for index, one in enumerate(project.mesh.exemptions):
        where = project.where_mesh("exemptions", index)
        if one.policy not in names:
            problem = f"exemptions: there is no policy '{one.policy}'"
            yield Fault("EXEMPTION_UNUSED", problem, where, did_you_mean(one.policy, names))
        elif index not in used and products >= set(one.products) & {*project.products(), *project.views()}:
            problem = f"exemptions: nothing breaks '{one.policy}' that this one lets off"
            yield Fault("EXEMPTION_UNUSED", problem, where, "remove it")


def _covers(one: Exemption, policy: str, subject: Subject) -> bool:
    named = one.only is None or subject.name in one.only
    return one.policy == policy and subject.product in one.products and named


def _fault(applied: Applied, subject: Subject, ended: date | None) -> Fault:
    about = f"'{subject.name}': " if subject.name else ""
    late = f" (its exemption ended on {ended})" if ended else ""
    problem = f"policy '{applied.name}': {about}{applied.message}{late}"
    return Fault("POLICY", problem, subject.where, applied.fix)


def _applied(policy: AnyPolicy, project: Project, index: int) -> Applied:
    where, name = project.where_mesh("policies", index), name_of(policy)
    if isinstance(policy, ExpressionPolicy):
        asserted, when = policy.assertion, policy.when
        return Applied(
            name=name,
            scope=policy.scope,
            message=policy.message,
            fix=policy.fix,
            severity=policy.severity,
            keeps=lambda one: _true(asserted, one, name, where),
            concerns=lambda one: when is None or _true(when, one, name, where),
        )
    if isinstance(policy, FunctionPolicy):
        function = plugin_function(policy.function, project.root, where)
        return Applied(
            name=name,
            scope=policy.scope,
            message=policy.message,
            fix=policy.fix,
            severity=policy.severity,
            keeps=lambda one: _asked(function, one, name, where),
        )
    test = TESTS[policy.use]
    return Applied(
        name=name,
        scope=test.scope,
        message=test.message,
        fix=policy.fix or test.fix,
        severity=policy.severity,
        keeps=lambda one: test.holds(policy, one.data),
    )


def _true(expression: str, subject: Subject, name: str, where: str) -> bool:
    try:
        return holds(evaluate(expression, subject.data))
    except Unanswerable as error:
        problem = f"policy '{name}' has no answer for what stands at {subject.where}: {error}"
        fix = "guard it, as in length(not_null(tags, `[]`))"
        raise ConfigError(Fault("POLICY_EXPRESSION", problem, where, fix)) from None


def _asked(function: Callable[..., Any], subject: Subject, name: str, where: str) -> bool:
    try:
        return bool(function(subject))
    except Exception as error:  # whatever somebody's function raises, a policy that was not asked is never kept
        problem = f"policy '{name}' fails for what stands at {subject.where}: it raises {type(error).__name__}"
        raise ConfigError(Fault("POLICY_FUNCTION", problem, where, "make it answer for any subject")) from error
