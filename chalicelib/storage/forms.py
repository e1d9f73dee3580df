"""Writes that are made again and again, as text: encoded once, and filled in.

An import makes the same five writes for each row, and only a few values differ. To build them as nested mappings and to
encode those costs more than all hashing and encrypting (docs/adr/0014).
"""

from __future__ import annotations

from binascii import b2a_base64
from collections.abc import Mapping, Sequence
from json.encoder import encode_basestring_ascii as _quoted

from chalicelib.aws.calls import as_json
from chalicelib.storage.codec import Value, encode
from chalicelib.storage.writes import Write, encode_write


class Form:
    """The text of some writes, with holes.

    `holes` has a stand-in for each name: a text, number, bytes or mapping that the writes have in its place. A text may
    also be a part of another, as in a key. Stand-ins must be such that nothing else looks like them: random ones.
    ValueError where the writes do not have one.
    """

    def __init__(self, table: str, writes: Sequence[Write], holes: Mapping[str, Value]) -> None:
        text = as_text(table, writes)
        for name, stand_in in holes.items():
            ((_, value),) = encode(stand_in).items()
            written = as_json(value).strip('"')
            if written not in text:
                raise ValueError(f"no write has a hole for {name}")
            text = text.replace(written, f"\0{name}\0")  # JSON's text has no NUL of its own.
        self._pieces = text.split("\0")
        self._names = self._pieces[1::2]

    def filled(self, values: Mapping[str, str]) -> str:
        """The writes with these values in their holes, each as its text: digits, `of_text`, `of_bytes`, `of_item`."""
        pieces = self._pieces.copy()
        pieces[1::2] = [values[name] for name in self._names]
        return "".join(pieces)


def as_text(table: str, writes: Sequence[Write]) -> str:
    """Writes as a transaction's text has them."""
    return ",".join([as_json(encode_write(table, write)) for write in writes])


def of_bytes(raw: bytes) -> str:
    """Bytes as they fill a hole."""
    return b2a_base64(raw, newline=False).decode()


def of_text(text: str) -> str:
    """A text as it fills a hole, between quotes or in a longer one."""
    return _quoted(text)[1:-1]


def of_item(item: Mapping[str, Value]) -> str:
    """A mapping as it fills a hole."""
    return f"{{{','.join([f'{_quoted(name)}:{_written(value)}' for name, value in item.items()])}}}"


def _written(value: Value) -> str:
    return f'{{"S":{_quoted(value)}}}' if type(value) is str else as_json(encode(value))
