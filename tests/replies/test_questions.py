"""What answers a question by text, as people write, and what does not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.replies.questions import Choice, Question

COLOURS = Question(
    "choice",
    (Choice("A", "Rouge"), Choice("B", "Bleu"), Choice("C", "Vert pomme"), Choice("D", "Livraison à domicile")),
)
NUMBERED = Question("choice", (Choice("1", "Rouge"), Choice("2", "Bleu"), Choice("3", "Vert pomme")))
YES_NO = Question("choice", (Choice("OUI", "Oui"), Choice("NON", "Non")))
SATISFIED = Question("choice", (Choice("A", "Très satisfait"), Choice("B", "Satisfait"), Choice("C", "Pas satisfait")))
SIZES = Question("choice", (Choice("A", "2 personnes"), Choice("B", "4 personnes")))
TEN = Question("score")
FIVE = Question("score", low=1, high=5)


def value(question: Question, text: str) -> int | str | None:
    answer = question.answer(text)
    return answer.value if answer else None


@pytest.mark.parametrize(
    ("question", "answer", "texts"),
    [
        (COLOURS, "A", ["A", "a!", "A.", "Rouge", "rouge merci", "🅰️", "j'ai voté a", "A rouge", "rouje", "le 1er"]),
        (COLOURS, "A", ["A car les deux autres sont moches", "A!!! 😍", "rouge\nEnvoyé de mon iPhone", "«A»", "AU 1"]),
        (COLOURS, "B", ["réponse B svp", "2", "le 2", "(b)"]),
        (COLOURS, "B", ["c'est la B", "c est la B", "option n°2", "la deuxième"]),
        (
            COLOURS,
            "B",
            ["B, c'est où ?", "s.v.p. B", "Pas de souci, B", "Bonjour, je vote bleu. Merci ! Marie", "2eme"],
        ),
        (COLOURS, "C", ["Bonsoir réponse : c", "vert", "Vert  pomme !", "trois"]),
        (COLOURS, "D", ["à domicile", "livraison domicile", "d", "4"]),
        (NUMBERED, "2", ["2", "le 2", "deux", "bleu", "2.", "n° 2", "la 2e", "second"]),
        (YES_NO, "OUI", ["oui", "Ouais !", "yes", "oui oui", "OUI."]),
        (YES_NO, "NON", ["nan", "non merci", "No"]),
        (SATISFIED, "A", ["très satisfait", "TRES SATISFAIT merci"]),
        (SATISFIED, "B", ["satisfait", "satisfaite", "2"]),
        (SATISFIED, "C", ["pas satisfait", "C"]),
        (SIZES, "B", ["4", "4 personnes"]),
        (
            TEN,
            8,
            ["je dirais 8", "8", "une note de 8", "8,0", "8 très bien", "huit", "Note : 8/10", "8 sur 10 pour moi"],
        ),
        (
            TEN,
            9,
            ["9/10", "neuf", "9. livraison rapide", "9, vous livrez en Belgique ?", "9 car livré en 2 jours", "9️⃣"],
        ),
        (TEN, 10, ["10 !!", "dix sur dix", "🔟", "10/10 🙏", "merci, 10", "10 out of 10 thanks", "I'd say ten"]),
        (TEN, 0, ["0", "zéro"]),
        (TEN, 1, ["un", "1", "un svp"]),
        (FIVE, 4, ["⭐⭐⭐⭐", "4/5", "quatre étoiles"]),
        (FIVE, 5, ["5 étoiles", "５"]),
    ],
)
def test_an_answer_is_understood_as_people_write_it(question: Question, answer: int | str, texts: list[str]) -> None:
    assert {text: value(question, text) for text in texts} == dict.fromkeys(texts, answer)


@pytest.mark.parametrize(
    ("question", "texts"),
    [
        (COLOURS, ["A ou B", "A et B", "A/B", "A bleu"]),
        (COLOURS, ["pas A", "ni A ni B", "tout sauf A", "A ?", "rouge ou bleu ?"]),
        (COLOURS, ["à", "merci à vous", "il y a un problème", "d'accord", "7"]),
        (COLOURS, ["2 jours de retard", "STOP", "", "👍", "livraison"]),
        (NUMBERED, ["1 ou 2", "B", "4", "où est ma commande 2", "2/3", "2 €"]),
        (YES_NO, ["oui et non", "pas oui", "ok"]),
        (SATISFIED, ["peu satisfait", "très déçu"]),
        (SIZES, ["2 ou 4", "2 personnes ou 4"]),
        (TEN, ["7 ou 8", "8,5", "7,8", "10 euros ?", "10 €", "10€"]),
        (TEN, ["18/20", "9 sur 5", "7-8", "entre 7 et 8", "-5", "11", "100%"]),
        (TEN, ["8 jours que j'attends", "10h30", "9/10/2026"]),
        (TEN, ["une livraison parfaite", "plus de 8", "06 39 98 00 00", "7 ?"]),
        (TEN, ["9 pour la livraison, 5 pour le produit", "un point c'est tout"]),
        (TEN, ["commande 8", "2 articles manquants"]),
        (FIVE, ["6", "8/10", "0"]),
    ],
)
def test_what_may_mean_something_else_is_no_answer(question: Question, texts: list[str]) -> None:
    assert {text: value(question, text) for text in texts} == dict.fromkeys(texts)


def test_a_free_question_takes_any_text() -> None:
    free = Question("text")
    assert value(free, "  La caisse était trop lente 🙄 ") == "La caisse était trop lente 🙄"
    assert free.answer(" \n ") is None


def test_an_answer_tells_the_words_that_decided() -> None:
    answer = TEN.answer("Bonjour, je mets 9 SUR 10 !")
    assert answer is not None
    assert answer.because == ("9 SUR 10",)


BEFORE = st.sampled_from(["", "Bonjour, ", "je dirais ", "réponse : ", "ma note ", "C'est ", "Pour moi ", "« ", "🙂 "])
AFTER = st.sampled_from(
    ["", " !!", " merci", " svp", ".", "\nMarie", " 🙏", " 😍😍", ", bonne journée", " »", " s.v.p."]
)


@given(score=st.integers(0, 10), before=BEFORE, after=AFTER, whole=st.sampled_from(["", "/10", " sur 10", " / 10"]))
def test_politeness_around_a_score_changes_nothing(score: int, before: str, after: str, whole: str) -> None:
    assert value(TEN, f"{before}{score}{whole}{after}") == score


@given(
    place=st.integers(0, 3),
    before=BEFORE,
    after=AFTER,
    named=st.sampled_from(["code", "label", "place"]),
    upper=st.booleans(),
)
def test_politeness_around_a_choice_changes_nothing(
    place: int, before: str, after: str, named: str, *, upper: bool
) -> None:
    choice = COLOURS.choices[place]
    said = {"code": choice.code, "label": choice.label, "place": str(place + 1)}[named]
    said = said.upper() if upper else said.lower()
    assert value(COLOURS, f"{before}{said}{after}") == choice.code


@given(
    pair=st.lists(st.integers(0, 10), min_size=2, max_size=2, unique=True),
    between=st.sampled_from([" ou ", " et ", "-", ", ", " à ", " / ", " or ", " "]),
    before=BEFORE,
    after=AFTER,
)
def test_two_answers_are_none(pair: list[int], between: str, before: str, after: str) -> None:
    one, other = pair
    if between == " / " and other == 10:
        return  # a share of ten
    assert TEN.answer(f"{before}{one}{between}{other}{after}") is None
    letters = [COLOURS.choices[number % 4] for number in pair]
    if letters[0] != letters[1]:
        assert COLOURS.answer(f"{before}{letters[0].code}{between}{letters[1].label}{after}") is None


@given(text=st.text(max_size=200), question=st.sampled_from([COLOURS, NUMBERED, YES_NO, SIZES, TEN, FIVE]))
def test_whatever_is_written_an_answer_is_one_that_the_question_offers(text: str, question: Question) -> None:
    answer = question.answer(text)
    if answer is None:
        return
    if question.kind == "score":
        assert isinstance(answer.value, int)
        assert question.low <= answer.value <= question.high
    else:
        assert answer.value in {choice.code for choice in question.choices}
    assert answer.because


@given(noise=st.text(alphabet="ou est ma commande ? 0123456789 jours euros retard colis a b c", max_size=60))
def test_a_question_mark_at_the_end_is_never_an_answer_to_what_it_ends(noise: str) -> None:
    bare = noise.replace(",", " ").replace("?", " ")
    assert TEN.answer(f"{bare}?") is None
    assert COLOURS.answer(f"{bare}?") is None
