"""SMSAPI's HLR look-ups: `POST /hlr.do` with a bearer token, numbers by commas.

https://www.smsapi.com/docs/#hlr-api; the answer's fields `status`, `number`, `id` and `price` are those that its own
client reads (https://github.com/smsapi/smsapi-python-client, smsapi/hlr/api.py). `OK` says that the look-up was taken,
not that the number is reachable: only an answer that brings the network with it is a result.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from chalicelib.sms_providers.hlr import CheckRefused, Lookup, Status

_HOST = "api.smsapi.com"
_TIMEOUT_S = 10
_INVALID_NUMBER = 13
_MICRO = 1_000_000
_REFUSED_FROM = 400

Post = Callable[[str], tuple[int, bytes]]
"""Posts a form to `/hlr.do`: status and body of the answer."""


class SmsapiHlr:
    """Number check `smsapi`."""

    name = "smsapi"
    is_real = True
    batch = 100

    def __init__(self, token: str, post: Post | None = None) -> None:
        self._token = token
        self._post = post or self._post_to_smsapi

    def look_up(self, phones: Sequence[str]) -> list[Lookup]:
        """What SMSAPI answers at once."""
        form = urlencode({"format": "json", "number": ",".join(phone.removeprefix("+") for phone in phones)})
        try:
            status, body = self._post(form)
            answer: Any = json.loads(body)
        except (OSError, http.client.HTTPException, ValueError):
            return [Lookup(phone, "unknown") for phone in phones]
        error = answer.get("error") if isinstance(answer, dict) else None
        if error == _INVALID_NUMBER and len(phones) == 1:
            return [Lookup(phones[0], "invalid")]
        if error == _INVALID_NUMBER:
            # One of them, and it does not say which.
            return [found for phone in phones for found in self.look_up([phone])]
        if error is not None or status >= _REFUSED_FROM:
            raise CheckRefused(f"smsapi answered {error if isinstance(error, int) else status}")
        listed = answer if isinstance(answer, list) else [answer]
        told = {str(entry.get("number", "")).removeprefix("+"): entry for entry in listed if isinstance(entry, dict)}
        return [_lookup(phone, told.get(phone.removeprefix("+"), {})) for phone in phones]

    def _post_to_smsapi(self, form: str) -> tuple[int, bytes]:
        connection = http.client.HTTPSConnection(_HOST, timeout=_TIMEOUT_S)
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/x-www-form-urlencoded"}
        try:
            connection.request("POST", "/hlr.do", form, headers)
            response = connection.getresponse()
            return response.status, response.read()
        finally:
            connection.close()


def _lookup(phone: str, entry: dict[str, Any]) -> Lookup:
    network = "".join(str(entry.get(part) or "") for part in ("mcc", "mnc")) or None
    status: Status = "unknown"
    if entry.get("error") == _INVALID_NUMBER:
        status = "invalid"
    elif network:
        status = "reachable" if entry.get("status") == "OK" else "unreachable"
    return Lookup(phone, status, network, _micro(entry.get("price")))


def _micro(price: Any) -> int:
    try:
        return int(Decimal(str(price)) * _MICRO)
    except (InvalidOperation, ValueError, OverflowError):
        return 0
