"""A Java machine that refuses its options, and a master that is none: a code, and no traceback."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

STARTS = """\
import sys
from mesh_etl.errors import RunError
from mesh_etl.run import engines

try:
    engines.open("spark", master=sys.argv[1]).session()
except RunError as error:
    print(error)
"""


@pytest.mark.parametrize(
    ("master", "options", "said"),
    [
        ("local[1]", "-Xmx1x", "the engine stopped: JAVA_GATEWAY_EXITED; mend what Java is started with"),
        ("spark://no-port", "-Xmx1g", "--master spark://no-port: the engine cannot be reached"),
    ],
)
def test_a_start_that_fails_has_a_code(engine, master, options, said):
    if engine.name != "spark":
        pytest.skip("the embedded engine starts no Java")
    command = [sys.executable, "-c", STARTS, master]
    environment = os.environ | {"SPARK_SUBMIT_OPTS": options}
    heard = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert heard.stdout.startswith(said)
    assert "Traceback" not in heard.stderr
