"""Runs Adobe's `umapi` command against a service on loopback: sign-in without TLS, and no real waits.

Everything else is Adobe's own code. The waits go to standard error, one a line.
"""

import sys

import umapi_client.connection
from umapi_client import auth
from umapi_cli.cli import entry

OPEN_POST = auth.requests.post


def post_without_tls(url, **options):
    """`requests.post`; the client writes `https` whatever host it is told."""
    return OPEN_POST(url.replace("https://", "http://", 1), **options)


auth.requests.post = post_without_tls
umapi_client.connection.sleep = lambda seconds: print(f"waited {seconds}", file=sys.stderr)
sys.exit(entry())
