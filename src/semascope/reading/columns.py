"""The type of a column that holds more than one kind of thing, and values brought to it."""

import json
import math
from collections.abc import Sequence
from datetime import date, datetime, time

import pyarrow as pa

TEXT = pa.string()


def unify(one: pa.DataType, other: pa.DataType) -> pa.DataType:
    """Return the type of a column that holds both: a wider number or time, or else text."""
    if one.equals(other):
        return one
    if pa.types.is_date(one) and pa.types.is_timestamp(other):
        one, other = other, one
    if pa.types.is_timestamp(one) and pa.types.is_date(other):
        return one
    schemas = [pa.schema([("", kind)]) for kind in (one, other)]
    try:
        return pa.unify_schemas(schemas, promote_options="permissive").field(0).type
    except pa.ArrowException:
        return TEXT


def storable(kind: pa.DataType) -> pa.DataType:
    """Return text for a type in which something is unknown, because nothing was ever there."""
    return kind if _is_known(kind) else TEXT


def infer(values: Sequence[object]) -> pa.DataType:
    """Return the Arrow type of Python values, text if they are of several."""
    try:
        kind = pa.infer_type(values, from_pandas=True)
        if pa.types.is_date(kind) and any(isinstance(value, datetime) for value in values):
            kind = pa.timestamp("us")  # Arrow would forget the time
        column(values, kind)
    except UnicodeEncodeError:  # half a character, which comes to light again when it is read
        return kind
    except (pa.ArrowException, TypeError, ValueError, OverflowError):
        return TEXT
    return kind


def column(values: Sequence[object], kind: pa.DataType) -> pa.Array:
    """Return Python values as an Arrow column; NaN counts as missing."""
    try:
        return pa.array(values, kind, from_pandas=True)
    except (pa.ArrowException, TypeError, OverflowError):
        if kind.equals(TEXT):
            return pa.array([_as_text(value) for value in values], kind)
        return pa.array([_widened(value, kind) for value in values], kind, from_pandas=True)


def is_text(kind: pa.DataType) -> bool:
    """Tell whether a column of this type holds text."""
    return bool(pa.types.is_string(kind) or pa.types.is_large_string(kind))


def _is_known(kind: pa.DataType) -> bool:
    if pa.types.is_nested(kind):
        parts = [kind.field(number).type for number in range(kind.num_fields)]
        return bool(parts) and all(map(_is_known, parts))
    return not pa.types.is_null(kind)


def _widened(value: object, kind: pa.DataType) -> object:
    """Bring a large integer among fractions, or a date among times, to what the others are."""
    if pa.types.is_floating(kind) and type(value) is int:
        return float(value)
    if pa.types.is_timestamp(kind) and type(value) is date:
        return datetime.combine(value, time())
    return value


def _as_text(value: object) -> str | None:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return None
    if isinstance(value, bool | int | float | list | dict):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)
