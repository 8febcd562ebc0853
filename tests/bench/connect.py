"""A connection of Adobe's client to the organization that the environment names."""

import os

from umapi_client import Connection

from plain import PlainOAuth


def connect():
    sign_in = os.environ["UMAPI_IMS_URL"].split("://", 1)[1]
    auth = PlainOAuth(os.environ["UMAPI_CLIENT_ID"], os.environ["UMAPI_CLIENT_SECRET"], auth_host=sign_in)
    return Connection(os.environ["UMAPI_ORG_ID"], auth, endpoint=os.environ["UMAPI_URL"])
