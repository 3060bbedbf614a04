"""What every source of text lets its user declare: how values are spelled."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from mesh_etl.config.model import Model
from mesh_etl.kernels.values.moment_format import check_formats
from mesh_etl.sources.files import Timezone

if TYPE_CHECKING:
    from mesh_etl.kernels.values.text_rules import Numerals, TextRules

_MARKS = ".,' _\u00a0\u202f\u2019\u066b\u066c"  # with no-break spaces, the typographic apostrophe, Arabic marks


def _date_formats(texts: tuple[str, ...]) -> tuple[str, ...]:
    check_formats(texts, "date")
    return texts


def _timestamp_formats(texts: tuple[str, ...]) -> tuple[str, ...]:
    check_formats(texts, "timestamp")
    return texts


def _mark(text: str) -> str:
    if len(text) != 1 or text not in _MARKS:
        raise ValueError("is no mark of numbers; known are the point, the comma, the apostrophe, '_' and spaces")
    return text


def _mark_or_none(text: str) -> str:
    return _mark(text) if text else text


class Numbers(Model):
    """How numbers are written, where it is not as in `-1234.5`."""

    decimal: Annotated[str, AfterValidator(_mark)] = Field(default=".", description="The decimal mark.")
    grouping: Annotated[str, AfterValidator(_mark_or_none)] = Field(
        default="", description="The mark between groups of three digits, in all of a number or none; empty for none."
    )
    leading_zeros: bool = Field(default=False, description="Whether 007 is the number 7.")
    plus: bool = Field(default=False, description="Whether +7 is the number 7.")
    exponent: bool = Field(
        default=False, description="Whether integers and decimals may have exponents, as in 7e3; floats always may."
    )
    nan: tuple[str, ...] = Field(default=(), description="The words that are NaN in columns of floats.")
    infinity: tuple[str, ...] = Field(default=(), description="The words that are infinity in columns of floats.")
    negative_infinity: tuple[str, ...] = Field(
        default=(), description="The words that are negative infinity in columns of floats."
    )

    @model_validator(mode="after")
    def _is_clear(self) -> Self:
        if self.decimal == self.grouping:
            raise ValueError("the decimal mark and the grouping mark are the same")
        _disjoint({"nan": self.nan, "infinity": self.infinity, "negative_infinity": self.negative_infinity})
        return self

    def numerals(self) -> Numerals:
        """The declaration as the kernels read it."""
        from mesh_etl.kernels.values.text_rules import Numerals

        return Numerals(
            self.decimal,
            self.grouping,
            self.leading_zeros,
            self.plus,
            self.exponent,
            self.nan,
            self.infinity,
            self.negative_infinity,
        )


class ScalarOptions(Model):
    """How strings stand for values in formats that have numbers and booleans of their own, as JSON has."""

    timezone: Timezone | None = Field(
        default=None, description="The zone of timestamps that are written without an offset."
    )
    date_formats: Annotated[tuple[str, ...], AfterValidator(_date_formats)] = Field(
        default=(),
        description="How dates are written, in the letters of Java and Spark, such as dd.MM.yyyy; default: yyyy-MM-dd.",
    )
    timestamp_formats: Annotated[tuple[str, ...], AfterValidator(_timestamp_formats)] = Field(
        default=(),
        description="How timestamps are written, such as dd.MM.yyyy HH:mm:ss, or HH:mm:ssXXX; default: ISO 8601.",
    )
    binary: Literal["base64", "hex"] = Field(default="base64", description="How bytes are written.")
    unicode: Literal["nfc", "any"] = Field(
        default="nfc", description="Whether text must be in Unicode's normal form C; any takes it as it is."
    )
    control: Literal["reject", "allow"] = Field(
        default="reject",
        description="What to do with text that holds control characters other than tab, line feed and carriage return.",
    )

    def rules(self) -> TextRules:
        """The declaration as the kernels read it."""
        from mesh_etl.kernels.values.text_rules import TextRules

        return TextRules(
            timezone=self.timezone,
            dates=self.date_formats,
            timestamps=self.timestamp_formats,
            binary=self.binary,
            nfc=self.unicode == "nfc",
            control=self.control == "allow",
        )


class TextOptions(ScalarOptions):
    """How values are spelled in formats in which everything is text, as CSV, fixed width and XML."""

    true_values: tuple[str, ...] = Field(default=("true",), description="The texts that mean true.")
    false_values: tuple[str, ...] = Field(default=("false",), description="The texts that mean false.")
    numbers: Numbers = Field(default_factory=Numbers, description="How numbers are written.")

    @model_validator(mode="after")
    def _words_differ(self) -> Self:
        _disjoint({"true_values": self.true_values, "false_values": self.false_values})
        return self

    def rules(self) -> TextRules:
        from dataclasses import replace

        return replace(super().rules(), true=self.true_values, false=self.false_values, numbers=self.numbers.numerals())


def _disjoint(words: dict[str, tuple[str, ...]]) -> None:
    seen: dict[str, str] = {}
    for key, texts in words.items():
        for text in texts:
            if seen.setdefault(text, key) != key:
                raise ValueError(f"'{text}' stands under {seen[text]} and under {key}")
