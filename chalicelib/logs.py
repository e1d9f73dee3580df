"""One JSON line for each thing that happened. Callers give names and ids; never a phone, e-mail, text or URL."""

from __future__ import annotations

import json
import traceback

from chalicelib.errors import RelanceError


def log(event: str, **fields: str | int | bool | None) -> None:
    """Write one line; fields that are None are left out."""
    print(json.dumps({"event": event} | {k: v for k, v in fields.items() if v is not None}), flush=True)


def log_failure(event: str, error: BaseException, **fields: str | int | bool | None) -> None:
    """Write where an error was raised and its type. A library's text may quote the input, so only ours is written."""
    frames = traceback.extract_tb(error.__traceback__)[-4:]
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno}" for frame in reversed(frames))
    detail = str(error) if isinstance(error, RelanceError) else None
    log(event, error=type(error).__name__, detail=detail, where=where, **fields)
