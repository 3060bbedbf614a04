"""The magics of Glue's notebooks, which set up a session of AWS Glue: elsewhere there is none, and they do nothing.

Glue's kernel answers them itself, before this library is there. Source: aws-glue-sessions 1.0.9, KernelMagics.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

LINES = (
    "additional_python_modules",
    "connections",
    "endpoint",
    "etl",
    "extra_jars",
    "extra_py_files",
    "glue_version",
    "iam_role",
    "idle_timeout",
    "number_of_workers",
    "profile",
    "reconnect",
    "region",
    "security_config",
    "session_id",
    "session_id_prefix",
    "session_type",
    "spark_conf",
    "status",
    "stop_session",
    "streaming",
    "timeout",
    "worker_type",
)
CELLS = ("assume_role", "configure", "tags")


def register(shell: Any) -> None:
    """Each of them that nobody has defined says in a word that it is passed over."""
    known = shell.magics_manager.magics
    for name in LINES:
        if name not in known["line"]:
            shell.register_magic_function(_line(name), "line", name)
    for name in CELLS:
        if name not in known["cell"]:
            shell.register_magic_function(_cell(name), "cell", name)


def _line(name: str) -> Callable[[str], None]:
    def passed_over(line: str) -> None:
        print(f"passed over: %{name} is for AWS Glue")

    return passed_over


def _cell(name: str) -> Callable[[str, str], None]:
    def passed_over(line: str, cell: str) -> None:
        print(f"passed over: %%{name} is for AWS Glue")

    return passed_over
