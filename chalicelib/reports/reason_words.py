"""Reasons in plain words (reason_words.toml)."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path


def words(reason: str) -> Mapping[str, str]:
    """A reason in French and English. A provider's own is the operator's words already."""
    plain = reason.replace("_", " ")
    return known().get(reason, {"fr": plain, "en": plain})


@cache
def known() -> Mapping[str, Mapping[str, str]]:
    """Every reason that has words."""
    return tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
