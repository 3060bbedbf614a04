"""The log of events: whole lines, in order, whoever else writes and however somebody died."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import pytest

from mesh_etl.events import AccessGranted, AccessRevoked, followed, log, logged

AT = "2026-11-22T10:00:00.000+00:00"


def granted(number: int) -> AccessGranted:
    return AccessGranted(
        mesh="demo", product="sales.orders", at=AT, principal=f"role-{number}", access="reader", by="sales.owner"
    )


def test_events_are_read_as_they_were_written(tmp_path: Path) -> None:
    log.write(tmp_path, [granted(1)])
    log.write(tmp_path, [granted(2), granted(3)])
    assert [one["principal"] for one in logged(tmp_path)] == ["role-1", "role-2", "role-3"]
    assert {one["type"] for one in logged(tmp_path)} == {"AccessGranted"}


def test_there_need_not_be_a_log(tmp_path: Path) -> None:
    assert list(logged(tmp_path / "none")) == []


def test_a_line_that_a_crash_cut_off_is_passed_over(tmp_path: Path) -> None:
    log.write(tmp_path, [granted(1)])
    with (tmp_path / log.FILE).open("a") as file:
        file.write('{"type": "Acc')
    assert len(list(logged(tmp_path))) == 1
    log.write(tmp_path, [granted(2), granted(3)])
    assert [one["principal"] for one in logged(tmp_path)] == ["role-1", "role-2", "role-3"]


def test_what_many_write_at_once_does_not_mix(tmp_path: Path) -> None:
    def write(start: int) -> None:
        for number in range(start, start + 50):
            log.write(tmp_path, [granted(number)])

    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 50, 100, 150)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sorted(one["principal"] for one in logged(tmp_path)) == sorted(f"role-{number}" for number in range(200))


def test_who_follows_sees_what_comes_and_not_what_was(tmp_path: Path) -> None:
    log.write(tmp_path, [granted(1)])
    following = followed(tmp_path)
    threading.Timer(0.2, log.write, (tmp_path, [granted(2)])).start()
    assert next(following)["principal"] == "role-2"


def test_the_same_told_again_has_the_same_id_and_another_thing_another(tmp_path: Path) -> None:
    assert granted(1).id == granted(1).id
    revoked = AccessRevoked.model_validate({**granted(1).model_dump(exclude={"id", "until"})})
    assert len({granted(1).id, granted(2).id, revoked.id}) == 3


def test_an_event_takes_nothing_that_its_form_does_not_have() -> None:
    with pytest.raises(ValueError, match="extra"):
        AccessGranted.model_validate({**json.loads(granted(1).model_dump_json(exclude={"id"})), "email": "x"})
