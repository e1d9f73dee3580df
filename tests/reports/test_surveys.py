"""What is computed of a survey's answers, as the field defines it."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.reports.survey_chart import chart
from chalicelib.reports.survey_export import as_csv, columns, harmless, row
from chalicelib.reports.surveys import figures_of, net_promoter, satisfaction
from chalicelib.storage.survey_entries import Entry, Given
from chalicelib.storage.surveys import Survey, SurveyQuestion

COLOUR = SurveyQuestion("q1", "Quelle <couleur> ?", "choice", (("A", "Rouge & or"), ("B", "Bleu")))
WHY = SurveyQuestion("q2", "Pourquoi ?", "text")
SURVEY = Survey("srv_1", "adv_1", "Couleurs", "survey", (COLOUR, WHY), "fr", 0, 0)
SCORES = st.dictionaries(st.integers(0, 10), st.integers(0, 500))


def test_the_score_is_promoters_less_detractors() -> None:
    net = net_promoter({10: 40, 9: 20, 8: 10, 7: 10, 6: 5, 0: 15})
    assert net
    assert (net.promoters, net.passives, net.detractors) == (60, 20, 20)
    assert net.score.value == pytest.approx(40)
    # By hand: (60.75 − 20.75) / 103 ± 1.96 √((81.5 / 103 − (40 / 103)²) / 103)
    assert [net.score.low, net.score.high] == pytest.approx([23.37, 54.30], abs=0.05)


def test_nobody_has_no_score() -> None:
    assert net_promoter({}) is None
    assert satisfaction({}) is None


@given(SCORES)
def test_a_score_lies_within_its_bounds_and_these_within_the_scale(scores: dict[int, int]) -> None:
    net = net_promoter(scores)
    if net:
        assert -100 <= net.score.low <= net.score.value <= net.score.high <= 100
        assert net.promoters + net.passives + net.detractors == sum(scores.values())


def test_satisfaction_is_the_share_of_the_two_best() -> None:
    share = satisfaction({1: 1, 2: 1, 3: 2, 4: 3, 5: 3})
    assert share
    assert share.value == pytest.approx(0.6)
    assert [share.low, share.high] == pytest.approx([0.3127, 0.8318], abs=0.001)  # Wilson


def test_figures_are_the_counts_and_nothing_else() -> None:
    counts = {"asked": 9, "people": 4, "q1": 4, "q1.A": 3, "q1.B": 1, "q2": 2, "q2.said": 2, "late": 1}
    figures = figures_of(SURVEY, counts)
    assert (figures.asked, figures.people, figures.late) == (9, 4, 1)
    assert [(bar.answer, bar.number, bar.share and bar.share.value) for bar in figures.questions[0].bars] == [
        ("A", 3, 0.75),
        ("B", 1, 0.25),
    ]
    assert (figures.questions[1].answers, figures.questions[1].bars) == (2, ())
    assert (figures.nps, figures.csat) == (None, None)


def test_a_score_has_its_mean() -> None:
    five = SurveyQuestion("q1", "Content ?", "score", low=1, high=5)
    figures = figures_of(replace(SURVEY, kind="csat", questions=(five,)), {"q1": 4, "q1.5": 3, "q1.1": 1})
    assert figures.questions[0].mean == 4
    assert figures.csat
    assert figures.csat.value == 0.75


def test_the_picture_is_well_formed_and_says_the_same_in_words() -> None:
    figures = figures_of(SURVEY, {"people": 4, "q1": 4, "q1.A": 3, "q1.B": 1})
    picture = ET.fromstring(chart(SURVEY, figures))
    name = "{http://www.w3.org/2000/svg}"
    assert picture.attrib["role"] == "img"
    assert picture.findtext(f"{name}desc") == "Quelle <couleur> ? A Rouge & or: 3 (75%), B Bleu: 1 (25%)"
    widths = [float(bar.attrib["width"]) for bar in picture.findall(f"{name}g/{name}rect")]
    assert widths[0] == pytest.approx(3 * widths[1])


def test_a_table_names_nobody_and_runs_nothing() -> None:
    entry = Entry(
        "ent_1", "srv_1", "adv_1", "adv_1", "person", {"q1": Given("A", 0, "SM1"), "q2": Given("said", 5, "SM2")}
    )
    texts = {"q2": '=HYPERLINK("https://evil.example";"x")'}
    assert "".join(as_csv([columns(SURVEY), row(SURVEY, entry, texts)])) == (
        "entry,answered_at,q1,q1_label,q2\r\n"
        'ent_1,1970-01-01T00:00:00+00:00,A,Rouge & or,"\'=HYPERLINK(""https://evil.example"";""x"")"\r\n'
    )


@given(st.text(max_size=20))
def test_no_cell_begins_a_formula(text: str) -> None:
    assert not harmless(text).startswith(("=", "+", "-", "@", "\t", "\r"))


@pytest.mark.parametrize("separator", [";", "\t", "\n", "\r"])
@given(text=st.text("=+-@;\t\r\nab", max_size=12))
def test_nor_what_another_separator_would_make_a_cell_of(separator: str, text: str) -> None:
    cells = harmless(text).split(separator)
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]
