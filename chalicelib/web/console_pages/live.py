"""What a page asks for again every few seconds, while it is open. Pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any


def mark(shown: Mapping[str, Any]) -> str:
    """Tells what is shown from what was: a page that has it already is sent nothing, so that only news is read out."""
    return hashlib.sha256(json.dumps(shown, sort_keys=True).encode()).hexdigest()[:16]
