"""Quick replies at work: what an agent says again and again, filled in for the conversation at hand."""

from __future__ import annotations

from chalicelib.clock import Clock
from chalicelib.errors import NotFound
from chalicelib.messaging.agents import open_name
from chalicelib.messaging.content import marketing_reasons, own_words
from chalicelib.messaging.template_language import NotComposable, fill_in, names_in
from chalicelib.messaging.values import namespace, values_of
from chalicelib.replies.agent_answers import NotAnswered
from chalicelib.replies.beside import Beside
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.quick_replies import QuickReplies, QuickReply
from chalicelib.storage.templates import Language
from chalicelib.vault import Vault

_NOT_HERE = frozenset({"link", "code", "data"})
"""What only a message of ours brings with it: an answer has no link of its own, no promo code and no data."""


class QuickReplyBook:
    """An advertiser's quick replies: kept, checked, filled in."""

    def __init__(self, replies: QuickReplies, vault: Vault, clock: Clock) -> None:
        self._replies = replies
        self._vault = vault
        self._clock = clock

    def all_of(self, advertiser: str) -> list[QuickReply]:
        """All of them, by id."""
        return list(self._replies.all_of(advertiser))

    def find(self, advertiser: str, reply_id: str) -> QuickReply:
        """One; raises NotFound."""
        found = self._replies.get(advertiser, reply_id)
        if found is None:
            raise NotFound("quick reply")
        return found

    def save(self, advertiser: str, reply_id: str, text: str, language: Language) -> QuickReply:
        """Create or replace one. Raises NotComposable, or NotAnswered where it offers something."""
        check(text)
        reply = QuickReply(reply_id, text, language, self._clock.now())
        self._replies.save(advertiser, reply)
        return reply

    def remove(self, advertiser: str, reply_id: str) -> None:
        """Remove one; raises NotFound."""
        self.find(advertiser, reply_id)
        self._replies.remove(advertiser, reply_id)

    def rendered(self, advertiser: Advertiser, reply: QuickReply, beside: Beside) -> str:
        """Its text for a conversation, for an agent to send or to change. Raises NotComposable."""
        values = values_of(
            advertiser,
            beside.profile,
            beside.product,
            language=reply.language,
            link="",
            way_out="",
            cart=beside.cart,
            agent=open_name(self._vault, advertiser),
            fields=beside.contact.fields if beside.contact else None,
            order=beside.order,
        )
        name = beside.product.name if beside.product else None
        return " ".join(fill_in(reply.text, namespace(values, reply.language, name)).split())


def check(text: str) -> None:
    """Whether a text can be a quick reply. Raises NotComposable or NotAnswered."""
    used = {name.partition(".")[0] for name in names_in(text)}
    if unknown := sorted(used & _NOT_HERE):
        raise NotComposable("unknown_value", f"an answer has no value {unknown[0]}")
    if reasons := marketing_reasons(own_words(text)):
        raise NotAnswered("offer", f"an answer offers nothing, and this one does: {reasons[0].words}")
