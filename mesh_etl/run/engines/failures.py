"""Turns the errors of an engine into ours, without the cell values that an engine likes to quote."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from mesh_etl.errors import Fault, MeshError, RunError
from mesh_etl.run.engines import faults

_CONDITION = re.compile(r"\[([A-Z][A-Z0-9_]+(?:\.[A-Z0-9_]+)*)\]")
# The last line of a Python traceback inside an engine's text, as far as it holds no value.
_PYTHON = re.compile(r"^((?:[A-Za-z_]\w*\.)*[A-Za-z_]\w*(?:Error|Exception|Interrupt|Invalid))(?::|$)", re.MULTILINE)


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
        if code == "ENGINE_FAILED" and _is_lost(error):
            problem = "the engine's server does not answer any more, or has forgotten this session"
            raise kind(
                Fault("ENGINE_LOST", problem, place, "run again: nothing was published"), retryable=True
            ) from None
        said = "cannot be reached" if code == "ENGINE_UNREACHABLE" else "stopped"
        raise kind(Fault(code, f"the engine {said}: {condition(error)}", place)) from None


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
    return written[1] if written else type(error).__name__


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
