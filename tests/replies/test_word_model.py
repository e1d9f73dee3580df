"""The word model: what is kept of it says the same as what was learnt."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.replies.word_model import BUCKETS, LABELS, WordModel, features, pack, word_model


def test_what_is_packed_weighs_the_same() -> None:
    rarity = [1.0] * BUCKETS
    weights = [[0.0] * BUCKETS for _ in LABELS]
    for bucket in features("bouge de la"):
        weights[LABELS.index("stop")][bucket] = 3.0
    weighed = WordModel(pack(rarity, weights, [0.0] * len(LABELS))).weigh("bouge de la")
    assert weighed.stop > 0.9
    assert set(weighed.words) == {"bouge", "de", "la"}
    assert weighed.about != "stop"


@given(st.text(max_size=300))
def test_shares_make_one_whatever_is_written(text: str) -> None:
    assert sum(word_model().weigh(text).shares.values()) == pytest.approx(1)


def test_what_weighed_is_named() -> None:
    weighed = word_model().weigh("vous me fatiguez avec vos messages")
    assert weighed.stop > 0.5
    assert "fatiguez" in weighed.words or "messages" in weighed.words
