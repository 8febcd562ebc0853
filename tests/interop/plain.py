"""Adobe's sign-in classes for a service on loopback, which has no TLS. All else stays Adobe's own code."""

import requests
from umapi_client import JWTAuth, OAuthS2S, auth

OPEN_POST = requests.post


def post_without_tls(url, **options):
    """`requests.post`; the client writes `https` whatever it is told."""
    return OPEN_POST(url.replace("https://", "http://", 1), **options)


class PlainSignIn:
    """Lets one of the client's sign-in classes speak to a service without TLS."""

    def refresh_token(self):
        auth.requests.post = post_without_tls
        try:
            super().refresh_token()
        finally:
            auth.requests.post = OPEN_POST


class PlainOAuth(PlainSignIn, OAuthS2S):
    pass


class PlainJWT(PlainSignIn, JWTAuth):
    pass
