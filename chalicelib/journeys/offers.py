"""What to offer to who has bought something: a product that goes with it, and none that the person has already."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.journeys.products import same_name, same_product
from chalicelib.storage.carts import Product as Named
from chalicelib.storage.catalogue import Catalogue, Product
from chalicelib.storage.complements import Complement, Complements, Offerable
from chalicelib.storage.contacts import PARTNER
from chalicelib.storage.enrolments import Enrolment
from chalicelib.storage.ordered import OrderedLog
from chalicelib.storage.sold import Sold, SoldLog

FEWEST_ORDERS = 3
"""In how many orders two things were together before one is offered with the other."""
_LOOKED_AT = 20
_AT_ONCE = 100
_EMPTY: Mapping[str, Product] = {}


@dataclass(frozen=True, slots=True)
class Bought:
    """What somebody has bought: in the order that the journey is about, and ever."""

    items: Sequence[str]
    categories: Sequence[str]
    ever: Sequence[Mapping[str, Any]]
    """Lines as events have them."""


def chosen(
    bought: Bought, rules: Sequence[Complement], companions: Iterable[Sold], catalogue: Mapping[str, Product] = _EMPTY
) -> Offerable | None:
    """The product to offer, or None.

    The advertiser's word on an item comes before that on its category, and both before what others bought with it.
    Never one that the person has ordered before, in any variant. What others bought with it is of another category: who
    has bought a bicycle needs no second one.
    """
    ever = {str(line["item_id"]) for line in bought.ever} | set(bought.items)
    ever |= {variant for item in ever & set(catalogue) for variant in catalogue[item].variants}
    names = [str(line["item_name"]) for line in bought.ever if line.get("item_name")]
    for found in (*_by_rule(bought, rules), *_by_others(bought, companions, catalogue)):
        product = catalogue.get(found.id)
        if product and not product.available:
            continue
        offer = _as_sold(found, product) if product else found
        if not same_product(offer.ids, ever) and not same_name(offer.name, names):
            return offer
    return None


def _by_rule(bought: Bought, rules: Sequence[Complement]) -> Iterator[Offerable]:
    for rule in rules:
        if rule.item and same_product([rule.item], bought.items):
            yield from rule.offers
    categories = {category.casefold() for category in bought.categories}
    for rule in rules:
        if rule.category and rule.category.casefold() in categories:
            yield from rule.offers


def _by_others(bought: Bought, companions: Iterable[Sold], catalogue: Mapping[str, Product]) -> Iterator[Offerable]:
    categories = {category.casefold() for category in bought.categories}
    categories |= {(catalogue[item].category or "").casefold() for item in bought.items if item in catalogue} - {""}
    for sold in companions:
        product = catalogue.get(sold.id)
        name, category = sold.name, sold.category or ""
        if product:
            name, category = product.title, product.category or category
        if name and category.casefold() not in categories:
            yield Offerable(sold.id, name)


def _as_sold(offer: Offerable, product: Product) -> Offerable:
    """An offer with its page and its variants, as the shop's catalogue has them."""
    return replace(offer, url=offer.url or product.url, variants=(*offer.variants, *product.variants))


class Offers:
    """Looks up what the choice is made from: a handful of reads, whatever is sold."""

    def __init__(self, ordered: OrderedLog, sold: SoldLog, complements: Complements, catalogue: Catalogue) -> None:
        self._ordered = ordered
        self._sold = sold
        self._complements = complements
        self._catalogue = catalogue

    def offering(self, enrolment: Enrolment) -> Enrolment | None:
        """An enrolment about an order with what goes with it in the place of what was ordered; None: nothing does."""
        offer = self._complement(enrolment)
        if offer is None:
            return None
        return replace(enrolment, product=Named(offer.id, offer.name, offer.url), offer=offer.ids)

    def _complement(self, enrolment: Enrolment) -> Offerable | None:
        items = list(enrolment.facts.get("items", ()))
        bought = Bought(items, enrolment.facts.get("categories", ()), self._ever(enrolment))
        rules, companions = self._complements.get(enrolment.advertiser), self._companions(enrolment.site, items)
        named = [*items, *(offer.id for rule in rules for offer in rule.offers), *(sold.id for sold in companions)]
        named += [str(line["item_id"]) for line in bought.ever]
        known: dict[str, Product] = {}
        ids = list(dict.fromkeys(named))
        for start in range(0, len(ids), _AT_ONCE):
            known |= self._catalogue.get_all(enrolment.site, ids[start : start + _AT_ONCE])
        return chosen(bought, rules, companions, known)

    def _ever(self, enrolment: Enrolment) -> list[Mapping[str, Any]]:
        """What the person has ordered of the advertiser, by whichever base it was known."""
        bases = {enrolment.base, enrolment.advertiser, PARTNER}
        orders = (order for base in bases for order in self._ordered.of_contact(base, enrolment.person))
        return [line for order in orders if order.advertiser == enrolment.advertiser for line in order.items]

    def _companions(self, site: str, items: Sequence[str]) -> list[Sold]:
        together: Counter[str] = Counter()
        for sold in self._sold.get_all(site, items).values():
            together |= Counter(sold.companions)
        often = [item for item, orders in sorted(together.items(), key=_most_first) if orders >= FEWEST_ORDERS]
        known = self._sold.get_all(site, often[:_LOOKED_AT])
        return [known[item] for item in often if item in known]


def _most_first(counted: tuple[str, int]) -> tuple[int, str]:
    return -counted[1], counted[0]
