"""The inbox on the deployed stack: signing in, reading, answering; each function held to its policy."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import urlencode

from tests.e2e.deployed import Answer, Deployed, eventually
from tests.support.talk import NUMBER, written

PAGE = {"Accept": "text/html", "Accept-Language": "fr"}
FORM = PAGE | {"Content-Type": "application/x-www-form-urlencoded"}


def test_an_agent_signs_in_reads_and_answers_and_the_phone_gets_it_once(deployed: Deployed, phone: str) -> None:
    shop = deployed.open_shop(sender=NUMBER)
    shop.opt_in(phone)
    question = written(deployed.services, shop.advertiser, "C'est en stock ?", phone)
    page = f"/console/inbox/{question.id}"
    assert deployed.request("GET", page, headers=PAGE).status == 303
    assert deployed.request("POST", f"{page}/answer", "text=Oui", FORM | {"Cookie": "console=forged"}).status == 401
    begun = deployed.request(
        "POST", "/console", urlencode({"key": deployed.operator_key, "advertiser": shop.advertiser}), FORM
    )
    assert begun.status == 303
    known = {"Cookie": begun.headers["set-cookie"].partition(";")[0]}

    def ask(path: str, **fields: str) -> Answer:
        if fields:
            return deployed.request("POST", path, urlencode(fields), FORM | known)
        return deployed.request("GET", path, headers=PAGE | known)

    shown = ask(page)
    text = unescape(shown.body.decode())
    assert shown.status == 200 and "C'est en stock ?" in text and phone not in text
    hidden = dict(re.findall(r'<input type="hidden"[^>]*name="(\w+)" value="([^"]*)"', text))
    live = re.findall(r'hx-get="\.\./(news[^"]*)"', text)[0]
    assert ask(f"/console/{live}").status == 204
    assert ask(f"{page}/size", **hidden, text="Oui ☺").status == 200
    for _ in range(2):
        assert ask(f"{page}/answer", **hidden, text="Oui, il en reste deux.", do="send").status == 303
    assert ask(f"/console/{live}").status == 200
    eventually(lambda: deployed.sms_to(phone) == "Oui, il en reste deux.")
    path = f"/v1/advertisers/{shop.advertiser}/conversations"
    said = deployed.admin("GET", f"{path}/{question.id}/messages").json["messages"]
    assert [one["text"] for one in said] == ["C'est en stock ?", "Oui, il en reste deux."]
    assert deployed.admin("GET", f"{path}/{question.id}").json["beside"]["phone_ends"] == phone[-2:]
    assert deployed.admin("GET", f"{path}/statistics").json["answered"]["by_agents"]["answers"] == 1
    assert ask(f"{page}/turn", **hidden, do="close").status == 303
    assert deployed.admin("GET", f"{path}?state=closed").json["conversations"][0]["conversation"] == question.id
