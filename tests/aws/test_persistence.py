"""The embedded catalogue outlives its clients, is shared by processes, and survives their death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mesh_etl import embedded_aws

ROOT = Path(__file__).parents[2]
RACER = """
import sys
from pathlib import Path
from mesh_etl import embedded_aws
glue = embedded_aws.client("glue", Path(sys.argv[1]))
found = glue.get_table(DatabaseName="sales", Name="orders")["Table"]
fields = {key: found[key] for key in ("Name", "StorageDescriptor", "PartitionKeys")}
print("ready", flush=True)
sys.stdin.readline()
try:
    glue.update_table(
        DatabaseName="sales", TableInput={**fields, "Description": sys.argv[2]}, VersionId=found["VersionId"])
    print("won", flush=True)
except glue.exceptions.ConcurrentModificationException:
    print("lost", flush=True)
"""
KILLED = """
import os, signal, sys
from pathlib import Path
from mesh_etl import embedded_aws
from mesh_etl.embedded_aws.glue import partitions
glue = embedded_aws.client("glue", Path(sys.argv[1]))
add, added = partitions.add, []
def killing(call, table, body):
    add(call, table, body)
    added.append(body)
    if len(added) == 60:
        os.kill(os.getpid(), signal.SIGKILL)
partitions.add = killing
glue.batch_create_partition(DatabaseName="sales", TableName="orders",
    PartitionInputList=[{"Values": ["2024", str(n)]} for n in range(100)])
"""


def python(program: str, *arguments: str) -> subprocess.Popen[str]:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environment}
    return subprocess.Popen([sys.executable, "-c", program, *arguments], **pipes)


def test_a_new_client_finds_what_an_old_one_wrote(table: Any, tmp_path: Path) -> None:
    other = embedded_aws.client("glue", tmp_path)
    assert other.get_table(DatabaseName="sales", Name="orders")["Table"]["Name"] == "orders"
    assert [path.name for path in tmp_path.iterdir()] == [embedded_aws.FILE]


def test_of_racing_processes_exactly_one_wins(table: Any, tmp_path: Path) -> None:
    racers = {name: python(RACER, str(tmp_path), name) for name in ("one", "two", "three")}
    for racer in racers.values():
        assert racer.stdout is not None
        assert racer.stdout.readline() == "ready\n"
    for racer in racers.values():
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    said = {name: racer.communicate(timeout=60)[0].strip() for name, racer in racers.items()}
    assert sorted(said.values()) == ["lost", "lost", "won"]
    found = table.get_table(DatabaseName="sales", Name="orders")["Table"]
    assert found["VersionId"] == "1"
    assert said[found["Description"]] == "won"


def test_no_update_is_lost_however_many_write_at_once(table: Any, tmp_path: Path) -> None:
    each = 15

    def count_up(_: int) -> None:
        glue = embedded_aws.client("glue", tmp_path)
        done = 0
        while done < each:
            found = glue.get_table(DatabaseName="sales", Name="orders")["Table"]
            fields = {key: found[key] for key in ("Name", "StorageDescriptor", "PartitionKeys")}
            count = int(found.get("Parameters", {}).get("count", 0))
            fields["Parameters"] = {"count": str(count + 1)}
            try:
                glue.update_table(DatabaseName="sales", TableInput=fields, VersionId=found["VersionId"])
            except glue.exceptions.ConcurrentModificationException:
                continue
            done += 1

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(count_up, range(4)))
    found = table.get_table(DatabaseName="sales", Name="orders")["Table"]
    assert (found["Parameters"]["count"], found["VersionId"]) == (str(4 * each), str(4 * each))


def test_a_process_killed_in_the_middle_of_a_batch_leaves_nothing_of_it(table: Any, tmp_path: Path) -> None:
    victim = python(KILLED, str(tmp_path))
    victim.communicate(timeout=60)
    assert victim.returncode == -signal.SIGKILL
    place = {"DatabaseName": "sales", "TableName": "orders"}
    assert table.get_partitions(**place)["Partitions"] == []
    table.create_partition(**place, PartitionInput={"Values": ["2024", "1"]})
    assert len(table.get_partitions(**place)["Partitions"]) == 1


@pytest.mark.parametrize(("phase", "created"), [("before", False), ("after", True)])
def test_a_fault_strikes_before_or_after_the_effect(tmp_path: Path, phase: str, created: bool) -> None:
    def strike(operation: str, moment: str) -> None:
        if (operation, moment) == ("CreateDatabase", phase):
            raise ConnectionResetError("struck")

    glue = embedded_aws.client("glue", tmp_path, fault=strike)
    with pytest.raises(ConnectionResetError, match="struck"):
        glue.create_database(DatabaseInput={"Name": "sales"})
    found = [database["Name"] for database in glue.get_databases()["DatabaseList"]]
    assert found == (["sales"] if created else [])
