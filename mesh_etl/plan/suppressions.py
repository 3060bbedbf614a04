"""Rules that the job puts up with until a date: they reject no row and fail no run, and their rows are counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from mesh_etl.checks import Checks
from mesh_etl.config import LoadedJob
from mesh_etl.config.suppression import Suppression, today
from mesh_etl.errors import ConfigError, Fault, did_you_mean
from mesh_etl.kernels.codes import CODES


def suppressed(job: LoadedJob, checks: Checks) -> Checks:
    """The checks in which the rules that are put up with today cost nothing.

    Raises `ConfigError` for every suppression that is about no rule, or about a code of the parser.
    """
    faults, reasons, known = list[Fault](), dict[str, str](), _executed(checks)
    for index, one in enumerate(job.job.checks.suppress):
        names = [rule for rule, column in known.items() if one.means(rule, column)]
        if not names:
            faults.append(_unknown(job, checks, index, one))
        elif one.holds(today()):
            reasons |= dict.fromkeys(names, f"put up with until {one.until}: {one.reason} ({one.owner})")
    if faults:
        raise ConfigError(*faults)
    return replace(
        checks,
        row=tuple(replace(rule, rejects=rule.rejects and rule.id not in reasons) for rule in checks.row),
        dataset=tuple(replace(rule, fails=rule.fails and rule.id not in reasons) for rule in checks.dataset),
        suppressed=reasons,
    )


def over(job: LoadedJob) -> Iterator[Fault]:
    """A fault for each suppression that has ended and has no effect any more; nothing fails by it."""
    for index, one in enumerate(job.job.checks.suppress):
        if not one.holds(today()):
            problem = f"checks.suppress[{index}]: it ended on {one.until}, so '{one.rule}' counts again"
            where = job.where("checks", "suppress", index, "until")
            yield Fault("SUPPRESSION_OVER", problem, where, "remove it, or give it another date")


def _executed(checks: Checks) -> dict[str, str]:
    """The columns of the rules that are executed, by the rules' ids; '' for the table."""
    names = [*(rule.id for rule in checks.row), *(rule.id for rule in checks.dataset)]
    return {name: checks.about[name].column for name in names}


def _unknown(job: LoadedJob, checks: Checks, index: int, one: Suppression) -> Fault:
    where = job.where("checks", "suppress", index, "rule")
    known = _executed(checks)
    if one.rule in CODES:
        problem = f"checks.suppress[{index}].rule: '{one.rule}' is the parser's: what cannot be read cannot be stored"
        return Fault("NOT_SUPPRESSIBLE", problem, where, "mend the source, or change the column's type")
    if any(rule.id == one.rule for rule in checks.skipped):
        problem = f"checks.suppress[{index}].rule: '{one.rule}' is not executed, so nothing can be put up with"
        return Fault("NOT_SUPPRESSIBLE", problem, where, "remove it")
    if one.column is not None and one.column not in known.values():
        where = job.where("checks", "suppress", index, "column")
        problem = f"checks.suppress[{index}].column: no rule is about '{one.column}'"
        return Fault("UNKNOWN_COLUMN", problem, where, did_you_mean(one.column, filter(None, known.values())))
    names = {rule for rule, column in known.items() if one.column in (None, column)}
    problem = f"checks.suppress[{index}].rule: the contract has no rule '{one.rule}'"
    return Fault("UNKNOWN_RULE", problem, where, did_you_mean(one.rule, names))
