"""What reports answer, for the API's description. Money in micro-units by ISO 4217; shares are fractions of 1."""

from __future__ import annotations

from typing import Literal

from typing_extensions import TypedDict

from chalicelib.units import Money


class Interval(TypedDict):
    """A share with the bounds that it lies in 95 times of a hundred (Wilson)."""

    value: float
    low: float
    high: float


class Part(TypedDict):
    """A share of the SMS delivered: how many, of how many."""

    number: int
    of: int
    rate: Interval | None


class Words(TypedDict):
    """The same in two languages."""

    fr: str
    en: str


class Fall(TypedDict):
    """Those that went no further, for one reason."""

    what: str
    reason: str
    number: int
    words: Words


class Stage(TypedDict):
    """A stage: `of + beyond` is `number`, and `waiting`, and the numbers of `falls`."""

    stage: Literal[
        "visits", "matched", "enrolled", "begun", "written_to", "made", "sent", "delivered", "clicked", "converted"
    ]
    unit: Literal["visit", "journey", "sms"]
    number: int
    of: int | None
    rate: Interval | None
    waiting: int
    beyond: int
    falls: list[Fall]


class Days(TypedDict):
    """Which days a report is of, both included, by which clock."""

    since: str
    until: str
    zone: str


class Funnel(Days):
    """From visits to purchases."""

    stages: list[Stage]
    deferrals: list[Fall]


class Certain(TypedDict):
    """Purchases of one certainty."""

    purchases: int
    revenue_micro: Money


class GivenBack(TypedDict):
    """Purchases that were given back in whole, and all money that was."""

    purchases: int
    amount_micro: Money


class Purchases(TypedDict):
    """Purchases, by whether a back end confirms them."""

    confirmed: Certain
    unconfirmed: Certain
    refunded: GivenBack
    in_store: int
    without_amount: int


class Return(TypedDict):
    """What came back of what SMS cost, in one currency; why that is unknown, where it is."""

    currency: str
    revenue_micro: int
    cost_micro: int
    net_micro: int
    ratio: float | None
    unknown: Literal["no_cost", "no_price", "no_revenue"] | None


class Figures(TypedDict):
    """What SMS came to, brought and cost."""

    made: int
    sent: int
    parts: int
    delivered: int
    clicked: Part
    replied: Part
    said_no: Part
    converted: Part
    purchases: Purchases
    cost_micro: Money
    without_price: int
    returns: list[Return]


class Unsubscribes(TypedDict):
    """Taps on the page of an SMS, by contacts in the base and by SMS delivered."""

    unsubscribed: int
    contacts: int
    delivered: int
    of_contacts: float | None
    of_delivered: float | None


class CodesUsed(TypedDict):
    """Promo codes that orders have used."""

    number: int
    by_channel: dict[str, int]


class Reference(TypedDict):
    """A vendor's claim, unverified, and what was measured in its place."""

    name: str
    claim: Words
    source: Words
    note: Words
    beside: str
    verified: Literal[False]
    measured: Part | Money | None


class _OfEverything(TypedDict, total=False):
    unsubscribes: Unsubscribes
    codes_used: CodesUsed
    all_purchases: Purchases


class Results(Days, Figures, _OfEverything):
    """What the SMS of some days came to. Without a campaign also what is counted for all of them."""

    margin_percent: int | None
    references: list[Reference]


Campaign = TypedDict("Campaign", {"class": str, "led": str, "campaign": str})


class CampaignRow(Campaign, Figures):
    """A journey, a broadcast or a campaign of a back end."""


class Campaigns(Days):
    """What came of each."""

    campaigns: list[CampaignRow]


class Happened(TypedDict):
    """What happened, in the hour in which it did."""

    visits: int
    begun: int
    sent: int
    delivered: int
    failed: int
    clicks: int
    said_no: int
    codes_used: int
    purchases: int
    revenue_micro: Money


class DayRow(Happened):
    """A day."""

    day: str


class HourRow(Happened):
    """An hour of a single day with its moment in UTC; of several days, of the clock."""

    hour: str
    at: str | None


class ByDay(Days):
    """Day by day."""

    days: list[DayRow]


class ByHour(Days):
    """Hour by hour."""

    hours: list[HourRow]


class TrafficRow(Purchases):
    """What came by one source, medium and campaign."""

    source: str
    medium: str
    campaign: str
    clicks: dict[str, int]
    unique_links: int
    unique_contacts: int


class Traffic(Days):
    """By UTM."""

    by: list[str]
    traffic: list[TrafficRow]


class Everything(Funnel, Results, Campaigns, ByDay, ByHour, Traffic):
    """All reports of some days but a campaign's growth."""


class Span(TypedDict):
    """A shop's confirmed sales on some days."""

    since: str
    until: str
    purchases: int
    revenue_micro: Money


class Growth(Days):
    """Sales before and after a campaign's first SMS; `change` is a fraction by currency, None without sales before.

    `unknown` says why no days can be compared: none is over since, the campaign began before the days that were asked
    for, or nothing of the shop was counted before it.
    """

    campaign: str
    days: int
    before: Span | None
    after: Span | None
    change: dict[str, float | None]
    unknown: Literal["no_whole_day", "began_before", "nothing_before"] | None
