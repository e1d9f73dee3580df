"""Conversations: a text is taken once, in its order; what waits is seen; the list is what its threads are."""

from __future__ import annotations

from dataclasses import replace
from itertools import permutations

from hypothesis import given
from hypothesis import strategies as st

from chalicelib.clock import HOUR, MINUTE, SECOND
from chalicelib.storage import keys
from chalicelib.storage.conversation import with_answer, with_heard
from chalicelib.storage.conversation_counts import BOUNDS, first_answers, quantile, standing_scope, within
from chalicelib.storage.threads import Heard, Said, Thread
from tests.support.world import NOON, World

NUMBER = "+33939980001"


def text(name: str, at: int = NOON) -> Said:
    return Said(name, at, "in", b"sealed", intent="question", stop="no", confidence=700)


def heard(said: Said, person: str = "p1", **more: object) -> Heard:
    return replace(Heard("adv_a", person, "adv_a", b"phone", NUMBER, said), **more)  # type: ignore[arg-type]


def answer(name: str, at: int, *, automatic: bool = False) -> Said:
    return Said(name, at, "out", b"sealed", automatic=automatic, message=f"msg_{name}")


def waiting(world: World) -> list[str]:
    found, _ = world.services.threads.in_state("adv_a", "waiting")
    return [thread.person for thread in found]


def test_a_text_is_taken_once_whatever_time_it_is_told_with(world: World) -> None:
    threads = world.services.threads
    first = threads.heard(heard(text("t1")), NOON, "reply.question")
    again = threads.heard(heard(text("t1", NOON + MINUTE)), NOON + HOUR, "reply.question")
    assert again == first
    assert (first.state, first.unread, first.waiting_since) == ("waiting", 1, NOON)
    assert [said.id for said in threads.entries(first.id)] == ["t1"]
    counts = world.services.counters.read("adv_a", NOON, NOON + HOUR)
    assert counts == {"conversation.waiting": 1, "reply.question": 1}


def test_a_late_text_stands_in_its_place_and_waits_for_nobody_had_seen_it(world: World) -> None:
    threads = world.services.threads
    thread = threads.heard(heard(text("t2", NOON + MINUTE)), NOON + MINUTE)
    threads.said(thread.id, answer("a1", NOON + 2 * MINUTE), NOON + 2 * MINUTE, state="closed", seen=thread.texts)
    late = threads.heard(heard(text("t1", NOON)), NOON + 3 * MINUTE)
    assert [said.id for said in threads.entries(thread.id)] == ["t1", "t2", "a1"]
    assert (late.state, late.waiting_since, late.last_in_at) == ("waiting", NOON, NOON + MINUTE)


def test_a_late_thanks_closes_nothing_that_waits(world: World) -> None:
    threads = world.services.threads
    threads.heard(heard(text("t2", NOON + MINUTE)), NOON + MINUTE)
    assert threads.heard(heard(text("t1", NOON), state="closed"), NOON + 2 * MINUTE).state == "waiting"


def test_an_answer_to_what_was_seen_leaves_waiting_what_came_since(world: World) -> None:
    threads = world.services.threads
    seen = threads.heard(heard(text("t1")), NOON)
    threads.heard(heard(text("t2", NOON + MINUTE)), NOON + MINUTE)
    after = threads.said(seen.id, answer("a1", NOON + 2 * MINUTE), NOON + 2 * MINUTE, seen=seen.texts)
    assert after
    assert (after.state, after.waiting_since) == ("waiting", NOON + MINUTE)
    done = threads.said(seen.id, answer("a2", NOON + 3 * MINUTE), NOON + 3 * MINUTE, seen=after.texts)
    assert done
    assert (done.state, done.waiting_since) == ("open", 0)


def test_first_answers_are_counted_once_and_automatic_ones_apart(world: World) -> None:
    threads = world.services.threads
    thread = threads.heard(heard(text("t1")), NOON)
    threads.said(thread.id, answer("auto", NOON + SECOND, automatic=True), NOON + SECOND, state=None)
    for name, at in (("a1", NOON + 4 * MINUTE), ("a1", NOON + 4 * MINUTE), ("a2", NOON + 5 * MINUTE)):
        threads.said(thread.id, answer(name, at), at)
    assert [said.waited_ms for said in threads.entries(thread.id)] == [None, SECOND, 4 * MINUTE, None]
    counts = world.services.counters.read("adv_a", NOON, NOON)
    assert counts["first_answer.agent.300"] == counts["first_answer.automatic.15"] == 1
    assert sum(first_answers(counts, automatic=False)) == 1


def test_the_list_is_newest_first_goes_on_and_moves_with_its_threads(world: World) -> None:
    threads = world.services.threads
    for number in range(5):
        threads.heard(heard(text("t", NOON + number), f"p{number}"), NOON + HOUR)
    found, place = threads.in_state("adv_a", "waiting", limit=3)
    assert [thread.person for thread in found] == ["p4", "p3", "p2"]
    rest, end = threads.in_state("adv_a", "waiting", place or "", limit=3)
    assert [thread.person for thread in rest] == ["p1", "p0"]
    assert end is None
    threads.change(found[0].id, lambda thread: replace(thread, state="closed", waiting_since=0), NOON)
    assert waiting(world) == ["p3", "p2", "p1", "p0"]
    only, _ = threads.in_state("adv_a", "waiting", limit=1, keep=lambda thread: thread.person == "p0")
    assert [thread.person for thread in only] == ["p0"]
    assert threads.in_state("adv_b", "waiting") == ([], None)
    assert world.services.counters.read_in_all(standing_scope("adv_a")) == {"closed": 1, "waiting": 4}


def test_whatever_changes_moves_the_number_that_watchers_read(world: World) -> None:
    threads = world.services.threads
    assert threads.changes("adv_a") == 0
    thread = threads.heard(heard(text("t1")), NOON)
    numbers = [threads.changes("adv_a")]
    threads.change(thread.id, lambda one: replace(one, unread=0), NOON)
    numbers.append(threads.changes("adv_a"))
    threads.change(thread.id, lambda one: one, NOON)
    numbers.append(threads.changes("adv_a"))
    assert numbers == [1, 2, 2]


def test_nothing_is_left_of_a_thread_that_is_forgotten(world: World) -> None:
    threads = world.services.threads
    thread = threads.heard(heard(text("t1")), NOON)
    threads.said(thread.id, answer("a1", NOON + 1), NOON + 1)
    threads.forget(threads.get("adv_a", "p1") or thread, NOON)
    left = {item["type"] for item in world.items()}
    assert not left & {"thread", "said", "said_once", "inbox_row"}
    assert not any(world.services.counters.read_in_all(standing_scope("adv_a")).values())


def test_a_contact_leads_to_its_threads(world: World) -> None:
    threads = world.services.threads
    thread = threads.heard(heard(text("t1")), NOON)
    assert [one.id for one in threads.of_contact("adv_a", "p1")] == [thread.id]
    assert threads.id_of("adv_a", "p1") == thread.id
    assert threads.id_of("adv_b", "p1") != thread.id
    assert thread.person not in "".join(keys.thread(thread.id))


def test_texts_make_the_same_thread_in_whatever_order_they_come() -> None:
    texts = [text("t1", NOON), text("t2", NOON + 5), text("t3", NOON + 9)]

    def taken(order: tuple[Said, ...]) -> Thread:
        thread = None
        for said in order:
            thread = with_heard(thread, "thr", heard(said, message=f"msg_{said.id}"), said)
        assert thread
        assert thread.waiting_since == order[0].at, "what began to wait first names the waiting, and it is told once"
        return replace(thread, waiting_since=0)

    assert len({repr(taken(order)) for order in permutations(texts)}) == 1


@given(st.lists(st.tuples(st.sampled_from(["in", "agent", "automatic"]), st.integers(0, 10**6)), max_size=12))
def test_a_thread_waits_from_a_text_until_an_answer_and_no_longer(steps: list[tuple[str, int]]) -> None:
    thread = with_heard(None, "thr", heard(text("t", NOON)), text("t", NOON))
    came = answered = 0
    for number, (kind, after) in enumerate(steps, 1):
        if kind == "in":
            said = text(f"t{number}", NOON + after)
            thread, came = with_heard(thread, "thr", heard(said), said), number
        else:
            said = answer(f"a{number}", NOON + after, automatic=kind == "automatic")
            thread, answered = with_answer(thread, said, "open", thread.texts), number
    assert (thread.state == "waiting") == (came >= answered)
    assert bool(thread.waiting_since) == (thread.state == "waiting")


@given(st.lists(st.integers(0, 2 * BOUNDS[-1]), min_size=1, max_size=60), st.sampled_from([0.5, 0.9]))
def test_a_quantile_lies_in_the_bucket_of_the_exact_one(times: list[int], share: float) -> None:
    buckets = [0] * (len(BOUNDS) + 1)
    for time in times:
        buckets[next((n for n, bound in enumerate(BOUNDS) if time <= bound), len(BOUNDS))] += 1
    exact = sorted(times)[max(0, -(-int(share * 100) * len(times) // 100) - 1)]
    told = quantile(buckets, share)
    assert told is not None
    edges = (0, *BOUNDS)
    number = next((n for n, bound in enumerate(BOUNDS) if exact <= bound), len(BOUNDS))
    assert edges[min(number, len(BOUNDS))] <= told <= BOUNDS[min(number, len(BOUNDS) - 1)]
    assert within(buckets, BOUNDS[-1]) == sum(time <= BOUNDS[-1] for time in times)
