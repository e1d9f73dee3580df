"""Leads: what a form elsewhere collected, taken with the consent that it carries, or refused where it carries none."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, get_args

from chalicelib.audience.intake import Arrival
from chalicelib.audience.normalise import email as normal_email
from chalicelib.audience.phones import parse_mobile
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, Forbidden, InvalidInput
from chalicelib.signed_body import TOLERANCE
from chalicelib.storage.contacts import FieldValue, Purpose
from chalicelib.storage.lead_sources import Kind, LeadSource
from chalicelib.storage.shop_sources import ShopSource
from chalicelib.vault import Vault

_PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
CONSENTS = tuple(f"consent.{purpose}" for purpose in _PURPOSES)
PROFILE = ("phone", "email", "first_name", "last_name", "customer_id")
TARGETS = (*PROFILE, *CONSENTS, "consent_at", "wording", "lead_id")
"""What a mapping can fill; every other name is a custom field."""

_CUSTOM_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_YES = frozenset(("yes", "oui", "true", "1", "on"))
_NO = frozenset(("no", "non", "false", "0", "off"))
_LONGEST = 200
_MOST_CUSTOM = 30
_LARGEST = 10**15
_SECONDS_UNTIL = 10**11


@dataclass(frozen=True, slots=True)
class Lead:
    """What a form collected, by the mapping's names. In clear: it exists in memory only."""

    id: str
    values: Mapping[str, Any]
    proof: str
    """SHA-256 of the payload."""


def seal_secret(vault: Vault, source_id: str, secret: str) -> bytes:
    """Encrypt a source's secret: it opens for that source and no other."""
    return vault.seal(secret, _place(source_id))


def open_secret(vault: Vault, source_id: str, sealed: bytes) -> str:
    """Decrypt a secret of a source."""
    return vault.open(sealed, _place(source_id))


def check_signed(vault: Vault, source: LeadSource | ShopSource, now: int, check: Callable[[str], None]) -> None:
    """Have a request's signature checked with the source's secret, and with the one before as long as that is good.

    Raises Forbidden as the check does.
    """
    try:
        check(open_secret(vault, source.id, source.secret))
    except Forbidden:
        if now >= source.former_until:
            raise
        check(open_secret(vault, source.id, source.former_secret))


def check_mapping(kind: Kind, mapping: Mapping[str, str]) -> list[FieldError]:
    """What is wrong with a mapping: a lead needs a phone and a consent, and a field a name that it can have."""
    errors = [
        FieldError(f"mapping.{name}", "field_name", f"one of {', '.join(TARGETS)}, or small letters, digits and _")
        for name in mapping
        if name not in TARGETS and not _CUSTOM_NAME.fullmatch(name)
    ]
    needed = ("phone", "consent_at") if kind == "webhook" else ("phone",)  # Facebook tells the time itself.
    missing = [name for name in needed if name not in mapping]
    errors += [FieldError(f"mapping.{name}", "required", "say where the payload has it") for name in missing]
    if not any(name in mapping for name in CONSENTS):
        errors.append(FieldError("mapping.consent", "required", f"say where it has one of {', '.join(CONSENTS)}"))
    if len([name for name in mapping if name not in TARGETS]) > _MOST_CUSTOM:
        errors.append(FieldError("mapping", "max_fields", f"at most {_MOST_CUSTOM} custom fields"))
    return errors


def read_webhook(source: LeadSource, body: bytes) -> Lead:
    """The lead of a generic payload. InvalidInput where it is no JSON object, or has no id."""
    try:
        payload = json.loads(body)
        json.dumps(payload, ensure_ascii=False).encode()  # Half a surrogate pair is no text.
    except (ValueError, RecursionError):
        payload = None
    if not isinstance(payload, dict):
        raise InvalidInput([FieldError("body", "json", "send one JSON object in UTF-8")])
    values = {name: _at(payload, path) for name, path in source.mapping.items()}
    proof = hashlib.sha256(body).hexdigest()
    return Lead(_text(values.get("lead_id")) or proof[:32], values, proof)


def arrival(source: LeadSource, lead: Lead, now: int, wording_hash: Callable[[str], str | None]) -> Arrival:
    """What a lead brings into the base. InvalidInput names each field that keeps it out, and no value.

    `wording_hash` knows the hash of a wording that the lead names and its source does not.
    """
    errors: list[FieldError] = []
    phone = parse_mobile(_text(lead.values.get("phone")), source.country)
    given = _consents(lead.values, errors)
    at = _moment(lead.values.get("consent_at"))
    if at is None:
        errors.append(FieldError("consent_at", "date", "say when the consent was given: ISO 8601, or epoch seconds"))
    elif at > now + TOLERANCE:
        errors.append(FieldError("consent_at", "not_in_future", "a consent cannot be given in the future"))
    address = _text(lead.values.get("email"))
    told = {name: _text(lead.values.get(name)) or None for name in PROFILE if name not in ("phone", "email")}
    fields = _fields(source, lead, errors)
    if address and normal_email(address) is None:
        errors.append(FieldError("email", "email", "this is not an e-mail address"))
    errors += [
        FieldError(name, "max_length", f"at most {_LONGEST} characters")
        for name, text in {**told, "email": address, "lead_id": lead.id}.items()
        if text and len(text) > _LONGEST
    ]
    if isinstance(phone, FieldError):
        errors.append(phone)
    if errors or isinstance(phone, FieldError) or at is None:
        raise InvalidInput(errors)
    named = _text(lead.values.get("wording"))[:_LONGEST]
    statement = Statement(
        given=given,
        at=min(at, now),
        source="lead_form",
        wording=named or source.wording,
        wording_hash=source.wording_hash if named in ("", source.wording) else wording_hash(named),
        proof=lead.proof,
        brokers=source.brokers,
        evidence={"lead": lead.id, "lead_source": source.id},
    )
    return Arrival(Profile(phone, email=normal_email(address) if address else None, **told), statement, fields)


def _consents(values: Mapping[str, Any], errors: list[FieldError]) -> dict[Purpose, bool]:
    given: dict[Purpose, bool] = {}
    for purpose in _PURPOSES:
        said = _text(values.get(f"consent.{purpose}")).lower()
        if said in _YES | _NO:
            given[purpose] = said in _YES
        elif said:
            errors.append(FieldError(f"consent.{purpose}", "yes_or_no", "send true or false"))
    if not given and not errors:
        errors.append(FieldError("consent", "required", "this lead says nothing of a consent: it is not assumed"))
    return given


def _fields(source: LeadSource, lead: Lead, errors: list[FieldError]) -> dict[str, FieldValue]:
    fields: dict[str, FieldValue] = {}
    for name in source.mapping:
        value = lead.values.get(name)
        if name in TARGETS or value is None or value == "":
            continue
        fits = len(value) <= _LONGEST if isinstance(value, str) else isinstance(value, int) and abs(value) < _LARGEST
        if fits:
            fields[name] = value
        else:
            errors.append(FieldError(name, "field_value", f"a text of at most {_LONGEST} characters or a whole number"))
    return fields


def _at(payload: Any, path: str) -> Any:
    """The value at a dotted path, `answers.0.value`; None where there is none."""
    found = payload
    for part in path.split("."):
        if isinstance(found, dict):
            found = found.get(part)
        elif isinstance(found, list) and part.isascii() and part.isdigit() and int(part) < len(found):
            found = found[int(part)]
        else:
            return None
    return found


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value).strip() if isinstance(value, str | int | float) else ""


def _moment(value: Any) -> int | None:
    """Epoch ms of an ISO 8601 moment (UTC unless it says so), or of epoch seconds or milliseconds."""
    text = _text(value)
    if text.isascii() and text.isdigit() and len(text) <= 14:
        return int(text) if int(text) >= _SECONDS_UNTIL else int(text) * SECOND
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() * 1000)


def _place(source_id: str) -> str:
    return f"lead-source/{source_id}"
