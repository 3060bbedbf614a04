"""Functions that the cases of the transform `python` name."""

from __future__ import annotations

MAXIMUM = 3


def double(df):
    return df.selectExpr("n * 2 as n")


def add_rate(df, context):
    return df.crossJoin(context.inputs["rates"])


def nothing(df):
    return None


def three(df, context, more):
    return df
