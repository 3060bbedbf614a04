"""The codes under which a parser rejects a record, and what each says. They are stable: people filter by them."""

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
