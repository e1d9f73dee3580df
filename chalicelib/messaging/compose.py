"""The text of an SMS: the advertiser's Liquid template, then the way out that each marketing SMS must carry."""

from __future__ import annotations

from functools import lru_cache

from liquid import BoundTemplate, Environment, StrictUndefined
from liquid.exceptions import LiquidError

from chalicelib.audience.profile import Profile
from chalicelib.errors import FieldError, InvalidInput
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.visitors import Product

NO_PRODUCT = "votre panier"
_LONGEST_NAME = 40


class _BoundedEnvironment(Environment):
    """A template is an advertiser's: it must not be able to keep a worker busy."""

    loop_iteration_limit = 100
    output_stream_limit = 10_000


_environment = _BoundedEnvironment(undefined=StrictUndefined, autoescape=False)


class NotComposable(InvalidInput):
    """A template that cannot be rendered."""


def compose(
    advertiser: Advertiser,
    template: str,
    message_class: MessageClass,
    profile: Profile,
    product: Product | None,
    link: str,
    way_out: str,
) -> str:
    """The whole text. `link` and `way_out` are the personal link and the page that unsubscribes.

    Raises NotComposable where the template is wrong.
    """
    try:
        text = _parsed(template).render(
            brand=advertiser.brand,
            first_name=profile.first_name,
            product=_shortened(product.name) if product and product.name else NO_PRODUCT,
            link=link,
        )
    except LiquidError as error:
        raise NotComposable([FieldError("template", "liquid", type(error).__name__)]) from None
    text = " ".join(text.split())
    return f"{text} {_opt_out(advertiser, way_out)}" if message_class == "marketing" else text


def check_template(template: str) -> str:
    """The template, if it renders with every contact and product; ValueError that says what is wrong."""
    link = "https://r.example/c"
    try:
        texts = [
            _parsed(template).render(brand="Brand", first_name=first_name, product=product, link=link)
            for first_name, product in (("Camille", "Lampe"), (None, NO_PRODUCT))
        ]
    except LiquidError as error:
        raise ValueError(f"not a template that can be filled in ({type(error).__name__})") from None
    if not all(link in text for text in texts):
        raise ValueError("the template does not show {{ link }} to everybody")
    return template


@lru_cache(maxsize=256)
def _parsed(template: str) -> BoundTemplate:
    return _environment.from_string(template)


def _opt_out(advertiser: Advertiser, way_out: str) -> str:
    """A number can be answered; a name cannot, so its SMS carries the page only."""
    return f"STOP au {advertiser.sender} ou {way_out}" if advertiser.sender.isdigit() else f"STOP: {way_out}"


def _shortened(name: str) -> str:
    """A product's name in whole words, so that it leaves room for the rest."""
    if len(name) <= _LONGEST_NAME:
        return name
    return name[: _LONGEST_NAME + 1].rsplit(" ", 1)[0][:_LONGEST_NAME]
