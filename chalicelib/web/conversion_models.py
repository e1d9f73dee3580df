"""The body of a purchase or refund that a till, a loyalty programme or a back end tells of."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints, model_validator

from chalicelib.audience import normalise
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.tracking.events import Reference, Token
from chalicelib.vault import identifier_digest
from chalicelib.web.body import Body, example

Identifier = Annotated[str, Field(min_length=1, max_length=200)]


class BoughtItem(Body):
    """A line of the receipt, with its product's id as the shop's pages name it."""

    item_id: Reference
    item_name: Annotated[str, Field(max_length=500)] | None = None
    item_category: Annotated[str, Field(max_length=500)] | None = None
    price: Annotated[float, Field(ge=0)] | None = None
    quantity: Annotated[int, Field(ge=0, le=100_000)] = 1


class NewConversion(Body):
    """Who bought, which order, for how much. Numbers and addresses come in clear, and are hashed before all else."""

    model_config = example(
        {"transaction_id": "order-1", "value": 59.9, "currency": "EUR", "phone": "+33 6 39 98 00 01"}
    )

    event: Literal["purchase", "refund"] = "purchase"
    id: Token | None = None
    """The event's own, the same whenever it is sent again. A purchase has one by its order; a refund names it."""
    transaction_id: Reference
    value: Annotated[float, Field(ge=0)] | None = None
    currency: Annotated[str, StringConstraints(pattern=r"^[A-Z]{3}$")] | None = None
    items: list[BoughtItem] = Field(default_factory=list, max_length=50)
    at: datetime | None = None
    """When it happened; now, where it is not given."""
    channel: Literal["web", "store"] = "store"
    phone: Identifier | None = None
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"
    email: Identifier | None = None
    customer_id: Identifier | None = None
    click_id: Token | None = None

    @model_validator(mode="after")
    def _somebody(self) -> NewConversion:
        if not (self.phone or self.email or self.customer_id or self.click_id):
            raise ValueError("give at least one of phone, email, customer_id and click_id")
        if self.event == "refund" and self.id is None:
            raise ValueError("a refund needs an id of its own: two parts of one order are two refunds")
        return self


def as_events(body: NewConversion, site: str, now: int) -> dict[str, Any]:
    """What `POST /e` would have been sent; InvalidInput names the field and its rule."""
    errors = []
    phone = normalise.phone(body.phone, body.country) if body.phone else None
    email = normalise.email(body.email) if body.email else None
    if body.phone and phone is None:
        errors.append(FieldError("phone", "phone", "this is not a phone number"))
    if body.email and email is None:
        errors.append(FieldError("email", "email", "this is not an e-mail address"))
    if errors:
        raise InvalidInput(errors)
    at = body.at if body.at is None or body.at.tzinfo else body.at.replace(tzinfo=UTC)
    params = {
        "transaction_id": body.transaction_id,
        "items": [item.model_dump(exclude_none=True) for item in body.items] or None,
        "value": body.value,
        "currency": body.currency,
        "channel": "store" if body.channel == "store" else None,
    }
    event = {
        "id": body.id or hashlib.sha256(body.transaction_id.encode()).hexdigest()[:32],
        "event": body.event,
        "time": int(at.timestamp() * 1_000) if at else now,
        "params": {name: value for name, value in params.items() if value is not None},
    }
    ids = {
        "phone_sha256": identifier_digest(phone) if phone else None,
        "email_sha256": identifier_digest(email) if email else None,
        "customer_id": body.customer_id,
        "click_id": body.click_id,
    }
    return {"site": site, "consent": "grant", "ids": {n: v for n, v in ids.items() if v}, "events": [event]}
