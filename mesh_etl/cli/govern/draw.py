"""`mesh-etl govern draw`: the governance of the mesh as a picture."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root

Out = Annotated[Path, typer.Option("--out", help="The SVG file to write.", dir_okay=False)]


def draw(
    out: Out = Path("governance.svg"),
    root: Root = HERE,
    env: Env = "local",
    as_json: Json = False,
    no_color: NoColor = False,
) -> None:
    """Draw who has been given what, as the accounts hold it now."""
    from mesh_etl import worlds
    from mesh_etl.cli import screen
    from mesh_etl.config import Project
    from mesh_etl.errors import Fault, RunError
    from mesh_etl.govern.drawing import drawn
    from mesh_etl.govern.observe import observed
    from mesh_etl.govern.principals import name_of

    project = Project.open(root, env)
    found = observed(project, worlds.open(project.env, project.root))
    names: dict[str, str] = {}
    picture = drawn(
        found,
        lambda who: names.setdefault(who, name_of(project.mesh, who)),
        f"Governance of the mesh {project.mesh.name}",
    )
    try:
        out.write_text(picture, encoding="utf-8")
    except OSError as error:
        raise RunError(
            Fault("OUTPUT_UNWRITTEN", f"the picture cannot be written: {error.strerror}", str(out), "name another file")
        ) from error
    told = {"file": str(out), "accounts": len(found.settings), "tables": len(found.tables), "grants": len(found.grants)}
    if as_json:
        screen.document(told)
        return
    screen.Page().line(f"wrote {out}: {told['accounts']} accounts, {told['tables']} tables, {told['grants']} grants")
