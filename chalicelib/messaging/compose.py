"""The text of an SMS: a template filled in, with the brand and the way out that marketing carries, in so many parts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.messaging.content import marketing_reasons
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.sender_book import DEFAULT_COUNTRY
from chalicelib.messaging.sms_text import Count, count
from chalicelib.messaging.template_language import NotComposable, fill_in, names_in
from chalicelib.messaging.values import Values, namespace, tellable
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.messages import MessageClass
from chalicelib.storage.templates import Template

_LONGEST_NAME = 40
MOST_CART_PARTS = 5
_NOT_LAST = frozenset(
    {"a", "à", "and", "au", "aux", "avec", "by", "d'", "de", "des", "du", "en", "et", "for", "in", "l'", "la", "le"}
    | {"les", "of", "on", "or", "ou", "par", "pour", "sans", "sous", "sur", "the", "to", "un", "une", "with"}
    | {"&", "-", "–", "—", "+", "/", "|", ":", ","}
)
"""What a shortened name does not end with."""


@dataclass(frozen=True, slots=True)
class Composed:
    """A text that may be sent, and what it costs."""

    text: str
    count: Count


def cart_template(advertiser: Advertiser) -> Template:
    """The text of an advertiser's abandoned-cart journey."""
    return Template("cart", advertiser.cart.template, journey="cart", max_parts=MOST_CART_PARTS)


def own_template(text: str, message_class: MessageClass) -> Template:
    """The text of one message that is of no template."""
    return Template("", text, message_class, journey="")


def compose(template: Template, values: Values, stop_number: str | None, *, country: str = DEFAULT_COUNTRY) -> Composed:
    """The whole text, with its product's name as long as the template's budget allows, in whole words.

    `stop_number` is where a STOP goes: the sender itself where it is a number; `country` (ISO 3166-1) is the
    phone's, and words the way out. Raises NotComposable.
    """
    if values.code is None and uses(template, "code"):
        raise NotComposable("no_code", "there is no promo code to send")
    ending = _way_out(template, values, stop_number, country) if template.message_class == "marketing" else ""
    written: list[Composed] = []
    for name in _shorter_and_shorter(values.product.name if values.product else None):
        written.append(_written(template, values, name, ending))
        if written[-1].count.parts <= template.budget:
            return written[-1]
    fewest = min(composed.count.parts for composed in written)
    if fewest > template.max_parts:
        raise NotComposable("too_long", f"it takes {fewest} SMS, and may take {template.max_parts}")
    return next(composed for composed in written if composed.count.parts == fewest)


def uses(template: Template, group: str) -> bool:
    """Whether a template names a value or a part of it. Raises NotComposable."""
    return any(name.partition(".")[0] == group for name in names_in(template.text))


def _written(template: Template, values: Values, product_name: str | None, ending: str) -> Composed:
    filled = " ".join(fill_in(template.text, namespace(values, template.language, product_name)).split())
    if template.message_class == "marketing":
        named = values.brand.casefold() in filled.casefold()
        filled = f"{filled} {ending}" if named else f"{values.brand}: {filled} {ending}"
    elif reasons := marketing_reasons(_without_names(filled, values, product_name)):
        raise NotComposable("offer", f"a {template.message_class} that offers something: {reasons[0].words}")
    counted = count(filled)
    if template.gsm_safe and counted.culprits:
        safe = count(counted.safe)
        if not safe.culprits:
            return Composed(counted.safe, safe)
    return Composed(filled, counted)


def _way_out(template: Template, values: Values, stop_number: str | None, country: str) -> str:
    """A sender that is a name cannot be answered, so every SMS tells a number that can (rules.md, France: STOP)."""
    if stop_number is None:
        raise NotComposable("no_stop_number", "an SMS from a name tells a number that takes STOP; none is configured")
    return profile_for(country).opt_out[template.language].format(number=stop_number, page=values.way_out)


def _shorter_and_shorter(name: str | None) -> Iterator[str | None]:
    """A product's name, then with one word less each time, down to its first."""
    words = (tellable(name) or "").split()
    given: str | None = None
    while words:
        while len(words) > 1 and (words[-1].casefold() in _NOT_LAST or len(" ".join(words)) > _LONGEST_NAME):
            words.pop()
        given = " ".join(words)[:_LONGEST_NAME].rstrip(" ,;:-–")
        yield given
        words.pop()
    if given is None:
        yield None


def _without_names(text: str, values: Values, product_name: str | None) -> str:
    """The text without what others have named: a product called "Promo" is no offer."""
    names = {values.brand, product_name, values.first_name, values.last_name, *(item.name for item in values.items)}
    for name in sorted(filter(None, names), key=len, reverse=True):
        text = text.replace(name, " ")
    return text
