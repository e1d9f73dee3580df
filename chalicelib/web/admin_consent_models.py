"""The body of a consent that somebody else asked for, and what is told of those that there are."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints
from typing_extensions import TypedDict

from chalicelib.audience.intake import Arrival
from chalicelib.audience.normalise import email
from chalicelib.audience.phones import parse_mobile
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import MINUTE
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.storage.contacts import RETENTION, Basis, Contact, Purpose
from chalicelib.units import Count, Moment
from chalicelib.units import Digest as Sha256
from chalicelib.web.body import example
from chalicelib.web.gateway import network

Short = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class Evidence(_Body):
    """What else is kept of that moment. The address is truncated before anything is stored."""

    ip: Short | None = None
    agent: Short | None = None
    page: Short | None = None
    reference: Short | None = None
    """The till's, the paper form's or the order's own number."""


class NewConsent(_Body):
    """What a person said: to which purposes, when, where, and what proves it."""

    model_config = example(
        {"phone": "+33 6 39 98 00 01", "given": {"sms_marketing": True}, "source": "checkout", "wording": "till-1"}
    )

    phone: Short
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"
    email: Short | None = None
    first_name: Short | None = None
    last_name: Short | None = None
    customer_id: Short | None = None
    fields: Annotated[dict[Name, Short | bool | int], Field(max_length=30)] = {}
    given: Annotated[dict[Purpose, bool], Field(min_length=1)]
    at: datetime | None = None
    """When it was said; now, where it is not given."""
    source: Literal["checkout", "sign_up", "loyalty", "tablet", "paper", "lead_form", "other"]
    wording: Short | None = None
    wording_hash: Digest | None = None
    form_fingerprint: Digest | None = None
    brokers: Annotated[list[Short], Field(max_length=10)] = []
    evidence: Evidence = Evidence()


class ConsentListed(TypedDict):
    """The newest statement of a contact for one purpose."""

    person: str
    """The base's own name for the contact."""
    purpose: Purpose
    given: bool
    """Or withdrawn."""
    at: Moment
    source: str
    """Where it was said."""
    wording: str | None
    """The version of the text that was agreed to."""
    wording_hash: Sha256 | None
    """Of that text."""
    proof: Sha256 | None
    """Fingerprint of the form or file that carries it."""
    basis: Basis
    confirmed: bool
    """Whether it was said a second time, from the phone itself."""
    entry: Count
    """Its place in the contact's ledger; 0 where it was taken before that was kept."""


@dataclass(frozen=True, slots=True)
class ConsentsAsked:
    """Which consents are asked for; what is None does not matter. `since` is in, `until` is not."""

    purpose: Purpose
    given: bool | None = None
    source: str | None = None
    wording: str | None = None
    since: int | None = None
    until: int | None = None

    def means(self, contact: Contact) -> bool:
        """Whether a contact has said such a thing."""
        said = contact.consents.get(self.purpose)
        if said is None or said.at < (self.since or 0) or (self.until is not None and said.at >= self.until):
            return False
        alike = ((self.given, said.given), (self.source, said.source), (self.wording, said.wording))
        return all(wanted in (None, told) for wanted, told in alike)


def consent_listed(contact: Contact, purpose: Purpose) -> ConsentListed:
    """What a contact has said last for a purpose."""
    said = contact.consents[purpose]
    return {
        "person": contact.person,
        "purpose": purpose,
        "given": said.given,
        "at": said.at,
        "source": said.source,
        "wording": said.wording,
        "wording_hash": said.wording_hash,
        "proof": said.proof,
        "basis": said.basis,
        "confirmed": said.confirmed,
        "entry": said.entry,
    }


def arrival(body: NewConsent, now: int) -> Arrival:
    """What the intake takes of a body; InvalidInput names each field and its rule."""
    errors = []
    phone = parse_mobile(body.phone, body.country)
    if isinstance(phone, FieldError):
        errors.append(phone)
    address = email(body.email) if body.email else None
    if body.email and address is None:
        errors.append(FieldError("email", "email", "this is not an e-mail address"))
    said = body.at if body.at is None or body.at.tzinfo else body.at.replace(tzinfo=UTC)
    at = int(said.timestamp() * 1_000) if said else now
    if at > now + 5 * MINUTE:
        errors.append(FieldError("at", "not_in_future", "a consent cannot be given in the future"))
    if at <= now - RETENTION:
        errors.append(FieldError("at", "too_old", "a person of whom nothing was heard for three years is not kept"))
    if errors or isinstance(phone, FieldError):
        raise InvalidInput(errors)
    evidence = {
        "ip": network(body.evidence.ip) if body.evidence.ip else None,
        "agent": body.evidence.agent,
        "page": body.evidence.page,
        "reference": body.evidence.reference,
    }
    statement = Statement(
        given=body.given,
        at=min(at, now),
        source=body.source,
        wording=body.wording,
        wording_hash=body.wording_hash,
        proof=body.form_fingerprint,
        brokers=tuple(body.brokers),
        evidence={name: value for name, value in evidence.items() if value},
    )
    profile = Profile(phone, address, body.first_name, body.last_name, body.customer_id)
    return Arrival(profile, statement, body.fields)
