"""The wire format of protocol buffers: numbered fields, read without a schema.

https://protobuf.dev/programming-guides/encoding
"""

from __future__ import annotations

from collections.abc import Iterator

_VARINT, _EIGHT, _LENGTH, _FOUR = 0, 1, 2, 5
_SIZES = {_EIGHT: 8, _FOUR: 4}
_LONGEST = 10  # bytes of a varint of 64 bits


class WireError(ValueError):
    """The bytes are no message of this format, or end too early."""


def fields(message: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    """Number and value of every field of a message, in the file's order.

    Values of varints are numbers. Everything else is the bytes as they are: submessages, strings,
    packed numbers, or the 4 or 8 bytes of one number. Nothing is copied.

    Raises:
        WireError: when it comes to what is no field.
    """
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, kind = key >> 3, key & 7
        if kind == _VARINT:
            value, at = varint(message, at)
            yield number, value
            continue
        if kind == _LENGTH:
            size, at = varint(message, at)
        elif kind in _SIZES:
            size = _SIZES[kind]
        else:
            raise WireError(f"field {number} has the unknown kind {kind}")
        if size > len(message) - at:
            raise WireError(f"field {number} has {size} bytes, {len(message) - at} are left")
        yield number, message[at : at + size]
        at += size


def varint(message: memoryview, at: int) -> tuple[int, int]:
    """The number of 64 bits that begins at a byte, and where the next one begins."""
    value = 0
    for position, byte in enumerate(message[at : at + _LONGEST]):
        value |= (byte & 0x7F) << (7 * position)
        if byte < 0x80:
            return value, at + position + 1
    raise WireError("a number does not end")
