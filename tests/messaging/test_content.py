"""What a text is by what it says."""

from __future__ import annotations

import pytest

from chalicelib.messaging.content import marketing_reasons


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Votre commande est en route. -10 % sur la prochaine", "discount"),
        ("Merci ! Voici 5 € de réduction", "discount"),
        ("Jusqu’à −50% ce week-end", "discount"),
        ("20% off everything", "discount"),
        ("Save $5 on your next order", "discount"),
        ("Colis livré. Code promo MERCI", "promo_code"),
        ("Use discount code HELLO", "promo_code"),
        ("Participez à notre jeu-concours", "contest"),
        ("LIVRAISON GRATUITE dès 30 €", "offer"),
        ("Les SOLDES commencent", "offer"),
        ("Une offre rien que pour vous", "offer"),
        ("un pro\u200bduit, une pro\u200bmo", "offer"),
        ("ＰＲＯＭＯ", "offer"),
        ("Vente privée ce soir", "offer"),
        ("Free shipping until Sunday", "offer"),
        ("Big sale now", "offer"),
        ("Votre facture. Profitez-en pour découvrir la suite", "offer"),
    ],
)
def test_an_offer_is_marketing(text: str, kind: str) -> None:
    assert kind in [reason.kind for reason in marketing_reasons(text)]


@pytest.mark.parametrize(
    "text",
    [
        "Votre commande 2026-1042 est expédiée, suivez-la : https://r.example/c",
        "Votre code de retrait : 1234",
        "Le solde de votre commande 12 reste à payer",
        "Remise en main propre demain entre 8h-10h",
        "Votre colis sera remis contre signature",
        "Retour gratuit sous 30 jours",
        "Appel gratuit au 0 805 000 000",
        "Votre facture de 49,90 € est disponible",
        "Température -5 °C : livraison reportée au 10-12",
        "Votre carte cadeau est arrivée au magasin",
        "Your order is on its way, feel free to contact us",
        "Your trial ends in 3 days",
        "Save the date: delivery on Monday",
        "Batterie à 20 % : rechargez",
        "123456 est votre code Lumen",
    ],
)
def test_a_service_is_not(text: str) -> None:
    assert marketing_reasons(text) == ()


def test_a_journey_a_code_and_a_review_with_an_offer_have_reasons_of_their_own() -> None:
    assert [reason.kind for reason in marketing_reasons("Votre panier", journey="cart")] == ["journey"]
    assert [reason.kind for reason in marketing_reasons("Voici", names={"code.text", "link"})] == ["promo_code"]
    kinds = [reason.kind for reason in marketing_reasons("Votre avis contre un bon d'achat")]
    assert kinds == ["offer", "review_with_offer"]
    assert marketing_reasons("Votre avis compte", journey="order_status") == ()
