"""Turns the errors of an engine into ours, without the cell values that an engine likes to quote."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mesh_etl.errors import Fault, MeshError, RunError
from mesh_etl.run.engines import faults

# Where an engine names its condition: at the beginning, or behind the class of a Java error. Further on stand values.
_CONDITION = re.compile(r"(?:\A|\b(?:org\.apache|java)\.[\w.$]+: )\[([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\] ")
# The last line of a Python traceback inside an engine's text, as far as it holds no value: it follows an indented one.
_PYTHON = re.compile(
    r"^ .*\n((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Invalid))(?::|$)", re.MULTILINE
)
# How the texts begin in which Sail names no condition, and what Spark calls it.
_UNNAMED = {
    "Cast error: ": "CAST_INVALID_INPUT",
    "invalid timestamp: ": "CAST_INVALID_INPUT",
    "Arithmetic overflow: ": "ARITHMETIC_OVERFLOW",
    "Division by zero": "DIVIDE_BY_ZERO",
    "divide by zero": "DIVIDE_BY_ZERO",
    "Remainder by zero": "REMAINDER_BY_ZERO",
}

# What Java, Python and Rust make of ENOSPC and EDQUOT.
_WORDS = "(?:No space left on device|Disk quota exceeded)"
_FULL = re.compile(rf"(?:IOException: |\[Errno \d+\] ){_WORDS}|{_WORDS} \(os error")
STOPPED = "nothing was published: find the step by mesh-etl plan, change it, and run again"
# What helps against a condition, and where else an engine is asked than in the steps of a job.
_FIXES = {
    "CAST_INVALID_INPUT": "cast by try_cast, which gives NULL for what is no such value, and run again",
    "ARITHMETIC_OVERFLOW": "cast to a wider type before it is calculated with, and run again",
    "DIVIDE_BY_ZERO": "divide by nullif(…, 0), and run again",
    "REMAINDER_BY_ZERO": "divide by nullif(…, 0), and run again",
    "JAVA_GATEWAY_EXITED": "mend what Java is started with, as SPARK_SUBMIT_OPTS and the memory for it, and run again",
    "ENGINE_UNREACHABLE": "start the server, and check address, network and token",
    "RULE_QUERY": "mend the query of the rule",
    "CHECK_FAILED": "mend the check, or the rule that gives it its arguments",
}


@contextmanager
def translated(place: str = "", code: str = "ENGINE_FAILED", kind: type[MeshError] = RunError) -> Iterator[None]:
    """Errors of the engine inside become `kind` with `code` at `place`; faults that a kernel raised keep theirs.

    The message holds the engine's name for the condition, such as DIVIDE_BY_ZERO, and nothing of its text.
    """
    try:
        yield
    except _engine_errors() as error:
        text = str(error)
        known = faults.unpack(text)
        if known is not None:
            raise known from None
        if _FULL.search(text):
            problem = "no space is left where the engine keeps what it sorts and joins"
            fix = "free some space there (SPARK_LOCAL_DIRS names another disk) and run again"
            raise kind(Fault("DISK_FULL", problem, place, fix)) from None
        if code == "ENGINE_FAILED" and _is_lost(error):
            problem = "the engine's server does not answer any more, or has forgotten this session"
            raise kind(
                Fault("ENGINE_LOST", problem, place, "run again: nothing was published"), retryable=True
            ) from None
        said = "cannot be reached" if code == "ENGINE_UNREACHABLE" else "stopped"
        named = condition(error)
        fix = _FIXES.get(code) or _FIXES.get(named, STOPPED)
        raise kind(Fault(code, f"the engine {said}: {named}", place, fix)) from None


def condition(error: BaseException) -> str:
    """The engine's own name for what went wrong: its condition, else the Python error of a worker, else the class."""
    named = getattr(error, "getCondition", None) or getattr(error, "getErrorClass", None)
    found = named() if named else None
    if found and not found.startswith("_LEGACY"):
        return str(found)
    text = str(error)
    written = _CONDITION.search(text)
    python = _PYTHON.findall(text)
    if python and (not written or type(error).__name__ == "PythonException"):
        return f"{python[-1]} in a worker"
    unnamed = next((name for begin, name in _UNNAMED.items() if text.startswith(begin)), type(error).__name__)
    return written[1] if written else unnamed


_FORGOTTEN = ("RETRIES_EXCEEDED", "INVALID_HANDLE.SESSION", "INVALID_HANDLE.OPERATION")


def _is_lost(error: BaseException | None) -> bool:
    """Whether the server of a Connect session is gone, by the error or by what it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        if "grpc" in sys.modules and isinstance(error, sys.modules["grpc"].RpcError):
            status = getattr(error, "code", None)
            if status and status() == sys.modules["grpc"].StatusCode.UNAVAILABLE:
                return True
        if isinstance(error, _engine_errors()) and condition(error).startswith(_FORGOTTEN):
            return True
        error = error.__cause__ or error.__context__
    return False


def _engine_errors() -> tuple[type[BaseException], ...]:
    """The error types of the engine libraries that are loaded; one that is not loaded cannot have raised."""
    found: list[type[BaseException]] = []
    for module, name in (
        ("pyspark.errors.exceptions.base", "PySparkException"),
        ("py4j.protocol", "Py4JError"),
        ("grpc", "RpcError"),
    ):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)
