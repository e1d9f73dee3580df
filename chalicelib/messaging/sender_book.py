"""An advertiser's senders: registered, verified by the operator, and found for a message."""

from __future__ import annotations

from dataclasses import replace

from chalicelib.clock import Clock
from chalicelib.errors import Conflict, FieldError, InvalidInput, NotFound
from chalicelib.messaging.profile import profile_for
from chalicelib.messaging.senders import Sender, check_sender, sender_of
from chalicelib.messaging.signing import CountryBook
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.senders import RegisteredSender, Senders

DEFAULT_COUNTRY = "FR"
"""The country of the sender in an advertiser's settings."""
_STOP_CLASS = "marketing"


class SenderBook:
    """The registry, read with what each country allows. The sender of the settings is the first choice."""

    def __init__(self, registry: Senders, countries: CountryBook, clock: Clock) -> None:
        self._registry = registry
        self._countries = countries
        self._clock = clock

    def of(self, advertiser: Advertiser) -> list[Sender]:
        """All that an advertiser may choose from, the default first; up to ten seconds old."""
        registered = self._registry.of(advertiser.id)
        default = self._default(advertiser, registered)
        others = [one for one in registered if default is None or not _same(one, default)]
        found = [default, *others] if default else others
        return [sender for one in found if (sender := sender_of(one, self._countries.profile(one.country)))]

    def is_default(self, advertiser: Advertiser, sender: Sender) -> bool:
        """Whether a sender is that of the settings."""
        checked = check_sender(advertiser.sender, profile_for(DEFAULT_COUNTRY))
        default = None if isinstance(checked, FieldError) else checked.value
        return (DEFAULT_COUNTRY, default) == (sender.country, sender.value)

    def find(self, advertiser: Advertiser, country: str, value: str) -> Sender:
        """One of an advertiser's senders, however it is written; raises NotFound."""
        checked = check_sender(value, self._countries.profile(country))
        name = value if isinstance(checked, FieldError) else checked.value
        found = next((one for one in self.of(advertiser) if (one.country, one.value) == (country, name)), None)
        if found is None:
            raise NotFound("sender")
        return found

    def register(
        self, advertiser: Advertiser, country: str, value: str, *, verified: bool, stop_number: str | None = None
    ) -> Sender:
        """Keep a sender; `verified` is the operator's word. Said again by the advertiser it stays as it was verified.

        Raises InvalidInput where the country does not take it.
        """
        profile = self._countries.profile(country)
        checked = check_sender(value, profile)
        if isinstance(checked, FieldError):
            raise InvalidInput([checked])
        if stop_number is not None and (wrong := self._wrong_stop(stop_number, checked)):
            raise InvalidInput([wrong])
        now = self._clock.now()
        before = self._registry.get(advertiser.id, country, checked.value)
        wanted = RegisteredSender(country, checked.value, before.registered_at if before else now, None, stop_number)
        unchanged = before is not None and replace(before, verified_at=None) == wanted
        kept = before.verified_at if before and unchanged else None
        wanted = replace(wanted, verified_at=(kept or now) if verified else kept)
        if wanted != before:
            self._registry.save(advertiser.id, wanted, before)
        return sender_of(wanted, profile) or checked

    def register_default(self, advertiser: Advertiser, *, verified: bool) -> None:
        """Keep the sender of new settings, before they are saved: none that is not verified is used meanwhile."""
        before = self._registry.get(advertiser.id, DEFAULT_COUNTRY, advertiser.sender)
        stop_number = before.stop_number if before else None
        self.register(advertiser, DEFAULT_COUNTRY, advertiser.sender, verified=verified, stop_number=stop_number)

    def remove(self, advertiser: Advertiser, country: str, value: str) -> None:
        """Take a sender off. Raises NotFound, or Conflict for the default, which the settings name."""
        checked = check_sender(value, self._countries.profile(country))
        name = value if isinstance(checked, FieldError) else checked.value
        if isinstance(checked, Sender) and self.is_default(advertiser, checked):
            raise Conflict("this is the sender of the settings: change it there first")
        if not self._registry.remove(advertiser.id, country, name):
            raise NotFound("sender")

    def note_owners(self, advertiser: Advertiser) -> int:
        """Note whose each number of an advertiser is, of senders from before that was kept; returns how many."""
        registered = self._registry.of(advertiser.id)
        default = self._default(advertiser, registered)
        if default and not any(_same(one, default) for one in registered):
            self._registry.save(
                advertiser.id, default, self._registry.get(advertiser.id, default.country, default.value)
            )
            registered = (*registered, default)
        for sender in registered:
            self._registry.note_owner(advertiser.id, sender)
        return sum(len(sender.numbers) for sender in registered)

    def _default(self, advertiser: Advertiser, registered: tuple[RegisteredSender, ...]) -> RegisteredSender | None:
        """The settings' sender as it was registered. One from before there was a registry was the operator's."""
        checked = check_sender(advertiser.sender, profile_for(DEFAULT_COUNTRY))
        if isinstance(checked, FieldError):
            return None
        default = RegisteredSender(DEFAULT_COUNTRY, checked.value, registered_at=0, verified_at=0)
        listed = next((one for one in registered if _same(one, default)), None)
        # A list from before the settings were changed must not pass a sender for one that was never registered.
        return listed or self._registry.find(advertiser.id, default.country, default.value) or default

    def _wrong_stop(self, stop_number: str, sender: Sender) -> FieldError | None:
        if sender.is_number:
            return FieldError("stop_number", "of_a_name", "a number takes its STOPs itself")
        checked = check_sender(stop_number, self._countries.profile(sender.country))
        if isinstance(checked, FieldError) or checked.kind != "short_code" or _STOP_CLASS not in checked.classes:
            return FieldError("stop_number", "short_code", "a short code for marketing takes the STOPs to a name")
        return None


def _same(one: RegisteredSender, other: RegisteredSender) -> bool:
    return (one.country, one.value) == (other.country, other.value)
