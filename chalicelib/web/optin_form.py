"""What an opt-in form may hold, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from chalicelib.audience.normalise import email
from chalicelib.audience.optin import Form
from chalicelib.audience.phones import parse_mobile
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.tracking.collect import field_errors
from chalicelib.web.gateway import network

Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200)]
Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class OptInBody(BaseModel):
    """The widget's first step. Unknown members are an error, so that none is lost in silence."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    site: Short = ""
    phone: Short
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "FR"
    language: Literal["fr", "en"] = "fr"
    sms_marketing: bool
    matching: bool = False
    email: Short | None = None
    fields: Annotated[dict[Name, Short | bool | int], Field(max_length=30)] = {}
    wording: Short | None = None
    page: Annotated[str, StringConstraints(max_length=2_000)] = ""
    visitor: Annotated[str, StringConstraints(pattern=r"^[\w-]{16,64}$")] | None = None
    source: Literal["widget", "checkout", "sign_up", "newsletter"] = "widget"


def checked(body: Mapping[str, Any], *, gpc: bool, ip: str, agent: str) -> Form:
    """A form that may get a code. Raises InvalidInput, which names each field and its rule, and no value.

    Who has Global Privacy Control on may ask for SMS by hand; being matched is refused by the browser.
    """
    try:
        given = OptInBody.model_validate(body)
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from None
    errors = []
    phone = parse_mobile(given.phone, given.country)
    if isinstance(phone, FieldError):
        errors.append(phone)
    address = email(given.email) if given.email else None
    if given.email and address is None:
        errors.append(FieldError("email", "email", "this is not an e-mail address"))
    if not given.sms_marketing:
        errors.append(FieldError("sms_marketing", "required", "tick the box to get SMS"))
    if errors or isinstance(phone, FieldError):
        raise InvalidInput(errors)
    return Form(
        phone=phone,
        language=given.language,
        matching=given.matching and not gpc,
        email=address,
        fields=given.fields,
        page=_without_query(given.page),
        visitor=given.visitor,
        network=network(ip),
        agent=agent[:200],
        source=given.source,
        wording=given.wording or "",
    )


def _without_query(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}{parts.path}"[:500] if parts.scheme in ("http", "https") else ""
