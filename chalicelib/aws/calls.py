"""What the table and the vault know of AWS: a call by its name, and how it can fail. Two modules make such calls.

`boto.py` makes them through boto3, for every function; `lean.py` without, for collect and redirect (docs/adr/0013).
"""

from __future__ import annotations

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Protocol

from chalicelib.errors import RelanceError


class Call(Protocol):
    """One AWS service. Only `UpdateItem` and the like are named, so one method does for all operations."""

    def __call__(self, operation: str, request: Mapping[str, Any] | str) -> dict[str, Any]:
        """The answer to an operation (`GetItem`). Request and answer are as boto3 has them: bytes are bytes.

        A transaction may also come as the text that is sent (`as_json`), with its token: it is sent as it is.

        Raises CallRefused where the service answers with an error, and StorageUnavailable where it does not answer, or
        nothing of use. What may pass has been tried again by then.
        """


def as_json(request: object) -> str:
    """A request, or a part of one, as the service reads it: bytes in Base64."""
    return _ENCODER.encode(request)


class CallRefused(RelanceError):
    """The service answered with an error."""

    def __init__(self, code: str, answer: Mapping[str, Any], *, may_pass: bool = False) -> None:
        super().__init__(code)
        self.code = code
        """Such as `ConditionalCheckFailedException`."""
        self.answer = answer
        """What came with it: `Item`, `CancellationReasons`."""
        self.may_pass = may_pass
        """Whether the same call may be taken when it is made again."""


def _in_base64(raw: object) -> str:
    if isinstance(raw, bytes):
        return b64encode(raw).decode()
    raise TypeError(f"{type(raw).__name__} is not sent")


# Made once: json.dumps makes an encoder for each call that is not the usual one.
_ENCODER = json.JSONEncoder(separators=(",", ":"), default=_in_base64)
