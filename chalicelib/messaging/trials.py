"""Test SMS: a template, filled in with made-up values, on up to five phones of the advertiser's own people.

Each phone has proved itself by a code. A test is marked as one, takes no promo code and no link, and counts for
nothing: neither for caps and budgets nor in reports.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from chalicelib.audience.verification import OneTimeCodes, Outcome, Verification
from chalicelib.clock import HOUR, Clock
from chalicelib.errors import Conflict, NotFound, TooMany
from chalicelib.ids import new_id
from chalicelib.logs import log, log_failure
from chalicelib.messaging.compose import compose
from chalicelib.messaging.sms_text import count
from chalicelib.messaging.values import Values
from chalicelib.sms_providers.contract import Provider, SendError, Sms
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.templates import Template
from chalicelib.storage.trial_phones import TrialPhone, TrialPhones, trial_place
from chalicelib.storage.verifications import Verifications
from chalicelib.vault import Vault

MOST_PHONES = 5
MARK = "TEST "
_AN_HOUR = 50


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of a test on one phone."""

    phone: str
    """Its last two digits."""
    outcome: Literal["sent", "unknown"] | str
    """Or why the provider did not take it."""


class Trials:
    """Verified phones, and what is sent to them."""

    def __init__(
        self,
        phones: TrialPhones,
        codes: OneTimeCodes,
        limits: Verifications,
        provider: Provider,
        vault: Vault,
        clock: Clock,
    ) -> None:
        self._phones = phones
        self._codes = codes
        self._limits = limits
        self._provider = provider
        self._vault = vault
        self._clock = clock

    def phones(self, advertiser: str) -> list[tuple[TrialPhone, str]]:
        """The verified phones with their numbers (E.164)."""
        return [
            (one, self._vault.open(one.sealed, trial_place(advertiser, one.person)))
            for one in self._phones.of(advertiser)
        ]

    def ask(self, advertiser: Advertiser, phone: str, language: str) -> Verification:
        """Send a code to a phone that shall get tests. Raises Conflict beyond five phones, and as codes do."""
        person = self._vault.person(phone)
        others = {one.person for one in self._phones.of(advertiser.id)} - {person}
        if len(others) >= MOST_PHONES:
            raise Conflict("five phones get tests already: remove one")
        return self._codes.start(
            phone,
            "back_end",
            asker=_asker(advertiser.id, person),
            network=None,
            language=language,
            brand=advertiser.brand,
            sender=advertiser.sender,
        )

    def confirm(self, advertiser: str, phone: str, verification: str, code: str) -> Outcome:
        """Add the phone whose code is right."""
        person = self._vault.person(phone)
        outcome = self._codes.check(verification, code, asker=_asker(advertiser, person))
        if outcome == "right":
            sealed = self._vault.seal(phone, trial_place(advertiser, person))
            self._phones.add(advertiser, TrialPhone(person, sealed, self._clock.now()))
        return outcome

    def remove(self, advertiser: str, person: str) -> None:
        """Take a phone off. Raises NotFound."""
        if not self._phones.remove(advertiser, person):
            raise NotFound("test phone")

    def send(self, advertiser: str, template: Template, values: Values, sender: str, stop: str | None) -> list[Tested]:
        """Send a template to all verified phones, marked. Raises NotComposable, and TooMany beyond 50 SMS an hour."""
        text = MARK + compose(template, values, stop).text
        now = self._clock.now()
        tested = []
        for _, phone in self.phones(advertiser):
            if not self._limits.count(f"tests/{advertiser}", HOUR, _AN_HOUR, now):
                raise TooMany((HOUR - now % HOUR + 999) // 1_000)
            sms = Sms(new_id("test", now), phone, sender, text, template.message_class, parts=count(text).parts)
            tested.append(Tested(phone[-2:], self._hand_over(sms)))
        log("tested", advertiser=advertiser, template=template.id, phones=len(tested))
        return tested

    def _hand_over(self, sms: Sms) -> str:
        try:
            self._provider.send(sms)
        except SendError as refused:
            return refused.kind
        except Exception as error:  # noqa: BLE001 - it may have left: whoever tests will see
            log_failure("test_hand_over_unknown", error, message=sms.message_id)
            return "unknown"
        return "sent"


def _asker(advertiser: str, person: str) -> str:
    """The code is for this phone alone: who has one for another phone cannot confirm it."""
    return f"{advertiser}/test/{person}"
