"""The page on commands: each with its arguments and options, as `mesh-etl COMMAND --help` has them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any


def page() -> str:
    """The page: all commands in the order in which `mesh-etl --help` lists them."""
    import typer

    from mesh_etl.cli.app import app

    lines = ["# Commands\n", "`--json` on any command is for programs. Made from the commands themselves.\n"]
    for path, command in _commands(typer.main.get_command(app), ("mesh-etl",)):
        lines += _command(path, command)
    return "\n".join(lines) + "\n"


def _commands(command: Any, path: tuple[str, ...]) -> Iterator[tuple[str, Any]]:
    inner = getattr(command, "commands", None)
    if inner is None:
        yield " ".join(path), command
        return
    for name, one in inner.items():
        yield from _commands(one, (*path, name))


def _command(path: str, command: Any) -> list[str]:
    lines = [f"\n## {path.removeprefix('mesh-etl ')}\n", f"`{path} {_arguments(command)}`\n".replace(" `", "`")]
    lines.append(_shown(command.help or ""))
    options = [one for one in command.params if one.param_type_name == "option" and not one.hidden]
    if options:
        lines += ["\n| option | |", "|---|---|"]
    for one in options:
        names = ", ".join(f"`{name}`" for name in [*one.opts, *one.secondary_opts])
        lines.append(f"| {names} | {_shown(one.help or '')} |")
    return lines


def _arguments(command: Any) -> str:
    named = [one for one in command.params if one.param_type_name == "argument"]
    return " ".join(one.metavar or one.name.upper() for one in named)


def _shown(text: str) -> str:
    """The text as Markdown: `<name>` is no tag, and `|` no border."""
    return text.strip().replace("<", "&lt;").replace("|", "\\|")
