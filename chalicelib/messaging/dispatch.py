"""Sends one message that is due: read, decide, claim, hand over, note. At most once, whatever happens between.

The claim is one transaction: the message leaves the queue, the person's ledger takes the send at the version that the
decision was read from, and the personal link comes into being. Nobody else can have claimed the message, and no cap
can have been passed or opposition recorded in between. What happens after the claim is never repeated: a worker that
dies then leaves the message `sending`, and its lease ends in `unknown` (messaging/tick.py).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Literal

from chalicelib.audience.profile import Profile, open_profile
from chalicelib.clock import MINUTE, SECOND, Clock
from chalicelib.errors import RelanceError, StorageUnavailable
from chalicelib.links.codes import Codes
from chalicelib.links.targets import Rules, TargetRefused, check_target, rules_for
from chalicelib.logs import log, log_failure
from chalicelib.messaging import states
from chalicelib.messaging.compose import cart_template, compose
from chalicelib.messaging.decide import Decision, Facts, Refuse, Send, decide
from chalicelib.messaging.template_language import NotComposable
from chalicelib.messaging.values import values_of
from chalicelib.sms_providers.contract import Accepted, Provider, SendError, Sms
from chalicelib.storage import ledgers, links, receipts
from chalicelib.storage.advertisers import Advertisers, Site
from chalicelib.storage.contacts import Contacts
from chalicelib.storage.counters import count
from chalicelib.storage.events import Events
from chalicelib.storage.ledgers import Ledger, Ledgers
from chalicelib.storage.links import Link
from chalicelib.storage.messages import Message, Messages, State, Step, move
from chalicelib.storage.table import Put, TransactionRefused
from chalicelib.storage.table_identity import TableIdentity
from chalicelib.vault import Vault

SENDING_LEASE = 5 * MINUTE
_ATTEMPTS = 12

Outcome = Literal["sent", "failed", "refused", "stale", "unknown", "halted"]


class Contended(RelanceError):
    """Other sends to the same person kept coming first: try again later."""


class Dispatch:
    """The send queue's work."""

    def __init__(
        self,
        *,
        table_identity: TableIdentity,
        messages: Messages,
        contacts: Contacts,
        ledgers: Ledgers,
        events: Events,
        advertisers: Advertisers,
        provider: Provider,
        vault: Vault,
        codes: Codes,
        clock: Clock,
        origin: str,
        stop_number: str | None = None,
    ) -> None:
        self._identity = table_identity
        self._messages = messages
        self._contacts = contacts
        self._ledgers = ledgers
        self._events = events
        self._advertisers = advertisers
        self._provider = provider
        self._vault = vault
        self._codes = codes
        self._clock = clock
        self._origin = origin
        self._stop_number = stop_number
        self._targets = rules_for(origin)

    def send(self, message_id: str, version: int) -> Outcome:
        """Send a queued message, or record why not. Raises Contended or StorageUnavailable to be called again.

        From a table that may not be sent from nothing is claimed: the order comes back when its lease has ended.
        """
        if halt := self._identity.halt():
            log("halted", reason=halt, message=message_id)
            return "halted"
        for _ in range(_ATTEMPTS):
            message = self._messages.get(message_id)
            if message is None or message.state != "queued" or message.version != version:
                return "stale"
            facts = self._facts(message)
            decision = decide(facts, self._clock.now())
            try:
                if isinstance(decision, Refuse):
                    return self._refuse(message, decision)
                return self._claim_and_send(message, facts.ledger, decision)
            except NotComposable:
                return self._refuse(message, Refuse("not_composable"))
            except TransactionRefused:
                continue  # The ledger, the message or the link's code moved on: read and decide anew.
        raise Contended(message_id)

    def _facts(self, message: Message) -> Facts:
        # The ledger first: whoever withdraws a consent moves it afterwards, so a claim at this version has seen it.
        ledger = self._ledgers.get(message.person)
        return Facts(
            message=message,
            advertiser=self._advertisers.get(message.advertiser),
            site=self._advertisers.site(message.site),
            contact=self._contacts.get(message.base, message.person),
            ledger=ledger,
            purchased=message.visitor is not None
            and self._events.purchased_since(message.site, message.visitor, message.cart_at),
        )

    def _claim_and_send(self, message: Message, ledger: Ledger, decision: Send) -> Outcome:
        now = self._clock.now()
        code = self._codes.new()
        profile = open_profile(self._vault, decision.contact)
        text = self._text(message, decision, profile, code)
        claimed = move(
            message.id,
            states.sources("sending"),
            Step("sending", now),
            version=message.version,
            due_at=now + SENDING_LEASE,
            facts={
                "text": self._vault.seal(text, f"message/{message.id}"),
                "code": code,
                "provider": self._provider.name,
                "decision": _evidence(decision),
            },
        )
        send = ledgers.Send(now, message.advertiser, message.journey, message.message_class, message.id)
        link = links.create(_personal_link(message, decision.site, code, now, self._targets))
        self._messages.commit([claimed, ledgers.claim(ledger, send), link])
        sms = Sms(
            message.id,
            profile.phone,
            decision.advertiser.sender,
            text,
            message.message_class,
            validity_s=(message.expires_at - now) // SECOND,
        )
        return self._hand_over(message, sms)

    def _hand_over(self, message: Message, sms: Sms) -> Outcome:
        try:
            answer = self._provider.send(sms)
        except SendError as error:
            return self._note(message, "failed", reason=error.kind)
        except Exception as error:  # noqa: BLE001 - whatever it was, the SMS may have left: only a receipt can tell
            log_failure("hand_over_unknown", error, message=message.id)
            return "unknown"
        return self._note(message, "sent", answer=answer)

    def _note(
        self,
        message: Message,
        state: Literal["sent", "failed"],
        *,
        answer: Accepted | None = None,
        reason: str | None = None,
    ) -> Outcome:
        now = self._clock.now()
        facts = {"provider": answer.provider, "provider_id": answer.provider_id} if answer else {}
        moved = move(message.id, states.sources(state), Step(state, now, reason), facts=facts)
        name = f"message.{state}.{reason}" if reason else f"message.{state}"
        try:
            self._messages.commit(
                [moved, count(message.advertiser, message.id, now, name), *_own_id(message, answer, now)]
            )
        except (TransactionRefused, StorageUnavailable) as error:
            # It was handed over all the same: trying the whole again would be to send it twice.
            log_failure("outcome_not_noted", error, message=message.id)
            return "unknown"
        log(f"message_{state}", message=message.id, advertiser=message.advertiser, reason=reason)
        return state

    def _refuse(self, message: Message, decision: Refuse) -> Outcome:
        now = self._clock.now()
        state: State = "expired" if decision.reason == "expired" else "refused"
        step = Step(state, now, decision.reason)
        facts = {"decision": _evidence(decision)}
        moved = move(message.id, states.sources(state), step, version=message.version, facts=facts)
        counted = count(message.advertiser, message.id, now, f"message.{state}.{decision.reason}")
        self._messages.commit([moved, counted])
        log("message_refused", message=message.id, advertiser=message.advertiser, reason=decision.reason)
        return "refused"

    def _text(self, message: Message, decision: Send, profile: Profile, code: str) -> str:
        values = values_of(
            decision.advertiser,
            profile,
            message.product,
            link=f"{self._origin}/{code}",
            way_out=f"{self._origin}/u/{code}",
            fields=decision.contact.fields,
        )
        sender = decision.advertiser.sender
        stop_number = sender if sender.isdigit() else self._stop_number
        return compose(cart_template(decision.advertiser), values, stop_number).text


def _own_id(message: Message, answer: Accepted | None, now: int) -> list[Put]:
    """What a provider whose receipts do not name our id will be known by."""
    if answer is None or answer.echoes:
        return []
    return [receipts.handed(answer.provider, answer.provider_id, message.id, now)]


def _personal_link(message: Message, site: Site, code: str, now: int, rules: Rules) -> Link:
    return Link(
        code=code,
        target=_landing_page(message, site, rules),
        advertiser=message.advertiser,
        site=message.site,
        base=message.base,
        person=message.person,
        message=message.id,
        sent_at=now,
        utm={"source": "relance", "medium": "sms", "campaign": message.journey},
    )


def _landing_page(message: Message, site: Site, rules: Rules) -> str:
    """The product's page where a link may lead there, else the site's front page: a browser named it."""
    url = message.product.url if message.product else None
    try:
        return check_target(url or "", rules, site.origins)
    except TargetRefused:
        return f"{site.origins[0]}/"


def _evidence(decision: Decision) -> Mapping[str, Any]:
    """What was seen, for whoever asks why (P7)."""
    seen: dict[str, Any] = {"pressure": asdict(decision.pressure)} if decision.pressure else {}
    if isinstance(decision, Send):
        seen["consent"] = decision.consent._asdict()
    return seen
