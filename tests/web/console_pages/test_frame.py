"""The console's frame: who sees which section, in which language, and what is refused."""

from __future__ import annotations

import re

import pytest

from chalicelib.storage.advertisers import OPERATOR, digest
from chalicelib.web.admin_requests import SignedIn
from chalicelib.web.console_pages.api import ask
from chalicelib.web.console_pages.sections import SECTIONS
from chalicelib.web.views import FORM
from tests.support.shop import Shop
from tests.support.talk import write
from tests.web.conftest import Api
from tests.web.console_browser import Browser, signed_in

STRICT = "default-src 'none'; script-src 'self'; style-src 'self'"


def test_the_first_page_says_where_the_advertiser_stands(console: Browser, shop: Shop) -> None:
    page = console.get("/console")
    assert page.status == 200 and shop.advertiser.name in page.text
    assert page.headers["Content-Security-Policy"].startswith(STRICT)
    assert "style=" not in page.text and not re.search(r"<script>|<style>|\son[a-z]+=", page.text)


def test_the_first_page_says_what_wants_somebody(console: Browser, shop: Shop) -> None:
    assert "À faire" not in console.get("/console").text
    write(shop, "Est-ce en stock ?")
    page = console.get("/console")
    assert 'href="console/inbox">1 personne attend une réponse' in page.text


@pytest.mark.parametrize("section", [one.name for one in SECTIONS])
def test_each_section_has_a_page_in_both_languages(console: Browser, section: str) -> None:
    pages = []
    for language in ("fr", "en"):
        console.language = language
        page = console.get(section)
        assert page.status == 200 and f'<html lang="{language}">' in page.text
        pages.append(page.text)
    assert pages[0] != pages[1]


def test_who_is_not_signed_in_comes_back_to_the_page_after_signing_in(api: Api, shop: Shop) -> None:
    stranger = Browser(api)
    assert stranger.get("caps/x/edit").headers["Location"] == "../../../console?next=caps/x/edit"
    assert stranger.post("caps", token="forged").status == 303
    asked = api.ask("GET", "/console/caps", told={"HX-Request": "true"})
    assert (asked.status, asked.headers["HX-Refresh"]) == (401, "true")


def test_a_form_without_the_sessions_token_does_nothing(console: Browser) -> None:
    assert console.post("halt", token="forged", do="stop").status == 403
    assert console.post("halt", do="stop").status == 403


def test_a_page_that_is_not_there_says_so_in_the_frame(console: Browser) -> None:
    page = console.get("nothing")
    assert page.status == 404 and "Cette page n’existe pas" in page.text


def test_a_role_sees_the_sections_that_it_may_read(api: Api, shop: Shop) -> None:
    agent = signed_in(api, shop)
    reader = Browser(api)
    shop.world.services.admin_keys.grant("rk_reads", shop.advertiser.id, "reader")
    assert reader.post("/console", key="rk_reads").status == 303
    assert "console/inbox" in agent.get("/console").text
    assert "console/inbox" not in reader.get("/console").text
    assert 'class="stop"' in agent.get("/console").text
    assert 'class="stop"' not in reader.get("/console").text


def test_a_language_that_was_chosen_stays(console: Browser) -> None:
    chosen = console.get("language/en?back=inbox")
    assert chosen.headers["Location"] == "../inbox"
    console.cookie += "; " + chosen.headers["Set-Cookie"].partition(";")[0]
    assert '<html lang="en">' in console.get("/console").text
    assert console.get("language/en?back=//evil.example").headers["Location"] == "../../console"


def test_the_console_asks_as_the_key_that_signed_in_and_no_request_can(api: Api, shop: Shop) -> None:
    shop.world.services.admin_keys.grant("rk_reads", shop.advertiser.id, "reader")
    app = api.app
    known, unknown = (SignedIn(digest(key), "Nadia") for key in ("rk_reads", "rk_none"))
    own = f"/v1/advertisers/{shop.advertiser.id}"
    assert ask(app, known, "GET", own).ok
    refused = ask(app, known, "PUT", f"{own}/halt", {"why": "x"})
    assert refused.status == 403 and refused.errors[""].message
    assert ask(app, unknown, "GET", own).status == 401
    assert api.ask("GET", own).status == 401, "nothing of it is left behind"


def test_the_tour_goes_from_page_to_page_and_ends(console: Browser) -> None:
    place = re.findall(r'class="button" href="([\w-]+\?tour=1)"', console.get("tour").text)[0]
    been = []
    while place != "../console":
        page = console.get(place)
        assert page.status == 200
        been.append(place.partition("?")[0])
        [aside] = re.findall(r'<aside class="tour".*?</aside>', page.text, re.DOTALL)
        [back] = re.findall(r'class="button quiet" href="([^"]+)"', aside)
        assert back.partition("?")[0] == (been[-2] if been[1:] else "tour")
        [place] = re.findall(r'class="button" href="([^"]+)"', aside)
    assert len(been) == len(set(been)) >= 1
    assert 'class="tour"' not in console.get("inbox?tour=99").text


def test_a_piece_asks_again_from_where_its_page_stands(console: Browser) -> None:
    again = console.piece("halt/live", of="halt")
    assert again.status == 200 and 'hx-get="halt/live?state=' in again.text
    (state,) = re.findall(r"halt/live\?state=(\w+)", again.text)
    assert console.piece(f"halt/live?state={state}", of="halt").status == 204
    deeper = console.piece("halt/live", of="halt/refused?told=x")
    assert 'hx-get="../halt/live?state=' in deeper.text


def test_an_address_with_a_slash_too_many_leads_to_its_page(console: Browser) -> None:
    assert console.get("/console/").headers["Location"] == "../console"
    assert console.get("/console/sites/").headers["Location"] == "../sites"


def test_a_name_with_a_slash_in_it_is_nothings(console: Browser) -> None:
    """API Gateway hands `a%2Fb` over as `a/b`: below an address of the API it would be another route, or none."""
    form = f"token={console.form(console.get('segments/new'))['token']}"
    place, told = "/console/segments/a%2Fb%2Fc%2Fd/remove", {"cookie": console.cookie}
    nobody = SignedIn("", "")
    assert ask(console.api.app, nobody, "POST", place, form, headers=told, kind=FORM).status == 404


def test_a_first_step_is_done_once_limits_were_saved_even_as_they_were(console: Browser, shop: Shop) -> None:
    def left() -> list[str]:
        page = console.get("/console").text
        return [step for step in ("sites", "caps") if re.search(rf'<li><div><a[^>]* href="console/{step}"', page)]

    assert left() == ["sites", "caps"]
    own = f"/v1/advertisers/{shop.advertiser.id}"
    api = console.api.with_key("rk_own")
    assert api.ask("PUT", f"{own}/hours", api.ask("GET", f"{own}/hours").json).status == 200
    assert left() == ["sites"]
    whole = api.ask("GET", own).json
    assert api.ask("PUT", own, {name: whole[name] for name in ("name", "brand", "sender")}).status == 200
    assert left() == ["sites"], "other settings do not undo it"


def test_every_page_says_that_marketing_is_stopped(console: Browser) -> None:
    assert 'class="stop on"' not in console.get("contacts").text
    console.post("halt", **console.form(console.get("halt")), do="stop")
    assert 'class="stop on"' in console.get("contacts").text


@pytest.mark.parametrize(
    ("given", "said", "opens"),
    [
        ({"key": "rk_nobody"}, "n’est pas connue", False),
        ({"key": "rk_all"}, "pour quel annonceur", True),
        ({"key": "rk_all", "advertiser": "adv_x"}, "n’existe pas", True),
    ],
)
def test_who_is_not_let_in_is_told_what_to_correct(
    api: Api, shop: Shop, given: dict[str, str], said: str, opens: bool
) -> None:
    shop.world.services.admin_keys.grant("rk_all", OPERATOR)
    page = Browser(api).post("/console", **given, agent="Nadia")
    assert page.status == 403 and said in page.text and 'value="Nadia"' in page.text
    assert ("<details open>" in page.text) is opens
    assert given["key"] not in page.text
