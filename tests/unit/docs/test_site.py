"""The site builds, each of its links and anchors leads somewhere, and the pages made from the source are whole."""

from __future__ import annotations

import ast
import logging
import re
import warnings
from pathlib import Path

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from site_pages import codes, commands, components

from mesh_etl.sources import source
from mesh_etl.transforms import transform

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site; whatever mkdocs warns of stops the build, as it does in scripts/site."""
    target = tmp_path_factory.mktemp("site")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # of mkdocs itself
        config = load_config(str(ROOT / "mkdocs.yml"), site_dir=str(target), strict=True)
        config.plugins.on_startup(command="build", dirty=False)
        try:
            build(config)
        finally:
            config.plugins.on_shutdown()
            logging.getLogger("mkdocs").handlers.clear()
    return target


def test_every_page_is_there(site: Path) -> None:
    written = {path.with_suffix(".html").name for path in (ROOT / "docs").glob("*.md")}
    assert written <= {path.name for path in site.glob("*.html")}
    assert "index.html" in {path.name for path in site.glob("*.html")}


def test_nothing_is_asked_of_another_host(site: Path) -> None:
    asked = {
        link
        for path in site.rglob("*.html")
        for link in re.findall(r'<(?:script|link|img|iframe)[^>]+(?:src|href)="(https?://[^"]+)"', path.read_text())
    }
    assert asked == set()


def test_a_page_is_linked_by_its_title(site: Path) -> None:
    page = (site / "architecture.html").read_text(encoding="utf-8")
    assert '<a href="engines.html">Engines</a>' in page
    assert not re.search(r"<a [^>]+>[a-z_/]+\.md</a>", page)


def test_a_page_has_every_component() -> None:
    page = components.page("transform")
    assert all(f"\n## {name}\n" in page for name in transform)
    assert all(f"\n## {name}\n" in components.page("source") for name in source)
    assert "- {type: dedupe, keys: [order_key]" in page
    assert "| `keys` | **needed** | The columns that make two rows the same. |" in page


def test_a_page_has_every_command() -> None:
    page = commands.page()
    assert "\n## run\n" in page
    assert "\n## govern apply\n" in page
    assert "`mesh-etl run" in page


def test_a_page_has_every_code_that_a_fault_is_given() -> None:
    page = codes.page(ROOT / "mesh_etl", ROOT / "docs")
    given = {
        node.args[0].value
        for path in (ROOT / "mesh_etl").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Name)
        and node.func.id == "Fault"
        and node.args
        and isinstance(node.args[0], ast.Constant)
    }
    assert len(given) > 300
    assert {code for code in given if f"\n## `{code}`" not in page} == set()


def test_what_a_code_says_is_read_from_the_source(tmp_path: Path) -> None:
    (tmp_path / "mesh").mkdir()
    (tmp_path / "mesh" / "part.py").write_text(
        "def look(name):\n"
        "    fix = did_you_mean(name, known)\n"
        "    problem = f\"there is no '{name}' here\"\n"
        "    raise PlanError(Fault('NOT_HERE', problem, where, fix))\n"
    )
    (tmp_path / "codes.md").write_text("| code | x |\n|---|---|\n| `NOT_HERE` | it is here |\n")
    page = codes.page(tmp_path / "mesh", tmp_path)
    assert "Holds to: it is here." in page
    assert "- there is no '*name*' here (exit 3)" in page
    assert "**Fix:** take the nearest name that the message shows" in page


def test_a_fix_that_several_modules_say_is_read_where_it_stands(tmp_path: Path) -> None:
    sources = {
        "kept.py": "WORDS = 'a backup'\n_AGAIN = 'no'\nFIX = f'restore it from {WORDS}'\n",
        "part/__init__.py": "from mesh.kept import FIX\n",
        "part/look.py": "from mesh.part import FIX\n_AGAIN = f'{FIX}, and run again'\n"
        "def look():\n    return Fault('NOT_HERE', 'it is gone', where, f'{_AGAIN}: {name}')\n",
    }
    for name, text in sources.items():
        (tmp_path / "mesh" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "mesh" / name).write_text(text)
    (tmp_path / "codes.md").write_text("")
    page = codes.page(tmp_path / "mesh", tmp_path)
    assert "**Fix:** restore it from a backup, and run again: *name*" in page
