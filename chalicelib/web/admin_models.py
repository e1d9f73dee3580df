"""Bodies and answers of the admin API. Times in seconds or epoch milliseconds as their names say."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from chalicelib.clock import SECOND
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.messaging.agents import open_name, seal_name
from chalicelib.messaging.checks import check, check_cart_text
from chalicelib.messaging.compose import cart_template
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
from chalicelib.messaging.senders import check_sender
from chalicelib.storage.advertisers import CART_TEMPLATE, USUAL_CAPS, Advertiser, AtCap, CartJourney, Safeguards
from chalicelib.storage.caps import CapRule
from chalicelib.units import Count, Currency, Micro, Seconds
from chalicelib.units import Zone as Timezone
from chalicelib.vault import Vault
from chalicelib.web.body import Body, Name, example
from chalicelib.web.cap_models import Caps, CapTold, SingleCap, WithSingleCap, caps_answer, rules, single_cap_answer
from chalicelib.web.hours_models import (
    AgentSettings,
    AgentTold,
    HoursSettings,
    OwnHours,
    Zone,
    agent_answer,
    agent_of,
    hours_answer,
    hours_of,
)
from chalicelib.web.report_models import Margin

_YEAR_S = 366 * 24 * 3600
_A_NUMBER = "36000"
"""Stands for the number that takes STOPs, whichever the stage has."""


def _sender(text: str) -> str:
    checked = check_sender(text, profile_for(DEFAULT_COUNTRY))
    if isinstance(checked, FieldError):
        raise ValueError(checked.message)
    return checked.value


Sender = Annotated[str, AfterValidator(_sender)]
Template = Annotated[str, StringConstraints(min_length=1, max_length=600), AfterValidator(check_cart_text)]


class CartSettings(Body):
    """The abandoned-cart journey."""

    delay_s: Annotated[int, Field(ge=1, le=_YEAR_S)] = 45 * 60
    reentry_s: Annotated[int, Field(ge=0, le=_YEAR_S)] = 24 * 3600
    expires_s: Annotated[int, Field(ge=60, le=_YEAR_S)] = 24 * 3600
    template: Template = CART_TEMPLATE


class DailyBudget(Body):
    """What may be spent on SMS in a day, from midnight to midnight in Paris."""

    micro: Annotated[int, Field(ge=0, le=10**15)]
    """Millionths of the currency."""
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")] = "EUR"


class SafeguardSettings(Body):
    """What ends a day's or a campaign's marketing by itself."""

    stop_percent: Annotated[int, Field(ge=0, le=100)] = 3
    daily_budget: DailyBudget | None = None
    approve_people: Annotated[int, Field(ge=0, le=10**9)] | None = None
    """A broadcast to more people is launched once a second person has approved it."""
    approve_micro: Annotated[int, Field(ge=0, le=10**15)] | None = None
    """So is one that may cost more, in millionths of the budget's currency; of euros without a budget."""


class NewAdvertiser(Body):
    """An advertiser to create."""

    model_config = example(
        {"name": "Lumen SAS", "brand": "Lumen", "sender": "36123", "caps": [{"limit": 3, "window_s": 604800}]}
    )

    name: Name
    brand: Name
    sender: Sender
    caps: Caps | None = None
    """Three marketing SMS in seven days, whoever sent them, where nothing is said."""
    at_cap: AtCap = "skip"
    cap: SingleCap | None = None
    """As it was before `caps`: one of the two, or both where they say the same."""
    cart: CartSettings = CartSettings()
    hours: HoursSettings = HoursSettings()
    zone: Zone = "Europe/Paris"
    """Whose days and hours the reports are in: a name of the IANA time zone database."""
    margin_percent: Margin | None = None
    """What is left of sales once the goods are paid for, for what a campaign brings in the reports."""
    attribution_s: Annotated[int, Field(ge=3600, le=30 * 24 * 3600)] = 5 * 24 * 3600
    """How long after a click a purchase is put down to it. The browser remembers a click for 30 days."""
    answer_target_s: Literal[30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 86400] = 300
    """Within which a person who has written shall have a first answer."""
    safeguards: SafeguardSettings = SafeguardSettings()
    agent: AgentSettings | None = None
    """Who signs; nobody where nothing is said."""
    contact: Annotated[str, StringConstraints(strip_whitespace=True, max_length=120)] = ""
    """How the company is reached: who texts CONTACT is told its name, and this."""

    @model_validator(mode="after")
    def _one_way_to_say_it(self) -> NewAdvertiser:
        if self.cap is None or self.caps is None:
            return self
        # An answer tells both, and may be sent back as it is.
        if single_cap_answer(rules(self.caps)) != {"cap": self.cap.model_dump()}:
            raise ValueError("caps are told by caps, or the single one by cap")
        return self


class KeywordSettings(Body):
    """The number that takes an advertiser's opt-ins by text."""

    model_config = example({"number": "36124", "wording": "poster-1", "text": "Envoyez OUI au 36124"})

    number: Annotated[str, StringConstraints(pattern=r"^([0-9]{5,6}|\+[1-9][0-9]{7,14})$")]
    wording: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]
    """Version of the text that tells people to write to it."""
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2_000)] | None = None
    """That text; it may be left out where the wording is registered."""


class CartTold(TypedDict):
    """The abandoned-cart journey."""

    delay_s: Seconds
    reentry_s: Seconds
    expires_s: Seconds
    template: str


class Budget(TypedDict):
    """What may be spent on SMS in a day."""

    micro: Micro
    currency: Currency


class SafeguardsTold(TypedDict):
    """What ends a day's or a campaign's marketing by itself, and what a second person approves."""

    stop_percent: int
    daily_budget: Budget | None
    approve_people: Count | None
    approve_micro: Micro | None


class AdvertiserTold(WithSingleCap):
    """An advertiser with its settings."""

    advertiser: str
    name: str
    brand: str
    sender: str
    caps: list[CapTold]
    at_cap: AtCap
    """What becomes of an SMS that is over a cap."""
    cart: CartTold
    hours: OwnHours
    zone: Timezone
    """Whose days and hours the reports are in."""
    margin_percent: int | None
    attribution_s: Seconds
    """How long after a click a purchase is put down to it."""
    contact: str
    answer_target_s: Seconds
    """Within which a person who has written shall have a first answer."""
    safeguards: SafeguardsTold
    agent: AgentTold | None
    """Who signs; nobody where nothing is said."""


def new_advertiser(body: NewAdvertiser, advertiser_id: str, vault: Vault) -> Advertiser:
    """What is stored of a body. Raises InvalidInput where its text does not go with its sender or its agent."""
    made = Advertiser(
        id=advertiser_id,
        name=body.name,
        brand=body.brand,
        sender=body.sender,
        caps=_caps(body),
        at_cap=body.at_cap,
        cart=CartJourney(
            delay_ms=body.cart.delay_s * SECOND,
            reentry_ms=body.cart.reentry_s * SECOND,
            expires_ms=body.cart.expires_s * SECOND,
            template=body.cart.template,
        ),
        hours=hours_of(body.hours),
        zone=body.zone,
        margin_percent=body.margin_percent,
        attribution_ms=body.attribution_s * SECOND,
        contact=body.contact,
        answer_target_ms=body.answer_target_s * SECOND,
        safeguards=_safeguards(body.safeguards),
        agent=agent_of(body.agent) if body.agent else None,
        agent_name=seal_name(vault, advertiser_id, body.agent.name) if body.agent else None,
    )
    sender = check_sender(made.sender, profile_for(DEFAULT_COUNTRY))
    two_way = not isinstance(sender, FieldError) and sender.two_way
    findings = check(cart_template(made), two_way=two_way, stop_number=_A_NUMBER, agent=made.agent is not None)
    if errors := [finding for finding in findings if finding.severity == "error"]:
        raise InvalidInput([FieldError("cart.template", finding.rule, finding.message) for finding in errors])
    return made


def _caps(body: NewAdvertiser) -> tuple[CapRule, ...]:
    if body.cap is not None:
        return (CapRule(body.cap.messages, body.cap.window_s * SECOND),)
    return USUAL_CAPS if body.caps is None else rules(body.caps)


def advertiser_answer(advertiser: Advertiser, vault: Vault) -> AdvertiserTold:
    """An advertiser as the API tells it."""
    agent_name = open_name(vault, advertiser)
    return {
        "advertiser": advertiser.id,
        "name": advertiser.name,
        "brand": advertiser.brand,
        "sender": advertiser.sender,
        "caps": caps_answer(advertiser.caps),
        "at_cap": advertiser.at_cap,
        **single_cap_answer(advertiser.caps),
        "cart": {
            "delay_s": advertiser.cart.delay_ms // SECOND,
            "reentry_s": advertiser.cart.reentry_ms // SECOND,
            "expires_s": advertiser.cart.expires_ms // SECOND,
            "template": advertiser.cart.template,
        },
        "hours": hours_answer(advertiser.hours),
        "zone": advertiser.zone,
        "margin_percent": advertiser.margin_percent,
        "attribution_s": advertiser.attribution_ms // SECOND,
        "contact": advertiser.contact,
        "answer_target_s": advertiser.answer_target_ms // SECOND,
        "safeguards": {
            "stop_percent": advertiser.safeguards.stop_percent,
            "daily_budget": None
            if advertiser.safeguards.budget_micro is None
            else {"micro": advertiser.safeguards.budget_micro, "currency": advertiser.safeguards.currency},
            "approve_people": advertiser.safeguards.approve_people,
            "approve_micro": advertiser.safeguards.approve_micro,
        },
        "agent": agent_answer(advertiser.agent, agent_name) if advertiser.agent and agent_name else None,
    }


def _safeguards(body: SafeguardSettings) -> Safeguards:
    budget = body.daily_budget
    return Safeguards(
        stop_percent=body.stop_percent,
        budget_micro=budget.micro if budget else None,
        currency=budget.currency if budget else "EUR",
        approve_people=body.approve_people,
        approve_micro=body.approve_micro,
    )
