"""The codes under which a parser rejects a record or a whole file, and what each says.

They are stable: people filter by them. A code in `CODES` sends one record to the quarantine; one in `FILE_CODES` is an
error that names the file and stops the run, so that nothing is published of a delivery that is not whole.
"""

from __future__ import annotations

CODES = {
    "DATE_FORMAT": "a date is a day of the calendar, written YYYY-MM-DD",
    "DECIMAL_SCALE": "a decimal has no more digits after the point than its type",
    "DUPLICATE_KEY": "an object has each key once",
    "ENCODING": "text is UTF-8",
    "FIELD_COUNT": "a record has as many fields as the header",
    "LONE_RETURN": "a carriage return stands only before a line feed",
    "NOT_AN_OBJECT": "a line of JSON is an object",
    "NOT_JSON": "a line is JSON and nothing else",
    "TEXT_AFTER_QUOTE": "a quoted field ends with its quote",
    "TS_FORMAT": "a timestamp is a moment, written YYYY-MM-DD hh:mm:ss with up to six digits after a point",
    "TS_NO_OFFSET": "a timestamp has an offset, or the source declares a timezone",
    "TYPE_FORMAT": "a value is written as its type is",
    "TYPE_OVERFLOW": "a value is in the range of its type",
    "UNKNOWN_FIELD": "an object has no other keys than the contract",
    "UNTERMINATED_QUOTE": "a quoted field is closed in its record",
}

FILE_CODES = {
    "COLUMN_DUPLICATE": "a file has each column once",
    "COLUMN_MISSING": "a file has every column that is read",
    "COLUMN_UNEXPECTED": "a file has no column that is not read",
    "COMPRESSION_BROKEN": "a compressed file is whole",
    "EMPTY_FILE": "a file holds at least a header",
    "EXPANDS_TOO_FAR": "a compressed file does not grow beyond all measure",
    "HEADER_MISMATCH": "the first line names the columns",
    "HEADER_UNREADABLE": "the first line is a record of names",
    "INPUT_CHANGED": "a file is the one that the run began with",
    "INPUT_MISSING": "a file that the run began with is there",
    "LINE_ENDS": "lines end in a line feed",
    "NOT_THIS_FORMAT": "a file has the format of its source",
    "RECORD_TOO_LONG": "a record has at most 64 MB",
    "TYPE_MISMATCH": "a column is stored as a type that the contract's can hold",
    "VALUE_LOSS": "a stored value fits the contract's type exactly",
}
