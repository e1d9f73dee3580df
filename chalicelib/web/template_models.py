"""Bodies and answers of templates in the admin API."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Self

from pydantic import Field, StringConstraints, field_validator, model_validator
from typing_extensions import TypedDict

from chalicelib.messaging.checks import Finding
from chalicelib.messaging.content import JOURNEYS
from chalicelib.messaging.preview import Preview, Refused
from chalicelib.messaging.sms_text import count
from chalicelib.messaging.suggesting import Tone
from chalicelib.messaging.values import PromoCode, Thing, Values
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.templates import Language, Template
from chalicelib.tracking.events import Page, Title
from chalicelib.units import Count, Currency, Micro, Moment
from chalicelib.web.body import Body, example

_LONGEST_TEXT = 1_000
_Said = Annotated[str, StringConstraints(max_length=200)]
_Told = dict[Annotated[str, StringConstraints(max_length=80)], _Said | int | bool]
_Parts = Annotated[int, Field(ge=1, le=10)]


def _known_journey(journey: str) -> str:
    if journey not in JOURNEYS:
        raise ValueError(f"a journey is one of {', '.join(JOURNEYS)}")
    return journey


class NewTemplate(Body):
    """A text to fill in (docs/messages.md)."""

    model_config = example({"text": "Votre panier vous attend : {{ link }}"})

    text: Annotated[str, StringConstraints(min_length=1, max_length=_LONGEST_TEXT)]
    message_class: MessageClass = "marketing"
    journey: str = "offer"
    language: Language = "fr"
    sender: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=16)] | None = None
    gsm_safe: bool = False
    budget: _Parts = 1
    max_parts: _Parts = 3
    promo_pool: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None
    survey: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None

    _known = field_validator("journey")(_known_journey)

    @model_validator(mode="after")
    def _budget_fits(self) -> Self:
        if self.budget > self.max_parts:
            raise ValueError("the budget is at most max_parts")
        return self


class SuggestionRequest(Body):
    """What texts are wanted for. Nothing here is of a person: what names one is left out or refused."""

    model_config = example({"journey": "cart"})

    journey: str = "offer"
    language: Language = "fr"
    tone: Tone = "plain"
    product: Title | None = None
    page: Page | None = None
    promo_pool: Annotated[str, StringConstraints(min_length=1, max_length=80)] | None = None

    _known = field_validator("journey")(_known_journey)


class Row(Body):
    """One recipient, made up or from a list of one's own."""

    first_name: _Said | None = None
    last_name: _Said | None = None
    product: _Said | None = None
    code: _Said | None = None
    agent: _Said | None = None
    order_number: _Said | None = None
    fields: _Told = Field(default_factory=dict)
    data: _Told = Field(default_factory=dict)


class PreviewRequest(Body):
    """A template and who it is for: rows, or contacts of the advertiser's own base by their ids."""

    model_config = example(
        {"template": {"text": "{{ first_name }}, votre panier : {{ link }}"}, "rows": [{"first_name": "Zoé"}]}
    )

    template: NewTemplate
    rows: list[Row] = Field(default_factory=list, max_length=1_000)
    people: list[_Said] = Field(default_factory=list, max_length=100)
    provider: _Said | None = None
    country: Annotated[str, StringConstraints(pattern="^[A-Z]{2}$")] = "FR"

    @model_validator(mode="after")
    def _for_somebody(self) -> Self:
        if not self.rows and not self.people:
            raise ValueError("give rows or people")
        return self


class TemplateTold(TypedDict):
    """A template with what is found of it."""

    template: str
    text: str
    message_class: MessageClass
    journey: str
    """What it is for."""
    language: Language
    sender: str | None
    gsm_safe: bool
    """Whether characters that make an SMS dear are replaced."""
    budget: Count
    """SMS that it shall take for most."""
    promo_pool: str | None
    survey: str | None
    max_parts: Count
    """SMS that it may take: who would get more gets none."""
    changed_at: Moment
    findings: list[Finding]


class SmsSize(TypedDict):
    """How many SMS a text takes."""

    encoding: str
    units: Count
    """Septets in GSM-7, UTF-16 code units in UCS-2."""
    parts: Count


class CandidateTold(TypedDict):
    """A text for somebody to read."""

    text: str
    usable: bool
    """Whether it could be saved as it is."""
    findings: list[Finding]
    sms: SmsSize | None
    """An example's size, where one can be made."""


class Price(TypedDict):
    """An amount."""

    micro: Micro
    currency: Currency


class CostTold(TypedDict):
    """What one way of writing costs the audience."""

    worst_row: Count
    """The recipient with the longest text, counted from 0."""
    text: str
    encoding: str
    units: Count
    parts: Count
    cut: list[str]
    """What each SMS of the worst text holds."""
    price: Price | None
    average_parts: float
    average_price: Price | None
    total_price: Price | None
    recipients_by_parts: dict[str, Count]


class PreviewTold(TypedDict):
    """What a template makes of an audience."""

    recipients: Count
    written: CostTold | None
    """As the template is set; None where no text could be made."""
    safe: CostTold | None
    """The same without the characters that make it dear."""
    culprits: dict[str, Count]
    """Those characters, to how many recipients' texts have them."""
    refused: list[Refused]
    unknown_people: Count
    """How many of the people are not in the advertiser's base."""


def template_from(body: NewTemplate, template_id: str, now: int) -> Template:
    """What is stored of a body."""
    return Template(template_id, **body.model_dump(), changed_at=now)


def template_answer(template: Template, findings: list[Finding]) -> dict[str, Any]:
    """A template with what could be better."""
    told = asdict(template)
    return {"template": told.pop("id")} | told | {"findings": [asdict(finding) for finding in findings]}


def candidate_from(text: str, body: SuggestionRequest, now: int) -> Template:
    """The template that a suggested text would be: of the class that its purpose has."""
    journey = {"message_class": JOURNEYS[body.journey], "journey": body.journey}
    chosen = {"language": body.language, "promo_pool": body.promo_pool, "text": text}
    return template_from(NewTemplate.model_validate(journey | chosen), "suggestion", now)


def candidate_answer(template: Template, findings: list[Finding], as_sent: str | None) -> dict[str, Any]:
    """A text for somebody to read, with what is found of it; `sms` is an example's size, where it can be made."""
    size = count(as_sent) if as_sent is not None else None
    return {
        "text": template.text,
        "usable": not any(finding.severity == "error" for finding in findings),
        "findings": [asdict(finding) for finding in findings],
        "sms": {"encoding": size.encoding, "units": size.units, "parts": size.parts} if size else None,
    }


def row_values(row: Row, advertiser: Advertiser, link: str, way_out: str, agent: str | None) -> Values:
    """What a row can fill in; its agent is the advertiser's where it names no other."""
    return Values(
        brand=advertiser.brand,
        company=advertiser.name,
        link=link,
        way_out=way_out,
        first_name=row.first_name,
        last_name=row.last_name,
        fields=row.fields,
        product=Thing(row.product) if row.product else None,
        agent=row.agent or agent,
        code=PromoCode(row.code) if row.code else None,
        order={"number": row.order_number} if row.order_number else None,
        data=row.data,
    )


def preview_answer(found: Preview, unknown: int) -> dict[str, Any]:
    """A preview, and how many of the people are not in the advertiser's base."""
    return asdict(found) | {"unknown_people": unknown}
