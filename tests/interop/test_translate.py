"""`umapish translate`: drafts that print, write and send what their Python originals do."""

import http.server
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
import unittest
import urllib.parse

from sandbox import Sandbox

HERE = pathlib.Path(__file__).parent / "translate"
TRAPS = pathlib.Path(__file__).parents[2] / "src/script/checker/traps/trap.rs"
PEOPLE = "email,first,last,country,groups\nkim@example.com,Kim,Lee,US,Designers; Editors\nben@example.com,Ben,Osei,,\n"
ORGANIZATION = "ABC123@AdobeOrg"
# The host of the service and that of its sign-in are the small server.
REDIRECT = """
import runpy, sys, urllib.parse
import requests
send, server = requests.Session.request, sys.argv[1]
def redirected(self, method, url, **options):
    parts = urllib.parse.urlsplit(url)
    return send(self, method, server + urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")), **options)
requests.Session.request = redirected
if "aiohttp" in open(sys.argv[2]).read():
    import aiohttp
    send_async = aiohttp.ClientSession._request
    async def redirected_async(self, method, url, **options):
        parts = urllib.parse.urlsplit(str(url))
        return await send_async(self, method, server + urllib.parse.urlunsplit(("", "", parts.path, parts.query, "")), **options)
    aiohttp.ClientSession._request = redirected_async
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
# The script's connection signs in without TLS.
CLIENT = """
import runpy, sys
import umapi_client
from plain import PlainOAuth
connection, (host, key, secret) = umapi_client.Connection, sys.argv[1:4]
def signed_in(org_id, auth, endpoint):
    return connection(org_id, PlainOAuth(key, secret, auth_host=host), endpoint=endpoint)
umapi_client.Connection = signed_in
sys.argv = sys.argv[4:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
USERS = [
    {"email": f"{name}@example.{end}", "type": "federatedID", "status": "active", "groups": ["Designers"], "id": str(n)}
    for n, (name, end) in enumerate([("kim", "com"), ("ben", "com"), ("femi", "net")])
]


class Service(http.server.BaseHTTPRequestHandler):
    """Notes each request, and returns what the service would."""

    protocol_version = "HTTP/1.1"

    def answer(self):
        length = int(self.headers.get("Content-Length") or 0)
        text = self.rfile.read(length).decode()
        path = urllib.parse.urlsplit(self.path)
        if "/ims/" in path.path:
            body = {"access_token": "a-token", "expires_in": 3600, "token_type": "bearer"}
        else:
            sent = json.loads(text) if text else None
            self.server.seen.append((self.command, urllib.parse.unquote(path.path), path.query, sent))
            body = self.body(path.path, sent)
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_DELETE = answer

    def body(self, path, sent):
        if "/action/" in path:
            count = len(sent)
            return {"completed": count, "completedInTestMode": 0, "notCompleted": 0, "result": "success"}
        if "/organizations/" in path:
            return {"result": "success", "user": USERS[0]}
        if "/groups/" in path:
            return {"result": "success", "lastPage": True, "groups": [{"groupName": "Designers", "groupId": 1}]}
        return {"result": "success", "lastPage": True, "users": USERS}

    def log_message(self, *_):
        pass


def umapish(*arguments, folder, **environment):
    command = [os.environ["UMAPI_BINARY"], *map(str, arguments)]
    environment = {"HOME": str(folder), "PATH": os.environ["PATH"], "NO_PROXY": "127.0.0.1", **environment}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120)


class TranslateCase(unittest.TestCase):
    def folder(self):
        folder = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, folder)
        return folder

    def draft(self, source, folder):
        """The complete draft of a script, which `check` finds nothing in."""
        result = umapish("translate", source, "--out", folder / "draft.rhai", folder=folder)
        self.assertEqual(result.returncode, 0, f"{source}: {result.stderr}")
        checked = umapish("check", folder / "draft.rhai", folder=folder)
        self.assertIn("0 errors, 0 warnings", checked.stderr)
        return folder / "draft.rhai"

    def both(self, source):
        """The run of a script in Python and that of its draft, which leave the same files."""
        ours, theirs = self.folder(), self.folder()
        python = subprocess.run([sys.executable, source], cwd=theirs, capture_output=True, text=True, timeout=60)
        run = umapish("--sandbox", "-q", self.draft(source, ours), folder=ours)
        for file in theirs.iterdir():
            self.assertTrue((ours / file.name).exists(), run.stderr)
            self.assertEqual((ours / file.name).read_bytes(), file.read_bytes(), file.name)
        return python, run


class Values(TranslateCase):
    """What compiles and means something else in Rhai behaves as CPython does."""

    def test_drafts_print_and_write_what_python_does(self):
        for source in sorted(HERE.glob("*.py")):
            with self.subTest(source.name):
                python, run = self.both(source)
                self.assertEqual(run.stdout, python.stdout, run.stderr)
                self.assertEqual(run.returncode, python.returncode, run.stderr)


class ServiceCase(TranslateCase):
    """A small service that notes what it is sent."""

    def setUp(self):
        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Service)
        self.server.seen = []
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        self.addCleanup(self.server.server_close)
        self.addCleanup(self.server.shutdown)

    def seen(self):
        seen, self.server.seen = self.server.seen, []
        return [normal(*one) for one in seen]

    def compare(self, source):
        theirs, ours = self.folder(), self.folder()
        for folder in theirs, ours:
            (folder / "people.csv").write_text(PEOPLE)
            for beside in source.parent.glob("*.c[so][vn]*"):
                shutil.copy(beside, folder)
        settings = {
            "UMAPI_ORG_ID": ORGANIZATION,
            "UMAPI_CLIENT_ID": "key",
            "UMAPI_CLIENT_SECRET": "secret",
        }
        python = subprocess.run(
            [sys.executable, "-c", REDIRECT, self.url, source], cwd=theirs, capture_output=True, text=True,
            timeout=60, env={**os.environ, **settings},
        )
        expected = self.seen()
        self.assertTrue(expected, python.stderr)
        places = {"UMAPI_URL": f"{self.url}/v2/usermanagement", "UMAPI_IMS_URL": self.url, "UMAPI_PACE": "off"}
        run = umapish("-q", self.draft(source, ours), folder=ours, **settings, **places)
        self.assertEqual(self.seen(), expected, f"{run.stderr}\n{python.stderr}")
        return python, run


class Traffic(ServiceCase):
    """Drafts send what their originals send: the same calls in the same order."""

    def test_scripts_in_the_style_of_strangers_send_the_same(self):
        for source in sorted((HERE / "service").glob("*.py")):
            with self.subTest(source.name):
                python, run = self.compare(source)
                self.assertEqual(run.stdout, python.stdout, run.stderr)

    @unittest.skipUnless("UMAPI_SAMPLES" in os.environ, "UMAPI_SAMPLES names no folder")
    def test_the_samples_send_the_same(self):
        sources = sorted(pathlib.Path(os.environ["UMAPI_SAMPLES"]).rglob("*.py"))
        self.assertEqual(len(sources), 25)
        for source in sources:
            with self.subTest(source.name):
                if "token" in source.name or source.name == "JWTExchange.py":
                    self.draft(source, self.folder())
                    continue
                folder = self.folder()
                text = source.read_text().replace("ORG_ID = ''", f"ORG_ID = '{ORGANIZATION}'")
                text = text.replace("GROUP_NAME = ''", "GROUP_NAME = 'Designers'")
                text = text.replace("USER_EMAIL = ''", "USER_EMAIL = 'kim@example.com'")
                (folder / source.name).write_text(text)
                for beside in source.parent.glob("*.c[so][vn]*"):
                    beside = folder / shutil.copy(beside, folder)
                    words = beside.read_text().replace("<my organization id>", ORGANIZATION)
                    words = re.sub(r"<[^>]*>", "example.com", words)
                    beside.write_text(words + ("\naccess_token = a-token\n" if beside.suffix == ".config" else ""))
                self.compare(folder / source.name)


class Traps(ServiceCase):
    """Each trap that `check` knows has a file with the Python that it is a trap for."""

    def test_each_trap_has_a_file_and_each_file_a_trap(self):
        known = re.findall(r"^pub\(super\) fn (\w+)\(", TRAPS.read_text(), re.MULTILINE)
        self.assertGreater(len(known), 30)
        self.assertEqual(sorted(path.stem for path in (HERE / "traps").glob("*.py")), sorted(known))

    def test_each_file_falls_into_its_trap_and_its_draft_does_not(self):
        for source in sorted((HERE / "traps").glob("*.py")):
            with self.subTest(source.name):
                here, found = (line.split(": ", 1)[1] for line in source.read_text().splitlines()[:2])
                folder = self.folder()
                (folder / "trap.rhai").write_text(here + "\n")
                checked = umapish("check", "trap.rhai", folder=folder)
                self.assertIn(found, " ".join(checked.stderr.split()))
                if "import requests" in source.read_text():
                    python, run = self.compare(source)
                else:
                    python, run = self.both(source)
                self.assertEqual(python.returncode, 0, python.stderr)
                self.assertEqual(run.stdout, python.stdout, run.stderr)


class Client(TranslateCase):
    """Drafts of scripts for umapi-client change an organization as their originals do."""

    def test_scripts_for_umapi_client_do_the_same(self):
        for source in sorted((HERE / "client").glob("*.py")):
            with self.subTest(source.name):
                theirs, ours = Sandbox(), Sandbox()
                self.addCleanup(theirs.stop)
                self.addCleanup(ours.stop)
                folder = self.folder()
                keys = [theirs.sign_in_host, theirs.client_id, theirs.client_secret]
                command = [sys.executable, "-c", CLIENT, *keys, source, theirs.organization, theirs.service_url]
                environment = {**os.environ, "PYTHONPATH": str(pathlib.Path(__file__).parent)}
                python = subprocess.run(
                    command, cwd=folder, env=environment, capture_output=True, text=True, timeout=120
                )
                settings = {
                    "UMAPI_URL": ours.service_url,
                    "UMAPI_IMS_URL": ours.sign_in_url,
                    "UMAPI_ORG_ID": ours.organization,
                    "UMAPI_CLIENT_ID": ours.client_id,
                    "UMAPI_CLIENT_SECRET": ours.client_secret,
                }
                draft = self.draft(source, folder)
                run = umapish(
                    "-q", "--live", draft, ours.organization, ours.service_url, folder=folder, **settings
                )
                self.assertEqual(python.returncode, 0, python.stderr)
                self.assertEqual(run.stdout, python.stdout, run.stderr)
                self.assertEqual(run.returncode, 0, run.stderr)


def normal(method, path, query, body):
    """A call without what differs from run to run, and without what umapish sets itself."""
    query = sorted(part for part in query.split("&") if part and not part.startswith("testOnly="))
    return method, path, query, plain(body)


def plain(value):
    if isinstance(value, list):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        # The draft sends the step that the sample means (defect B11).
        names = {"addEnterpriseID": "createEnterpriseID"}
        kept = {names.get(key, key): plain(entry) for key, entry in value.items() if key != "requestID"}
        return dict(sorted(kept.items()))
    if isinstance(value, str):
        return re.sub(r"\b[A-Z0-9]{12}\b", "RANDOM", value)
    return value


if __name__ == "__main__":
    unittest.main()
