"""What kind of content a file has: told by its first bytes, and only where those do not tell by its name.

The names are those of IANA's registry where it has one. Nothing is looked up on the machine, so that every worker says
the same.
"""

from __future__ import annotations

import re

HEAD_BYTES = 4096
UNKNOWN = "application/octet-stream"

_ZIP, _OLE, _XML = "application/zip", "application/x-ole-storage", "application/xml"
_MAGIC: tuple[tuple[int, bytes, str], ...] = (
    (0, b"%PDF-", "application/pdf"),
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (0, b"II*\0", "image/tiff"),
    (0, b"MM\0*", "image/tiff"),
    (8, b"WEBP", "image/webp"),
    (8, b"WAVE", "audio/wav"),
    (8, b"AVI ", "video/x-msvideo"),
    (4, b"ftypheic", "image/heic"),
    (4, b"ftypavif", "image/avif"),
    (4, b"ftypM4A", "audio/mp4"),
    (4, b"ftypqt", "video/quicktime"),
    (4, b"ftyp", "video/mp4"),
    (0, b"\x1aE\xdf\xa3", "video/x-matroska"),
    (0, b"OggS", "application/ogg"),
    (0, b"fLaC", "audio/flac"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"PK\x03\x04", _ZIP),
    (0, b"PK\x05\x06", _ZIP),
    (0, b"\x1f\x8b\x08", "application/gzip"),
    (0, b"BZh", "application/x-bzip2"),
    (0, b"\x28\xb5\x2f\xfd", "application/zstd"),
    (0, b"\xfd7zXZ\0", "application/x-xz"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (257, b"ustar", "application/x-tar"),
    (0, b"PAR1", "application/vnd.apache.parquet"),
    (0, b"ORC", "application/vnd.apache.orc"),
    (0, b"Obj\x01", "application/vnd.apache.avro"),
    (0, b"SQLite format 3\0", "application/vnd.sqlite3"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLE),
    (0, b"{\\rtf", "application/rtf"),
    (0, b"%!PS", "application/postscript"),
    (0, b"\x7fELF", "application/x-elf"),
)
_RIFF = {"image/webp", "audio/wav", "video/x-msvideo"}
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(\?xml[\s?]|!doctype\s+html|html[\s>])", re.IGNORECASE)
_OFFICE = "application/vnd.openxmlformats-officedocument"
_OPEN = "application/vnd.oasis.opendocument"
_SUFFIXES = {
    "csv": "text/csv", "tsv": "text/tab-separated-values", "txt": "text/plain", "log": "text/plain",
    "md": "text/markdown", "html": "text/html", "htm": "text/html", "css": "text/css",
    "js": "text/javascript", "json": "application/json", "ndjson": "application/x-ndjson",
    "jsonl": "application/x-ndjson", "yaml": "application/yaml", "yml": "application/yaml", "sql": "application/sql",
    "ics": "text/calendar", "vcf": "text/vcard", "eml": "message/rfc822", "mp3": "audio/mpeg",
}  # fmt: skip
# What a container holds is told by the name, as long as the container is the one that such a file has.
_WITHIN = {
    _ZIP: {
        "docx": f"{_OFFICE}.wordprocessingml.document", "xlsx": f"{_OFFICE}.spreadsheetml.sheet",
        "pptx": f"{_OFFICE}.presentationml.presentation", "odt": f"{_OPEN}.text", "ods": f"{_OPEN}.spreadsheet",
        "odp": f"{_OPEN}.presentation", "epub": "application/epub+zip", "jar": "application/java-archive",
    },
    _OLE: {
        "doc": "application/msword", "xls": "application/vnd.ms-excel", "ppt": "application/vnd.ms-powerpoint",
        "msg": "application/vnd.ms-outlook",
    },
    _XML: {"svg": "image/svg+xml", "xhtml": "application/xhtml+xml", "kml": "application/vnd.google-earth.kml+xml"},
}  # fmt: skip


def media_type(head: bytes, name: str) -> str:
    """The media type of a file with these first bytes (up to `HEAD_BYTES`) and this name."""
    suffix = name.rpartition(".")[2].lower() if "." in name else ""
    found = _by_content(head)
    if found:
        return _WITHIN.get(found, {}).get(suffix, found)
    return _SUFFIXES.get(suffix, UNKNOWN)


def _by_content(head: bytes) -> str | None:
    for offset, magic, found in _MAGIC:
        if head.startswith(magic, offset) and (found not in _RIFF or head.startswith(b"RIFF")):
            return found
    markup = _MARKUP.match(head)
    if not markup:
        return None
    return _XML if markup[1].lower().startswith(b"?xml") else "text/html"
