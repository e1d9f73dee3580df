"""Where a link may lead: whoever makes one may be hostile."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.links.targets import TargetRefused, check_target, rules_for

RULES = rules_for("https://r.example", ["go.lumen.example", "xn--got-bma.example"])
HOSTILE = {
    "scheme": [
        "javascript:alert(1)",
        "JaVaScRiPt://shop.example/%0aalert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "ftp://shop.example/",
        "intent://shop.example#Intent;scheme=https;end",
        "//shop.example/",
        "/path",
        "shop.example",
        "https:shop.example",
        "https:/shop.example",
        "https:///shop.example",
        "https://",
        "https://?x",
        "",
    ],
    "credentials": ["https://a:b@shop.example/", "https://shop.example@evil.example/", "https://@shop.example/"],
    "characters": [
        "https:\\\\shop.example",
        "https://shop.example\\@evil.example",
        "https://shop.example/a b",
        " https://shop.example/",
        "https://shop.example/\n",
        "https://sh\top.example/",
        "https://shop.example/\r\nSet-Cookie: a=b",
        "https://shop.example/\x00",
        "https://shop.example/\x85",
        "https://shop.example/\u2028",
        "https://\u202eelpmaxe.pohs",
        "https://sh\u200bop.example",
        "https://shop.example/\ud800",
    ],
    "address": [
        "http://127.0.0.1/",
        "http://127.1/",
        "http://10.0.0.8/",
        "http://169.254.169.254/latest/meta-data/",
        "http://2130706433/",
        "http://0x7f000001/",
        "http://0x7f.0.0.1/",
        "http://0177.0.0.01/",
        "http://127.0.0.1./",
        "http://[::1]/",
        "http://[::ffff:10.0.0.1]/",
        "http://[::ffff:7f00:1]:80/",
        "http://[fe80::1%25eth0]/",
        "http://[64:ff9b::a00:1]/",
        "http://\u2460\u2461\u2466.\u24ea.\u24ea.\u2460/",
        "http://127\u30020\u30020\u30021/",
        "http://\uff11\uff12\uff17.0.0.1/",
        "http://93.184.216.34/",
        "http://shop.example.1/",
    ],
    "local": [
        "http://localhost/",
        "http://LOCALHOST./",
        "http://shop.localhost/",
        "http://db.internal/",
        "http://printer.local/",
        "http://router.home.arpa/",
        "http://wiki.corp:8080/",
        "http://169.254.169.254.nip.io/",
        "http://app.LocalTest.me/",
    ],
    "host": [
        "http://intranet-server/",
        "http://shop..example/",
        "http://shop.example../",
        "http://.shop.example/",
        "http://%31%32%37.0.0.1/",
        "http://shop.exa%6dple/",
        "http://-shop.example/",
        f"http://{'a' * 64}.example/",
        f"http://{'a.' * 200}example/",
        "http://shop.example,evil.example/",
        "http://shop.example;evil.example/",
    ],
    "port": [
        "https://shop.example:/",
        "https://shop.example:0/",
        "https://shop.example:65536/",
        "https://shop.example:8a/",
    ],
    "ourselves": [
        "https://r.example/",
        "http://R.EXAMPLE./abc",
        "https://r.example:443/abc",
        "https://r.example:8443/abc",
        "https://\uff52.example/",
        "https://go.lumen.example/sale",
        "https://abc123.execute-api.eu-west-3.amazonaws.com/prod/abc347",
    ],
    "look_alike": [
        "https://\u0433.example/",
        "https://\u0155.example/",
        "https://xn--b1a.go.lumen.exam\u0440le/",
        "https://g\u043e.lumen.example/",
        "https://g\u014d.lumen.example/",
        "https://xn--80ak6aa92e.com/",
        "https://\u0440\u0430ypal.example/",
        "https://\u1d18aypal.example/",
        "https://xn--aypal-439a.com/",
    ],
    "shortener": ["https://bit.ly/x", "https://TinyURL.com/x", "https://www.is.gd/x"],
    "too_long": ["https://shop.example/" + "a" * 2_000],
}


@pytest.mark.parametrize(("reason", "url"), [(reason, url) for reason, urls in HOSTILE.items() for url in urls])
def test_a_hostile_target_is_refused_for_its_reason(reason: str, url: str) -> None:
    with pytest.raises(TargetRefused) as refused:
        check_target(url, RULES)
    assert refused.value.reason == reason


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example", "https://shop.example"),
        ("HTTPS://Shop.Example./Path?Q=1#Frag", "https://shop.example/Path?Q=1#Frag"),
        ("https://shop.example:443/", "https://shop.example/"),
        ("https://shop.example:8443/", "https://shop.example:8443/"),
        (
            "https://shop.example/a%2Fb?x=%c3%a9&y=a+b&z#/app?c=d",
            "https://shop.example/a%2Fb?x=%c3%a9&y=a+b&z#/app?c=d",
        ),
        ("https://shop.example/été?q=é", "https://shop.example/%C3%A9t%C3%A9?q=%C3%A9"),
        ("https://boutique-été.example/", "https://xn--boutique-t-j7ab.example/"),
        ("https://магазин.example/", "https://xn--80aairftm.example/"),
        ("https://shop.example?next=//r.example", "https://shop.example?next=//r.example"),
        ("https://sub.r.example/", "https://sub.r.example/"),
    ],
)
def test_a_good_target_is_kept_as_it_was_written(url: str, kept: str) -> None:
    assert check_target(url, RULES) == kept
    assert check_target(kept, RULES) == kept


@pytest.mark.parametrize(
    "url",
    [
        "https://elsewhere.example/",
        "http://shop.example/",
        "https://shop.example:8443/",
        "https://shop.example.evil.example/",
        "https://evil.example/https://shop.example/",
        "https://sub.shop.example/",
    ],
)
def test_a_personal_link_stays_on_the_sites_own_origins(url: str) -> None:
    assert check_target("https://SHOP.example:443/p", RULES, ["https://shop.example"]) == "https://shop.example/p"
    with pytest.raises(TargetRefused) as refused:
        check_target(url, RULES, ["https://shop.example"])
    assert refused.value.reason == "not_registered"


def test_on_one_machine_the_port_tells_the_shop_from_the_service() -> None:
    rehearsal = rules_for("http://127.0.0.1:4566")
    assert check_target("http://localhost:4568/lampe", rehearsal) == "http://localhost:4568/lampe"
    assert check_target("http://127.0.0.1:4568/lampe", rehearsal) == "http://127.0.0.1:4568/lampe"
    with pytest.raises(TargetRefused):
        check_target("http://127.0.0.1:4566/abc", rehearsal)


@given(st.text(max_size=40), st.sampled_from(["https://", "http://shop.example", "https://shop.example/", ""]))
def test_whatever_is_written_is_kept_in_ascii_or_refused(text: str, start: str) -> None:
    try:
        kept = check_target(start + text, RULES)
    except TargetRefused:
        return
    assert kept.isascii() and kept.isprintable() and kept.startswith(("http://", "https://"))
    assert check_target(kept, RULES) == kept
