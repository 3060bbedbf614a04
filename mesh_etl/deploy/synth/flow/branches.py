"""The branches of a flow's machine: in each runs a part of the flow that has nothing to do with the others.

The products of a part that wait for none of it run first, side by side. What is left goes on in the same way: as one
part, or as several, of which none waits for the others. So in a tree of products each one starts when the one before it
has ended; where products wait for several, it can be a little later.
Source: https://docs.aws.amazon.com/step-functions/latest/dg/state-parallel.html
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from mesh_etl.config.product_name import table_of
from mesh_etl.deploy import names
from mesh_etl.events.model import OF_QUALITY

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from mesh_etl.deploy.estate import GlueJob
    from mesh_etl.deploy.synth.flow.flows import Flow

# Glue has no room, or answers too many at once: later there is one.
BUSY = [
    "Glue.ConcurrentRunsExceededException",
    "Glue.ResourceNumberLimitExceededException",
    "Glue.ThrottlingException",
    "Glue.OperationTimeoutException",
    "Glue.InternalServiceException",
]
ENDED = ("TIMEOUT", "STOPPED")  # how else a run can end that did not succeed; all else is FAILED
BAD = ("FAILED", *ENDED)
NAME = 80  # characters of a state's name
DONE = "done"  # where the input has the products that are not to run, each with a state

State = dict[str, Any]


class Branches:
    """Makes the branches of one flow. What each gives is how its products ended, by their names."""

    def __init__(self, flow: Flow, jobs: Mapping[str, GlueJob]) -> None:
        self._jobs = jobs
        self._arguments = dict.fromkeys(flow.heads, flow.arguments)
        self._steps = {step.product: step for step in flow.steps}
        self._before = dict.fromkeys(flow.heads, frozenset[str]()) | {
            one.product: frozenset(one.after) for one in flow.steps
        }
        self._beside = {one: set(before) for one, before in self._before.items()}
        for product, before in self._before.items():
            for one in before:
                self._beside[one].add(product)
        self._rounds = 0
        self._at: dict[str, str] = {}  # where those that wait for a product find how it ended

    def side_by_side(self, products: Collection[str]) -> State:
        """The state that runs these products, with a branch for each part of them."""
        parts = list(self._parts(products))
        return _parallel(parts, [self._part(one) for one in parts])

    def _part(self, products: Collection[str]) -> dict[str, Any]:
        """The branch of one part: round by round those that can begin, until what is left is several parts."""
        if len(products) == 1:
            return self._product(*products)
        chain: list[tuple[str, State]] = []
        ends: dict[str, str] = {}
        left = list(products)
        while left:
            self._rounds += 1
            name, at = f"Round {self._rounds}", f"$.round{self._rounds}"
            if len(list(self._parts(left))) > 1:
                ran, run = left, self.side_by_side(left)
            else:
                ran = [one for one in left if self._before[one].isdisjoint(left)]
                self._at |= {one: f"{at}.{key(one)}" for one in ran}
                run = _parallel([(one,) for one in ran], [self._product(one) for one in ran])
            chain.append((name, {**run, "ResultPath": at}))
            ends |= {f"{key(one)}.$": f"{at}.{key(one)}" for one in ran}
            left = [one for one in left if one not in ran]
        begin = chain[0][0]
        chain.append((f"End of {begin.lower()}", {"Type": "Pass", "Parameters": ends, "End": True}))
        for (_, state), (following, _) in pairwise(chain):
            state["Next"] = following
        return {"StartAt": begin, "States": dict(chain)}

    def _parts(self, products: Collection[str]) -> Iterator[list[str]]:
        """The products in parts, of which none waits for another, each part in the order of the products."""
        left = list(products)
        while left:
            part, more = set[str](), {left[0]}
            while more:
                part |= more
                more = set[str]().union(*(self._beside[one] for one in more)) & set(left) - part
            yield [one for one in left if one in part]
            left = [one for one in left if one not in part]

    def _product(self, product: str) -> dict[str, Any]:
        """One product: whether it runs, its run, and how that ended."""
        job, name = self._jobs[product], key(product)
        said = names.fitted(product, NAME - len("How did  end, attempt 11"))
        begin = f"Run {said}"
        states: dict[str, State] = {}
        if (step := self._steps.get(product)) is not None:
            begin = f"May {said} run"
            asked = [any_of([equals(self._at[one], state) for state in step.states]) for one in step.after]
            joined = _all_of(asked) if step.when == "all" else any_of(asked)
            choice = {**joined, "Next": f"Run {said}"}
            states[begin] = {"Type": "Choice", "Choices": [choice], "Default": f"Leave out {said}"}
            states[f"Leave out {said}"] = _ended(name, "LEFT_OUT")
        was = {"Variable": f"$.{DONE}.{name}", "IsPresent": True, "Next": f"{said} was done"}
        states[f"Is {said} done"] = {"Type": "Choice", "Choices": [was], "Default": begin}
        states[f"{said} was done"] = _ended(name, "SUCCEEDED")
        more = {"Arguments": self._arguments[product]} if self._arguments.get(product) else {}
        for attempt in range(job.settings.retries + 1):
            again = f", attempt {attempt + 1}" if attempt else ""
            after = f"Run {said}, attempt {attempt + 2}" if attempt < job.settings.retries else f"{said} FAILED"
            states[f"Run {said}{again}"] = _run(name, {"JobName": job.name, **more}, f"How did {said} end{again}")
            found = [*_told(said), *(_refused(said) if attempt < job.settings.retries else [])]
            states[f"How did {said} end{again}"] = {"Type": "Choice", "Choices": found, "Default": after}
        for state in BAD:
            states[f"{said} {state}"] = _ended(name, state)
        return {"StartAt": f"Is {said} done", "States": states}


def key(product: str) -> str:
    """What the data of an execution calls the product: all of a flow are of one domain."""
    return table_of(product)


def equals(at: str, state: str) -> dict[str, Any]:
    """The rule of a Choice that a product ended so."""
    return {"Variable": at, "StringEquals": state}


def any_of(rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """The rule that one of these holds."""
    return {"Or": list(rules)} if len(rules) > 1 else dict(rules[0])


def _all_of(rules: Sequence[dict[str, Any]]) -> dict[str, Any]:
    return {"And": list(rules)} if len(rules) > 1 else dict(rules[0])


def _parallel(parts: Sequence[Collection[str]], branches: list[dict[str, Any]]) -> State:
    """The state that runs the branches of these parts at once, and gives how all their products ended."""
    ends = {f"{key(one)}.$": f"$[{place}].{key(one)}" for place, part in enumerate(parts) for one in part}
    return {"Type": "Parallel", "Branches": branches, "ResultSelector": ends}


def _run(name: str, asked: dict[str, Any], judged: str) -> State:
    """The run of a job. The machine tries again itself: for it a run has ended when its first attempt has."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::glue:startJobRun.sync",
        "Parameters": asked,
        "ResultSelector": {f"{name}.$": "$.JobRunState"},
        "Retry": [
            {
                "ErrorEquals": BUSY,
                "IntervalSeconds": 30,
                "BackoffRate": 2.0,
                "MaxDelaySeconds": 600,
                "MaxAttempts": 10,
                "JitterStrategy": "FULL",
            }
        ],
        "Catch": [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.failure", "Next": judged}],
        "End": True,
    }


def _told(said: str) -> list[dict[str, str]]:
    """What is not tried again: a run that somebody has stopped, or that took as long as it may."""
    return [
        {"Variable": "$.failure.Cause", "StringMatches": f'*"JobRunState":"{state}"*', "Next": f"{said} {state}"}
        for state in ENDED
    ]


def _refused(said: str) -> list[dict[str, str]]:
    """Data that the contract has refused are not read once more: a run that is tried again would refuse them too."""
    return [
        {"Variable": "$.failure.Cause", "StringMatches": f"*[{code}]*", "Next": f"{said} FAILED"}
        for code in sorted(OF_QUALITY)
    ]


def _ended(name: str, state: str) -> State:
    return {"Type": "Pass", "Result": {name: state}, "End": True}
