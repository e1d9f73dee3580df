"""What a text is by what it says, whatever it is called: an offer is marketing.

After CPCE L34-5, which covers what promotes "directly or indirectly". Words are a net and no proof, so each journey
that is marketing by its nature is so without them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from chalicelib.messaging.words import find, plain, without
from chalicelib.storage.messages import MessageClass

_TAGS = re.compile(r"\{%.*?%\}|\{\{.*?\}\}", re.DOTALL)
ReasonKind = Literal["journey", "promo_code", "discount", "contest", "offer", "review_with_offer"]

JOURNEYS: Mapping[str, MessageClass] = {
    "cart": "marketing",
    "browse": "marketing",
    "review": "marketing",
    "cross_sell": "marketing",
    "survey": "marketing",
    "vote": "marketing",
    "contest": "marketing",
    "flash_sale": "marketing",
    "win_back": "marketing",
    "offer": "marketing",
    "order_status": "notification",
    "unpaid_order": "notification",
    "refund": "notification",
    "return": "notification",
    "complaint": "notification",
    "trial": "notification",
    "onboarding": "notification",
    "answer": "notification",
    "code": "authorisation",
}
"""What a message is for, and the class that this alone gives it (mission.md, J1 to J9; rules.md, class)."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a text is marketing."""

    kind: ReasonKind
    words: str = ""
    """What shows it, in small letters without accents."""


def marketing_reasons(text: str, *, journey: str = "", names: Iterable[str] = ()) -> tuple[Reason, ...]:
    """Why a text is marketing; none where nothing shows it. `names` are the values that a template uses."""
    reasons = []
    if JOURNEYS.get(journey) == "marketing":
        reasons.append(Reason("journey", journey))
    if any(name.partition(".")[0] == "code" for name in names):
        reasons.append(Reason("promo_code", "{{ code }}"))
    said = plain(text)
    for kind in ("promo_code", "discount", "contest", "offer"):
        if words := find(kind, said):
            reasons.append(Reason(kind, words))
    if reasons and (words := find("review", said)):
        reasons.append(Reason("review_with_offer", words))
    return tuple(reasons)


def invitation(text: str) -> str | None:
    """The words by which a text invites a reply, or None: no reply reaches a sender that is a name."""
    return find("invites_reply", without("forbids_reply", plain(text)))


def own_words(template: str) -> str:
    """What a template itself says, whichever way its conditions turn, without what is filled in."""
    return _TAGS.sub(" ", template)
