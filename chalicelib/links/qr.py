"""QR codes of short links. Error correction M: 15 % of it may be covered by a fold or a finger."""

from __future__ import annotations

from io import BytesIO

import segno

_SCALE = 10


def svg(url: str) -> str:
    """A vector drawing, as an SVG document."""
    drawn = BytesIO()
    segno.make_qr(url, error="m").save(drawn, kind="svg", scale=_SCALE)
    return drawn.getvalue().decode()


def png(url: str) -> bytes:
    """An image, ten points to a module."""
    drawn = BytesIO()
    segno.make_qr(url, error="m").save(drawn, kind="png", scale=_SCALE)
    return drawn.getvalue()
