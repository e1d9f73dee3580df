"""What a reply says is read: STOP as people write it, and what else they want."""

from __future__ import annotations

import pytest

from chalicelib.replies.reading import read


@pytest.mark.parametrize("text", ["STOP", "stop svp", "Stop. Merci", "STPO", "s t o p", "Stop\n\nEnvoyé de mon iPhone"])
def test_a_stop_is_certain_in_any_dress(text: str) -> None:
    assert read(text).stop == "certain"
    assert read(text).intent == "stop"


@pytest.mark.parametrize("text", ["", "shop", "step", "stock ?", "stp", "top"])
def test_what_only_looks_like_it_is_none(text: str) -> None:
    assert read(text).stop == "no"
