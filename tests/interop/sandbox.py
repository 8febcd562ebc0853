"""A sandbox in a process of its own: started, told what trouble to make, asked what it saw, stopped."""

import atexit
import json
import os
import subprocess

import requests

# Where `.ci/interop` says the binary is.
BINARY = "UMAPI_BINARY"
# Seconds a sandbox has to end in.
PATIENCE = 20


class Sandbox:
    """`umapish sandbox` on a free port of loopback, with the organization it is seeded with."""

    def __init__(self, *options):
        self.control = requests.Session()
        self.control.trust_env = False
        command = [os.environ[BINARY], "--quiet", "-o", "json", "sandbox", "--port", "0", *options]
        self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True)
        atexit.register(self.process.kill)
        line = self.process.stdout.readline()
        if not line:
            self.stop()
            raise RuntimeError(f"{' '.join(command)} said nothing")
        place = json.loads(line)
        self.service_url = place["UMAPI_URL"]
        self.sign_in_url = place["UMAPI_IMS_URL"]
        self.organization = place["UMAPI_ORG_ID"]
        self.client_id = place["UMAPI_CLIENT_ID"]
        self.client_secret = place["UMAPI_CLIENT_SECRET"]
        self.sign_in_host = self.sign_in_url.split("://", 1)[1]
        self.control_url = f"{self.sign_in_url}/sandbox"

    def stop(self):
        """Asks it to end, waits until it has, and answers its exit code."""
        self.control.close()
        self.process.terminate()
        try:
            return self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()
        finally:
            self.process.stdout.close()
            atexit.unregister(self.process.kill)

    def queue(self, effect, **where):
        """Queues trouble: `effect` as the sandbox names it; `endpoint`, `skip`, `times` and `delay` say for whom."""
        self._post("faults", [{**where, "effect": effect}])

    def configure(self, **settings):
        """Changes settings: `page_size`, `token_lifetime`, `switches`."""
        self._post("settings", settings)

    def seen(self, endpoint=None):
        """The requests that came, all of them or those to one endpoint."""
        requests_seen = self._get("requests").json()
        return [one for one in requests_seen if endpoint in (None, one["endpoint"])]

    def statuses(self, endpoint):
        """The statuses of the answers of an endpoint, in order; `None` where the connection was broken off."""
        return [one["status"] for one in self.seen(endpoint)]

    def forget(self):
        """Forgets the requests that came and the trouble that waits."""
        self.control.delete(f"{self.control_url}/requests").raise_for_status()

    def technical_account(self):
        """The technical account a JWT must name."""
        return self._get("").json()["technicalAccountId"]

    def private_key(self):
        """The key a JWT must be signed with, as PEM."""
        return self._get("private-key").text

    def _get(self, path):
        answer = self.control.get(f"{self.control_url}/{path}")
        answer.raise_for_status()
        return answer

    def _post(self, path, body):
        answer = self.control.post(f"{self.control_url}/{path}", json=body)
        if answer.status_code != 204:
            raise RuntimeError(f"the sandbox refused {body}: {answer.text}")
