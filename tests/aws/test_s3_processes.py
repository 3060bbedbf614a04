"""Writers that are killed, and writers that race, each in a process of its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from mesh_etl.storage.s3 import S3Storage

ROOT = "s3://lake/w/d/it"


@pytest.fixture
def program(s3, s3_environment):
    """Starts a program that has a storage and the root of a table."""
    running = []

    def start(text, *arguments):
        head = "import sys\nfrom mesh_etl.storage import s3_parts, storage_of\n"
        head += f"root = {ROOT!r}\nstorage = storage_of(root)\n"
        environment = {**os.environ, **s3_environment, "PYTHONPATH": str(Path(__file__).parents[2])}
        command = [sys.executable, "-c", head + textwrap.dedent(text), *arguments]
        running.append(subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True))
        return running[-1]

    yield start
    for one in running:
        one.kill()
        one.wait()
        one.stdout.close()


def test_of_processes_that_race_for_an_entry_one_wins(program):
    race = """
        print("ready", flush=True)
        for seq in range(20):
            if storage.create(f"{root}/_ledger/{seq}.json", sys.argv[1].encode()):
                print(seq, flush=True)
    """
    both = [program(race, str(number)) for number in range(3)]
    won = [one.communicate()[0].split()[1:] for one in both]
    assert sorted(int(seq) for mine in won for seq in mine) == list(range(20))
    for number, mine in enumerate(won):
        assert all(S3Storage().read(f"{ROOT}/_ledger/{seq}.json") == b"%d" % number for seq in mine)


@pytest.mark.parametrize("moment", ["before-send.s3.UploadPart", "before-send.s3.CompleteMultipartUpload"])
def test_a_writer_that_is_killed_leaves_nothing_that_is_seen(program, s3, moment):
    writer = program(
        """
        import os, signal
        import mesh_etl.storage.s3
        mesh_etl.storage.s3.PART_BYTES = s3_parts.PART_BYTES = 5 << 20
        sent = []
        def die(**_):
            sent.append(1)
            if len(sent) == int(sys.argv[2]):
                os.kill(os.getpid(), signal.SIGKILL)
        storage.client.meta.events.register(sys.argv[1], die)
        with storage.writing(f"{root}/data/t/x") as local:
            with open(local, "wb") as file:
                file.write(b"x" * (11 << 20))
        """,
        moment,
        "2" if "Part" in moment and "Complete" not in moment else "1",
    )
    writer.communicate()
    assert writer.returncode == -signal.SIGKILL
    assert s3.list_objects_v2(Bucket="lake")["KeyCount"] == 0
    assert list(S3Storage().walk(ROOT)) == []
