"""Number checks: what is asked, what it costs, and who leaves the sendable base."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

import pytest

from chalicelib.audience.number_check import NumberChecker
from chalicelib.clock import DAY
from chalicelib.errors import Forbidden, InvalidInput
from chalicelib.sms_providers.hlr import CheckRefused, Lookup, Status
from chalicelib.sms_providers.smsapi_hlr import SmsapiHlr, read_callback
from chalicelib.storage.number_checks import Checked, NumberChecks
from tests.support.shop import CAMILLE, INES, MALIK, Shop, open_shop

PRICE = 6_000


class Registers:
    """Networks that answer as they are told; of everybody else they know nothing."""

    name = "registers"
    batch = 2

    def __init__(self, known: Mapping[str, Status], *, is_real: bool = False) -> None:
        self.known, self.is_real = known, is_real
        self.asked: list[str] = []
        self.reference = ""

    def look_up(self, phones: Sequence[str], reference: str) -> list[Lookup]:
        assert len(phones) <= self.batch
        self.asked += phones
        self.reference = reference
        return [Lookup(phone, self.known[phone], "20801", PRICE) for phone in phones if phone in self.known]


@pytest.fixture
def checker(shop: Shop) -> NumberChecker:
    for phone in (CAMILLE, MALIK, INES):
        shop.contact(phone)
    return shop.world.services.number_checker


def last(shop: Shop, phone: str) -> Checked | None:
    person = shop.world.services.vault.person(phone)
    return NumberChecks(shop.world.services.table).get(shop.advertiser.id, person)


def outcome(shop: Shop, phone: str) -> str:
    message = shop.message(phone)
    return shop.world.services.dispatch.send(message.id, message.version)


def test_an_invalid_number_leaves_the_sendable_base(shop: Shop, checker: NumberChecker) -> None:
    registers = Registers({CAMILLE: "reachable", MALIK: "invalid"})
    report = checker.run(shop.advertiser.id, registers, PRICE)
    assert report.found == {"invalid": 1, "reachable": 1, "unknown": 1}
    assert (report.numbers, report.spent, report.stopped) == (3, 3 * PRICE, False)
    assert (outcome(shop, CAMILLE), outcome(shop, INES)) == ("sent", "sent")
    message = shop.message(MALIK)
    assert shop.world.services.dispatch.send(message.id, message.version) == "refused"
    assert shop.stored(message).history[-1].reason == "number_invalid"
    assert last(shop, MALIK) == Checked("invalid", "20801", "registers", shop.world.clock.now())


def test_a_statement_does_not_bring_it_back_and_a_later_check_does(shop: Shop, checker: NumberChecker) -> None:
    checker.run(shop.advertiser.id, Registers({MALIK: "invalid"}), PRICE)
    shop.contact(MALIK, at=shop.world.clock.now())
    assert outcome(shop, MALIK) == "refused"
    shop.world.clock.advance(91 * DAY)
    checker.run(shop.advertiser.id, Registers({MALIK: "unreachable"}), PRICE)
    assert outcome(shop, MALIK) == "sent"


def test_a_fresh_result_is_not_paid_for_again(shop: Shop, checker: NumberChecker) -> None:
    checker.run(shop.advertiser.id, Registers({}), PRICE)
    shop.world.clock.advance(89 * DAY)
    again = Registers({})
    assert checker.run(shop.advertiser.id, again, PRICE).numbers == 0
    assert again.asked == []


def test_the_cost_is_told_before_and_never_passed(shop: Shop, checker: NumberChecker) -> None:
    registers = Registers({})
    report = checker.run(shop.advertiser.id, registers, PRICE, max_cost=PRICE + 1)
    assert (len(registers.asked), report.spent, report.stopped) == (1, PRICE, True)
    assert checker.run(shop.advertiser.id, registers, PRICE, max_cost=0).numbers == 0
    estimate = checker.estimate(shop.advertiser.id, PRICE)
    assert (estimate.numbers, estimate.fictional, estimate.cost) == (0, 2, 0)


def test_a_real_provider_is_given_no_number_of_fiction(shop: Shop, checker: NumberChecker) -> None:
    registers = Registers({}, is_real=True)
    report = checker.run(shop.advertiser.id, registers, PRICE)
    assert registers.asked == []
    assert (report.numbers, report.fictional) == (0, 3)


def test_another_base_is_not_asked_for(shop: Shop, checker: NumberChecker) -> None:
    registers = Registers({})
    assert checker.run("adv_other", registers, PRICE).numbers == 0


def asked_for(shop: Shop, checker: NumberChecker, *, base: str = "") -> str:
    """The reference of a run that learnt nothing yet."""
    registers = Registers({})
    assert checker.run(base or shop.advertiser.id, registers, PRICE).numbers
    return registers.reference


def test_a_late_answer_counts_as_one_at_once(shop: Shop, checker: NumberChecker) -> None:
    reference = asked_for(shop, checker)
    assert outcome(shop, MALIK) == "sent"
    shop.world.clock.advance(DAY)
    late = [(reference, Lookup(MALIK, "invalid")), (reference, Lookup(CAMILLE, "reachable", "20801"))]
    for _ in range(2):
        checker.answered("registers", late)
    assert last(shop, CAMILLE) == Checked("reachable", "20801", "registers", shop.world.clock.now())
    assert (outcome(shop, MALIK), outcome(shop, CAMILLE)) == ("refused", "sent")


def test_a_late_answer_that_knows_nothing_takes_nothing_back(shop: Shop, checker: NumberChecker) -> None:
    reference = asked_for(shop, checker)
    checker.answered("registers", [(reference, Lookup(MALIK, "invalid"))])
    checker.answered("registers", [(reference, Lookup(MALIK, "unknown"))])
    assert outcome(shop, MALIK) == "refused"


def test_an_answer_without_the_runs_reference_changes_nothing(shop: Shop, checker: NumberChecker) -> None:
    reference = asked_for(shop, checker)
    before = shop.world.items()
    for wrong in ("", "0" * 32, reference[:-1], reference.upper()):
        with pytest.raises(Forbidden):
            checker.answered("registers", [(wrong, Lookup(MALIK, "invalid"))])
    shop.world.clock.advance(3 * DAY)
    with pytest.raises(Forbidden):
        checker.answered("registers", [(reference, Lookup(MALIK, "invalid"))])
    assert shop.world.items() == before
    assert reference not in str(before)


def test_an_answer_reaches_the_base_that_asked_and_no_other(shop: Shop, checker: NumberChecker) -> None:
    other = open_shop(shop.world)
    other.contact(CAMILLE)
    reference = asked_for(shop, checker, base=other.advertiser.id)
    checker.answered("registers", [(reference, Lookup(CAMILLE, "invalid")), (reference, Lookup(MALIK, "invalid"))])
    assert (outcome(other, CAMILLE), outcome(shop, CAMILLE), outcome(shop, MALIK)) == ("refused", "sent", "sent")


def smsapi(*answers: tuple[int, object]) -> tuple[SmsapiHlr, list[str]]:
    forms: list[str] = []
    left = list(answers)

    def post(form: str) -> tuple[int, bytes]:
        forms.append(form)
        status, body = left.pop(0)
        if isinstance(body, Exception):
            raise body
        return status, body if isinstance(body, bytes) else json.dumps(body).encode()

    return SmsapiHlr("token", post), forms


def test_smsapi_is_asked_in_its_form_and_believed_only_with_a_network() -> None:
    answers = [
        {"status": "OK", "number": CAMILLE[1:], "id": "1a2", "price": 0.006},
        {"status": "OK", "number": MALIK[1:], "id": "1a3", "price": 0.006, "mcc": "208", "mnc": "01"},
        {"status": "FAIL", "number": INES[1:], "id": "1a4", "price": "0.006", "mcc": "208", "mnc": "10"},
    ]
    check, forms = smsapi((200, answers))
    found = check.look_up([CAMILLE, MALIK, INES], "abc1")
    numbers = ",".join(p[1:] for p in (CAMILLE, MALIK, INES))
    assert parse_qs(forms[0]) == {"format": ["json"], "number": [numbers], "idx": ["abc1"]}
    assert found == [
        Lookup(CAMILLE, "unknown", None, PRICE),
        Lookup(MALIK, "reachable", "20801", PRICE),
        Lookup(INES, "unreachable", "20810", PRICE),
    ]


def test_a_number_that_smsapi_refuses_is_found_among_the_others() -> None:
    wrong = {"error": 13, "message": "No correct phone numbers"}
    right = {"status": "OK", "number": CAMILLE[1:], "mcc": "208", "mnc": "01"}
    check, forms = smsapi((400, wrong), (200, right), (400, wrong))
    assert [found.status for found in check.look_up([CAMILLE, MALIK], "abc1")] == ["reachable", "invalid"]
    assert len(forms) == 3


@pytest.mark.parametrize("answer", [(200, {"error": 101}), (401, {}), (200, {"error": "x"})])
def test_a_refusal_of_the_account_is_none_of_the_numbers(answer: tuple[int, object]) -> None:
    with pytest.raises(CheckRefused):
        smsapi(answer)[0].look_up([CAMILLE], "abc1")


@pytest.mark.parametrize("answer", [(502, b"<html>"), (0, TimeoutError()), (200, []), (200, [1]), (200, None)])
def test_no_answer_is_no_knowledge(answer: tuple[int, object]) -> None:
    assert smsapi(answer)[0].look_up([CAMILLE], "abc1") == [Lookup(CAMILLE, "unknown")]


def called(**given: str) -> list[tuple[str, Lookup]]:
    return list(read_callback({"id": "1a2", "number": CAMILLE[1:], "idx": "abc1", "status": "OK"} | given))


@pytest.mark.parametrize(
    ("given", "status", "network"),
    [
        ({"mcc": "208", "mnc": "01"}, "reachable", "20801"),
        ({"status": "ok", "number": CAMILLE}, "reachable", None),
        ({"status": "FAIL", "info": "Absent Subscriber"}, "unreachable", None),
        ({"status": "FAIL", "info": "Unknown Subscriber", "mcc": "208", "mnc": "10"}, "invalid", "20810"),
        ({"status": "FAIL"}, "unreachable", None),
        ({"status": "PENDING"}, "unknown", None),
    ],
)
def test_what_smsapi_tells_later(given: dict[str, str], status: Status, network: str | None) -> None:
    assert called(**given) == [("abc1", Lookup(CAMILLE, status, network))]


def test_several_results_come_in_one_call() -> None:
    both = {"number": f"{CAMILLE[1:]},{MALIK[1:]}", "idx": "abc1,abc2", "status": "OK,FAIL", "mcc": "208,208"}
    told = called(**both, info="fine, thank you, and unknown subscriber")
    assert told == [("abc1", Lookup(CAMILLE, "reachable", "208")), ("abc2", Lookup(MALIK, "unreachable", "208"))]


@pytest.mark.parametrize(
    "given",
    [
        {"number": ""},
        {"number": "Camille"},
        {"number": "06.39"},
        {"idx": ""},
        {"status": ""},
        {"status": "OK,OK"},
        {"number": ",".join(["33639980001"] * 101), "idx": "a", "status": "OK"},
    ],
)
def test_what_is_no_result_is_refused_by_its_field(given: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        called(**given)
    assert "33639980001" not in str(refused.value)
