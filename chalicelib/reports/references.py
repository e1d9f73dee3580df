"""Vendors' figures beside what was measured (references.toml): unverified claims, and labelled as that."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from chalicelib.reports.results import part, under


def beside(sms: Mapping[str, int]) -> list[dict[str, Any]]:
    """Each claim with its source, that it is unverified, and what the counts of SMS say in its place, if any."""
    delivered = sms.get("delivered", 0)
    measured: dict[str, Any] = {
        "clicked": part(sms.get("clicked", 0), delivered),
        "said_no": part(sms.get("opposed", 0), delivered),
        "converted": part(sms.get("converted", 0), delivered),
        "cost_of_one": {money: micro // max(1, sms.get("sent", 0)) for money, micro in under(sms, "cost.").items()},
    }
    return [
        {**figure, "verified": False, "measured": measured.get(figure["beside"]) if delivered else None}
        for figure in _figures()
    ]


@cache
def _figures() -> list[dict[str, Any]]:
    text = Path(__file__).with_suffix(".toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["figure"]
    return found
