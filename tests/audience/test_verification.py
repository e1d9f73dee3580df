"""One-time codes: right once, wrong a few times, and never more than the limits say."""

from __future__ import annotations

import re
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.audience.verification import TRIES
from chalicelib.clock import DAY, HOUR, MINUTE
from chalicelib.errors import TooMany
from tests.support.world import World

CAMILLE = "+33639980001"


def start(world: World, phone: str = CAMILLE, network: str = "192.0.2.0/24", site: str = "site_1") -> tuple[str, str]:
    """Send a code; returns the verification and the code that the phone shows."""
    started = world.services.verifications.start(
        phone, "optin", asker=site, network=network, language="fr", brand="Lumen", sender="36123"
    )
    found = re.search(r"\b\d{6}\b", world.provider.sent[-1].text)
    assert found
    return started.id, found[0]


def other(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06d}"


def test_a_code_is_right_once(world: World) -> None:
    verification, code = start(world)
    assert world.services.verifications.check(verification, other(code), asker="site_1") == "wrong"
    assert world.services.verifications.check(verification, code, asker="site_1") == "right"
    assert world.services.verifications.check(verification, code, asker="site_1") == "exhausted"


def test_a_code_expires(world: World) -> None:
    verification, code = start(world)
    world.clock.advance(10 * MINUTE)
    assert world.services.verifications.check(verification, code, asker="site_1") == "expired"
    assert world.services.verifications.check("ver_unknown", code, asker="site_1") == "expired"


def test_a_code_of_another_verification_is_wrong(world: World) -> None:
    first, _ = start(world)
    _, code = start(world)
    assert world.services.verifications.check(first, code, asker="site_1") == "wrong"


def test_any_number_of_guesses_at_once_has_five_tries(exact_world: World) -> None:
    verification, code = start(exact_world)

    def guess(number: int) -> str:
        services = exact_world.worker(exact_world.own_client())
        return services.verifications.check(verification, other(code), asker="site_1")

    with ThreadPoolExecutor(12) as pool:
        outcomes = list(pool.map(guess, range(24)))
    assert outcomes.count("wrong") == TRIES - 1
    assert exact_world.services.verifications.check(verification, code, asker="site_1") == "exhausted"


def test_a_right_code_is_used_by_one_of_many(exact_world: World) -> None:
    verification, code = start(exact_world)

    def give(number: int) -> str:
        return exact_world.worker(exact_world.own_client()).verifications.check(verification, code, asker="site_1")

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(give, range(4))).count("right") == 1


def test_a_phone_gets_three_codes_an_hour_and_ten_a_day(world: World) -> None:
    for _ in range(3):
        start(world)
    with pytest.raises(TooMany) as refused:
        start(world)
    assert 0 < refused.value.retry_after_s <= 3_600
    for sent in range(3, 10):
        world.clock.advance(HOUR)
        start(world)
        assert sent
    world.clock.advance(HOUR)
    with pytest.raises(TooMany):
        start(world)
    world.clock.advance(DAY)
    start(world)


def test_a_network_and_a_site_have_limits_of_their_own(world: World) -> None:
    for number in range(20):
        start(world, f"+336399800{number:02d}")
    with pytest.raises(TooMany):
        start(world, "+33639980050")
    start(world, "+33639980050", network="198.51.100.0/24")


def test_one_network_alone_cannot_use_up_a_sites_limit(world: World) -> None:
    for number in range(20):
        start(world, f"+336399800{number:02d}")
    for _ in range(300):
        with pytest.raises(TooMany):
            start(world, "+33639980050")
    start(world, "+33639980051", network="198.51.100.0/24")


def test_a_code_is_kept_nowhere_in_clear(world: World) -> None:
    _, code = start(world)
    assert not [item for item in world.items() if code in str(item) or CAMILLE in str(item)]
