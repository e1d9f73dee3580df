"""Bodies and answers of what is offered with what, in the admin API."""

from __future__ import annotations

from typing import Annotated, NotRequired, Self

from pydantic import Field, StringConstraints, model_validator
from typing_extensions import TypedDict

from chalicelib.storage.complements import Complement, Offerable
from chalicelib.tracking.events import Reference
from chalicelib.web.body import Body, Name, example


class NewOffer(Body):
    """A product to offer, in the names that events have."""

    item_id: Reference
    item_name: Name
    page_location: Annotated[str, StringConstraints(pattern=r"^https?://", max_length=500)] | None = None
    """A page of the site's origins; without one, the link leads to the catalogue's, or the front page."""
    variants: Annotated[list[Reference], Field(max_length=10)] = Field(default_factory=list)


class NewComplement(Body):
    """What goes with an item, or with all of a category."""

    item_id: Reference | None = None
    item_category: Name | None = None
    offers: Annotated[list[NewOffer], Field(min_length=1, max_length=5)]

    @model_validator(mode="after")
    def _of_one(self) -> Self:
        if (self.item_id is None) == (self.item_category is None):
            raise ValueError("give item_id or item_category, one of the two")
        return self


class NewComplements(Body):
    """All of an advertiser's rules; the first that fits comes first."""

    model_config = example(
        {"complements": [{"item_category": "Lampes", "offers": [{"item_id": "bulb-1", "item_name": "Ampoule E27"}]}]}
    )

    complements: Annotated[list[NewComplement], Field(max_length=40)]

    def rules(self) -> list[Complement]:
        """As they are stored."""
        return [
            Complement(
                tuple(
                    Offerable(one.item_id, one.item_name, one.page_location, tuple(one.variants)) for one in rule.offers
                ),
                rule.item_id,
                rule.item_category,
            )
            for rule in self.complements
        ]


class OfferTold(TypedDict):
    """A product to offer."""

    item_id: str
    item_name: str
    page_location: str | None
    variants: list[str]


class ComplementTold(TypedDict):
    """What goes with an item, or with all of a category."""

    item_id: NotRequired[str]
    item_category: NotRequired[str | None]
    offers: list[OfferTold]


class ComplementsTold(TypedDict):
    """All of an advertiser's rules; the first that fits comes first."""

    complements: list[ComplementTold]


def complements_answer(rules: tuple[Complement, ...] | list[Complement]) -> ComplementsTold:
    """As they were given."""
    return {"complements": [_told(rule) for rule in rules]}


def _told(rule: Complement) -> ComplementTold:
    offers: list[OfferTold] = [
        {"item_id": one.id, "item_name": one.name, "page_location": one.url, "variants": list(one.variants)}
        for one in rule.offers
    ]
    return {"item_id": rule.item, "offers": offers} if rule.item else {"item_category": rule.category, "offers": offers}
