"""`html`: the contract as one page that needs nothing else, in light and dark."""

from __future__ import annotations

from html import escape

from mesh_etl.exchange.exported import Exporting
from mesh_etl.exchange.exports.page import Section, page

_STYLE = """
:root { color-scheme: light dark; --text: #1d2430; --soft: #5b6675; --line: #dde2e8; --back: #fff; --band: #f5f7f9;
  --mark: #0b5fa5; }
@media (prefers-color-scheme: dark) { :root { --text: #e4e8ee; --soft: #9aa6b5; --line: #2f3843; --back: #14181e;
  --band: #1b2129; --mark: #7db8ea; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; }
main { max-width: 72rem; margin: 0 auto; padding: 2.5rem 1.5rem 4rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0 0 .75rem; overflow-wrap: anywhere; }
h2 { font-size: 1.15rem; margin: 2.5rem 0 .75rem; padding-bottom: .35rem; border-bottom: 1px solid var(--line); }
p { max-width: 46rem; margin: .5rem 0; white-space: pre-line; overflow-wrap: anywhere; }
dl { display: flex; flex-wrap: wrap; gap: .25rem 1.75rem; margin: 0; }
dl div { display: flex; gap: .5rem; }
dt { color: var(--soft); } dd { margin: 0; font-weight: 600; overflow-wrap: break-word; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: .925rem; }
th { text-align: left; font-weight: 600; color: var(--soft); }
th, td { padding: .45rem .9rem .45rem .5rem; vertical-align: top; border-bottom: 1px solid var(--line);
  overflow-wrap: break-word; }
tbody tr:nth-child(even) { background: var(--band); }
td:first-child { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .875rem;
  color: var(--mark); }
.columns td:nth-child(2) { font-family: ui-monospace, "Cascadia Mono", Menlo, Consolas, monospace; font-size: .85rem; }
@media print { main { max-width: none; padding: 0; } .wide { overflow: visible; } }
"""


def html(exporting: Exporting) -> str:
    """The page; it loads nothing, runs nothing, and says so to the browser."""
    shown = page(exporting)
    facts = "".join(f"<div><dt>{escape(key)}</dt><dd>{escape(one)}</dd></div>" for key, one in shown.facts)
    sections = "\n".join(map(_section, shown.sections))
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{escape(shown.title)}</title>
<style>{_STYLE}</style>
</head>
<body>
<main>
<h1>{escape(shown.title)}</h1>
<dl>{facts}</dl>
{sections}
</main>
</body>
</html>
"""


def _section(section: Section) -> str:
    parts = [f"<h2>{escape(section.title)}</h2>", *(f"<p>{escape(text)}</p>" for text in section.texts)]
    if section.rows:
        head = "".join(f"<th>{escape(one)}</th>" for one in section.header)
        rows = "\n".join(f"<tr>{''.join(f'<td>{escape(one)}</td>' for one in row)}</tr>" for row in section.rows)
        kind = section.title.lower().replace(" ", "-")
        table = f"<table class={kind}>\n<thead><tr>{head}</tr></thead>\n<tbody>\n{rows}\n</tbody>\n</table>"
        parts.append(f'<div class="wide">{table}</div>')
    return "<section>\n" + "\n".join(parts) + "\n</section>"
