"""`mesh-etl govern history`: who applied what to the accounts of the mesh, and when."""

from __future__ import annotations

from mesh_etl.cli.options import HERE, Env, Json, NoColor, Root


def history(root: Root = HERE, env: Env = "local", as_json: Json = False, no_color: NoColor = False) -> None:
    """List what was applied, the newest first."""
    from mesh_etl.cli import screen
    from mesh_etl.cli.wording import count
    from mesh_etl.config import Project
    from mesh_etl.govern.planned import record

    entries = record(Project.open(root, env)).entries()[::-1]
    if as_json:
        screen.document({"applications": entries})
        return
    page = screen.Page()
    if not entries:
        page.line("Nothing was applied yet; begin with: mesh-etl govern plan")
    for one in entries:
        page.line(f"{one['at'][:19]}  {one['ending']}  {count(len(one['changes']), 'change')} by {one['by']}")
