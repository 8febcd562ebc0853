"""Signing in: OAuth server-to-server, the exchange of a JWT, renewal, refusals."""

import datetime
import time

import jwt
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from umapi_client import RequestError, UsersQuery

from case import SandboxCase
from plain import PlainJWT


def strangers_key():
    """A private key the service does not know, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


class SignIn(SandboxCase):
    def jwt(self, **changes):
        sandbox = self.sandbox
        options = {
            "org_id": sandbox.organization,
            "client_id": sandbox.client_id,
            "client_secret": sandbox.client_secret,
            "tech_acct_id": sandbox.technical_account(),
            "priv_key_data": changes.pop("priv_key_data", None) or sandbox.private_key(),
            "auth_host": sandbox.sign_in_host,
        }
        return PlainJWT(**{**options, **changes})

    def lasts(self, auth, seconds):
        """Holds that the client believes its token good for so long, give or take the time this test takes."""
        left = (auth.expiry - datetime.datetime.now()).total_seconds()
        self.assertTrue(seconds - 30 < left <= seconds, f"{left} seconds left of {seconds}")

    def listed(self, auth):
        return UsersQuery(self.connect(auth)).all_results()

    def test_one_oauth_token_serves_many_calls(self):
        auth = self.oauth()
        self.assertEqual(len(self.listed(auth)), len(self.listed(auth)))
        self.assertEqual(self.sandbox.statuses("OAuthToken"), [200])
        self.assertEqual(self.sandbox.statuses("Users"), [200, 200])
        self.lasts(auth, 86_399)

    def test_an_oauth_token_is_renewed_when_its_time_is_over(self):
        self.sandbox.configure(token_lifetime=2)
        auth = self.oauth()
        self.listed(auth)
        old = auth.token
        time.sleep(2.1)
        self.assertEqual(self.ask(old).status_code, 401)
        self.listed(auth)
        self.assertNotEqual(auth.token, old)
        self.assertEqual(self.sandbox.statuses("OAuthToken"), [200, 200])
        self.assertEqual(self.sandbox.statuses("Users"), [200, 401, 200])

    def test_an_earlier_token_stays_good_when_a_new_one_is_issued(self):
        auth = self.oauth()
        auth.refresh_token()
        old = auth.token
        auth.refresh_token()
        self.assertNotEqual(auth.token, old)
        self.assertEqual(self.ask(old).status_code, 200)

    def test_a_jwt_is_exchanged_for_a_token_whose_lifetime_comes_in_milliseconds(self):
        self.sandbox.configure(token_lifetime=3600)
        auth = self.jwt()
        self.listed(auth)
        self.listed(auth)
        self.assertEqual(self.sandbox.statuses("JwtExchange"), [200])
        self.lasts(auth, 3600)

    def test_a_token_from_a_jwt_is_renewed_when_its_time_is_over(self):
        self.sandbox.configure(token_lifetime=2)
        auth = self.jwt()
        self.listed(auth)
        time.sleep(2.1)
        self.listed(auth)
        self.assertEqual(self.sandbox.statuses("JwtExchange"), [200, 200])
        self.assertEqual(self.sandbox.statuses("Users"), [200, 200])

    def test_the_jwt_that_the_client_signs_has_the_claims_the_service_asks_for(self):
        said = jwt.decode(self.jwt().jwt_token(), options={"verify_signature": False})
        self.assertEqual((said["iss"], said["sub"]), (self.sandbox.organization, self.sandbox.technical_account()))
        self.assertTrue(said["aud"].endswith(f"/c/{self.sandbox.client_id}"))

    def test_a_jwt_signed_with_another_key_is_refused(self):
        self.not_authorized(self.jwt(priv_key_data=strangers_key()), 400, "invalid_signature")

    def test_a_jwt_for_another_technical_account_is_refused(self):
        self.not_authorized(self.jwt(tech_acct_id="ABC@techacct.adobe.com"), 400, "bad_request")

    def test_a_wrong_client_secret_is_refused_by_both_services(self):
        self.not_authorized(self.oauth("wrong"), 401, "invalid_client")
        self.not_authorized(self.jwt(client_secret="wrong"), 401, "invalid_client")

    def not_authorized(self, auth, status, error):
        with self.assertRaises(RuntimeError) as raised:
            self.listed(auth)
        message = str(raised.exception)
        self.assertIn("Unable to authorize", message)
        self.assertIn(f"Response Code: {status}", message)
        self.assertIn(f'"error":"{error}"', message)
        self.assertEqual(self.sandbox.seen("Users"), [])

    def test_a_token_the_service_gave_up_early_is_an_error_which_the_client_does_not_mend(self):
        auth = self.oauth()
        connection = self.connect(auth)
        UsersQuery(connection).all_results()
        self.sandbox.queue("expireTokens", endpoint="users")
        with self.assertRaises(RequestError) as raised:
            UsersQuery(connection).all_results()
        answer = raised.exception.result
        self.assertEqual((answer.status_code, answer.headers["Content-Length"]), (401, "0"))
        self.assertIn('error="invalid_token"', answer.headers["WWW-Authenticate"])
        auth.token = None
        self.assertTrue(UsersQuery(connection).all_results())

    def test_another_organization_is_refused_in_the_documented_ways(self):
        for organization, status in [("ABCDEF0123@AdobeOrg", 401), ("nonsense", 400)]:
            with self.assertRaises(RequestError) as raised:
                UsersQuery(self.connect(org_id=organization)).all_results()
            self.assertEqual(raised.exception.result.status_code, status)
        self.assertEqual(raised.exception.result.json()["result"], "error.organization.invalid_id")

    def test_another_api_key_is_refused(self):
        auth = self.oauth()
        auth.refresh_token()
        auth.client_id = "another"
        with self.assertRaises(RequestError) as raised:
            self.listed(auth)
        self.assertEqual(raised.exception.result.status_code, 403)

    def ask(self, token):
        headers = {"Authorization": f"Bearer {token}", "x-api-key": self.sandbox.client_id}
        path = f"/users/{self.sandbox.organization}/0"
        return requests.get(self.sandbox.service_url + path, headers=headers)
