"""`mesh-etl govern draw` on a laptop: the file it writes, and what it says where it cannot."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from mesh_etl.cli import main
from tests.unit.views.conftest import Files


def said(capsys, root, *words):
    with pytest.raises(SystemExit) as end:
        main(["govern", "draw", *words, "--root", str(root)])
    return (end.value.code or 0, *capsys.readouterr())


def test_the_picture_is_written(tmp_path, capsys):
    Files(tmp_path)
    out = tmp_path / "mesh.svg"
    code, told, _ = said(capsys, tmp_path, "--out", str(out), "--json")
    assert code == 0
    assert json.loads(told)["accounts"] == 4
    texts = [one.text for one in ElementTree.parse(out).iter("{http://www.w3.org/2000/svg}text")]
    assert "Governance of the mesh demo" in texts
    assert "sales 222222222222" in texts


def test_a_place_that_cannot_be_written_is_named(tmp_path, capsys):
    Files(tmp_path)
    out = tmp_path / "nowhere" / "mesh.svg"
    code, _, err = said(capsys, tmp_path, "--out", str(out))
    assert code == 4
    assert "[OUTPUT_UNWRITTEN]" in err
    assert str(out) in err
