"""Where the holder of a number is, as far as number and postcode tell: country, zones, whose holidays."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from chalicelib.messaging.profile import Territory, french_territories, profile_for, territory
from chalicelib.sms_providers.fiction import is_fictional

_FRANCE = "FR"
_E164 = re.compile(r"\+[1-9][0-9]{5,14}", re.ASCII)
_POSTCODE = re.compile(r"[0-9]{5}", re.ASCII)
_UNKNOWN_ZONE = "Etc/Unknown"

Problem = Literal["number_invalid", "number_not_mobile", "zone_unknown"]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recipient is. With several zones or parts left, whatever one of them forbids is forbidden."""

    country: str
    """ISO 3166-1 alpha-2 of the number; empty where it is not known."""
    zones: tuple[str, ...] = ()
    """IANA's names."""
    parts: tuple[str, ...] = ()
    """The parts of the country whose holidays count."""
    problem: Problem | None = None
    """Why nothing may be sent there."""


def place_of(phone: str, postcode: str | None = None, zone: str | None = None) -> Place:
    """The place of a number in E.164, narrowed or widened by what the contact says of itself.

    A French postcode narrows a shared range (+590) to its territory, tells Alsace-Moselle, and where it contradicts the
    number both count. A contact's own zone replaces the number's. An unknown postcode is not Alsace-Moselle's.
    """
    if not _E164.fullmatch(phone):
        return Place("", problem="number_invalid")
    french = french_territories()
    found = [_FRANCE] if is_fictional(phone) else [part.code for part in french.values() if _holds(part, phone)]
    if not found:
        regions = _regions(phone)
        if isinstance(regions, Place):
            return regions
        found = regions
    if found[0] in french:
        return _with_zone(_in_france(found, _part_of(postcode)), zone)
    known = territory(found[0])
    return _with_zone(Place(found[0], known.zones if known and known.zones else _zones_by_number(phone)), zone)


def place_of_contact(phone: str, fields: Mapping[str, object]) -> Place:
    """The same, by the postcode and zone that a contact's fields may have."""
    postcode, zone = (fields.get(name) for name in ("postcode", "time_zone"))
    return place_of(phone, str(postcode) if postcode else None, str(zone) if zone else None)


def _holds(part: Territory, phone: str) -> bool:
    return any(pattern.fullmatch(phone) for pattern in part.numbers)


def _in_france(candidates: list[str], living: str | None) -> Place:
    french = french_territories()
    if living is None or living in candidates:
        places = candidates if living is None else [living]
        return Place(places[0], _zones(french[code] for code in places), tuple(places))
    if living not in french:  # a part without a code of its own
        return Place(candidates[0], _zones(french[code] for code in candidates), (*candidates, living))
    places = [*candidates, living]
    return Place(candidates[0], _zones(french[code] for code in places), tuple(places))


def _part_of(postcode: str | None) -> str | None:
    """The territory or part that a French postcode lies in, by its longest beginning; France for any other."""
    written = (postcode or "").strip()
    if not _POSTCODE.fullmatch(written):
        return None
    beginnings = {start: part.code for part in french_territories().values() for start in part.postcodes}
    beginnings |= {start: name for name, starts in profile_for(_FRANCE).postcodes.items() for start in starts}
    fitting = [start for start in beginnings if written.startswith(start)]
    return beginnings[max(fitting, key=len)] if fitting else _FRANCE


def _regions(phone: str) -> list[str] | Place:
    """The countries whose mobile a number can be, the calling code's main one first."""
    import phonenumbers
    from phonenumbers import NumberParseException, PhoneNumberType

    try:
        number = phonenumbers.parse(phone)
    except NumberParseException:
        return Place("", problem="number_invalid")
    regions = [
        region
        for region in phonenumbers.region_codes_for_country_code(number.country_code or 0)
        if phonenumbers.is_valid_number_for_region(number, region)
    ]
    if not regions:
        return Place("", problem="number_invalid")
    if phonenumbers.number_type(number) not in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE_OR_MOBILE):
        return Place(regions[0], problem="number_not_mobile")
    return regions


def _zones_by_number(phone: str) -> tuple[str, ...]:
    import phonenumbers
    from phonenumbers.timezone import time_zones_for_number

    return tuple(name for name in time_zones_for_number(phonenumbers.parse(phone)) if name != _UNKNOWN_ZONE)


def _zones(parts: Iterable[Territory]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(zone for part in parts for zone in part.zones))


def _with_zone(place: Place, zone: str | None) -> Place:
    zones = place.zones if zone is None else (zone,)
    if not zones or not all(_is_zone(name) for name in zones):
        return Place(place.country, problem="zone_unknown")
    return Place(place.country, zones, place.parts)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True
