"""A file of opted-in contacts: each row is taken with its proof, or refused with its line and rule."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

from chalicelib.audience import importing
from chalicelib.audience.importing import ImportOptions, ImportReport
from chalicelib.audience.profile import open_profile
from chalicelib.errors import InvalidInput
from chalicelib.storage.contacts import PARTNER, Contact
from tests.support.shop import CAMILLE, MALIK, Shop
from tests.support.template import ROOT
from tests.support.world import NOON

HEADER = "phone,email,first_name,last_name,city,consent.sms_marketing,consent.matching,consent_at,source"
CAMILLES = "06 39 98 00 01,Camille@Example.com,Camille,Aubry,Lyon,yes,no,2026-01-10,checkout"


def report(path: Path, shop: Shop | None = None, base: str = "", **options: object) -> ImportReport:
    """Import a file: into the shop's base, or dry."""
    given = ImportOptions(base=base or (shop.advertiser.id if shop else ""), **options)  # type: ignore[arg-type]
    store = shop.world.services.contact_writer if shop else None
    return importing.import_rows(importing.read_csv(path), given, importing.fingerprint(path), NOON, store)


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
    assert marketing.proof == importing.fingerprint(file)
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
        ("0639980001,,,,,yes,yes,10/01/2026,checkout", "consent_at", "date"),
        ("0639980001,,,,,yes,yes,2026-03-03,checkout", "consent_at", "not_in_future"),
        ("0639980001,,,,,yes,yes,2026-01-10,", "source", "required"),
        ("0639980001,,,,,yes,yes", "source", "required"),
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


def test_a_file_without_a_needed_column_is_refused_as_a_whole() -> None:
    with pytest.raises(InvalidInput) as refused:
        importing.check_columns(["phone", "email"], ImportOptions(base="adv_1", columns={"source": "origine"}))
    assert [error.field for error in refused.value.errors] == ["consent_at", "source"]
    assert "'origine'" in refused.value.errors[1].message


def test_a_time_with_a_zone_is_that_moment(shop: Shop, file: Path) -> None:
    row = CAMILLES.replace("2026-01-10", "2026-01-10T10:00:00+01:00")
    report(write(file, row), shop)
    assert stored(shop).consents["matching"].at == 1_768_035_600_000


def test_the_examples_customers_are_all_taken() -> None:
    customers = ROOT / "examples" / "shop" / "customers.csv"
    options, proof = ImportOptions(base="adv_1"), importing.fingerprint(customers)
    taken = importing.import_rows(importing.read_csv(customers), options, proof, 2**53, None)
    assert (taken.rows, taken.accepted, taken.errors) == (5, 5, [])


def test_two_people_are_two(shop: Shop, file: Path) -> None:
    report(write(file, CAMILLES, CAMILLES.replace("00 01", "00 02")), shop)
    assert stored(shop, MALIK).person != stored(shop, CAMILLE).person
