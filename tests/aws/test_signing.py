"""The signature is botocore's, byte for byte, whatever is signed."""

from __future__ import annotations

import string
from datetime import UTC, datetime
from unittest import mock

from botocore import auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.aws.connection import Connection
from chalicelib.aws.signing import Signer
from chalicelib.settings import AwsAccess

TARGET = "DynamoDB_20120810.UpdateItem"
CONTENT_TYPE = "application/x-amz-json-1.0"

# What keys and tokens are made of, and more; a header's edges may not be blank, as AWS gives none that are.
secrets = st.text(string.ascii_letters + string.digits + "+/=-_.~%&?", min_size=1, max_size=80)
regions = st.from_regex(r"[a-z]{2}(-gov)?-[a-z]{4,9}-[1-9]", fullmatch=True)
names = st.from_regex(r"[a-z0-9]([a-z0-9-]{0,20}[a-z0-9])?(\.[a-z]{2,8}){0,3}", fullmatch=True) | st.just("[::1]")
endpoints = st.builds(
    lambda scheme, name, port: f"{scheme}://{name}" + (f":{port}" if port else ""),
    st.sampled_from(["http", "https"]),
    names,
    st.none() | st.sampled_from([80, 443]) | st.integers(1, 65_535),
)
moments = st.integers(0, 4_102_444_799)
accesses = st.builds(AwsAccess, regions, secrets, secrets, st.none() | secrets)


def botocores(access: AwsAccess, service: str, url: str, target: str, body: bytes, now: int) -> tuple[str, str]:
    """What botocore puts into the two headers."""
    request = AWSRequest("POST", url + "/", data=body, headers={"Content-Type": CONTENT_TYPE, "X-Amz-Target": target})
    moment = datetime.fromtimestamp(now, UTC).replace(tzinfo=None)
    with (
        mock.patch.object(auth, "get_current_datetime", return_value=moment, create=True),
        mock.patch.object(auth, "datetime", mock.Mock(utcnow=lambda: moment), create=True),
    ):
        credentials = Credentials(access.key_id, access.secret_key, access.session_token)
        auth.SigV4Auth(credentials, service, access.region).add_auth(request)
    return request.headers["X-Amz-Date"], request.headers["Authorization"]


@given(accesses, st.sampled_from(["dynamodb", "ssm"]), endpoints, st.binary(max_size=500), moments)
def test_any_request_is_signed_as_botocore_signs_it(
    access: AwsAccess, service: str, url: str, body: bytes, now: int
) -> None:
    host = Connection(url, connect_s=1, answer_s=1).host
    signed = Signer(access, service, host, CONTENT_TYPE).sign(TARGET, body, now)
    assert signed == botocores(access, service, url, TARGET, body, now)


@given(accesses, st.lists(st.tuples(st.binary(max_size=50), moments), min_size=2, max_size=5))
def test_a_signer_that_is_kept_signs_each_day_with_that_days_key(
    access: AwsAccess, requests: list[tuple[bytes, int]]
) -> None:
    signer = Signer(access, "dynamodb", "127.0.0.1:8000", CONTENT_TYPE)
    for body, now in requests:
        expected = botocores(access, "dynamodb", "http://127.0.0.1:8000", TARGET, body, now)
        assert signer.sign(TARGET, body, now) == expected


def test_credentials_are_not_shown() -> None:
    assert "hidden" not in repr(AwsAccess("eu-west-3", "AKID", "hidden-key", "hidden-token"))
