"""Segments in the console: by rules in a plain form with its size before it is saved, and by hand."""

from __future__ import annotations

from chalicelib.audience.arrivals import Arrival
from chalicelib.audience.profile import Profile
from chalicelib.audience.statements import Statement
from chalicelib.clock import MINUTE
from chalicelib.workers.background import on_minute
from tests.support.shop import CAMILLE, INES, MALIK, Shop
from tests.web.console_browser import Browser
from tests.web.console_pages.test_journeys import said
from tests.web.filled_forms import Pairs, filled


def ruled(pairs: Pairs, name: str, *rows: tuple[str, str, str]) -> Pairs:
    """The form with a name and rows of rules."""
    given = iter(rows)
    typed: Pairs = []
    for field, value in pairs:
        if field == "rules.fact":
            fact, op, wanted = next(given, ("", "is", ""))
            typed.append((field, fact))
        elif field == "rules.op":
            typed.append((field, op))
        elif field == "rules.value":
            typed.append((field, wanted))
        else:
            typed.append((field, name if field == "name" else value))
    return typed


def test_a_segment_is_sized_before_it_is_made_and_told_in_words(console: Browser, shop: Shop) -> None:
    people = [shop.contact(CAMILLE, first_name="Camille"), shop.contact(MALIK), shop.contact(INES, first_name="Inès")]
    shop.world.services.rosters.add((shop.advertiser.id, person) for person in people)
    page = console.get("segments/new")
    pairs = ruled(
        filled(page.text, ""), "Prénoms", ("contact.first_name_known=yes", "is", ""), ("clicks.count", "at_most", "3")
    )
    sized = console.submit("segments/new", [*pairs, ("do", "size")])
    assert "2 personnes sur 3 contacts" in said(sized) and 'value="Prénoms"' in sized.text
    assert "Aucun segment" in said(console.get("segments")), "nothing was saved"
    made = console.submit("segments/new", [*pairs, ("do", "save")])
    assert made.status == 303
    listed = said(console.get("segments"))
    assert "Prénoms" in listed and "Le prénom est connu" in listed and "Clics en tout : au plus 3" in listed
    (segment,) = shop.world.services.segments.all_of(shop.advertiser.id)
    again = console.get(f"segments/{segment.id}/rules")
    saved = console.submit(f"segments/{segment.id}/rules", [*filled(again.text, ""), ("do", "save")])
    assert saved.status == 303
    (same,) = shop.world.services.segments.all_of(shop.advertiser.id)
    assert same.rules == segment.rules


def test_what_is_wrong_stands_beside_the_rules_and_what_was_typed_stays(console: Browser, shop: Shop) -> None:
    page = console.get("segments/new")
    pairs = ruled(filled(page.text, ""), "Beaucoup", ("history.purchases", "at_least", "beaucoup"))
    refused = console.submit("segments/new", [*pairs, ("do", "save")])
    assert "Règle 1 : Écrivez une valeur à comparer" in said(refused)
    assert refused.text.count('class="rule wrong"') == 1
    assert refused.status == 422 and 'id="rules-error"' in refused.text and 'value="beaucoup"' in refused.text
    empty = console.submit("segments/new", [*ruled(filled(page.text, ""), "Vide"), ("do", "save")])
    assert empty.status == 422


def living_in(shop: Shop, phone: str, **fields: str | int) -> None:
    """A contact whose fields are known, as an import leaves it."""
    statement = Statement({"sms_marketing": True}, shop.world.clock.now(), "import")
    services = shop.world.services
    services.intake.take(shop.advertiser.id, Arrival(Profile(phone), statement, fields))
    services.rosters.add([(shop.advertiser.id, services.vault.person(phone))])


def test_fields_of_the_base_and_their_values_are_offered_by_themselves(console: Browser, shop: Shop) -> None:
    living_in(shop, CAMILLE, city="Lyon", loyalty_tier="or")
    living_in(shop, MALIK, city="Lyon")
    page = console.get("segments/new").text
    assert 'value="contact.fields.loyalty_tier"' in page and "contact.fields.city" not in page
    assert '<option value="Lyon" label="Ville">' in page and 'label="Langue"' in page
    assert '<optgroup label="Vos propres champs">' in page
    pairs = ruled(filled(page, ""), "Or", ("contact.fields.loyalty_tier", "is", "or"))
    assert "1 personne sur 2 contacts" in said(console.submit("segments/new", [*pairs, ("do", "size")]))


def test_some_of_it_are_shown_and_nobody_is_named(console: Browser, shop: Shop) -> None:
    living_in(shop, CAMILLE, city="Lyon", points=12)
    segment = shop.world.services.segment_desk.create(shop.advertiser.id, "Amis", None)
    shop.world.services.members.add(shop.advertiser.id, segment.id, [shop.world.services.vault.person(CAMILLE)])
    shown = console.get(f"segments/{segment.id}")
    assert "Ville : Lyon · points : 12 acceptées aucun" in said(shown)
    assert CAMILLE not in shown.text and shop.world.services.vault.person(CAMILLE) not in shown.text


def test_while_it_fills_its_page_waits_and_is_then_loaded_anew(console: Browser, shop: Shop) -> None:
    living_in(shop, CAMILLE, city="Lyon")
    pairs = ruled(filled(console.get("segments/new").text, ""), "Lyon", ("location.city", "is", "Lyon"))
    assert console.submit("segments/new", [*pairs, ("do", "save")]).status == 303
    (segment,) = shop.world.services.segments.all_of(shop.advertiser.id)
    where = f"segments/{segment.id}"
    assert 'hx-trigger="every 3s"' in console.get(where).text and console.piece(where, of=where).status == 204
    on_minute(shop.world.services, lambda: 900_000)
    shop.world.clock.advance(MINUTE)
    on_minute(shop.world.services, lambda: 900_000)
    assert console.piece(where, of=where).headers["HX-Redirect"] == f"../{where}"
    assert "hx-trigger" not in console.get(where).text


def test_a_list_is_filled_by_hand_and_wrong_lines_are_told(console: Browser, shop: Shop) -> None:
    shop.contact(CAMILLE)
    shop.contact(MALIK, email="malik@example.com")
    pairs = [
        (n, {"name": "Amis", "kind": "by_hand"}.get(n, v)) for n, v in filled(console.get("segments/new").text, "")
    ]
    assert console.submit("segments/new", [*pairs, ("do", "save")]).status == 303
    (segment,) = shop.world.services.segments.all_of(shop.advertiser.id)
    where = f"segments/{segment.id}"
    token = console.form(console.get(where))["token"]
    lines = "06 39 98 00 01\nmalik@example.com\n0102\n"
    partly = console.post(f"{where}/people", token=token, people=lines, do="add")
    assert partly.status == 200 and "0102 : " in said(partly)
    assert "2 personnes" in said(console.get("segments"))
    assert console.post(f"{where}/people", token=token, people="malik@example.com", do="remove").status == 303
    page = said(console.get(where))
    assert "Personnes 1 " in page
    assert console.post(f"{where}/remove", token=token).status == 303
    assert "Aucun segment" in said(console.get("segments"))


def test_rules_in_several_levels_are_shown_and_kept(console: Browser, shop: Shop, api: object) -> None:
    rules = {
        "all": [
            {"fact": "location.department", "op": "in", "value": ["69", "01"]},
            {
                "any": [
                    {"fact": "clicks.count", "op": "at_least", "value": 1},
                    {"fact": "contact.language", "value": "fr"},
                ]
            },
        ]
    }
    answer = console.api.with_key("rk_own").ask(
        "POST", f"/v1/advertisers/{shop.advertiser.id}/segments", {"name": "Deux", "rules": rules}
    )
    where = f"segments/{answer.json['segment']}"
    page = console.get(f"{where}/rules")
    assert "Département : 69, 01" in said(page) and "Clics en tout : au moins 1 ; ou Langue : français" in said(page)
    pairs = [(n, "Trois" if n == "name" else v) for n, v in filled(page.text, "")]
    assert console.submit(f"{where}/rules", [*pairs, ("do", "save")]).status == 303
    (kept,) = shop.world.services.segments.all_of(shop.advertiser.id)
    assert kept.name == "Trois" and '"69"' in kept.rules
