"""SMSAPI's HLR look-ups: `POST /hlr.do` with a bearer token, numbers by commas.

https://www.smsapi.com/docs/#hlr-api; the answer's fields `status`, `number`, `id` and `price` are those that its own
client reads (https://github.com/smsapi/smsapi-python-client, smsapi/hlr/api.py). `OK` says that the look-up was taken,
not that the number is reachable: only an answer that brings the network with it is a result.

What SMSAPI learns later comes to the callback address that is set in its customer panel. Callbacks carry no signature.
The reference, sent as `idx` (letters and digits, 255 at most) and given back with each of them, is what tells them from
anybody else's calls. As with its other callbacks, several results may come in one call, by commas, and `OK` is the
answer that ends its retries. Callbacks of look-ups are written from its documentation, and were not seen.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any
from urllib.parse import urlencode

from chalicelib.errors import FieldError, InvalidInput
from chalicelib.sms_providers.hlr import CheckRefused, Lookup, Status

_HOST = "api.smsapi.com"
_TIMEOUT_S = 10
_INVALID_NUMBER = 13
_MICRO = 1_000_000
_REFUSED_FROM = 400
_MOST_RESULTS = 100
_NO_SUBSCRIBER = "unknown subscriber"
"""MAP's error for a number that nobody has; every other one (3GPP TS 29.002) says that somebody has it."""

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

    def look_up(self, phones: Sequence[str], reference: str) -> list[Lookup]:
        """What SMSAPI answers at once."""
        numbers = ",".join(phone.removeprefix("+") for phone in phones)
        form = urlencode({"format": "json", "number": numbers, "idx": reference})
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
            return [found for phone in phones for found in self.look_up([phone], reference)]
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


def read_callback(given: Mapping[str, str]) -> Iterator[tuple[str, Lookup]]:
    """What a callback says: each look-up's reference with what was learnt. InvalidInput where it is none."""
    numbers = given.get("number", "").split(",")
    columns = {name: given[name].split(",") for name in ("idx", "status", "mcc", "mnc", "info") if given.get(name)}
    if len(numbers) > _MOST_RESULTS:
        raise InvalidInput([FieldError("number", "max_items", f"at most {_MOST_RESULTS} results in a call")])
    for name in ("idx", "status"):
        if len(columns.get(name, ())) != len(numbers):
            raise InvalidInput([FieldError(name, "required", "is missing, or not there for each number")])
    for at, number in enumerate(numbers):
        if not (number := number.strip().removeprefix("+")).isdecimal():
            raise InvalidInput([FieldError("number", "phone_number", "a number in digits, with its country's code")])
        entry = {name: cells[at].strip() for name, cells in columns.items() if len(cells) == len(numbers)}
        yield entry["idx"], Lookup(f"+{number}", _learnt(entry), _network(entry))


def _learnt(entry: Mapping[str, str]) -> Status:
    status = entry["status"].upper()
    if status == "OK":
        return "reachable"
    if status != "FAIL":
        return "unknown"
    return "invalid" if _NO_SUBSCRIBER in entry.get("info", "").lower() else "unreachable"


def _network(entry: Mapping[str, Any]) -> str | None:
    return "".join(str(entry.get(part) or "") for part in ("mcc", "mnc")) or None


def _lookup(phone: str, entry: dict[str, Any]) -> Lookup:
    network = _network(entry)
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
