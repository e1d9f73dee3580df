"""A provider by configuration: any gateway that takes one SMS by one HTTP request (docs/providers.md).

Templates hold `$to`, `$sender` and the like, and nothing else: what is put in their place is encoded for where it
stands, so no text can end a field and begin another.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from string import Template
from typing import Any, cast, get_args
from urllib.parse import urlencode

from chalicelib.clock import SECOND
from chalicelib.errors import ConfigurationError, FieldError, Forbidden, InvalidInput
from chalicelib.signed_body import check_signature
from chalicelib.sms_providers.contract import Accepted, FailureKind, InboundText, Receipt, ReceiptState, SendError, Sms
from chalicelib.sms_providers.encodings import Coding, body_text, decoded_text, form_fields
from chalicelib.sms_providers.fiction import refuse_fiction
from chalicelib.sms_providers.hooks import HookCall
from chalicelib.sms_providers.transport import Answer, NoAnswer, check_url, request

_PLACES = frozenset(("to", "to_digits", "sender", "text", "message_id", "validity_s", "message_class", "parts"))
_LONGEST = 2_000
_LONGEST_NUMBER = 12
_SUCCESS = frozenset((200, 201, 202))
_REFUSED, _SERVER_FAILED = 400, 500


@dataclass(frozen=True, slots=True)
class HttpAccount:
    """How the gateway is spoken to. Paths into JSON are names and positions with dots: `messages.0.id`."""

    url: str
    body: dict[str, Any]
    """Field to template; as JSON it may be nested."""
    response_id: str
    """Path of the gateway's own id in its answer."""
    method: str = "POST"
    format: str = "json"
    """`json` or `form`."""
    headers: dict[str, str] = field(default_factory=dict)
    error_code: str = ""
    """Path of a code in an answer, for `kinds`."""
    kinds: dict[str, str] = field(default_factory=lambda: {"429": "retryable"})
    """HTTP status or error code to the kind of refusal; a code goes before a status. Other 4xx: `rejected`."""
    idempotent: bool = False
    """Whether the gateway takes `$message_id` as an idempotency key."""
    secret: str = ""
    """Of the signature of its reports."""
    receipt: dict[str, str] = field(default_factory=dict)
    """Paths in a report: `event_id`, `message_id` or `provider_id`, `status`, `at` (epoch seconds)."""
    states: dict[str, str] = field(default_factory=dict)
    """Its status to `sent`, `delivered` or `failed/reason`."""
    text: dict[str, str] = field(default_factory=dict)
    """Paths in a report of an SMS from a phone: `id`, `from`, `to`, `text`, `at` (epoch seconds); of a long text that
    is reported part by part also `reference`, `part` and `parts`; and `coding`, where each report names it."""
    codings: dict[str, str] = field(default_factory=dict)
    """What a report says of its text's coding to what it is (encodings.py); under `*` what holds for any other."""

    def __post_init__(self) -> None:
        check_url("http.url", self.url)
        if self.format not in ("json", "form"):
            raise ConfigurationError("http.format", "must be json or form")
        for name, told in (("url", self.url), ("headers", self.headers), ("body", self.body)):
            _check_places(f"http.{name}", told)
        for code, kind in self.kinds.items():
            if kind not in get_args(FailureKind):
                raise ConfigurationError(f"http.kinds.{code}", f"must be one of {', '.join(get_args(FailureKind))}")
        for status, state in self.states.items():
            if state.partition("/")[0] not in get_args(ReceiptState):
                raise ConfigurationError(f"http.states.{status}", "must be sent, delivered or failed/reason")
        for said, coding in self.codings.items():
            if coding not in get_args(Coding):
                raise ConfigurationError(f"http.codings.{said}", f"must be one of {', '.join(get_args(Coding))}")


class HttpProvider:
    """Provider `http`."""

    name = "http"
    reaches_phones = True
    acknowledgement = ("text/plain", "")

    def __init__(self, account: Callable[[], HttpAccount]) -> None:
        self._account = account

    @property
    def idempotent(self) -> bool:
        """As the gateway is said to be."""
        return self._account().idempotent

    def send(self, sms: Sms) -> Accepted:
        """Hand one SMS over. Raises SendError, or NoAnswer."""
        refuse_fiction(sms.to)
        account = self._account()
        values = {
            "to": sms.to,
            "to_digits": sms.to.removeprefix("+"),
            "sender": sms.sender,
            "text": sms.text,
            "message_id": sms.message_id,
            "validity_s": "" if sms.validity_s is None else str(sms.validity_s),
            "message_class": sms.message_class,
            "parts": str(sms.parts),
        }
        filled = _filled(account.body, values)
        form = account.format == "form"
        answer = request(
            account.method,
            account.url,
            {"Content-Type": "application/x-www-form-urlencoded" if form else "application/json"}
            | {name: Template(told).substitute(values) for name, told in account.headers.items()},
            (urlencode(filled) if form else json.dumps(filled, ensure_ascii=False)).encode(),
        )
        return Accepted(_taken(answer, account), self.name, echoes="message_id" in account.receipt)

    def receipts(self, call: HookCall) -> list[Receipt]:
        """What a report says. Raises Forbidden or InvalidInput."""
        account, told = self._signed(call)
        found = {name: _at(told, path) for name, path in account.receipt.items()}
        missing = [
            FieldError(name, "required", "is not in the report")
            for name in ("event_id", "status")
            if not found.get(name)
        ]
        if missing:
            raise InvalidInput(missing)
        state = account.states.get(str(found["status"]))
        if state is None:
            return []
        word, _, reason = state.partition("/")
        at = found.get("at")
        return [
            Receipt(
                provider=self.name,
                event_id=str(found["event_id"]),
                state=cast("ReceiptState", word),
                at=at * SECOND if isinstance(at, int) else call.at,
                message_id=_text(found.get("message_id")),
                provider_id=_text(found.get("provider_id")),
                reason=(reason or "failed") if word == "failed" else None,
            )
        ]

    def texts(self, call: HookCall) -> list[InboundText]:
        """The SMS from a phone that a report brings. Raises Forbidden or InvalidInput."""
        account, told = self._signed(call)
        found = {name: _text(_at(told, path)) for name, path in account.text.items()}
        missing = [
            FieldError(name, "required", "is not in the report") for name in ("id", "from", "to") if not found.get(name)
        ]
        if missing:
            raise InvalidInput(missing)
        coding = account.codings.get(found.get("coding") or "", account.codings.get("*", "plain"))
        part, parts = (_number(found.get(name)) or 1 for name in ("part", "parts"))
        at = _number(found.get("at"))
        return [
            InboundText(
                id=f"http-{found['id']}",
                phone=f"+{(found['from'] or '').strip().removeprefix('+')}",
                to=found["to"] or "",
                text=decoded_text(found.get("text") or "", coding),
                at=at * SECOND if at else call.at,
                reference=found.get("reference") or "",
                part=part,
                parts=parts,
            )
        ]

    def _signed(self, call: HookCall) -> tuple[HttpAccount, Any]:
        account = self._account()
        if not account.secret:
            raise Forbidden("the account names no secret for signatures")
        check_signature(account.secret, call.body, call.header("x-relance-signature"), call.at)
        content_type = call.header("content-type")
        if content_type.startswith("application/x-www-form-urlencoded"):
            return account, form_fields(call.body, content_type)
        return account, _parsed(body_text(call.body, content_type))


def _taken(answer: Answer, account: HttpAccount) -> str:
    """What the gateway calls the message. Whatever is neither a success nor a refusal says nothing."""
    told = _parsed(answer.body)
    code = _text(_at(told, account.error_code)) or ""
    kind = account.kinds.get(code) or account.kinds.get(str(answer.status))
    if kind:
        raise SendError(cast("FailureKind", kind))
    if _REFUSED <= answer.status < _SERVER_FAILED:
        raise SendError("rejected")
    found = _text(_at(told, account.response_id))
    if answer.status not in _SUCCESS or not found:
        raise NoAnswer(f"status {answer.status}")
    return found


def _parsed(body: bytes | str) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _at(told: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        if isinstance(told, dict):
            told = told.get(step)
        elif isinstance(told, list) and step.isdecimal() and int(step) < len(told):
            told = told[int(step)]
        else:
            return None
    return told if path else None


def _text(value: Any) -> str | None:
    """A name or a number, as long as an id or an SMS may be."""
    return str(value)[:_LONGEST] if isinstance(value, str | int) and not isinstance(value, bool) else None


def _number(value: str | None) -> int | None:
    return int(value) if value and value.isdecimal() and len(value) <= _LONGEST_NUMBER else None


def _filled(told: Any, values: Mapping[str, str]) -> Any:
    if isinstance(told, dict):
        return {name: _filled(value, values) for name, value in told.items()}
    if isinstance(told, list):
        return [_filled(value, values) for value in told]
    return Template(told).substitute(values) if isinstance(told, str) else told


def _check_places(name: str, told: Any) -> None:
    """ConfigurationError where a template holds a place that there is not."""
    if isinstance(told, dict | list):
        for step, value in told.items() if isinstance(told, dict) else enumerate(told):
            _check_places(f"{name}.{step}", value)
    elif isinstance(told, str):
        template = Template(told)
        if not template.is_valid() or not _PLACES.issuperset(template.get_identifiers()):
            raise ConfigurationError(name, f"a template may hold ${', $'.join(sorted(_PLACES))}, and $$ for a dollar")
