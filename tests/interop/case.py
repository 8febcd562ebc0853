"""What every test stands on: a sandbox of its own and Adobe's client, connected to it."""

import logging
import unittest
from unittest import mock

import umapi_client
import umapi_client.connection
from umapi_client import Connection, UserAction, UserQuery

from plain import PlainOAuth
from sandbox import Sandbox

# The client logs what it retries; the tests look at it themselves.
logging.getLogger(umapi_client.__name__).propagate = False
logging.getLogger(umapi_client.__name__).addHandler(logging.NullHandler())

class SandboxCase(unittest.TestCase):
    """A test with a fresh organization. The client's waits are noted in `waits`, not waited."""

    options = ()

    def setUp(self):
        self.sandbox = Sandbox(*self.options)
        self.addCleanup(self.stop)
        self.waits = []
        quick = mock.patch.object(umapi_client.connection, "sleep", self.waits.append)
        quick.start()
        self.addCleanup(quick.stop)
        self.connection = self.connect()

    def stop(self):
        self.assertEqual(self.sandbox.stop(), 0, "the sandbox ended with an error")

    def oauth(self, client_secret=None):
        sandbox = self.sandbox
        return PlainOAuth(sandbox.client_id, client_secret or sandbox.client_secret, auth_host=sandbox.sign_in_host)

    def connect(self, auth=None, **options):
        """A connection of Adobe's client, signed in with OAuth unless told otherwise."""
        connection = Connection(
            options.pop("org_id", self.sandbox.organization),
            auth or self.oauth(),
            endpoint=self.sandbox.service_url,
            **options,
        )
        self.addCleanup(connection.session.close)
        return connection

    def user(self, name, domain=None):
        """What the organization knows of a person now; nothing of someone unknown."""
        return UserQuery(self.connection, name, domain).result()

    def create(self, email, **fields):
        """Makes a member; the kind of ID is federated unless `id_type` says otherwise."""
        fields = {"firstname": "New", "lastname": "Person", "country": "US", **fields}
        self.done(UserAction(email).create(email, **fields))

    def done(self, *actions):
        """Carries actions out at once and holds that every one of them succeeded."""
        queued, sent, completed = self.connection.execute_multiple(actions)
        errors = [error for action in actions for error in action.execution_errors()]
        self.assertEqual((errors, queued, completed), ([], 0, sent))

    def refused(self, action, code):
        """Carries out an action and asserts that it fails with that one code; returns the error of the client."""
        _, sent, completed = self.connection.execute_single(action, immediate=True)
        errors = action.execution_errors()
        self.assertEqual([error["errorCode"] for error in errors], [code])
        self.assertEqual((sent, completed), (1, 0))
        return errors[0]
