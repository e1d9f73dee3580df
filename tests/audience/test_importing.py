"""An import's run: each row is taken with its proof, or refused with its line and rule; a run that stopped goes on."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from itertools import permutations
from pathlib import Path

import pytest

from chalicelib.audience import importing
from chalicelib.audience.import_rows import ImportOptions
from chalicelib.audience.importing import Destination, ImportReport, file_opener
from chalicelib.audience.intake import Arrival, Outcome
from chalicelib.audience.profile import open_profile
from chalicelib.clock import DAY
from chalicelib.errors import InvalidInput, StorageUnavailable
from chalicelib.storage.contacts import PARTNER, Contact
from chalicelib.storage.counters import count
from chalicelib.storage.imports import Checkpoint
from chalicelib.storage.ledger import Opposition
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.support.template import ROOT
from tests.support.world import NOON

HEADER = "phone,email,first_name,last_name,city,consent.sms_marketing,consent.matching,consent_at,source"
CAMILLES = "06 39 98 00 01,Camille@Example.com,Camille,Aubry,Lyon,yes,no,2026-01-10,checkout"


def report(path: Path, shop: Shop | None = None, base: str = "", **options: object) -> ImportReport:
    """Import a file: into the shop's base, or dry."""
    given = ImportOptions(base=base or (shop.advertiser.id if shop else ""), **options)  # type: ignore[arg-type]
    return importing.run(file_opener(path), given, NOON, shop.world.services.import_destination if shop else None)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "contacts.csv"


def write(file: Path, *rows: str, header: str = HEADER) -> Path:
    file.write_text("\n".join([header, *rows]) + "\n", encoding="utf-8")
    return file


def stored(shop: Shop, phone: str = CAMILLE, base: str = "") -> Contact:
    contact = shop.world.services.contacts.get(base or shop.advertiser.id, shop.world.services.vault.person(phone))
    assert contact is not None
    return contact


def test_a_row_is_stored_with_its_consents_and_their_proof(shop: Shop, file: Path) -> None:
    taken = report(write(file, CAMILLES), shop, wording="v3")

    assert (taken.rows, taken.accepted, taken.refused) == (1, 1, 0)
    contact = stored(shop)
    profile = open_profile(shop.world.services.vault, contact)
    assert (profile.phone, profile.email, profile.first_name) == (CAMILLE, "camille@example.com", "Camille")
    marketing, matching = contact.consents["sms_marketing"], contact.consents["matching"]
    assert (marketing.given, matching.given) == (True, False)
    assert (marketing.at, marketing.source, marketing.wording) == (1_768_003_200_000, "checkout", "v3")
    assert marketing.proof == hashlib.sha256(file.read_bytes()).hexdigest() == taken.fingerprint
    assert contact.fields == {"city": "Lyon"}


def test_a_dry_run_checks_everything_and_writes_nothing(shop: Shop, file: Path) -> None:
    before = shop.world.items()
    dry = report(write(file, CAMILLES, "nonsense,,,,,yes,yes,2026-01-10,checkout"))
    assert (dry.rows, dry.accepted, dry.refused) == (2, 1, 1)
    assert shop.world.items() == before


@pytest.mark.parametrize(
    ("row", "field", "rule"),
    [
        ("01 99 00 00 12,,,,,yes,yes,2026-01-10,checkout", "phone", "mobile"),
        (",,,,,yes,yes,2026-01-10,checkout", "phone", "phone_number"),
        ("0639980001,not an address,,,,yes,yes,2026-01-10,checkout", "email", "email"),
        ("0639980001,,,,,perhaps,yes,2026-01-10,checkout", "consent.sms_marketing", "yes_or_no"),
        ("0639980001,,,,,yes,perhaps,2026-01-10,checkout", "consent.matching", "yes_or_no"),
        ("0639980001,,,,,yes,yes,,checkout", "consent_at", "date"),
        ("0639980001,,,,,yes,yes,10/01/2026,checkout", "consent_at", "day_or_month"),
        ("0639980001,,,,,yes,yes,2026-03-03,checkout", "consent_at", "not_in_future"),
        ("0639980001,,,,,yes,yes,2026-01-10,", "source", "required"),
        ("0639980001,,,,,yes,yes", "row", "cells"),
        ("0639980001,,,,,yes,yes,2026-01-10,checkout,more", "row", "cells"),
        ("0639980001,,,,,,,2026-01-10,checkout", "consent", "required"),
        ("0639980001,,,,,yes,yes,2023-03-01,checkout", "consent_at", "retention"),
        ("0639980001,,,,,yes,yes,03/14/2026,checkout", "consent_at", "day_or_month"),
        ("3.36399E+10,,,,,yes,yes,2026-01-10,checkout", "phone", "spreadsheet_number"),
        ("0639980001,,\0Camille,,,yes,yes,2026-01-10,checkout", "row", "characters"),
        ('0639980001,,"Camille"s,,,yes,yes,2026-01-10,checkout', "row", "csv"),
        (f"0639980001,,{'x' * 201},,,yes,yes,2026-01-10,checkout", "first_name", "max_length"),
    ],
)
def test_a_refused_row_names_line_field_and_rule_and_not_its_content(
    shop: Shop, file: Path, row: str, field: str, rule: str
) -> None:
    taken = report(write(file, CAMILLES.replace("00 01", "00 02"), row), shop)

    assert (taken.accepted, taken.refused) == (1, 1)
    (error,) = taken.errors
    assert (error.line, error.field, error.rule) == (3, field, rule)
    assert not any(cell in error.message for cell in row.split(",") if len(cell) > 3 and cell != "2026-01-10")
    assert shop.world.services.contacts.get(shop.advertiser.id, shop.world.services.vault.person(CAMILLE)) is None


def test_everything_that_is_wrong_with_a_row_is_named(file: Path) -> None:
    wrong = report(write(file, "nonsense,nonsense,,,,yes,yes,,checkout"))
    assert [error.field for error in wrong.errors] == ["phone", "email", "consent_at"]
    assert wrong.refused == 1


STATEMENTS = ("yes,yes,2026-01-10", "no,yes,2026-01-20", "yes,no,2026-01-30")


@pytest.mark.parametrize("order", list(permutations(STATEMENTS)))
def test_the_newest_statement_wins_in_whatever_order_they_come(shop: Shop, file: Path, order: tuple[str, ...]) -> None:
    taken = report(write(file, *(f"0639980001,,,,,{statement},checkout" for statement in order)), shop)

    assert (taken.accepted, taken.merged) == (1, 2)
    consents = stored(shop).consents
    assert (consents["sms_marketing"].given, consents["matching"].given) == (True, False)


@pytest.mark.parametrize("order", [("yes", "no"), ("no", "yes")])
def test_at_the_same_moment_a_refusal_wins(shop: Shop, file: Path, order: tuple[str, ...]) -> None:
    report(write(file, *(f"0639980001,,,,,{said},yes,2026-01-10,checkout" for said in order)), shop)
    assert stored(shop).consents["sms_marketing"].given is False


def test_an_older_file_does_not_undo_a_withdrawal(shop: Shop, file: Path) -> None:
    report(write(file, "0639980001,,,,,no,no,2026-02-10,account"), shop)
    report(write(file, CAMILLES), shop)
    assert stored(shop).consents["sms_marketing"].given is False


def test_an_import_can_be_repeated(shop: Shop, file: Path) -> None:
    write(file, CAMILLES)
    assert report(file, shop).accepted == report(file, shop).accepted == 1
    assert len(shop.world.of_type("contact")) == 1
    assert len(shop.world.of_type("identifier")) == 2


def test_a_partner_import_names_the_advertisers(shop: Shop, file: Path) -> None:
    report(write(file, CAMILLES), shop, base=PARTNER, advertisers=("adv_1", "adv_2"))
    assert stored(shop, base=PARTNER).consents["sms_marketing"].advertisers == ("adv_1", "adv_2")


def test_semicolons_do_as_well_as_commas(shop: Shop, file: Path) -> None:
    write(file, CAMILLES.replace(",", ";"), header=HEADER.replace(",", ";"))
    assert report(file, shop).accepted == 1


def test_a_byte_order_mark_is_no_part_of_the_first_column(shop: Shop, file: Path) -> None:
    file.write_bytes(b"\xef\xbb\xbf" + f"{HEADER}\n{CAMILLES}\n".encode())
    assert report(file, shop).accepted == 1


def test_columns_may_have_other_names(shop: Shop, file: Path) -> None:
    header = HEADER.replace("phone", "Mobile").replace("consent.sms_marketing", "Optin SMS")
    columns = {"phone": "Mobile", "consent.sms_marketing": "Optin SMS"}
    assert report(write(file, CAMILLES, header=header), shop, columns=columns).accepted == 1
    assert stored(shop).consents["sms_marketing"].given


def test_a_file_without_a_needed_column_is_refused_as_a_whole(file: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        report(write(file, "06,a", header="phone,email"))
    assert [error.field for error in refused.value.errors] == ["consent_at", "source", "consent"]
    with pytest.raises(InvalidInput) as refused:
        report(file, columns={"source": "provenance"})
    assert "'provenance'" in refused.value.errors[0].message


def test_a_time_with_a_zone_is_that_moment(shop: Shop, file: Path) -> None:
    row = CAMILLES.replace("2026-01-10", "2026-01-10T10:00:00+01:00")
    report(write(file, row), shop)
    assert stored(shop).consents["matching"].at == 1_768_035_600_000


def test_the_examples_customers_are_all_taken() -> None:
    customers = ROOT / "examples" / "shop" / "customers.csv"
    taken = importing.run(file_opener(customers), ImportOptions(base="adv_1"), NOON + 300 * DAY, None)
    assert (taken.rows, taken.accepted, taken.errors) == (5, 5, [])


def test_two_people_are_two(shop: Shop, file: Path) -> None:
    report(write(file, CAMILLES, CAMILLES.replace("00 01", "00 02")), shop)
    assert stored(shop, MALIK).person != stored(shop, CAMILLE).person


def test_rows_are_accepted_merged_or_refused(file: Path) -> None:
    taken = report(write(file, CAMILLES, CAMILLES.replace("06 39 98", "+33 (0)6 39.98"), "nonsense,,,,,,,,"))
    assert (taken.rows, taken.accepted, taken.merged, taken.refused) == (3, 1, 1, 1)


def test_custom_fields_are_kept_by_name_and_kind(shop: Shop, file: Path) -> None:
    header = f"{HEADER},Points fidélité,Panier,VIP,Né le jour,Formule"
    row = f"{CAMILLES},120,49.90,oui,2026-02-01,=CMD|calc"
    kinds = {"points_fidelite": "integer", "panier": "decimal", "vip": "boolean", "ne_le_jour": "date"}
    report(write(file, row, header=header), shop, kinds=kinds)
    assert stored(shop).fields == {
        "city": "Lyon",
        "points_fidelite": 120,
        "panier": 49_900_000,
        "vip": True,
        "ne_le_jour": "2026-02-01",
        "formule": "=CMD|calc",
    }


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("integer", "12.5"),
        ("integer", "9" * 16),
        ("decimal", "nan"),
        ("decimal", "1e999"),
        ("decimal", "0.0000001"),
        ("boolean", "maybe"),
        ("date", "1/2/2026"),
        ("text", "x" * 201),
    ],
)
def test_a_custom_field_holds_what_it_was_said_to_hold(file: Path, kind: str, value: str) -> None:
    wrong = report(write(file, f"{CAMILLES},{value}", header=f"{HEADER},extra"), kinds={"extra": kind})
    assert [error.field for error in wrong.errors] == ["extra"]


@pytest.mark.parametrize("value", ["camille@example.com", "06 39 98 00 02", "+33639980002"])
def test_no_custom_field_holds_an_address_or_a_number(file: Path, value: str) -> None:
    wrong = report(write(file, f"{CAMILLES},{value}", header=f"{HEADER},extra"))
    assert [(error.field, error.rule) for error in wrong.errors] == [("extra", "personal")]


def test_a_partner_import_without_advertisers_is_refused(file: Path) -> None:
    with pytest.raises(InvalidInput) as refused:
        report(write(file, CAMILLES), base=PARTNER)
    assert [error.field for error in refused.value.errors] == ["advertisers"]


def test_a_base_that_is_not_there_is_refused(shop: Shop) -> None:
    importing.check_base(shop.advertiser.id, shop.world.services.advertisers)
    importing.check_base(PARTNER, shop.world.services.advertisers)
    with pytest.raises(InvalidInput):
        importing.check_base("adv_nobody", shop.world.services.advertisers)


def test_who_has_objected_stays_out_and_is_counted_and_not_named(shop: Shop, file: Path) -> None:
    services = shop.world.services
    person = services.vault.person(CAMILLE)
    services.ledgers.oppose(person, shop.advertiser.id, Opposition(NOON, "stop"), count("any", "r1", NOON, "opposed"))
    taken = report(write(file, CAMILLES, CAMILLES, CAMILLES.replace("00 01", "00 02")), shop)
    assert (taken.accepted, taken.opposed, taken.errors) == (2, 1, [])
    assert services.contacts.get(shop.advertiser.id, services.vault.person(CAMILLE)) is None


class Dying:
    """An intake that is struck down at a batch; what it took before stays."""

    def __init__(self, shop: Shop, at: int, before: bool) -> None:
        self._intake, self._left, self._before = shop.world.services.intake, at, before
        self.taken = 0

    def take_many(self, base: str, arrivals: Sequence[Arrival]) -> Sequence[Outcome]:
        self._left -= 1
        if not self._left and self._before:
            raise KeyboardInterrupt
        outcomes = self._intake.take_many(base, arrivals)
        self.taken += len(arrivals)
        if not self._left:
            raise KeyboardInterrupt
        return outcomes


@pytest.fixture
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of some rows is several batches."""
    monkeypatch.setattr(importing, "BATCH", 25)


@pytest.mark.usefixtures("small_batches")
@pytest.mark.parametrize("before", [True, False])
def test_a_run_that_stops_goes_on_without_doubling(shop: Shop, file: Path, before: bool) -> None:
    rows = [CAMILLES.replace("00 01", f"00 {number:02d}") for number in range(90)]
    rows.insert(40, "nonsense,,,,,,,,")
    write(file, *rows, CAMILLES.replace("00 01", "00 05").replace("yes,no", "no,no").replace("01-10", "01-20"))
    whole = shop.world.services.import_destination
    options = ImportOptions(base=shop.advertiser.id)
    with pytest.raises(KeyboardInterrupt):
        importing.run(file_opener(file), options, NOON, Destination(Dying(shop, 3, before), whole.checkpoints))

    counting = Dying(shop, 1000, before)
    resumed = importing.run(file_opener(file), options, NOON + DAY, Destination(counting, whole.checkpoints))

    assert (resumed.rows, resumed.accepted, resumed.merged, resumed.refused) == (92, 90, 1, 1)
    assert resumed.resumed_at == 51
    assert counting.taken == 41
    assert len(shop.world.of_type("contact")) == 90
    assert len(shop.world.of_type("consent")) == 91
    assert stored(shop, "+33639980005").consents["sms_marketing"].given is False
    assert shop.world.of_type("import") == []
    assert report(file, shop).resumed_at is None


@pytest.mark.usefixtures("small_batches")
def test_other_options_are_another_run(shop: Shop, file: Path) -> None:
    write(file, *(CAMILLES.replace("00 01", f"00 {number:02d}") for number in range(60)))
    checkpoints = shop.world.services.import_destination.checkpoints
    options = ImportOptions(base=shop.advertiser.id)
    with pytest.raises(KeyboardInterrupt):
        importing.run(file_opener(file), options, NOON, Destination(Dying(shop, 2, before=False), checkpoints))
    assert report(file, shop, wording="v2").resumed_at is None


class Forgetful:
    """Checkpoints of a process that was killed before it could write one."""

    def get(self, base: str, run: str) -> Checkpoint | None:
        return None

    def save(self, base: str, run: str, checkpoint: Checkpoint) -> None:
        raise StorageUnavailable("gone")

    def delete(self, base: str, run: str) -> None:
        raise AssertionError("the run is not complete")


@pytest.mark.usefixtures("small_batches")
def test_a_run_that_is_killed_outright_doubles_nothing(shop: Shop, file: Path) -> None:
    write(file, *(CAMILLES.replace("00 01", f"00 {number:02d}") for number in range(60)))
    options = ImportOptions(base=shop.advertiser.id)
    with pytest.raises(KeyboardInterrupt):
        importing.run(file_opener(file), options, NOON, Destination(Dying(shop, 2, before=False), Forgetful()))
    assert len(shop.world.of_type("contact")) == 50

    assert report(file, shop).accepted == 60

    assert len(shop.world.of_type("contact")) == len(shop.world.of_type("consent")) == 60
