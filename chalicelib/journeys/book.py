"""An advertiser's journeys as the engine walks them: those that are live, and the version that an enrolment follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.clock import MINUTE, SECOND, Clock
from chalicelib.journeys.definition import Exit, Journey, Limits, Step, Text, Trigger, Wait
from chalicelib.storage.advertisers import Advertiser
from chalicelib.storage.journeys import Journeys, StoredJourney

CART = "cart"
"""The journey that every advertiser has by its settings, until it saves one of its own under this name.

It stands back, too, while another journey about carts is live: one cart, one journey."""
_CACHED_FOR = 10 * SECOND


@dataclass(frozen=True, slots=True)
class Known:
    """A journey in one of its versions; 0 is that of the advertiser's settings."""

    id: str
    version: int
    document: Journey


class JourneyBook:
    """Reads are kept for ten seconds in each container, as an advertiser's settings are; versions never change."""

    def __init__(self, journeys: Journeys, clock: Clock) -> None:
        self._journeys = journeys
        self._clock = clock
        self._stored: dict[str, tuple[int, dict[str, StoredJourney]]] = {}
        self._versions: dict[tuple[str, str, int], Known] = {}

    def live(self, advertiser: Advertiser) -> list[Known]:
        """The journeys that people can be enrolled in."""
        stored = self._all(advertiser.id)
        own = [self._known(advertiser.id, one) for one in stored.values() if one.state == "live"]
        superseded = CART in stored or any(one.document.kind == "cart" for one in own)
        return own if superseded else [usual_cart(advertiser), *own]

    def followed(self, advertiser: Advertiser, journey: str, version: int) -> Known | None:
        """What an enrolment goes on with: its own version, or the newest where that says so; None where it stands."""
        stored = self._all(advertiser.id).get(journey)
        if stored is None:
            return next((one for one in self.live(advertiser) if (one.id, one.version) == (journey, version)), None)
        if stored.state != "live":
            return None
        if stored.running == "migrate" or stored.version == version:
            return self._known(advertiser.id, stored)
        if known := self._versions.get((advertiser.id, journey, version)):
            return known
        if version == 0:
            return usual_cart(advertiser)
        former = self._journeys.version(advertiser.id, journey, version)
        return self._known(advertiser.id, former) if former else None

    def _all(self, advertiser: str) -> dict[str, StoredJourney]:
        now = self._clock.now()
        if (entry := self._stored.get(advertiser)) and 0 <= now - entry[0] < _CACHED_FOR:
            return entry[1]
        stored = {journey.id: self._begun(advertiser, journey) for journey in self._journeys.all(advertiser)}
        self._stored[advertiser] = (now, stored)
        return stored

    def _begun(self, advertiser: str, newest: StoredJourney) -> StoredJourney:
        """The journey as people begin it: a newer version may wait for a second person."""
        former = self._journeys.version(advertiser, newest.id, newest.begins) if newest.begins else None
        return replace(former, state=newest.state) if former else newest

    def _known(self, advertiser: str, stored: StoredJourney) -> Known:
        key = advertiser, stored.id, stored.version
        if key not in self._versions:
            document = Journey.model_validate_json(stored.document)
            self._versions[key] = Known(stored.id, stored.version, document)
        return self._versions[key]


def usual_cart(advertiser: Advertiser) -> Known:
    """The abandoned cart as an advertiser's settings have it: one SMS, off by a purchase."""
    settings = advertiser.cart
    document = Journey(
        name="Abandoned cart",
        kind="cart",
        trigger=Trigger(about="cart", events=("add_to_cart", "begin_checkout")),
        steps=(
            Step(
                id="cart",
                wait=Wait(minutes=settings.delay_ms / MINUTE),
                texts=(Text(),),
                expires=settings.expires_ms / MINUTE,
            ),
        ),
        exits=(Exit(on="purchase"),),
        limits=Limits(reentry=settings.reentry_ms / MINUTE),
    )
    return Known(CART, 0, document)
