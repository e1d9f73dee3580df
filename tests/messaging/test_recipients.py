import pytest

from chalicelib.messaging.recipients import Place, place_of

PLACES = [
    # phone, postcode, country, zones, parts
    ("+33639980012", None, "FR", "Europe/Paris", "FR"),
    ("+33612345678", None, "FR", "Europe/Paris", "FR"),
    ("+33756789012", "75011", "FR", "Europe/Paris", "FR"),
    ("+33612345678", "67000", "FR", "Europe/Paris", "FR alsace_moselle"),
    ("+33612345678", "57000", "FR", "Europe/Paris", "FR alsace_moselle"),
    ("+33612345678", "68100", "FR", "Europe/Paris", "FR alsace_moselle"),
    ("+33612345678", "5700", "FR", "Europe/Paris", "FR"),
    ("+33612345678", "?", "FR", "Europe/Paris", "FR"),
    ("+33612345678", "97400", "FR", "Europe/Paris Indian/Reunion", "FR RE"),
    ("+262692123456", None, "RE", "Indian/Reunion", "RE"),
    ("+262693123456", None, "RE", "Indian/Reunion", "RE"),
    ("+262709212345", None, "RE", "Indian/Reunion", "RE"),
    ("+262639123456", None, "YT", "Indian/Mayotte", "YT"),
    ("+262709351234", None, "YT", "Indian/Mayotte", "YT"),
    ("+262691123456", None, "RE", "Indian/Reunion Indian/Mayotte", "RE YT"),
    ("+262691123456", "97600", "YT", "Indian/Mayotte", "YT"),
    ("+262692123456", "97600", "RE", "Indian/Reunion Indian/Mayotte", "RE YT"),
    ("+262692123456", "75011", "RE", "Indian/Reunion Europe/Paris", "RE FR"),
    ("+590690123456", None, "GP", "America/Guadeloupe", "GP BL MF"),
    ("+590691221234", None, "GP", "America/Guadeloupe", "GP BL MF"),
    ("+590690123456", "97150", "MF", "America/Guadeloupe", "MF"),
    ("+590690123456", "97133", "BL", "America/Guadeloupe", "BL"),
    ("+590690123456", "97110", "GP", "America/Guadeloupe", "GP"),
    ("+594694123456", None, "GF", "America/Cayenne", "GF"),
    ("+596696123456", None, "MQ", "America/Martinique", "MQ"),
    ("+596697123456", None, "MQ", "America/Martinique", "MQ"),
    ("+508551234", None, "PM", "America/Miquelon", "PM"),
    ("+687701234", None, "NC", "Pacific/Noumea", "NC"),
    ("+68987123456", None, "PF", "Pacific/Tahiti Pacific/Marquesas Pacific/Gambier", "PF"),
    ("+681821234", None, "WF", "Pacific/Wallis", "WF"),
    ("+447400123456", None, "GB", "Europe/London", ""),
    ("+41791234567", None, "CH", "Europe/Zurich", ""),
    ("+32470123456", None, "BE", "Europe/Brussels", ""),
    ("+352621123456", None, "LU", "Europe/Luxembourg", ""),
    ("+34612345678", None, "ES", "Europe/Madrid Atlantic/Canary", ""),
    ("+12125551234", None, "US", "America/New_York", ""),
    ("+18085551234", None, "US", "Pacific/Honolulu", ""),
    ("+14165551234", None, "CA", "America/Toronto", ""),
    ("+17875551234", None, "PR", "America/Puerto_Rico", ""),
]


@pytest.mark.parametrize(("phone", "postcode", "country", "zones", "parts"), PLACES)
def test_a_number_tells_its_place(phone: str, postcode: str | None, country: str, zones: str, parts: str) -> None:
    assert place_of(phone, postcode) == Place(country, tuple(zones.split()), tuple(parts.split()))


@pytest.mark.parametrize(
    ("phone", "problem"),
    [
        ("", "number_invalid"),
        ("0612345678", "number_invalid"),
        ("+3361234567", "number_invalid"),
        ("+336123456789", "number_invalid"),
        ("+33692123456", "number_invalid"),
        ("+33700123456", "number_invalid"),
        ("+99912345678", "number_invalid"),
        ("+٣٣٦١٢٣٤٥٦٧٨", "number_invalid"),
        ("+33142685300", "number_not_mobile"),
        ("+262262123456", "number_not_mobile"),
        ("+442079460018", "number_not_mobile"),
    ],
)
def test_a_number_that_no_sms_reaches_has_no_place(phone: str, problem: str) -> None:
    place = place_of(phone)
    assert place.problem == problem
    assert not place.zones


def test_a_contacts_own_zone_replaces_the_numbers() -> None:
    assert place_of("+33612345678", zone="Indian/Reunion").zones == ("Indian/Reunion",)
    assert place_of("+33612345678", zone="Europe/Nowhere").problem == "zone_unknown"
    assert place_of("+33612345678", zone="../etc/passwd").problem == "zone_unknown"


def test_a_number_without_area_has_all_zones_that_it_may_be_in() -> None:
    assert {"America/New_York", "Pacific/Honolulu"} <= set(place_of("+18765551234").zones)
