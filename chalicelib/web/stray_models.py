"""The admin API's answer about texts of phones that nobody has written to."""

from __future__ import annotations

from typing_extensions import TypedDict

from chalicelib.units import Moment

_Stray = TypedDict("_Stray", {"from": str})


class StrayTold(_Stray):
    """A text in clear, and the phone that it came from."""

    stray: str
    text: str
    to: str
    """The number of ours."""
    at: Moment
