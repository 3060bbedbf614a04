"""`mesh-etl contract lint`: whether contract files mean something, all faults at once."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from mesh_etl.cli.options import Json, NoColor

if TYPE_CHECKING:
    from mesh_etl.contract.review import Review

Files = Annotated[list[Path], typer.Argument(metavar="FILE", help="Contract files.", exists=True, dir_okay=False)]
Strict = Annotated[bool, typer.Option("--strict", help="Hold each file against the version that it declares.")]
Standard = Annotated[
    bool, typer.Option("--standard", help="Ask for the standard alone; what only this mesh needs is a warning.")
]
FailOn = Annotated[Literal["error", "warning"], typer.Option("--fail-on", help="What makes the exit code 2.")]
Ci = Annotated[bool, typer.Option("--ci", help="Annotations that GitHub shows beside the lines.")]


def lint(
    files: Files,
    strict: Strict = False,
    standard: Standard = False,
    fail_on: FailOn = "error",
    ci: Ci = False,
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Check contract files, wherever they stand.

    Every fault is listed, and what is unwise."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.annotations import annotate
    from mesh_etl.contract.review import review

    found = {str(file): _planned(file, review(file, str(file), strict=strict, standard=standard)) for file in files}
    faults = [fault for one in found.values() for fault in one.faults]
    warnings = [fault for one in found.values() for fault in one.warnings]
    failed = bool(faults) or (fail_on == "warning" and bool(warnings))
    if as_json:
        screen.document(_document(found, failed))
    elif ci:
        annotate("error", faults)
        annotate("warning", warnings)
    else:
        screen.errors(faults)
        screen.errors(warnings, "warning")
        _told(found, failed)
    if failed:
        raise typer.Exit(2)


def _planned(file: Path, found: Review) -> Review:
    """The review with the faults that show when the rules are planned: arguments of checks, expressions, DQDL.

    Outside of a project nobody knows its own checks: one that is not built in is a warning there.
    """
    from mesh_etl.checks import planned
    from mesh_etl.config.plugins import import_around
    from mesh_etl.contract.load import load
    from mesh_etl.contract.review import Review
    from mesh_etl.errors import ConfigError

    if found.faults:
        return found
    at_home = import_around(file)
    try:
        planned(load(file, str(file)))
    except ConfigError as error:
        mild = [fault for fault in error.faults if fault.code == "UNKNOWN_CHECK" and not at_home]
        # with --standard, what only a product needs is a warning already, and such a contract has no plan
        wrong = [fault for fault in error.faults if fault not in mild and fault not in found.warnings]
        return Review(tuple(wrong), (*found.warnings, *mild))
    return found


def _told(found: dict[str, Review], failed: bool) -> None:
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import count

    valid = sum(not one.faults for one in found.values())
    warned = sum(len(one.warnings) for one in found.values())
    told = f", {count(warned, 'warning')}" if warned else ""
    verdict = "valid" if valid == len(found) else f"{valid} of them valid"
    screen.Page().line(f"{count(len(found), 'contract')}: {verdict}{told}", style="red" if failed else "")


def _document(found: dict[str, Review], failed: bool) -> dict[str, object]:
    from mesh_etl.cli.failures import plain

    return {
        "valid": not failed,
        "contracts": len(found),
        "files": [
            {"file": name, "faults": plain(one.faults), "warnings": plain(one.warnings)} for name, one in found.items()
        ],
    }
