"""Coming over from a peer: refusals first, nothing assumed, and twice the same as once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from chalicelib.audience.importing import file_opener
from chalicelib.audience.intake import Arrival
from chalicelib.audience.migration.contract import FileKind
from chalicelib.audience.migration.migrate import Migration, MigrationReport, Target
from chalicelib.audience.migration.peers import PEERS
from chalicelib.audience.migration.reading import moment, open_peer_files
from chalicelib.audience.profile import Profile, open_profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import DAY, HOUR
from chalicelib.errors import InvalidInput
from chalicelib.storage.contacts import Contact
from chalicelib.storage.ledger import Ledger
from tests.support.shop import CAMILLE, INES, MALIK, Shop
from tests.support.world import NOON


def iso(at: int) -> str:
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


KLAVIYO = f"""Email,Phone Number,First Name,SMS Marketing Consent,SMS Consent Timestamp,Source
c@example.com,{CAMILLE},Camille,SUBSCRIBED,2026-01-05T10:00:00+00:00,Checkout
m@example.com,{MALIK},Malik,UNSUBSCRIBED,2026-01-06T10:00:00+00:00,
i@example.com,{INES},Inès,NEVER_SUBSCRIBED,,
d@example.com,+33639980010,Dora,SUBSCRIBED,,Popup
e@example.com,+33639980011,Eli,SUBSCRIBED,2026-09-01T10:00:00+00:00,Popup
f@example.com,,Fay,SUBSCRIBED,2026-01-05T10:00:00+00:00,Popup
g@example.com,+3361,Gus,SUBSCRIBED,2026-01-05T10:00:00+00:00,Popup
h@example.com,+33639980012,Hal,SUBSCRIBED,2021-01-05T10:00:00+00:00,Popup
"""
ATTENTIVE = f"""timestamp,type,phone,email,subscription_type,message_id
{iso(NOON - 30 * DAY)},SUBSCRIPTION_OPT_IN_COMPLETED,{CAMILLE},,TEXT,
{iso(NOON - 20 * DAY)},SUBSCRIPTION_OPTED_OUT,{CAMILLE},,TEXT,
{iso(NOON - 10 * DAY)},SUBSCRIPTION_OPT_IN_COMPLETED,{CAMILLE},,TEXT,
{iso(NOON - 9 * DAY)},JOIN,{MALIK},,TEXT,
{iso(NOON - 8 * DAY)},OPT_OUT,{MALIK},,TEXT,
{iso(NOON - 8 * DAY)},OPT_OUT,{INES},,EMAIL,
{iso(NOON - 3 * DAY)},MESSAGE_RECEIPT,{CAMILLE},,TEXT,m-1
{iso(NOON - 2 * DAY)},MESSAGE_RECEIPT,{CAMILLE},,TEXT,m-2
{iso(NOON - 40 * DAY)},MESSAGE_RECEIPT,{CAMILLE},,TEXT,m-0
{iso(NOON - 2 * DAY)},IMPRESSION,{CAMILLE},,TEXT,
"""
BREVO = """EMAIL;SMS;PRENOM;NOM;SMS_MARKETING;ADDED_TIME;OPTIN
c@example.com;33639980001;Camille;Roy;subscribed;2024-01-01;2026-01-05
m@example.com;33639980002;Malik;Roy;Blocklisted;2024-01-01;2026-01-05
"""
SMSAPI_BLACKLIST = f"id,phone_number,expire_at,created_at\n1,{MALIK[1:]},,2026-01-05T10:00:00+01:00\n"


class Move:
    """A shop that comes over, with files in a folder."""

    def __init__(self, shop: Shop, folder: Path) -> None:
        self.shop, self.world, self.folder = shop, shop.world, folder

    def run(
        self,
        peer: str,
        *texts: str,
        told: Mapping[str, str] | None = None,
        kind: FileKind | None = None,
        dry_run: bool = False,
        day_first: bool = False,
    ) -> MigrationReport:
        named = []
        for number, text in enumerate(texts):
            path = self.folder / f"{number}.csv"
            path.write_text(text, encoding="utf-8")
            named.append((file_opener(path), kind))
        files = open_peer_files(PEERS[peer], named, told or {}, day_first=day_first)
        services = self.world.services
        target = Target(
            self.shop.advertiser.id,
            intake=services.intake,
            ledgers=services.ledgers,
            contacts=services.contacts,
            vault=services.vault,
            clock=self.world.clock,
        )
        return Migration(files, None if dry_run else target, self.world.clock.now(), "legacy-1").run()

    def contact(self, phone: str) -> Contact | None:
        return self.world.services.contacts.get(self.shop.advertiser.id, self.world.services.vault.person(phone))

    def ledger(self, phone: str) -> Ledger:
        return self.world.services.ledgers.get(self.world.services.vault.person(phone))


@pytest.fixture
def move(shop: Shop, tmp_path: Path) -> Move:
    return Move(shop, tmp_path)


def test_klaviyo_keeps_what_was_agreed_and_says_why_of_the_rest(move: Move) -> None:
    report = move.run("klaviyo", KLAVIYO)
    assert report.rows == 8
    assert report.opposed == {"new": 1}
    assert report.contacts == {"added": 1}
    assert (report.sendable, report.matchable) == (1, 0)
    assert report.not_matchable == {"no_matching_consent": 1}
    assert report.left_out == {
        "no_consent": 1,
        "no_date": 1,
        "not_in_future": 1,
        "no_phone": 1,
        "valid_number": 1,
        "too_old": 1,
    }
    assert {(e.line, e.rule) for e in report.errors} == {
        (5, "no_date"),
        (6, "not_in_future"),
        (8, "valid_number"),
        (9, "too_old"),
    }
    known = move.contact(CAMILLE)
    assert known and set(known.consents) == {"sms_marketing"}
    consent = known.consents["sms_marketing"]
    assert (consent.at, consent.source, consent.wording) == (moment("2026-01-05T10:00:00Z"), "migration", "legacy-1")
    assert consent.proof and len(consent.proof) == 64
    assert open_profile(move.world.services.vault, known).first_name == "Camille"


def test_who_said_no_is_on_the_list_though_not_in_the_base(move: Move) -> None:
    move.run("klaviyo", KLAVIYO)
    assert move.contact(MALIK) is None
    opposition = move.ledger(MALIK).opposition(move.shop.advertiser.id)
    assert opposition and opposition.how == "migrated"
    assert move.ledger(MALIK).opposition("adv_other") is None
    arrival = Arrival(Profile(MALIK), Statement({"sms_marketing": True}, NOON, "import"))
    assert move.world.services.intake.take(move.shop.advertiser.id, arrival) == "opposed"


def test_a_no_in_any_file_comes_before_a_yes_in_any_other(move: Move) -> None:
    report = move.run("klaviyo", KLAVIYO, f"Phone Number,Suppression Date\n{CAMILLE},2025-01-01\n")
    assert report.opposed == {"new": 2}
    assert report.not_sendable == {"opposed": 1}
    assert report.sendable == 0
    assert move.contact(CAMILLE) is None


def test_a_feed_of_events_is_followed_to_its_last_word(move: Move) -> None:
    report = move.run("attentive", ATTENTIVE)
    assert report.opposed == {"new": 1}
    assert report.sendable == 1
    assert report.not_sendable == {"opposed": 1}
    assert move.ledger(INES).opposed == {}
    known = move.contact(CAMILLE)
    assert known and known.consents["sms_marketing"].at == NOON - 10 * DAY
    assert move.contact(MALIK) is None


def test_past_sends_count_as_pressure_for_31_days(move: Move) -> None:
    report = move.run("attentive", ATTENTIVE)
    assert report.sends == {"new": 2, "known_or_old": 1}
    sends = move.ledger(CAMILLE).sends
    assert [send.at for send in sends] == [NOON - 3 * DAY, NOON - 2 * DAY]
    assert {(send.advertiser, send.message_class) for send in sends} == {(move.shop.advertiser.id, "marketing")}


def test_past_sends_join_those_that_are_there(move: Move) -> None:
    move.shop.contact()
    message = move.shop.message()
    assert move.world.services.dispatch.send(message.id, message.version) == "sent"
    move.run("attentive", ATTENTIVE)
    assert [send.at for send in move.ledger(CAMILLE).sends] == [NOON - 3 * DAY, NOON - 2 * DAY, NOON]


@pytest.mark.parametrize(("peer", "text"), [("klaviyo", KLAVIYO), ("attentive", ATTENTIVE)])
def test_run_again_it_changes_nothing(move: Move, peer: str, text: str) -> None:
    first = move.run(peer, text)
    before = [item for item in move.world.items() if item["type"] != "counter"]
    move.world.clock.advance(HOUR)
    again = move.run(peer, text)
    assert [item for item in move.world.items() if item["type"] != "counter"] == before
    assert (again.sendable, again.not_sendable) == (first.sendable, first.not_sendable)
    assert again.opposed == {"known": 1}
    assert set(again.contacts) <= {"unchanged", "opposed"}


def test_who_came_back_since_is_not_opposed_anew(move: Move) -> None:
    move.run("klaviyo", KLAVIYO)
    back = Arrival(Profile(MALIK), Statement({"sms_marketing": True}, NOON, "keyword"))
    move.world.services.intake.take(move.shop.advertiser.id, back, verified=True)
    assert move.run("klaviyo", KLAVIYO).opposed == {"came_back": 1}
    assert move.ledger(MALIK).opposition(move.shop.advertiser.id) is None


def test_brevo_keeps_its_consents_date_where_it_is_told(move: Move) -> None:
    with pytest.raises(InvalidInput) as refused:
        move.run("brevo", BREVO)
    assert [error.field for error in refused.value.errors] == ["consent_at"]
    report = move.run("brevo", BREVO, told={"consent_at": "OPTIN"})
    assert (report.sendable, report.opposed) == (1, {"new": 1})
    known = move.contact(CAMILLE)
    assert known and known.consents["sms_marketing"].at == moment("2026-01-05")


def test_brevos_days_come_first_where_that_is_told(move: Move) -> None:
    export = BREVO.replace("2026-01-05", "05-01-2026 11:02:34")
    assert move.run("brevo", export, told={"consent_at": "OPTIN"}).left_out == {"day_or_month": 1}
    report = move.run("brevo", export, told={"consent_at": "OPTIN"}, day_first=True)
    assert (report.sendable, report.left_out) == (1, {})
    known = move.contact(CAMILLE)
    assert known and known.consents["sms_marketing"].at == moment("2026-01-05 11:02:34")


def test_a_column_that_is_told_is_looked_for_in_the_files_that_have_it(move: Move) -> None:
    contacts = f"phone_number,date_created\n{CAMILLE},2026-01-04\n{MALIK},2026-01-04\n"
    report = move.run("smsapi", contacts, SMSAPI_BLACKLIST, told={"consent_at": "date_created"})
    assert (report.opposed, report.sendable, report.not_sendable) == ({"new": 1}, 1, {"opposed": 1})


def test_smsapis_blacklist_is_refusals(move: Move) -> None:
    assert move.run("smsapi", SMSAPI_BLACKLIST).opposed == {"new": 1}
    opposition = move.ledger(MALIK).opposition(move.shop.advertiser.id)
    assert opposition and opposition.at == moment("2026-01-05T09:00:00Z")


def test_a_landline_that_said_no_is_kept_too(move: Move) -> None:
    assert move.run("smsapi", "phone_number\n+33199000000\n", kind="suppressions").opposed == {"new": 1}


def test_what_a_file_is_must_be_known(move: Move) -> None:
    with pytest.raises(InvalidInput):
        move.run("smsapi", "phone_number,city\n+33639980001,Lille\n")
    with pytest.raises(InvalidInput):
        move.run("klaviyo", KLAVIYO, told={"phone": "Nothing"})
    with pytest.raises(InvalidInput):
        move.run("klaviyo", KLAVIYO, told={"shoe": "Email"})


def test_a_dry_run_says_the_same_and_writes_nothing(move: Move) -> None:
    before = move.world.items()
    foretold = move.run("klaviyo", KLAVIYO, dry_run=True)
    assert move.world.items() == before
    report = move.run("klaviyo", KLAVIYO)
    assert (foretold.sendable, foretold.opposed, foretold.left_out, foretold.errors) == (
        report.sendable,
        report.opposed,
        report.left_out,
        report.errors,
    )


def test_nobody_is_named(move: Move) -> None:
    move.run("klaviyo", KLAVIYO.replace("Checkout", "form of camille@example.com"))
    seen = str(move.world.items()).lower()
    for text in ("camille", "6399800", "c@example.com"):
        assert text not in seen
