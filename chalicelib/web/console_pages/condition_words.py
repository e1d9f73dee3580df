"""Conditions in plain words, French or English, such as "Valeur du panier : de 50 à 200"."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from chalicelib.audience.conditions import Condition, Op, Scalar
from chalicelib.audience.segments import Group
from chalicelib.web.console_pages.fact_words import Both, Word, word

Say = Callable[[str, str], str]
"""Chooses of a French and an English text."""
_MOST_NAMED = 4
OPS: Mapping[Op, Both] = {
    "is": ("est", "is"),
    "is_not": ("n’est pas", "is not"),
    "in": ("est l’un de", "is one of"),
    "not_in": ("n’est aucun de", "is none of"),
    "at_least": ("au moins", "at least"),
    "at_most": ("au plus", "at most"),
    "more_than": ("plus de", "more than"),
    "less_than": ("moins de", "less than"),
    "contains": ("contient", "contains"),
    "missing": ("n’est pas connu", "is not known"),
}


def told(conditions: Iterable[Condition], say: Say, names: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Each condition as a short line; what a fact is at least and at most makes one. `names`: of segments by id."""
    lines: list[str] = []
    waiting = list(conditions)
    while waiting:
        condition = waiting.pop(0)
        end = next((other for other in waiting if _are_a_span(condition, other)), None)
        if end is None:
            lines.append(_line(condition, say, names or {}))
            continue
        waiting.remove(end)
        low, high = (_number(one.value) for one in sorted((condition, end), key=lambda one: one.op))
        lines.append(f"{_label(word(condition.fact), say)}{say(f'de {low} à {high}', f'{low} to {high}')}")
    return tuple(lines)


def told_rules(rules: Group, say: Say) -> tuple[str, ...]:
    """The rules of a segment, a line for each part; a group in a group is one line."""
    return tuple(_part(part, say) for part in rules.parts)


def _part(part: Condition | Group, say: Say) -> str:
    if isinstance(part, Condition):
        return _line(part, say, {})
    between = say(" ; et ", "; and ") if part.all is not None else say(" ; ou ", "; or ")
    return between.join(_part(one, say) if isinstance(one, Condition) else f"({_part(one, say)})" for one in part.parts)


def _line(condition: Condition, say: Say, names: Mapping[str, str]) -> str:
    known = word(condition.fact)
    if condition.op == "missing":
        return say(*known.missing) if known.missing[0] else _label(known, say) + say("pas connu", "not known")
    if isinstance(condition.value, bool):
        return say(*(known.label if condition.value is (condition.op != "is_not") else known.no))
    values = condition.value if isinstance(condition.value, list) else [condition.value]
    shown = [_value(known, value, say, names) for value in values[:_MOST_NAMED] if value is not None]
    more = len(values) - _MOST_NAMED
    told = ", ".join(shown) + (say(f" et {more} autres", f" and {more} more") if more > 0 else "")
    lead = {
        "is": "",
        "in": "",
        "is_not": say("pas ", "not "),
        "not_in": say("aucun de ", "none of "),
        "contains": say("contient ", "contains "),
    }.get(condition.op, say(*OPS[condition.op]) + " ")
    return f"{_label(known, say)}{lead}{told}"


def _label(known: Word, say: Say) -> str:
    return say(f"{known.label[0]} : ", f"{known.label[1]}: ")


def _value(known: Word, value: Scalar, say: Say, names: Mapping[str, str]) -> str:
    if isinstance(value, str):
        return say(*known.values[value]) if known.values and value in known.values else names.get(value, value)
    return _number(value)


def _number(value: object) -> str:
    return f"{value:g}" if isinstance(value, int | float) and abs(value) < 1_000_000 else str(value)


def _are_a_span(one: Condition, other: Condition) -> bool:
    return one.fact == other.fact and {one.op, other.op} == {"at_least", "at_most"}
