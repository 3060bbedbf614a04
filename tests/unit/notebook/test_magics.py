"""The extension in a shell of IPython: commands, cells of YAML, and the magics of Glue that do nothing here."""

from __future__ import annotations

import pytest

from mesh_etl.notebook.glue_magics import CELLS, LINES
from tests.unit.notebook.conftest import CONTRACT, JOB


@pytest.fixture
def shell(root, tmp_path_factory, monkeypatch):
    """A shell of its own with our extension, in the folder of the project."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path_factory.mktemp("ipython")))
    monkeypatch.setenv("COLUMNS", "120")
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    monkeypatch.chdir(root)
    InteractiveShell.clear_instance()
    made = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    made.run_line_magic("load_ext", "mesh_etl")
    yield made
    InteractiveShell.clear_instance()


def run(shell, cell, capsys):
    """Whether the cell went through, and what was said."""
    done = shell.run_cell(cell)
    said = capsys.readouterr()
    return done.success, said.out + said.err


@pytest.mark.parametrize("name", LINES)
def test_the_lines_of_glue_are_no_errors(shell, capsys, name):
    assert run(shell, f"%{name} x", capsys) == (True, f"passed over: %{name} is for AWS Glue\n")


@pytest.mark.parametrize("name", CELLS)
def test_the_cells_of_glue_are_no_errors(shell, capsys, name):
    assert run(shell, f'%%{name}\n{{"a": 1}}', capsys) == (True, f"passed over: %%{name} is for AWS Glue\n")


def test_a_magic_of_somebody_else_stays(shell, capsys):
    shell.register_magic_function(lambda line: print("theirs"), "line", "region")
    shell.run_line_magic("reload_ext", "mesh_etl")
    assert run(shell, "%region eu-west-1", capsys) == (True, "theirs\n")


def test_a_command_says_what_it_says(shell, capsys):
    went, said = run(shell, "%mesh plan shop.visits", capsys)
    assert went
    assert "shop.visits  contract shop.visits 1.0.0" in said


def test_a_command_that_fails_stops_the_cell(shell, capsys):
    went, said = run(shell, "%mesh plan shop.visit\nprint('on')", capsys)
    assert not went
    assert "did you mean 'shop.visits'?" in said
    assert "mesh-etl plan has failed with exit code 2" in said
    assert "Traceback" not in said
    assert "on\n" not in said


def test_a_mistake_in_a_cell_is_a_line(shell, capsys):
    went, said = run(shell, "from mesh_etl import notebook\nnotebook.open('shop.visits').filter(wehre='x')", capsys)
    assert not went
    assert "unknown key 'wehre'; did you mean 'where'?" in said
    assert "Traceback" not in said
    assert len(said.splitlines()) == 2


def test_a_cell_is_a_contract(shell, capsys, root):
    path = root / "configs/shop/visits/contract.yaml"
    cell = CONTRACT.replace("1.0.0", "1.0.1")
    assert run(shell, f"%%contract shop.visits\n{cell}", capsys)[0]
    assert run(shell, f"%%contract shop.visits --write\n{cell}", capsys)[0]
    assert path.read_text() == CONTRACT
    assert run(shell, f"%%contract shop.visits --replace\n{cell}", capsys)[0]
    assert path.read_text() == cell


def test_a_contract_with_a_fault_is_told_by_its_line(shell, capsys):
    went, said = run(shell, f"%%contract shop.visits --replace\n{CONTRACT.replace('status', 'stauts')}", capsys)
    assert not went
    assert "contract.yaml:5:1: stauts: unknown key 'stauts'; did you mean 'status'?" in said


def test_a_job_with_a_fault_is_told_by_its_line(shell, capsys):
    went, said = run(shell, f"%%mesh_job shop.visits\n{JOB.replace('mode', 'moed')}", capsys)
    assert not went
    assert "job.yaml:5:3: target.moed: unknown key 'moed'" in said


@pytest.mark.parametrize("line", ["", "shop.visits --wriet", "shop.visits shop.orders"])
def test_words_that_nobody_knows_are_told(shell, capsys, line):
    went, said = run(shell, f"%%mesh_job {line}\n{JOB}", capsys)
    assert not went
    assert "write: PRODUCT [--write|--replace]" in said


@pytest.mark.parametrize("cell", ['%mesh plan "shop.visits', f'%%mesh_job "shop.visits\n{JOB}'])
def test_a_quote_that_is_not_closed_is_told(shell, capsys, cell):
    went, said = run(shell, cell, capsys)
    assert not went
    assert said == "error: a quote is not closed; close it, or write \\' for a plain one [USAGE]\n"


def test_commands_and_products_are_completed(shell):
    from IPython.core.completer import provisionalcompleter

    def completed(line):
        return {one.text for one in shell.Completer.completions(line, len(line))}

    with provisionalcompleter():
        assert {"plan", "run", "validate"} <= completed("%mesh ")
        assert "shop.visits" in completed("%mesh plan ")
