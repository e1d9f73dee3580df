"""Number checks: what is asked, what it costs, and who leaves the sendable base."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from urllib.parse import parse_qs

import pytest

from chalicelib.audience.number_check import NumberChecker
from chalicelib.clock import DAY
from chalicelib.sms_providers.hlr import CheckRefused, Lookup, Status
from chalicelib.sms_providers.smsapi_hlr import SmsapiHlr
from chalicelib.storage.number_checks import Checked, NumberChecks
from tests.support.shop import CAMILLE, INES, MALIK, Shop

PRICE = 6_000


class Registers:
    """Networks that answer as they are told; of everybody else they know nothing."""

    name = "registers"
    batch = 2

    def __init__(self, known: Mapping[str, Status], *, is_real: bool = False) -> None:
        self.known, self.is_real = known, is_real
        self.asked: list[str] = []

    def look_up(self, phones: Sequence[str]) -> list[Lookup]:
        assert len(phones) <= self.batch
        self.asked += phones
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
    found = check.look_up([CAMILLE, MALIK, INES])
    assert parse_qs(forms[0]) == {"format": ["json"], "number": [",".join(p[1:] for p in (CAMILLE, MALIK, INES))]}
    assert found == [
        Lookup(CAMILLE, "unknown", None, PRICE),
        Lookup(MALIK, "reachable", "20801", PRICE),
        Lookup(INES, "unreachable", "20810", PRICE),
    ]


def test_a_number_that_smsapi_refuses_is_found_among_the_others() -> None:
    wrong = {"error": 13, "message": "No correct phone numbers"}
    right = {"status": "OK", "number": CAMILLE[1:], "mcc": "208", "mnc": "01"}
    check, forms = smsapi((400, wrong), (200, right), (400, wrong))
    assert [found.status for found in check.look_up([CAMILLE, MALIK])] == ["reachable", "invalid"]
    assert len(forms) == 3


@pytest.mark.parametrize("answer", [(200, {"error": 101}), (401, {}), (200, {"error": "x"})])
def test_a_refusal_of_the_account_is_none_of_the_numbers(answer: tuple[int, object]) -> None:
    with pytest.raises(CheckRefused):
        smsapi(answer)[0].look_up([CAMILLE])


@pytest.mark.parametrize("answer", [(502, b"<html>"), (0, TimeoutError()), (200, []), (200, [1]), (200, None)])
def test_no_answer_is_no_knowledge(answer: tuple[int, object]) -> None:
    assert smsapi(answer)[0].look_up([CAMILLE]) == [Lookup(CAMILLE, "unknown")]
