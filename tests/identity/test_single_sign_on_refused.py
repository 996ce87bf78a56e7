"""What a provider of single sign-on did not sign for us, just now, is nobody's."""

import base64
import hashlib
import hmac
import json
import time

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.engine import free_port
from tests.identity.provider import ISSUER, a_holder, a_key, a_token


def encoded(document):
    return base64.urlsafe_b64encode(json.dumps(document).encode()).rstrip(b"=").decode()


PAST, FUTURE = int(time.time()) - 3600, int(time.time()) + 3600

WRONG = {
    "another audience": {"aud": "another-service"},
    "no audience": {"aud": None},
    "an empty audience": {"aud": []},
    "another issuer": {"iss": "https://evil.example"},
    "the issuer with a slash": {"iss": ISSUER + "/"},
    "no issuer": {"iss": None},
    "expired": {"exp": PAST},
    "no expiry": {"exp": None},
    "issued in the future": {"iat": FUTURE},
    "no time of issue": {"iat": None},
    "not yet valid": {"nbf": FUTURE},
    "no subject": {"sub": None},
    "an expiry beyond all years": {"exp": 10**18},
    "somebody else's key": {"key": a_key("stranger")},
    "somebody else's key of another name": {"key": a_key("stranger"), "kid": "stranger"},
    "no key's name": {"kid": None},
    "another algorithm of the key": {"algorithm": "PS512"},
}


KNOWN = {"alg": "RS256", "kid": "first"}
INVENTED = (
    *({"alg": "RS256", "kid": 7}, {"alg": 5, "kid": "first"}, {"kid": "first"}, {"alg": None}, [], "x", 7),
    *(
        KNOWN | {"jku": "http://127.0.0.1:1/"},
        KNOWN | {"crit": ["exp"]},
        KNOWN | {"b64": False},
        KNOWN | {"kid": "../x"},
    ),
)


class TestRefused:
    @pytest.mark.parametrize("wrong", WRONG)
    def test_a_token_with_something_wrong_is_a_401(self, sso, wrong):
        answer = a_holder(a_token(**WRONG[wrong])).gets("me")

        assert (answer.status, answer.slug) == (401, "credentials-refused")

    def test_an_expired_one_is_told_so(self, sso):
        problem = a_holder(a_token(exp=PAST)).gets("me").problem

        assert problem["detail"] == "The single sign-on token has expired. Sign in again."

    def test_an_unsigned_one(self, sso):
        body = a_token().split(".")[1]
        for algorithm in ("none", "None", "NONE", "nOnE"):
            header = encoded({"alg": algorithm, "kid": "first", "typ": "JWT"})
            for signature in ("", "x", "AAAA"):
                assert a_holder(f"{header}.{body}.{signature}").gets("me").status == 401

    def test_one_signed_with_the_public_key_as_a_shared_secret(self, sso):
        public = a_key("first").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        for secret in (public, public.strip(), sso.published, b""):
            signed = f"{encoded({'alg': 'HS256', 'kid': 'first'})}.{a_token().split('.')[1]}"
            mac = hmac.new(secret, signed.encode(), hashlib.sha256).digest()
            forged = f"{signed}.{base64.urlsafe_b64encode(mac).rstrip(b'=').decode()}"
            assert a_holder(forged).gets("me").status == 401

    def test_one_whose_claims_were_changed(self, sso):
        header, body, signature = a_token().split(".")
        claims = json.loads(base64.urlsafe_b64decode(body + "=="))
        forged = encoded(claims | {"groups": ["platform"]})

        assert a_holder(f"{header}.{forged}.{signature}").gets("me").status == 401

    @pytest.mark.parametrize("header", INVENTED, ids=str)
    def test_one_with_a_header_of_its_own_invention(self, sso, header):
        _, body, signature = a_token().split(".")

        text = encoded(header)
        forged = f"{text if text.startswith('eyJ') else 'eyJ' + text}.{body}.{signature}"

        assert a_holder(forged).gets("me").status == 401

    def test_while_the_provider_is_away_the_answer_is_busy_and_not_refused(self, sso, settings):
        settings.OIDC_JWKS_URL = f"http://127.0.0.1:{free_port()}/keys"

        answer = a_holder(a_token()).gets("me")

        assert answer.status == 503

    def test_off_by_default(self, table):
        answer = a_holder(a_token()).gets("me")

        assert (answer.status, answer.slug) == (401, "credentials-refused")
