"""A leak of `person` is answered by a key over it: whatever meanwhile, a no holds (docs/adr/0020).

A container of before goes on with the secret that it has read; a fresh one knows the new key.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chalicelib.audience.nesting import Nesting
from chalicelib.clock import MINUTE
from chalicelib.errors import StorageUnavailable
from chalicelib.storage import keys
from chalicelib.storage.caps import CapRule
from chalicelib.storage.counters import SERVICE, count
from chalicelib.storage.ledger import EVERYONE, Ledger, Opposition, Send, Wish
from chalicelib.storage.ledger_places import joined
from chalicelib.storage.ledgers import claim, readmit
from chalicelib.storage.table import ConditionFailed
from chalicelib.vault import generation
from chalicelib.wiring import Services
from cli.nesting import KeyNesting, at_phase
from tests.support.faults import FaultyClient, HeldBackClaim, ProcessEnded, at_call
from tests.support.secrets import KeptSecrets
from tests.support.shop import CAMILLE, MALIK, Shop, open_shop
from tests.support.world import World

ADVERTISER = "adv_1"


def nesting(world: World) -> KeyNesting:
    return KeyNesting(KeptSecrets(world), world.worker, world.clock, waits=False)  # type: ignore[arg-type]


def container(world: World) -> Services:
    """One that has read the secret as it is now."""
    services = world.worker(world.own_client())
    assert services.vault.generation
    return services


def oppose(services: Services, person: str, scope: str = ADVERTISER) -> bool:
    now = services.clock.now()
    return services.ledgers.oppose(person, scope, Opposition(now, "stop"), count(SERVICE, person, now, "opposed.stop"))


def say_no(services: Services, person: str, shop: Shop) -> None:
    assert oppose(services, person, shop.advertiser.id)


def move(services: Services, *, clears: bool = False) -> int:
    return Nesting(services.table, services.ledger_places, services.vault).move(clears=clears).changed


@pytest.fixture
def exact_shop(exact_world: World) -> Shop:
    return open_shop(exact_world, caps=(CapRule(1_000),))


@pytest.mark.parametrize("written_to_before", [False, True])
@pytest.mark.parametrize("passes", [False, True])
def test_a_no_by_a_fresh_container_stops_the_claim_of_one_of_before(
    exact_shop: Shop, written_to_before: bool, passes: bool
) -> None:
    shop, world = exact_shop, exact_shop.world
    person = shop.contact()
    if written_to_before:
        earlier = shop.message()
        assert world.services.dispatch.send(earlier.id, earlier.version) == "sent"
        world.provider.sent.clear()

    def nest_and_oppose() -> None:
        nesting(world).next()
        if passes:
            move(container(world))
        assert oppose(container(world), person, shop.advertiser.id)

    message = shop.message()
    before = world.worker(HeldBackClaim(world.dynamodb, nest_and_oppose))
    assert before.vault.generation == 1
    assert before.dispatch.send(message.id, message.version) == "refused"
    assert world.provider.sent == []
    assert shop.stored(message).reason == "opposed"


@pytest.mark.parametrize("moved_by", ["nobody", "pass", "touch"])
def test_a_no_by_a_container_of_before_stops_the_claim_of_a_fresh_one(exact_shop: Shop, moved_by: str) -> None:
    shop, world = exact_shop, exact_shop.world
    person = shop.contact()
    before = container(world)
    nesting(world).next()
    if moved_by == "pass":
        move(container(world))
    if moved_by == "touch":
        container(world).ledgers.get(person)
    message = shop.message()
    held_back = HeldBackClaim(world.dynamodb, lambda: say_no(before, person, shop))
    assert world.worker(held_back).dispatch.send(message.id, message.version) == "refused"
    assert world.provider.sent == []


def test_no_claim_succeeds_after_a_no_while_ledgers_move(new_exact_world: Callable[[], World], soaking: bool) -> None:
    """Containers of before and fresh ones send in a race with a no, in the middle of which everything is moved."""
    for turn in range(50 if soaking else 4):
        race(open_shop(new_exact_world(), caps=(CapRule(1_000),)), opposer_is_fresh=turn % 2 == 0)


def race(shop: Shop, *, opposer_is_fresh: bool) -> None:
    world, person = shop.world, shop.contact()
    messages = [shop.message() for _ in range(24)]
    old = [container(world) for _ in range(4)]
    nesting(world).next()
    fresh = [container(world) for _ in range(4)]
    opposer = (fresh if opposer_is_fresh else old).pop()
    mover, *senders = [container(world), *old, *fresh]
    start, one_has_left = threading.Barrier(9), threading.Event()
    world.provider.after = lambda _sms: one_has_left.set()

    def send(number: int) -> None:
        start.wait()
        for message in messages[number :: len(senders)]:
            senders[number].dispatch.send(message.id, message.version)

    def opposed() -> set[str]:
        start.wait()
        one_has_left.wait()
        oppose(opposer, person, shop.advertiser.id)
        return {past.message for past in opposer.ledgers.get(person).sends}

    def pass_over() -> None:
        start.wait()
        move(mover)

    with ThreadPoolExecutor(9) as pool:
        sending = [pool.submit(send, number) for number in range(len(senders))]
        passing, saying = pool.submit(pass_over), pool.submit(opposed)
        claimed = saying.result()
        for each in (*sending, passing):
            each.result()
    ledger = container(world).ledgers.get(person)
    assert ledger.opposition(shop.advertiser.id)
    assert {past.message for past in ledger.sends} == claimed == {sms.message_id for sms in world.provider.sent}


SAID = ("oppose", "everyone", "readmit", "send", "narrow", "widen", "forget")
STEPS = st.sampled_from([*SAID, "renew", "touch", "move"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(STEPS, st.integers(0, 2)), max_size=14), st.integers(0, 14))
def test_whoever_writes_and_whenever_it_is_moved_all_containers_read_the_same(
    new_world: Callable[[], World], steps: list[tuple[str, int]], nested_at: int
) -> None:
    """What each step does to a ledger that is being moved is what it does to one that stays, whoever does it."""
    moving, staying = new_world(), new_world()
    containers = [moving.worker() for _ in range(3)]
    person = moving.services.vault.person(CAMILLE)
    for number, (step, who) in enumerate(steps):
        if number == nested_at:
            assert [one.vault.generation for one in containers] == [1, 1, 1]
            nesting(moving).next()
            containers[2] = moving.worker()
        if step == "renew":
            containers[who].vault.renew()
        elif step == "touch":
            containers[who].ledgers.get_all([person])
        elif step == "move":
            move(containers[who])
        else:
            perform(containers[who], person, step, number)
            perform(staying.services, person, step, number)
    told = [strip(services.ledgers.get(person)) for services in (*containers, staying.services)]
    assert all(ledger == told[0] for ledger in told)
    assert strip(moving.worker().ledgers.get(person)) == told[0]


def strip(ledger: Ledger) -> Ledger:
    return replace(ledger, person="", version=0)


def perform(services: Services, person: str, step: str, number: int) -> None:
    at = services.clock.now() + number
    ledgers = services.ledgers
    counted = count(SERVICE, person, at, "counted")
    match step:
        case "oppose" | "everyone":
            ledgers.oppose(person, EVERYONE if step == "everyone" else ADVERTISER, Opposition(at, "stop"), counted)
        case "readmit":
            ledger = ledgers.get(person)
            if ledger.version:
                services.table.update(readmit(ledger, ADVERTISER, at))
        case "send":
            sent = Send(at, ADVERTISER, "cart", "marketing", f"m{number}")
            services.table.update(claim(ledgers.get(person), sent))
        case "narrow":
            ledgers.narrow(person, ADVERTISER, Wish(at, without=("reviews",)), counted)
        case "widen":
            ledgers.widen(person, ADVERTISER)
        case "forget":
            ledgers.forget_sends(person, ADVERTISER)


def played(world: World, shop: Shop) -> dict[str, Ledger]:
    """People with something that outlives them: one who only said no, and one who was erased."""
    camille, malik = world.services.vault.person(CAMILLE), shop.contact(MALIK)
    oppose(world.services, camille, EVERYONE)
    world.services.erasure.erase(shop.advertiser.id, malik)
    return {person: strip(world.services.ledgers.get(person)) for person in (camille, malik)}


@pytest.mark.parametrize("fault", ["ends_before", "ends_after"])
@pytest.mark.parametrize("clears", [False, True])
def test_a_pass_that_is_killed_anywhere_is_run_again(new_world: Callable[[], World], fault: str, clears: bool) -> None:
    number = 0
    while True:
        world = new_world()
        known = played(world, open_shop(world))
        before = world.worker()
        assert before.vault.generation == 1
        nesting(world).next()
        if clears:
            move(world.worker())
            secrets = KeptSecrets(world)
            secrets.write("private", at_phase(secrets.read("private"), "passed", 0))
        dying = FaultyClient(world.dynamodb, at_call(number, fault))  # type: ignore[arg-type]
        try:
            move(world.worker(dying), clears=clears)
            survived = True
        except ProcessEnded:
            survived = False
        for services in (world.worker(), world.worker() if clears else before):
            assert {person: strip(services.ledgers.get(person)) for person in known} == known
        move(world.worker(), clears=clears)
        assert {person: strip(world.worker().ledgers.get(person)) for person in known} == known
        assert move(world.worker(), clears=clears) == 0
        assert {generation(item["pk"].partition("#")[2]) for item in world.of_type("proof")} == {2}
        if clears:
            assert {generation(item["person"]) for item in world.of_type("ledger")} == {2}
        if survived:
            break
        number += 1
    assert number >= 4


def test_who_meets_a_ledger_that_went_nobody_knows_where_writes_nothing(world: World) -> None:
    services, person = world.services, world.services.vault.person(CAMILLE)
    oppose(services, person)
    stale = world.worker()
    assert stale.vault.generation == 1
    former = world.secrets["private"]
    nesting(world).next()
    move(world.worker())
    world.secrets["private"] = former  # as SSM would never give it again
    for act in (stale.ledgers.get, lambda who: oppose(stale, who, EVERYONE), lambda who: stale.ledgers.widen(who, "a")):
        with pytest.raises(StorageUnavailable):
            act(person)


def test_what_was_decided_from_the_former_place_is_written_nowhere(world: World) -> None:
    services, person = world.services, world.services.vault.person(CAMILLE)
    blank = services.ledgers.get(person)
    nesting(world).next()
    container(world).ledgers.get(person)  # It has none, and it is moved all the same.
    with pytest.raises(ConditionFailed):
        services.table.update(claim(blank, Send(1, ADVERTISER, "cart", "marketing", "m")))
    assert oppose(services, person)
    (there,) = (item for item in world.of_type("ledger") if "moved" not in item)
    assert there["pk"] == keys.ledger(world.worker().vault.lasting(person))[0]


AT = st.integers(0, 3)
LEDGERS = st.builds(
    Ledger,
    person=st.just("p"),
    version=AT,
    opposed=st.dictionaries(st.sampled_from(["a", EVERYONE]), st.builds(Opposition, AT, st.just("stop"))),
    readmitted=st.dictionaries(st.just("a"), AT),
    wishes=st.dictionaries(st.just("a"), st.builds(Wish, AT, AT)),
)


@given(LEDGERS, LEDGERS)
def test_joined_ledgers_keep_every_no_that_nobody_took_back_later(former: Ledger, there: Ledger) -> None:
    both = joined(former, there)
    noes = [(scope, no.at) for one in (former, there) for scope, no in one.opposed.items()]
    back = max([at for one in (former, there) for at in one.readmitted.values()], default=-1)
    for scope, at in noes:
        if scope == EVERYONE or at >= back:
            assert scope in both.opposed
        if at >= back:
            assert both.opposition("a"), "the last word was no"
    assert both.version > max(former.version, there.version)
    assert both.opposed.keys() <= {scope for scope, _ in noes}


def test_a_container_that_was_away_for_the_wait_reads_its_secret_again(world: World) -> None:
    """What the wait between the phases rests on: after it nobody looks under the name of before."""
    from cli.rotation import SETTLED

    services = world.worker()
    services.vault._clock = world.clock
    person = services.vault.person(CAMILLE)
    nesting(world).next()
    world.clock.advance(SETTLED + MINUTE)
    assert services.vault.lasting_names(person)[1] == person
