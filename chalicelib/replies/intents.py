"""What a reply that is no STOP is about: phrases with weights, and what turns them round. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from chalicelib.replies.lexicon_files import Lexicon
from chalicelib.replies.undressing import Undressed

About = Literal["opt_in", "positive", "problem", "question", "order_status", "survey", "other"]
_ABOUT: tuple[About, ...] = ("problem", "order_status", "question", "survey", "opt_in", "positive", "other")
"""In the order in which they win when they weigh the same: what leaves somebody waiting comes first."""
_WEIGHTS = {"over": 8.0, "sure": 4.0, "form": 4.0, "clear": 2.0, "hint": 1.0, "topic": 0.5}
_AFTER_BUT = 1.5
_ASKED = 1.5
_SERIOUS = 2.0
_FEW = 4
"""Words at most of a text whose topic alone asks: "horaires svp" does, and "mon adresse est…" does not."""
_NEGATED: dict[About, tuple[About, str]] = {
    "positive": ("problem", "clear"),
    "problem": ("positive", "clear"),
    "opt_in": ("other", "hint"),
}
_MIXED = (None, "fr", "en")
"""Languages whose words count in every text; "que" and "was" ask in the others, and not in these."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An intent with its confidence (0 to 1) and the words that decided."""

    intent: About
    confidence: float
    because: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Sign:
    about: About
    weight: float
    is_form: bool
    start: int
    end: int


def weigh(said: Undressed, lexicon: Lexicon) -> Wanted:
    """The intent that most speaks for."""
    flat = said.flat
    core = lexicon.without("polite.words", flat.replace(".", " ")) if flat else ""
    for about, table in (("survey", "survey.alone"), ("opt_in", "opt_in.alone")):
        if core and lexicon.fills(table, core.strip()) is not None:
            return Wanted("survey" if about == "survey" else "opt_in", 0.9, (said.as_written(0, len(flat)),))
    signs = list(_turned(_longest(_signs(flat, lexicon)), flat, lexicon))
    weights = _sums(signs, flat, lexicon)
    best = max(_ABOUT, key=lambda about: weights[about])
    if weights[best] <= 0:
        return Wanted("other", 0.5 if core else 0.9)
    second = max(weight for about, weight in weights.items() if about != best)
    because = dict.fromkeys(said.as_written(sign.start, sign.end) for sign in signs if sign.about == best)
    return Wanted(best, round(_confidence(weights[best], max(second, 0.0)), 2), tuple(because) or ("?",))


def _sums(signs: list[_Sign], flat: str, lexicon: Lexicon) -> dict[About, float]:
    but = max((end for _, end, _ in lexicon.find("turn.but", flat)), default=len(flat) + 1)
    sums = dict.fromkeys(_ABOUT, 0.0)
    forms = 0.0
    asks = "?" in flat or any(sign.is_form for sign in signs) or len(flat.split()) <= _FEW
    for sign in signs:
        if sign.weight == _WEIGHTS["topic"] and not asks:
            continue
        weight = sign.weight * (_AFTER_BUT if sign.start >= but else 1)
        if sign.is_form:
            forms = max(forms, weight)
        else:
            sums[sign.about] += weight
    opens = min((sign.start for sign in signs if sign.is_form), default=len(flat))
    if sums["problem"] >= _WEIGHTS["sure"] and lexicon.without("polite.words", flat[:opens]).strip(" ."):
        forms /= 2  # Who asks at last what to do about something broken complains first.
    about_order = sums["order_status"] >= _SERIOUS and sums["order_status"] >= sums["question"]
    sums["order_status" if about_order else "question"] += forms + ("?" in flat) * _ASKED
    if sums["problem"] >= _SERIOUS:
        sums["positive"] /= 2
    return sums


def _confidence(best: float, second: float) -> float:
    return min(0.99, 0.4 + 0.6 * (best - second) / (best + second) * min(1.0, best / 3))


def _signs(flat: str, lexicon: Lexicon) -> list[_Sign]:
    spoken = lexicon.language(flat)
    return [
        _Sign(about, weight, name == "form", start, end)
        for about in _ABOUT
        for name, weight in _WEIGHTS.items()
        for start, end, language in lexicon.find(f"{about}.{name}", flat)
        if language in _MIXED or spoken in (None, language)
    ]


def _longest(signs: list[_Sign]) -> Iterator[_Sign]:
    """Without what is part of a longer phrase: in "no problem" there is none."""
    kept: list[_Sign] = []
    for sign in sorted(signs, key=lambda sign: (sign.start - sign.end, -sign.weight)):
        if not any(_covers(other, sign) for other in kept):
            kept.append(sign)
            yield sign


def _covers(longer: _Sign, sign: _Sign) -> bool:
    return longer.weight >= sign.weight and longer.start <= sign.start and sign.end <= longer.end


def _turned(signs: Iterator[_Sign], flat: str, lexicon: Lexicon) -> Iterator[_Sign]:
    """Praise that is negated is a complaint, and the other way round."""
    before = [(start, end) for start, end, _ in lexicon.find("turn.not", flat)]
    for sign in signs:
        turned = _NEGATED.get(sign.about) if sign.weight >= _SERIOUS else None
        near = [start for start, end in before if end <= sign.start and _is_near(flat[end : sign.start], lexicon)]
        if turned and near:
            yield _Sign(turned[0], _WEIGHTS[turned[1]], is_form=False, start=max(near), end=sign.end)
        else:
            yield sign


def _is_near(between: str, lexicon: Lexicon) -> bool:
    """Whether what stands between a negation and a sign lets it through."""
    return not between.strip() or lexicon.fills("turn.through", between.strip()) is not None
