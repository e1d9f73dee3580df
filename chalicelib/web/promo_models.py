"""Bodies and answers of promo codes in the admin API. Times in epoch milliseconds, amounts in micro-units."""

from __future__ import annotations

from typing import Annotated, Literal, NotRequired, Self

from pydantic import Field, StringConstraints, ValidationInfo, field_validator, model_validator
from typing_extensions import TypedDict

from chalicelib.clock import HOUR
from chalicelib.promotions.desk import Redeemed
from chalicelib.promotions.offers import NotRedeemed
from chalicelib.storage.promo_codes import PromoCode
from chalicelib.storage.promo_pools import Benefit, Pool, Stock
from chalicelib.units import Count, Currency, Hours, Micro
from chalicelib.web.body import Body, Name, example
from chalicelib.web.link_models import Moment

_CODE = StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9]([A-Za-z0-9 -]{1,22})[A-Za-z0-9]$")


class Amount(Body):
    """Money off."""

    kind: Literal["amount"]
    amount_micro: Annotated[int, Field(ge=1, le=10**12)]
    currency: Annotated[str, StringConstraints(pattern="^[A-Z]{3}$")]


class Share(Body):
    """Percent off."""

    kind: Literal["share"]
    percent: Annotated[int, Field(ge=1, le=100)]


class FreeDelivery(Body):
    """Delivery for nothing."""

    kind: Literal["free_delivery"]


class PoolSettings(Body):
    """A pool of promo codes."""

    model_config = example({"name": "Gift", "benefit": {"kind": "share", "percent": 10}, "valid_for_h": 24})

    name: Name
    benefit: Annotated[Amount | Share | FreeDelivery, Field(discriminator="kind")]
    uses: Annotated[int, Field(ge=0, le=10**6)] = 1
    since: Moment | None = None
    until: Moment | None = None
    valid_for_h: Annotated[int, Field(ge=1, le=24 * 366)] | None = None
    until_midnight: bool = False
    low_stock: Annotated[int, Field(ge=0, le=10**6)] = 0
    closed: bool = False

    @field_validator("until")
    @classmethod
    def _ends_after_it_begins(cls, until: int | None, so_far: ValidationInfo) -> int | None:
        since = so_far.data.get("since")
        if since is not None and until is not None and until <= since:
            raise ValueError("until comes after since")
        return until


class NewCodes(Body):
    """Codes of the advertiser's own, or generated ones until so many are free."""

    model_config = example({"codes": ["GIFT2"]})

    codes: Annotated[list[Annotated[str, _CODE]], Field(min_length=1, max_length=2_000)] | None = None
    fill_up_to: Annotated[int, Field(ge=1, le=2_000)] | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.codes is None) == (self.fill_up_to is None):
            raise ValueError("either codes or fill_up_to")
        return self


class NewRedemption(Body):
    """An order that uses a code."""

    model_config = example({"order": "o-2"})

    order: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[A-Za-z0-9._:#/-]{1,80}$")]
    channel: Literal["web", "till"] = "web"


class BenefitTold(TypedDict):
    """What a code is worth."""

    kind: Literal["amount", "share", "free_delivery"]
    amount_micro: NotRequired[Micro]
    currency: NotRequired[Currency]
    percent: NotRequired[Count]


class StockTold(TypedDict):
    """How many codes are free, are out, and were used."""

    free: Count
    issued: Count
    redeemed: Count


class PoolTold(TypedDict):
    """A pool of promo codes, with what it holds now."""

    pool: str
    name: str
    benefit: BenefitTold
    uses: Count
    """How often each code may be used; 0 for any number."""
    since: Moment | None
    until: Moment | None
    valid_for_h: Hours | None
    """How long a code holds from when it went out."""
    until_midnight: bool
    low_stock: Count
    """Down to how many free ones it is low."""
    closed: bool
    stock: StockTold
    low: bool


class CodeTold(TypedDict):
    """A code as a shop or a till asks for it."""

    code: str
    pool: str
    benefit: BenefitTold
    since: Moment | None
    until: Moment | None
    redeemed: Count
    """How often it was used."""
    redeemable: bool
    reason: NotRedeemed | None
    """Why it cannot be used now."""


class RedemptionTold(TypedDict):
    """An order's use of a code, with what it is worth."""

    code: str
    pool: str
    benefit: BenefitTold
    order: str
    channel: str
    at: Moment


def pool_from(body: PoolSettings, pool_id: str, advertiser: str) -> Pool:
    """What is stored of a body."""
    return Pool(
        id=pool_id,
        advertiser=advertiser,
        name=body.name,
        benefit=Benefit(**body.benefit.model_dump()),
        uses=body.uses,
        since=body.since,
        until=body.until,
        valid_for_ms=body.valid_for_h * HOUR if body.valid_for_h else None,
        until_midnight=body.until_midnight,
        low_stock=body.low_stock,
        closed=body.closed,
    )


def pool_answer(pool: Pool, stock: Stock) -> PoolTold:
    """A pool as the API tells it, with what it holds now."""
    return {
        "pool": pool.id,
        "name": pool.name,
        "benefit": _benefit(pool.benefit),
        "uses": pool.uses,
        "since": pool.since,
        "until": pool.until,
        "valid_for_h": pool.valid_for_ms // HOUR if pool.valid_for_ms else None,
        "until_midnight": pool.until_midnight,
        "low_stock": pool.low_stock,
        "closed": pool.closed,
        "stock": {"free": stock.free, "issued": stock.issued, "redeemed": stock.redeemed},
        "low": stock.free <= pool.low_stock,
    }


def code_answer(code: PromoCode, pool: Pool, why_not: NotRedeemed | None) -> CodeTold:
    """A code as a shop or a till asks for it. Whose message it went out with is not told."""
    return {
        "code": code.code,
        "pool": code.pool,
        "benefit": _benefit(pool.benefit),
        "since": code.since,
        "until": code.until,
        "redeemed": code.redeemed,
        "redeemable": why_not is None,
        "reason": why_not,
    }


def redemption_answer(redeemed: Redeemed) -> RedemptionTold:
    """An order's use of a code, with what it is worth."""
    use = redeemed.redemption
    return {
        "code": redeemed.code,
        "pool": redeemed.pool.id,
        "benefit": _benefit(redeemed.pool.benefit),
        "order": use.order,
        "channel": use.channel,
        "at": use.at,
    }


def _benefit(benefit: Benefit) -> BenefitTold:
    told: BenefitTold = {"kind": benefit.kind}
    if benefit.amount_micro is not None:
        told["amount_micro"] = benefit.amount_micro
    if benefit.currency is not None:
        told["currency"] = benefit.currency
    if benefit.percent is not None:
        told["percent"] = benefit.percent
    return told
