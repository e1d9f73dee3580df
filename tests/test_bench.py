"""The bench measures what it says, with a count so small that its times mean nothing: they are not looked at."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from rich.console import Console

from bench.calls import explain
from bench.figures import Figure, show, write
from bench.suite import Effort, run

NAMED = {
    "pixel.calls",
    "pixel.cpu_ratio",
    "redirect.calls",
    "redirect.cpu_ratio",
    "redirect.per_cpu_second",
    "cold_start.ratio",
    "cold_start.first_redirect_ms",
    "dispatch.calls_per_sms",
    "dispatch.sms_per_cpu_second",
    "dispatch.import_to_sent_s",
    "tick.calls_for_ten_due",
    "match.calls",
    "import.ratio",
    "import.rows_per_cpu_second",
    "import.rss_mb",
}

LITTLE = Effort(
    containers=1, rounds=1, requests=3, starts=1, rows=2_000, windows=1, window_s=0.5, warm_up=100, deliveries=1
)


@pytest.fixture(scope="module")
def figures() -> dict[str, Figure]:
    return {figure.name: figure for figure in run(LITTLE)}


def test_every_figure_is_there(figures: dict[str, Figure]) -> None:
    assert set(figures) == NAMED
    assert all(figure.value > 0 for figure in figures.values())


@pytest.mark.parametrize(("name", "operation"), [("pixel", "BatchWriteItem"), ("redirect", "UpdateItem")])
def test_a_request_makes_one_call_from_the_first_one_on(figures: dict[str, Figure], name: str, operation: str) -> None:
    calls = figures[f"{name}.calls"]
    assert calls.value == 1
    assert calls.limit == 1
    assert calls.details == (f"23 {operation}",)


def test_every_call_of_an_sms_has_its_reason(figures: dict[str, Figure]) -> None:
    assert [doubt for figure in figures.values() for doubt in figure.doubts] == []


def test_the_results_can_be_read_by_other_tools(figures: dict[str, Figure], tmp_path: Path) -> None:
    path = tmp_path / "results.json"
    write(list(figures.values()), path)
    results = json.loads(path.read_text(encoding="utf-8"))
    assert set(results) == NAMED
    for figure in results.values():
        assert set(figure) == {"value", "limit", "at_least", "unit", "how"}
        assert isinstance(figure["value"], int | float)
        assert figure["limit"] is None or isinstance(figure["limit"], int | float)
        assert figure["unit"]
        assert figure["how"]


def test_a_missed_limit_is_said_and_one_that_holds_is_too() -> None:
    assert "All limits hold." in shown(Figure("a", 1.25, 1.25, "×", "so"), Figure("b", 9, None, "×", "so"))
    missed = shown(Figure("a", 1.26, 1.25, "×", "so"))
    assert "Limit missed: a is 1.26, at most 1.25" in missed
    assert "All limits hold." not in missed


def test_a_limit_may_be_the_least() -> None:
    assert "All limits hold." in shown(Figure("a", 994, 994, "/s", "so", at_least=True))
    assert "Limit missed: a is 993, at least 994" in shown(Figure("a", 993, 994, "/s", "so", at_least=True))


def test_a_call_without_a_reason_and_a_reason_without_a_call_are_said() -> None:
    reasons = [("GetItem SITE", "why"), ("Query EVENT", "wherefore")]
    explained = explain("step", ["GetItem SITE", "GetItem SITE"], reasons)
    assert explained.number == 2
    assert explained.told == ("step: GetItem SITE (why)",)
    assert explained.doubts == (
        "step: GetItem SITE has no reason in bench/calls.py",
        "step: Query EVENT (wherefore) was not made",
    )
    assert "Doubtful: a: step: Query" in shown(Figure("a", 2, None, "calls", "so", (), explained.doubts))


def shown(*figures: Figure) -> str:
    output = io.StringIO()
    show(figures, Console(file=output, width=120))
    return output.getvalue()
