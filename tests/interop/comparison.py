"""The same jobs through Adobe's `umapi-cli` and through `umapish`, on one faulty sandbox.

Each job runs once with each tool on a fresh organization. What a person would see, and what really happened there, is
measured. `python3 comparison.py` prints the table; the test holds that the guide shows it.
"""

import csv
import os
import pathlib
import subprocess
import tempfile

import requests

from adobe_cli import UmapiCli
from sandbox import BINARY, Sandbox

PEOPLE = [f"new{number}@example.com" for number in range(25)]
HEADER = [
    "| job | fault | `umapi-cli` 2.2.0 | `umapish` |",
    "|---|---|---|---|",
]


class Trial:
    """One job with one tool: the folder it runs in, its sandbox, and what it left behind."""

    def __init__(self, folder, sandbox):
        self.folder = pathlib.Path(folder)
        self.sandbox = sandbox
        self.exit = None
        self.output = ""

    def umapi_cli(self, *arguments, **settings):
        run = UmapiCli(self.sandbox, self.folder, **settings).run(*arguments)
        self.exit, self.output = run.returncode, run.stdout + run.stderr

    def umapish(self, script, **settings):
        (self.folder / "job.rhai").write_text(script, encoding="utf-8")
        environment = {
            "HOME": str(self.folder),
            "NO_PROXY": "127.0.0.1",
            "UMAPI_URL": self.sandbox.service_url,
            "UMAPI_IMS_URL": self.sandbox.sign_in_url,
            "UMAPI_ORG_ID": self.sandbox.organization,
            "UMAPI_CLIENT_ID": self.sandbox.client_id,
            "UMAPI_CLIENT_SECRET": self.sandbox.client_secret,
            "UMAPI_PACE": "off",
            "UMAPI_FIRST_DELAY": "0",
            "UMAPI_JITTER": "0",
            **settings,
        }
        command = [os.environ[BINARY], "--live", "--quiet", "job.rhai"]
        run = subprocess.run(
            command, cwd=self.folder, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60
        )
        self.exit, self.output = run.returncode, run.stdout + run.stderr

    def rows(self, name, rows):
        with open(self.folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)

    def token(self):
        form = {
            "grant_type": "client_credentials",
            "client_id": self.sandbox.client_id,
            "client_secret": self.sandbox.client_secret,
            "scope": "openid,AdobeID,user_management_sdk",
        }
        response = requests.post(f"{self.sandbox.sign_in_url}/ims/token/v2", data=form, timeout=10)
        return response.json()["access_token"]

    def exists(self, kind, name):
        """Whether the organization has a user or a group of that name now."""
        self.sandbox.forget()
        headers = {"Authorization": f"Bearer {self.token()}", "X-Api-Key": self.sandbox.client_id}
        path = {
            "user": f"organizations/{self.sandbox.organization}/users/{name}",
            "group": f"users/{self.sandbox.organization}/0/{name}",
        }[kind]
        return requests.get(f"{self.sandbox.service_url}/{path}", headers=headers, timeout=10).status_code == 200

    def created(self):
        return sum(self.exists("user", email) for email in PEOPLE)

    def mentions(self, text):
        return text.lower() in " ".join(self.output.split()).lower()


def run(job):
    with tempfile.TemporaryDirectory() as folder:
        sandbox = Sandbox()
        try:
            return job(Trial(folder, sandbox))
        finally:
            sandbox.stop()


def new_people(trial, group_of=lambda email: "Designers"):
    trial.rows(
        "people.csv",
        [
            {"type": "federatedID", "email": email, "firstname": "New", "lastname": "Person", "country": "US",
             "username": email, "domain": "", "groups": group_of(email)}
            for email in PEOPLE
        ],
    )


CREATE = """
let people = read_csv("people.csv");
let report = multi_action(people.map(|row| command(row.email)
    .add_federated_id(#{email: row.email, firstname: row.firstname, lastname: row.lastname, country: row.country})
    .add_to_groups([row.groups])));
print(`${report.done.len()} done, ${report.failed.len()} failed, ${report.unknown.len()} unknown, ${report.not_sent.len()} not sent`);
"""


def counts(trial):
    """The counts that our script prints."""
    line = next((line for line in trial.output.splitlines() if " done, " in line and "not sent" in line), "no report")
    return line.strip()


def refused_row(tool):
    def job(trial):
        new_people(trial, lambda email: "Gone" if email == PEOPLE[3] else "Designers")
        if tool == "umapi-cli":
            trial.umapi_cli("user-create-bulk", "--in-file", "people.csv")
            named = "named" if trial.mentions(PEOPLE[3]) else "not named"
            succeeded = next(line.split(":")[1].strip() for line in trial.output.splitlines() if "Succeeded" in line)
            return f"exit {trial.exit}; reports {succeeded} of 25 succeeded, the refused person {named}"
        trial.umapish(CREATE)
        named = "named" if trial.mentions(PEOPLE[3]) else "not named"
        return f"exit {trial.exit}; {counts(trial)}; the refused person {named}"

    return run(job)


def wrong_secret(tool):
    def job(trial):
        if tool == "umapi-cli":
            trial.umapi_cli("user-read-all", "--out-file", "users.csv", UMAPI_CLIENT_SECRET="wrong")
        else:
            script = 'write_csv("users.csv", get_users());'
            trial.umapish(script, UMAPI_CLIENT_SECRET="wrong")
        file = trial.folder / "users.csv"
        left = "leaves an empty `users.csv`" if file.exists() and not file.read_text() else "writes no file"
        return f"exit {trial.exit}; {left}"

    return run(job)


def unavailable(tool):
    def job(trial):
        new_people(trial)
        trial.sandbox.queue({"status": {"status": 503}}, endpoint="action", skip=1, times=99)
        if tool == "umapi-cli":
            trial.umapi_cli("user-create-bulk", "--in-file", "people.csv")
            summary = "a summary" if trial.mentions("Executed") else "no summary"
            return f"exit {trial.exit}; {summary}; {trial.created()} of 25 accounts created"
        trial.umapish(CREATE)
        return f"exit {trial.exit}; {counts(trial)}; {trial.created()} of 25 accounts created"

    return run(job)


def lost_response(tool):
    def job(trial):
        trial.sandbox.queue("dropAfter", endpoint="action")
        if tool == "umapi-cli":
            trial.umapi_cli("group-update", "--name", "Interns", "--name-new", "Trainees")
        else:
            trial.umapish('update_user_group("Interns", #{name: "Trainees"}); print("succeeded");')
        claim = "success" if trial.mentions("succeeded") else "an error"
        renamed = "is renamed" if trial.exists("group", "Trainees") else "keeps its name"
        return f"exit {trial.exit}; reports {claim}; the group {renamed}"

    return run(job)


def missing_page(tool):
    def job(trial):
        trial.sandbox.configure(page_size=10)
        trial.sandbox.queue({"status": {"status": 404, "body": ""}}, endpoint="users", skip=2, times=99)
        if tool == "umapi-cli":
            trial.umapi_cli("user-read-all", "--out-file", "users.csv")
        else:
            trial.umapish('write_csv("users.csv", get_users());')
        file = trial.folder / "users.csv"
        text = file.read_text(encoding="utf-8") if file.exists() else ""
        rows = list(csv.DictReader(text.splitlines()))
        told = "says that the list is incomplete" if trial.mentions("incomplete") else "says nothing"
        return f"exit {trial.exit}; {f'writes {len(rows)} users' if rows else 'writes no file'}; {told}"

    return run(job)


JOBS = [
    ("create 25 people from a file", "one row names an unknown group", refused_row),
    ("create 25 people from a file", "HTTP 503 from the second request on", unavailable),
    ("rename a group", "the response is lost after the change was made", lost_response),
    ("write all users to a file", "the client secret is wrong", wrong_secret),
    ("write all users to a file", "the third page of the listing is missing", missing_page),
]


def table():
    """The lines of the table, as the guide shows them."""
    rows = [f"| {job} | {fault} | {trial('umapi-cli')} | {trial('umapish')} |" for job, fault, trial in JOBS]
    return HEADER + rows


if __name__ == "__main__":
    print("\n".join(table()))
