"""One-time codes by SMS: who types the code has the phone in hand. Message class: authorisation (mission.md, M1).

A code goes out at once, apart from caps and hours; its text is kept nowhere, and only its keyed hash is stored.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from chalicelib.clock import DAY, HOUR, MINUTE, SECOND, Clock
from chalicelib.errors import FieldError, InvalidInput, StorageUnavailable, TooMany
from chalicelib.ids import random_token
from chalicelib.logs import log, log_failure
from chalicelib.sms_providers.contract import Provider, SendError, Sms
from chalicelib.storage.verifications import Sent, Verifications
from chalicelib.vault import Vault

VALID_FOR = 10 * MINUTE
TRIES = 5
_PHONE_HOUR, _PHONE_DAY, _NETWORK_HOUR, _SITE_HOUR, _BACK_END_HOUR = 3, 10, 20, 300, 20_000

_TEXTS = {
    "fr": "{brand} : votre code est {code}. Il est valable 10 minutes. Ne le donnez à personne.",
    "en": "{brand}: your code is {code}. It is valid for 10 minutes. Give it to nobody.",
}

Purpose = Literal["optin", "access", "back_end"]
Outcome = Literal["right", "wrong", "expired", "exhausted"]


@dataclass(frozen=True, slots=True)
class Verification:
    """A code on its way."""

    id: str
    expires_at: int


class OneTimeCodes:
    """Sends codes within limits, and checks each a few times."""

    def __init__(
        self,
        store: Verifications,
        provider: Provider,
        vault: Vault,
        clock: Clock,
        out_of_reach: Callable[[str], str | None],
    ) -> None:
        self._store = store
        self._provider = provider
        self._vault = vault
        self._clock = clock
        self._out_of_reach = out_of_reach

    def start(
        self,
        phone: str,
        purpose: Purpose,
        *,
        asker: str,
        network: str | None,
        language: str,
        brand: str,
        sender: str,
    ) -> Verification:
        """Send a code to a phone (E.164).

        `asker` is the site, the link or, for its back end, the advertiser; `network` the person's truncated address,
        where it is known. Raises TooMany beyond the limits per phone, network and asker; InvalidInput where no SMS may
        go to the number, or the provider knows that it is none; StorageUnavailable where it did not take the SMS.
        """
        now = self._clock.now()
        if rule := self._out_of_reach(phone):
            raise InvalidInput([FieldError("phone", rule, "no SMS may be sent to this number")])
        self._limit(phone, network, asker, _BACK_END_HOUR if purpose == "back_end" else _SITE_HOUR, now)
        verification = Verification(f"ver_{random_token()}", now + VALID_FOR)
        code = f"{secrets.randbelow(1_000_000):06d}"
        code_hash = self._hash(verification.id, asker, code)
        asked_for = self._asked_for(verification.id, asker)
        self._store.save(Sent(verification.id, asked_for, code_hash, TRIES, verification.expires_at))
        text = _TEXTS.get(language, _TEXTS["fr"]).format(brand=brand, code=code)
        try:
            self._provider.send(Sms(verification.id, phone, sender, text, "authorisation", VALID_FOR // SECOND))
        except SendError as error:
            if error.kind == "invalid_number":
                raise InvalidInput([FieldError("phone", "valid_number", "this number cannot get SMS")]) from None
            raise StorageUnavailable("the provider did not take the code") from None
        except Exception as error:  # noqa: BLE001 - it may have left: the person will see, and can ask again
            log_failure("code_hand_over_unknown", error, verification=verification.id)
        log("code_sent", verification=verification.id, purpose=purpose)
        return verification

    def check(self, verification_id: str, code: str, *, asker: str) -> Outcome:
        """Whether a code is the one that was sent for `asker`. A right one is used up; each guess takes a try.

        One that was sent for somebody else is answered as one that never was, and keeps its tries.
        """
        known = self._store.get(verification_id)
        if known is None or known.expires_at <= self._clock.now():
            return "expired"
        if known.asked_for != self._asked_for(verification_id, asker):
            return "expired"
        sent = self._store.take_try(verification_id)
        if sent is None:
            return "exhausted"
        if not secrets.compare_digest(sent.code_hash, self._hash(verification_id, asker, code)):
            return "wrong" if sent.tries else "exhausted"
        return "right" if self._store.use(verification_id) else "exhausted"

    def _limit(self, phone: str, network: str | None, asker: str, most_for_asker: int, now: int) -> None:
        person = self._vault.person(phone)
        # The asker's comes last: who is refused by another limit must not use up what a site's visitors share.
        limits = (
            *([(f"network/{network}", HOUR, _NETWORK_HOUR)] if network is not None else []),
            (f"phone/{person}", HOUR, _PHONE_HOUR),
            (f"phone/{person}/day", DAY, _PHONE_DAY),
            (f"site/{asker}", HOUR, most_for_asker),
        )
        for scope, window, most in limits:
            if not self._store.count(scope, window, most, now):
                raise TooMany((window - now % window + 999) // 1_000)

    def _asked_for(self, verification_id: str, asker: str) -> str:
        return self._vault.sign(f"code|{verification_id}|{asker}")

    def _hash(self, verification_id: str, asker: str, code: str) -> str:
        return self._vault.sign(f"code|{verification_id}|{asker}|{code}")
