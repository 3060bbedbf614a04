"""Finds the Java that engine `spark` starts, and says what to do where there is none or one too old."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from mesh_etl.errors import Fault, RunError

# Spark 3.5 runs on Java 8 to 17, Spark 4 on 17 and later.
OLDEST = {3: 8, 4: 17}
FIX = "install Java 17 (Debian: apt-get install openjdk-17-jre-headless), or use --engine embedded"


def require(spark: int) -> int:
    """The version of the Java that Spark `spark`.x will start.

    Raises `RunError` JAVA_MISSING when there is none, none that answers, or one that is too old.
    """
    command = find()
    if command is None:
        raise _missing("engine 'spark' needs Java, and none was found in JAVA_HOME or on the path")
    found = version(command)
    if found is None:
        raise _missing(f"'{command} -version' does not answer")
    if found < OLDEST.get(spark, 17):
        raise _missing(f"Spark {spark} needs Java {OLDEST.get(spark, 17)}, and '{command}' is Java {found}")
    return found


def find() -> str | None:
    """The command that Spark's own start script would take: JAVA_HOME first, then the path."""
    home = os.environ.get("JAVA_HOME")
    if home:
        return shutil.which(str(Path(home) / "bin" / "java"))
    return shutil.which("java")


def version(command: str) -> int | None:
    """The major version that `command -version` prints, or None when it prints none."""
    try:
        said = subprocess.run([command, "-version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return None
    found = re.search(r'version "(?:1\.)?(\d+)', said.stderr + said.stdout)
    return int(found[1]) if found else None


def _missing(problem: str) -> RunError:
    return RunError(Fault("JAVA_MISSING", problem, "--engine", FIX))
