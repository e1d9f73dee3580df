"""`/console/promo-codes…`: pools of codes, what each is worth and how long, what is left, and codes at the till."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from chalice.app import Response

from chalicelib.errors import NotFound
from chalicelib.ids import random_token
from chalicelib.web.console_pages.api import Answer, Problem, segment
from chalicelib.web.console_pages.desk import Desk, Notices
from chalicelib.web.console_pages.form_words import problems
from chalicelib.web.console_pages.promo_words import FIELDS, REASONS, WRONG, validity_said, worth_said
from chalicelib.web.console_pages.reading import everything, read
from chalicelib.web.console_pages.typed import amount_micro, lines, moment, moment_field, number
from chalicelib.web.pages import moment_in

_NEW = "new"
_NOTICES: Notices = {
    "made": ("La réserve est prête. Il lui faut des codes.", "The pool is ready. It needs codes."),
    "saved": ("C’est enregistré.", "It is saved."),
    "used": ("Le code est compté comme utilisé.", "The code is counted as used."),
    "taken_back": ("Le code peut servir à nouveau.", "The code can be used again."),
}
_USUAL = {"kind": "share", "worth": "10", "valid_for_h": "24", "uses": "1", "low_stock": "50"}


def show(desk: Desk, *rest: str) -> Response:
    """All pools, the form for another, or one with what it holds."""
    match rest:
        case ():
            return _list(desk)
        case (name,) if name == _NEW:
            return _form(desk, _USUAL)
        case (pool,):
            return _pool(desk, pool)
    raise NotFound("page")


def act(desk: Desk, *rest: str) -> Response:
    """Make a pool, change it, fill it, look a code up, or say that an order has used one."""
    match rest:
        case ():
            return _code(desk)
        case (name,) if name == _NEW:
            return _make(desk)
        case (pool,):
            told = desk.api("PUT", f"promo-pools/{segment(pool)}", _asked(desk))
            return desk.go(f"promo-codes/{pool}", "saved") if told.ok else _pool(desk, pool, refused=told)
        case (pool, "codes"):
            return _fill(desk, pool)
    raise NotFound("form")


def _list(desk: Desk, status: int = 200, **code: Any) -> Response:
    pools = everything(desk, "promo-pools", "pools")
    if not pools and desk.may("POST", "promo-pools"):
        return _form(desk, _USUAL)
    usual: dict[str, Any] = {"code": "", "order": "", "found": None, "code_errors": {}}
    return desk.page(
        "promo_codes",
        status,
        notices=_NOTICES,
        pools=[_shown(desk, one) for one in pools],
        may_make=desk.may("POST", "promo-pools"),
        may_use=desk.may("POST", "promo-codes/{code}/redemptions"),
        **usual | code,
    )


def _form(desk: Desk, given: Mapping[str, str], refused: Answer | None = None) -> Response:
    return desk.page(
        "promo_new",
        refused.status if refused else 200,
        given=given,
        kinds=_kinds(desk),
        errors=_wrong(desk, refused),
        once=random_token(),
    )


def _make(desk: Desk) -> Response:
    told = desk.api("POST", "promo-pools", _asked(desk), headers=desk.once)
    return desk.go(f"promo-codes/{told.body['pool']}", "made") if told.ok else _form(desk, desk.fields, told)


def _pool(desk: Desk, pool: str, *, refused: Answer | None = None, **told: Any) -> Response:
    known = read(desk, f"promo-pools/{segment(pool)}")
    texts = [one["template"] for one in everything(desk, "templates", "templates") if one["promo_pool"] == pool]
    usual: dict[str, Any] = {
        "status": refused.status if refused else 200,
        "codes": "",
        "filled": None,
        "fill_errors": {},
    }
    values = usual | told
    return desk.page(
        "promo_pool",
        values.pop("status"),
        notices=_NOTICES,
        pool=_shown(desk, known),
        texts=texts,
        given=desk.fields if refused else _typed(known, desk.advertiser.zone),
        kinds=_kinds(desk, known["benefit"].get("currency", "EUR")),
        errors=_wrong(desk, refused),
        may_change=desk.may("PUT", "promo-pools"),
        **values,
    )


def _fill(desk: Desk, pool: str) -> Response:
    """The advertiser's own codes, one a line, or generated ones."""
    own = desk.fields.get("codes", "")
    made = "fill" in desk.fields
    many = desk.fields.get("fill_up_to", "")
    body: dict[str, Any] = {"fill_up_to": number(many) or many} if made else {"codes": lines(own)}
    told = desk.api("POST", f"promo-pools/{segment(pool)}/codes", body)
    if told.ok:
        shown = "\n".join(told.body["added"]) if made else ""
        return _pool(desk, pool, filled=told.body | {"added": len(told.body["added"]), "made": shown})
    wrong = dict(problems(desk, told, WRONG))
    if misspelt := [name for name in told.errors if name.startswith("codes.")]:
        bad = lines(own)[int(misspelt[0].partition(".")[2])]
        more = len(misspelt) - 1
        wrong["codes"] = Problem("codes", desk.say(*_misspelt(bad, more)))
    return _pool(desk, pool, status=told.status, codes=own, many=many or "500", fill_errors=wrong)


def _misspelt(code: str, more: int) -> tuple[str, str]:
    rule = ("3 à 24 lettres sans accent, chiffres, tirets", "3 to 24 letters without accents, digits, hyphens")
    rest = (f" ({more} de plus)", f" ({more} more)") if more else ("", "")
    return f"« {code} » n’est pas un code : {rule[0]}{rest[0]}.", f"“{code}” is no code: {rule[1]}{rest[1]}."


def _code(desk: Desk) -> Response:
    """What a code is worth now; used by an order, or not after all."""
    code, order = (desk.fields.get(name, "").strip() for name in ("code", "order"))
    typed = {"code": code, "order": order}
    if not code:
        return _list(desk, 422, code_errors={"code": _empty(desk)}, **typed)
    place = f"promo-codes/{segment(code)}"
    match desk.fields.get("do"):
        case "use":
            told = desk.api("POST", f"{place}/redemptions", {"order": order, "channel": "till"})
        case "take_back" if order:
            told = desk.api("DELETE", f"{place}/redemptions/{segment(order)}")
        case _:
            told = desk.api("GET", place)
            found = told.body | {"worth": worth_said(told.body["benefit"], desk.say)} if told.ok else None
            if found and found["reason"]:
                found["why"] = desk.say(*REASONS[found["reason"]])
            return _list(desk, told.status, found=found, code_errors=_why(desk, told), **typed)
    if told.ok:
        return desk.go("promo-codes", "used" if desk.fields["do"] == "use" else "taken_back")
    return _list(desk, told.status, code_errors=_why(desk, told), **typed)


def _why(desk: Desk, told: Answer) -> dict[str, Problem]:
    """What is wrong with a code stands beside it, with an order's number beside that."""
    if told.ok:
        return {}
    reason = told.body.get("detail", "")
    if reason in REASONS:
        return {"code": Problem(reason, desk.say(*REASONS[reason]))}
    return {"order" if name == "order" else "code": one for name, one in problems(desk, told, WRONG).items()}


def _empty(desk: Desk) -> Problem:
    return Problem("required", desk.say("À remplir.", "Fill this in."))


def _shown(desk: Desk, pool: Mapping[str, Any]) -> dict[str, Any]:
    zone = desk.advertiser.zone
    return dict(pool) | {
        "worth": worth_said(pool["benefit"], desk.say),
        "holds": validity_said(pool, desk.say, lambda at: moment_in(zone, at, desk.language)),
    }


def _kinds(desk: Desk, currency: str = "EUR") -> list[tuple[str, str]]:
    return [
        ("share", desk.say("% de réduction", "% off")),
        ("amount", desk.say(f"{currency} de réduction", f"{currency} off")),
        ("free_delivery", desk.say("Livraison offerte", "Free delivery")),
    ]


def _asked(desk: Desk) -> dict[str, Any]:
    given, zone = desk.fields, desk.advertiser.zone
    worth = given.get("worth", "").removesuffix("%").removesuffix("€")
    benefit: dict[str, Any] = {"kind": given.get("kind", "")}
    if benefit["kind"] == "share":
        benefit["percent"] = number(worth)
    elif benefit["kind"] == "amount":
        benefit |= {"amount_micro": amount_micro(worth), "currency": given.get("currency") or "EUR"}
    return {
        "name": given.get("name", ""),
        "benefit": benefit,
        "uses": number(given.get("uses", "")) or 0,
        "since": moment(given.get("since", ""), zone),
        "until": moment(given.get("until", ""), zone),
        "valid_for_h": number(given.get("valid_for_h", "")),
        "until_midnight": "until_midnight" in given,
        "low_stock": number(given.get("low_stock", "")) or 0,
        "closed": "closed" in given,
    }


def _typed(pool: Mapping[str, Any], zone: str) -> dict[str, str]:
    """A pool as its form shows it."""
    benefit = pool["benefit"]
    worth = benefit.get("percent", benefit.get("amount_micro", 0) / 1_000_000 or "")
    told = {
        "name": pool["name"],
        "kind": benefit["kind"],
        "worth": f"{worth:g}" if worth else "",
        "currency": benefit.get("currency", "EUR"),
        "uses": str(pool["uses"]),
        "valid_for_h": str(pool["valid_for_h"] or ""),
        "low_stock": str(pool["low_stock"]),
        "since": moment_field(pool["since"], zone),
        "until": moment_field(pool["until"], zone),
    }
    return told | {name: "yes" for name in ("until_midnight", "closed") if pool[name]}


def _wrong(desk: Desk, refused: Answer | None) -> dict[str, Problem]:
    return problems(desk, refused, WRONG, FIELDS) if refused else {}
