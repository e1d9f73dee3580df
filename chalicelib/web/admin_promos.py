"""`/v1/advertisers/{advertiser}/promo-pools…` and `…/promo-codes…`: codes that messages carry and orders use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chalice.app import Blueprint, Response

from chalicelib.errors import Conflict, NotFound
from chalicelib.ids import new_id
from chalicelib.web.admin_requests import answer, authorise, read_body
from chalicelib.web.described import PAGED, TEXT, WHOLE, described, done, each, holding, listed
from chalicelib.web.listing import page_of, part_asked
from chalicelib.web.views import view
from chalicelib.wiring import services

if TYPE_CHECKING:
    from chalicelib.storage.promo_pools import Pool


routes = Blueprint(__name__)
_POOL = "web.promo_models:PoolTold"
_ADDED = holding(
    pool=TEXT,
    added=each(TEXT) | {"description": "The codes that are new"},
    known=WHOLE | {"description": "How many were there already"},
)
_POOLS = "/v1/advertisers/{advertiser}/promo-pools"
_CODES = "/v1/advertisers/{advertiser}/promo-codes/{code}"


@routes.route(_POOLS, methods=["POST"])
@described(body="web.promo_models:PoolSettings", answer=_POOL, status=201)
@view
def create_pool(advertiser: str) -> Response:
    """Make an empty pool of promo codes."""
    from chalicelib.web.promo_models import PoolSettings, pool_from

    authorise(routes, advertiser)
    body = read_body(routes, PoolSettings)
    if services().advertisers.get(advertiser) is None:
        raise NotFound("advertiser")
    pool = pool_from(body, new_id("pool", services().clock.now()), advertiser)
    services().promo_pools.create(pool)
    return _told(pool, 201)


@routes.route(_POOLS, methods=["GET"])
@described(query=PAGED, answer=listed("pools", _POOL))
@view
def list_pools(advertiser: str) -> Response:
    """Pools of promo codes, with their stock."""
    from chalicelib.web.promo_models import pool_answer

    authorise(routes, advertiser)
    pools, following = part_asked(routes, services().promo_pools.all_of(advertiser), lambda pool: pool.id)
    return page_of("pools", [pool_answer(pool, services().promo_desk.stock(pool)) for pool in pools], following)


@routes.route(_POOLS + "/{pool}", methods=["GET"])
@described(answer=_POOL)
@view
def get_pool(advertiser: str, pool: str) -> Response:
    """A pool of promo codes, with its stock."""
    return _told(_pool(advertiser, pool))


@routes.route(_POOLS + "/{pool}", methods=["PUT"])
@described(body="web.promo_models:PoolSettings", answer=_POOL)
@view
def replace_pool(advertiser: str, pool: str) -> Response:
    """Change a pool of promo codes. Codes that went out keep their own end."""
    from chalicelib.web.promo_models import PoolSettings, pool_from

    authorise(routes, advertiser)
    changed = pool_from(read_body(routes, PoolSettings), pool, advertiser)
    if not services().promo_pools.replace(changed):
        raise NotFound("promo pool")
    return _told(changed)


@routes.route(_POOLS + "/{pool}/codes", methods=["POST"])
@described(body="web.promo_models:NewCodes", answer=_ADDED)
@view
def add_codes(advertiser: str, pool: str) -> Response:
    """Add promo codes to a pool. Told twice it adds nothing: a known code stays as it is, and a full pool is full."""
    from chalicelib.web.promo_models import NewCodes

    found = _pool(advertiser, pool)
    body = read_body(routes, NewCodes)
    added = services().promo_desk.fill(found, codes=body.codes, up_to=body.fill_up_to or 0)
    known = len(set(body.codes)) - len(added) if body.codes else 0
    return answer({"pool": pool, "added": added, "known": known})


@routes.route(_CODES, methods=["GET"])
@described(answer="web.promo_models:CodeTold")
@view
def get_code(advertiser: str, code: str) -> Response:
    """What a promo code is worth and whether it holds now: for a basket that has not become an order yet."""
    from chalicelib.promotions.desk import Refused
    from chalicelib.web.promo_models import code_answer

    authorise(routes, advertiser)
    found = services().promo_desk.look_up(advertiser, code)
    if isinstance(found, Refused):
        raise NotFound(found.reason)
    return answer(code_answer(*found))


@routes.route(_CODES + "/redemptions", methods=["POST"])
@described(body="web.promo_models:NewRedemption", answer="web.promo_models:RedemptionTold")
@view
def redeem_code(advertiser: str, code: str) -> Response:
    """Let an order use a promo code. The same order again gets the same answer."""
    from chalicelib.promotions.desk import Refused
    from chalicelib.web.promo_models import NewRedemption, redemption_answer

    authorise(routes, advertiser)
    body = read_body(routes, NewRedemption)
    done = services().promo_desk.redeem(advertiser, code, body.order, body.channel)
    if isinstance(done, Refused):
        raise (NotFound if done.reason in ("unknown_code", "mistyped_code") else Conflict)(done.reason)
    return answer(redemption_answer(done))


@routes.route(_CODES + "/redemptions/{order}", methods=["DELETE"])
@described(answer=done("taken_back", "code", "order"))
@view
def take_back_code(advertiser: str, code: str, order: str) -> Response:
    """Undo an order's use of a promo code: it was cancelled."""
    authorise(routes, advertiser)
    if not services().promo_desk.take_back(advertiser, code, order):
        raise NotFound("redemption")
    return answer({"code": code, "order": order, "taken_back": True})


def _pool(advertiser: str, pool_id: str) -> Pool:
    authorise(routes, advertiser)
    pool = services().promo_pools.get(advertiser, pool_id)
    if pool is None:
        raise NotFound("promo pool")
    return pool


def _told(pool: Pool, status: int = 200) -> Response:
    from chalicelib.web.promo_models import pool_answer

    return answer(pool_answer(pool, services().promo_desk.stock(pool)), status)
