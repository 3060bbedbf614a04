"""What an earlier time has left in the folder of a unit's files is taken for what it is."""

from __future__ import annotations

import json

import pytest

from mesh_etl.deploy.package.made import MANIFEST, Made


@pytest.mark.parametrize("name", ["..", ".", "", "../kept", "sub/kept", "sub", "..\\kept", ["kept"]])
def test_a_manifest_that_lies_removes_nothing(tmp_path, name):
    folder = tmp_path / "build"
    (folder / "sub").mkdir(parents=True)
    kept = [tmp_path / "kept", folder / "sub" / "kept", folder / "kept"]
    for one in kept:
        one.write_text("")
    (folder / MANIFEST).write_text(json.dumps({"artifacts": [{"name": name}]}))
    Made(folder).clear()
    assert [one for one in kept if not one.is_file()] == []


def test_a_link_in_the_folder_is_replaced_and_what_it_leads_to_is_not(tmp_path):
    other = tmp_path / "other"
    other.write_text("mine")
    (tmp_path / "build").mkdir()
    (tmp_path / "build" / "run.py").symlink_to(other)
    made = Made(tmp_path / "build").of("script", "run.py", b"import sys")
    assert (made.path.read_bytes(), made.path.is_symlink(), other.read_text()) == (b"import sys", False, "mine")
