"""What mkdocs asks when it builds the site: pages that are made from the source stand beside the written ones."""

from __future__ import annotations

import re
import sys
from functools import cache
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[2]


def on_files(files: Files, config: Any) -> Files:
    """The site has the README as its first page, the components, the commands and the codes."""
    sys.path.insert(0, str(ROOT / "scripts"))  # here, for mkdocs puts the path back after it has loaded this
    from site_pages import codes, commands, components

    pages = ROOT / "docs"
    made = {
        "index.md": _home((ROOT / "README.md").read_text(encoding="utf-8")),
        "commands.md": commands.page(),
        "troubleshooting.md": codes.page(ROOT / "mesh_etl", pages),
        **{f"components/{kind}s.md": components.page(kind) for kind in components.KINDS},
    }
    for name, text in made.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Any, config: Any, files: Files) -> str:
    """Links to files of the checkout that the site does not have become their paths; a page is named by its title."""
    inside = re.sub(r"\[([^\]]+)\]\(\.\./(?!docs/)([^)]+)\)", r"\1 (`\2`)", markdown)
    return re.sub(r"\[(?:docs/)?([a-z_/]+\.md)\](?=\(\1[)#])", lambda link: f"[{_title(link[1])}]", inside)


@cache
def _title(page: str) -> str:
    """The first heading of a page; of one that is made from the source, its path."""
    path = ROOT / "docs" / page
    return path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") if path.is_file() else page


def _home(readme: str) -> str:
    """The README with its links as seen from the pages; what is no page is named by its path."""
    inside = re.sub(r"\]\(docs/([^)]+)\)", r"](\1)", readme)
    return re.sub(r"\[([^\]]+)\]\((?!https?:|#|[a-z_/]+\.md|events/)([^)]+)\)", r"\1 (`\2`)", inside)
