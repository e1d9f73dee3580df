"""The floor: what Chalice and boto3 cost by themselves.

Two routes that make the one AWS call that Relance's pixel and redirect make, with a client as boto3 gives it, and
answer the same. They check nothing, and so are no example to follow: no request can be answered the plain way for
less, and what Relance costs beside them is what its own code costs.
"""

from __future__ import annotations

import base64
import json
import os
import secrets
import time

import boto3
from chalice import Chalice, Response

app = Chalice(app_name="floor")
# A browser's Accept for images names other types first, and Chalice would answer 400.
app.api.binary_types = ["*/*"]

TABLE = os.environ["TABLE_NAME"]
GIF = base64.b64decode("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7")

dynamodb = boto3.client("dynamodb")


@app.route("/p.gif")
def pixel() -> Response:
    """Keep an event, and answer with the image."""
    query, headers = app.current_request.query_params, app.current_request.headers
    now = int(time.time() * 1000)
    item = {
        "pk": {"S": f"TRAIL#{query['s']}#{query['v']}"},
        "sk": {"S": f"EVENT#{query['e']}#{query['id']}"},
        "type": {"S": "event"},
        "v": {"N": "1"},
        "site": {"S": query["s"]},
        "visitor": {"S": query["v"]},
        "name": {"S": query["e"]},
        "id": {"S": query["id"]},
        "time": {"N": query["t"]},
        "received": {"N": str(now)},
        "via": {"S": "pixel"},
        "origin": {"S": headers["referer"]},
        "params": {
            "M": {
                "items": {
                    "L": [
                        {
                            "M": {
                                "item_id": {"S": "LMP-0418-V"},
                                "item_name": {"S": "Lampe à poser Opaline, verre soufflé"},
                                "item_category": {"S": "Lampes à poser"},
                                "price": {"N": "69250000"},
                                "quantity": {"N": "2"},
                            }
                        }
                    ]
                },
                "value": {"N": "138500000"},
                "currency": {"S": "EUR"},
                "page_location": {"S": "https://www.lampes-du-quai.example/lampes/poser/lampe-opaline?couleur=vert"},
            }
        },
        "ttl": {"N": str(now // 1000 + 90 * 86_400)},
    }
    dynamodb.batch_write_item(RequestItems={TABLE: [{"PutRequest": {"Item": item}}]})
    return Response(GIF, headers={"Content-Type": "image/gif", "Cache-Control": "no-store"})


@app.route("/{code}")
def redirect(code: str) -> Response:
    """Keep a click with its link, and send the browser where that points."""
    request = app.current_request
    headers = request.headers
    click = secrets.token_urlsafe(16)
    shown = {
        "id": click,
        "at": int(time.time() * 1000),
        "method": request.method,
        "agent": headers["user-agent"],
        "language": headers["accept-language"],
        "referrer": "",
        "country": headers["cloudfront-viewer-country"],
        "network": request.context["identity"]["sourceIp"],
        "purpose": "",
    }
    answer = dynamodb.update_item(
        TableName=TABLE,
        Key={"pk": {"S": f"LINK#{code}"}, "sk": {"S": "LINK"}},
        UpdateExpression="SET #last_click = :click",
        ConditionExpression="attribute_exists(#pk)",
        ExpressionAttributeNames={"#last_click": "last_click", "#pk": "pk"},
        ExpressionAttributeValues={":click": {"S": json.dumps(shown)}},
        ReturnValues="ALL_NEW",
    )
    target = json.loads(answer["Attributes"]["link"]["S"])["target"]
    location = f"{target}&utm_source=relance&utm_medium=sms&utm_campaign=cart&rl_click={click}"
    headers = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex"}
    return Response("", status_code=302, headers=headers | {"Location": location})
