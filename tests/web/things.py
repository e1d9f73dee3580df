"""A shop that has one of each thing that an address of the API can name."""

from __future__ import annotations

import re
from functools import cached_property

from chalicelib.audience.import_rows import ImportOptions
from chalicelib.clock import MINUTE
from chalicelib.promotions.desk import Reserved
from chalicelib.storage.advertisers import OPERATOR
from chalicelib.storage.broadcasts import Plan
from chalicelib.storage.conversions import Conversion
from chalicelib.storage.dead_letters import DeadLetters
from chalicelib.storage.deliveries import Delivery
from chalicelib.storage.keyword_numbers import KeywordNumber
from chalicelib.storage.lead_sources import LeadSource
from chalicelib.storage.links import Link
from chalicelib.storage.promo_pools import Benefit, Pool
from chalicelib.storage.segments import Segment
from chalicelib.storage.shop_sources import ShopSource
from chalicelib.storage.surveys import Survey, SurveyQuestion
from chalicelib.storage.templates import Template
from chalicelib.storage.trial_phones import TrialPhone, TrialPhones, trial_place
from chalicelib.storage.wordings import Wording
from chalicelib.wiring import services
from tests.messaging.test_signing import BELGIUM
from tests.support.journeys import ONE_STEP, start
from tests.support.shop import CAMILLE, PAGE, Shop, visitor_id
from tests.support.talk import write
from tests.support.world import IMPORT_FILES, aws, create_import_bucket

SEGMENT = "seg_01JD8Z0000000000000000000A"
_NAMED = re.compile(r"{(\w+)}")
_INSTEAD = {
    "broadcast": {
        "/approve": "rehearsed_broadcast",
        "/launch": "rehearsed_broadcast",
        "/pause": "launched_broadcast",
        "/resume": "paused_broadcast",
    },
    "code": {"/promo-codes": "promo_code"},
    "country": {"/senders": "senders_country"},
    "key": {"/v1/keys": "operators_key"},
    "source": {"/shops": "shop_source"},
    "survey": {"/draws": "drawn_contest"},
}
"""What a name in braces stands for under some addresses."""
_BESIDE = {
    "/broadcasts": "broadcast",
    "/countries/": "signed_country",
    "/journeys": "journey",
    "/keyword": "keyword",
    "/promo-": "pool",
    "/sites/{site}/conversions": "conversion",
    "/test-phones/{person}": "test_phone",
    "dead-letters": "queues",
}
"""What must be there for some addresses that do not name it."""
_ASKED = {
    "/people/{person}": "?reason=access",
    "/strays": "?reason=access",
    "/countries/{country}": "?by=Nora",
    "/reports/growth": "?campaign=cart",
    "/sites/{site}/conversions": "?transaction_id=order-1",
}
"""The query that a route needs, by the end of its address."""


def of_nobody(route: str, **instead: str) -> str:
    """A route with names of nothing that ever was, but for those that are given."""
    names = dict.fromkeys(_NAMED.findall(route), "none") | {"draw": "1"} | instead
    return route.format(**names) + _asked(route)


class Things:
    """One shop's own, each made when an address first needs it. Their names are those in the addresses' braces."""

    country, senders_country = "BE", "FR"
    draw, order, playbook, promo_code, verification = "1", "o-1", "win_back", "GIFT1", "ver_none"

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self._services = shop.world.services

    def address(self, route: str, **instead: str) -> str:
        """A route with the shop's own things in it, but for those that are given."""
        for words, beside in _BESIDE.items():
            if words in route:
                getattr(self, beside)
        names = {name: self._named(name, route) for name in _NAMED.findall(route)}
        return route.format(**names | instead) + _asked(route)

    def _named(self, name: str, route: str) -> str:
        instead = next((other for words, other in _INSTEAD.get(name, {}).items() if words in route), name)
        return str(getattr(self, instead))

    @property
    def advertiser(self) -> str:
        return self.shop.advertiser.id

    @property
    def site(self) -> str:
        return self.shop.site.id

    @cached_property
    def visitor(self) -> str:
        return visitor_id()

    @cached_property
    def person(self) -> str:
        return self.shop.contact(CAMILLE)

    @cached_property
    def test_phone(self) -> None:
        sealed = self._services.vault.seal(CAMILLE, trial_place(self.advertiser, self.person))
        TrialPhones(self._services.table).add(self.advertiser, TrialPhone(self.person, sealed, 0))

    @cached_property
    def message(self) -> str:
        return self.shop.message().id

    @cached_property
    def wording(self) -> str:
        given = Wording("till-1", "fr", {"sms_marketing": "J'accepte"})
        self._services.wordings.add(self.advertiser, given)
        return given.id

    @cached_property
    def template(self) -> str:
        self._services.templates.save(self.advertiser, Template("cart-1", "{{ link }}"))
        return "cart-1"

    @cached_property
    def journey(self) -> str:
        """A draft, of the cart's template."""
        self._services.templates.save(self.advertiser, Template("cart-1", "{{ link }}", journey="cart"))
        return start(self.shop, "cart-1", ONE_STEP, state="draft").id

    @cached_property
    def value(self) -> str:
        """A sender."""
        self._services.sender_book.register(self.shop.advertiser, "FR", "LUMEN", verified=False)
        return "LUMEN"

    @cached_property
    def signed_country(self) -> None:
        self._services.countries.sign("BE", BELGIUM, "Nora")

    @cached_property
    def keyword(self) -> None:
        self._services.keyword_numbers.assign(KeywordNumber("36124", self.advertiser, "poster-1", "0" * 64))

    @cached_property
    def queues(self) -> None:
        dead_letters()

    @cached_property
    def key(self) -> str:
        """A colleague's."""
        return self._services.admin_keys.grant("rk_a_colleagues", self.advertiser).id

    @cached_property
    def operators_key(self) -> str:
        return self._services.admin_keys.grant("rk_an_operators", OPERATOR).id

    @cached_property
    def conversation(self) -> str:
        return write(self.shop, "C'est en stock ?").id

    @cached_property
    def reply(self) -> str:
        return self._services.quick_reply_book.save(self.advertiser, "stock", "Oui.", "fr").id

    @cached_property
    def code(self) -> str:
        """A link's."""
        self._services.links.add(Link("abc347", PAGE, self.advertiser, "", "", "", "", 0))
        return "abc347"

    @cached_property
    def domain(self) -> str:
        self._services.link_domains.give("go.lumen.example", self.advertiser)
        return "go.lumen.example"

    @cached_property
    def source(self) -> str:
        """A tool that sends leads."""
        self._services.lead_sources.save(
            LeadSource("lead_1", self.advertiser, "Form", "webhook", b"sealed", {}, "form-1", "")
        )
        return "lead_1"

    @cached_property
    def shop_source(self) -> str:
        self._services.shop_sources.save(ShopSource("shop_1", self.advertiser, self.site, "prestashop", b"sealed"))
        return "shop_1"

    @cached_property
    def conversion(self) -> None:
        order = Conversion(self.site, "order-1", self.advertiser)
        self._services.conversion_log.change(order, order, [], self.shop.world.clock.now())

    @cached_property
    def segment(self) -> str:
        """Filled by hand, with one member."""
        segment = Segment(SEGMENT, self.advertiser, "By hand", "manual", 0)
        self._services.segments.save(segment)
        self._services.members.add(self.advertiser, segment.id, [self.person])
        return segment.id

    @cached_property
    def broadcast(self) -> str:
        """A draft."""
        return self._broadcast()

    @cached_property
    def rehearsed_broadcast(self) -> str:
        made = self._broadcast()
        self._services.broadcast_desk.rehearse(self.shop.advertiser, made, None)
        return made

    @cached_property
    def launched_broadcast(self) -> str:
        return self._launched()

    @cached_property
    def paused_broadcast(self) -> str:
        made = self._launched()
        self._services.broadcast_desk.pause(self.advertiser, made, OPERATOR)
        return made

    def _broadcast(self) -> str:
        self._services.templates.save(self.advertiser, Template("sale", "Soldes: {{ link }}"))
        plan = Plan("Sale", self.segment, "sale", "marketing", link="https://shop.example/sale")
        return self._services.broadcast_desk.create(self.shop.advertiser, plan).id

    def _launched(self) -> str:
        made = self._broadcast()
        self._services.broadcast_desk.rehearse(self.shop.advertiser, made, None)
        self._services.broadcast_desk.launch(self.shop.advertiser, made, "key")
        return made

    @cached_property
    def pool(self) -> str:
        """Its code went out with a message and was used by an order."""
        desk, pool = (
            self._services.promo_desk,
            Pool("pool_1", self.advertiser, "Gift", Benefit("free_delivery"), uses=0),
        )
        self._services.promo_pools.create(pool)
        desk.fill(pool, codes=[self.promo_code])
        reserved = desk.reserve(self.advertiser, pool.id, "msg_1", ["Europe/Paris"])
        assert isinstance(reserved, Reserved)
        self._services.table.transact(reserved.writes)
        desk.redeem(self.advertiser, self.promo_code, self.order, "web")
        return pool.id

    @cached_property
    def survey(self) -> str:
        return self._contest()

    @cached_property
    def drawn_contest(self) -> str:
        made = self._contest()
        self.shop.world.clock.advance(MINUTE)
        self._services.survey_book.draw(self.advertiser, made)
        return made

    def _contest(self) -> str:
        ends = self.shop.world.clock.now() + 1
        question = SurveyQuestion("q1", "?", "text")
        contest = Survey("", self.advertiser, "Lot", "contest", (question,), "fr", 0, 0, ends, winners=1)
        return self._services.survey_book.create(contest).id

    @cached_property
    def webhook(self) -> str:
        made, _ = self._services.webhook_desk.create(
            self.advertiser, name="Helpdesk", url=PAGE, form="json", events=["stop.received"]
        )
        return made.id

    @cached_property
    def delivery(self) -> str:
        """One that did not arrive."""
        dead = Delivery("dlv_1", self.webhook, self.advertiser, "ping", self.shop.world.clock.now(), "{}", state="dead")
        self._services.deliveries.add(dead)
        return dead.id

    @cached_property
    def export(self) -> str:
        now = self.shop.world.clock.now()
        return self._services.export_desk.ask(self.advertiser, "messages", "csv", now - 1, now).id

    @cached_property
    def upload(self) -> str:
        """An import whose file is there."""
        create_import_bucket()
        made = str(self._services.import_desk.announce(ImportOptions(self.advertiser), 5, dry_run=False)["import"])
        aws("s3").put_object(Bucket=IMPORT_FILES, Key=f"uploads/{self.advertiser}/{made}", Body=b"phone")
        return made


def _asked(route: str) -> str:
    return next((query for end, query in _ASKED.items() if route.endswith(end)), "")


def dead_letters() -> None:
    """Queues of the stage, the dead letters' and the send queue."""
    dead, send = (aws("sqs").create_queue(QueueName=name)["QueueUrl"] for name in ("dead", "send"))
    services().dead_letters = DeadLetters(aws("sqs"), dead, send)
