"""Adobe's command-line tool `umapi-cli`: its reads, creates, updates, bulk files and deletions."""

import csv
import pathlib
import tempfile

from adobe_cli import UmapiCli
from case import SandboxCase

BEN = "ben.osei@example.com"


class CliCase(SandboxCase):
    """A test with a fresh organization and the tool in an empty folder."""

    def setUp(self):
        super().setUp()
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = pathlib.Path(folder.name)
        self.cli = UmapiCli(self.sandbox, self.folder)

    def succeeds(self, *arguments, message="operation succeeded"):
        """Runs a command that reports success; returns its output."""
        run = self.cli.run(*arguments)
        self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        self.assertIn(message, run.stdout, run.stderr)
        self.assertNotIn("error", run.stdout.lower())
        return run.stdout

    def file(self, name, rows):
        """Writes a CSV file with the columns of the first row; returns its name."""
        with open(self.folder / name, "w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, rows[0].keys())
            writer.writeheader()
            writer.writerows(rows)
        return name

    def bulk(self, command, rows):
        """Runs a bulk command; returns the numbers of its summary."""
        run = self.cli.run(command, "--in-file", self.file("rows.csv", rows))
        lines = [line.split(":") for line in run.stdout.splitlines() if ":" in line]
        counts = {line[0].strip(): line[1].strip() for line in lines}
        self.assertIn("Executed", counts, run.stdout + run.stderr)
        return [int(counts[name]) for name in ("Executed", "Succeeded", "Errors")]

    def groups_of(self, email):
        return self.user(email).get("groups", [])

    def members(self, group):
        return [record["email"] for record in self.cli.records("user-read-all", "--in-group", group)]

    def group_names(self):
        return [record["groupName"] for record in self.cli.records("group-read-all")]


class Reading(CliCase):
    def test_one_user_and_all_users_are_read(self):
        [ben] = self.cli.records("user-read", "--email", BEN)
        self.assertEqual((ben["email"], ben["groups"]), (BEN, ["Designers", "Photoshop"]))
        self.sandbox.configure(page_size=7)
        everyone = self.cli.records("user-read-all")
        self.assertGreater(len(everyone), 40)
        self.assertEqual(len({record["id"] for record in everyone}), len(everyone))

    def test_members_and_groups_are_read(self):
        self.assertIn(BEN, self.members("Designers"))
        names = self.group_names()
        self.assertIn("Photoshop", names)
        [group] = self.cli.records("group-read", "--group", "designers")
        self.assertEqual((group["groupName"], group["type"]), ("Designers", "USER_GROUP"))

    def test_an_unknown_user_is_not_found(self):
        run = self.cli.run("user-read", "--email", "nobody@example.com")
        self.assertEqual((run.returncode, run.stdout.strip()), (1, "No user found"))

    def test_a_listing_can_be_written_to_a_file(self):
        self.cli.run("user-read-all", "--out-file", "everyone.csv")
        with open(self.folder / "everyone.csv", newline="", encoding="utf-8") as file:
            rows = list(csv.DictReader(file))
        self.assertIn("Designers,Photoshop", [row["groups"] for row in rows if row["email"] == BEN])


class Changing(CliCase):
    NEW = ("--email", "new@example.com", "--firstname", "New", "--lastname", "Person", "--country", "US")

    def test_a_user_is_created_with_groups_and_without(self):
        self.succeeds("user-create", *self.NEW, "--groups", "Designers,Photoshop")
        self.assertEqual(self.groups_of("new@example.com"), ["Designers", "Photoshop"])
        # The tool sends a step without names; the account is created all the same (contract 7.9).
        other = [part.replace("new@", "other@") for part in self.NEW]
        self.cli.run("user-create", *other)
        self.assertEqual(self.user("other@example.com")["lastname"], "Person")

    def test_a_rehearsal_changes_nothing(self):
        self.cli.run("--test", "user-create", *self.NEW, "--groups", "Designers")
        self.assertEqual(self.user("new@example.com"), {})

    def test_a_user_is_updated(self):
        self.succeeds("user-update", "--email", BEN, "--lastname", "Osei-Mensah")
        self.assertEqual(self.user(BEN)["lastname"], "Osei-Mensah")
        # The tool sends an empty `update` before the groups; they are changed all the same (contract 7.28).
        self.cli.run("user-update", "--email", BEN, "--groups-add", "Marketing", "--groups-remove", "Photoshop")
        self.assertEqual(sorted(self.groups_of(BEN)), ["Designers", "Marketing"])

    def test_a_user_is_removed(self):
        self.succeeds("user-delete", "--email", BEN)
        self.assertEqual(self.user(BEN), {})

    def test_groups_are_created_changed_and_deleted(self):
        self.succeeds("group-create", "--name", "Writers", "--description", "They write")
        self.succeeds("group-update", "--name", "Writers", "--users-add", BEN, "--profiles-add", "Stock")
        self.assertEqual(self.members("Writers"), [BEN])
        self.succeeds("group-update", "--name", "Writers", "--name-new", "Authors")
        self.assertIn("Authors", self.group_names())
        self.succeeds("group-update", "--name", "Authors", "--users-remove", BEN)
        self.assertEqual(self.members("Authors"), [])
        # The tool deletes it and then fails: it divides by the number of queued actions, which is 0.
        self.assertIn("division by zero", self.cli.run("group-delete", "--name", "Authors").stdout)
        self.assertNotIn("Authors", self.group_names())


class BulkFiles(CliCase):
    def test_users_are_created_updated_and_removed(self):
        emails = [f"new{number}@example.com" for number in range(25)]
        rows = [
            {"type": "federatedID", "email": email, "firstname": "New", "lastname": "Person", "country": "US",
             "username": email, "domain": "", "groups": "Designers,Photoshop"}
            for email in emails
        ]
        self.assertEqual(self.bulk("user-create-bulk", rows), [25, 25, 0])
        self.assertEqual(len(self.sandbox.seen("Action")), 3)
        self.assertLessEqual(set(emails), set(self.members("Designers")))
        rows = [
            {"email": email, "email_new": "", "firstname": "", "lastname": "Renamed", "username": "",
             "add_groups": "Marketing", "remove_groups": "Photoshop"}
            for email in emails
        ]
        self.assertEqual(self.bulk("user-update-bulk", rows), [25, 25, 0])
        self.assertEqual(self.user(emails[24])["lastname"], "Renamed")
        self.assertEqual(sorted(self.groups_of(emails[24])), ["Designers", "Marketing"])
        rows = [{"email": email, "hard_delete": "n"} for email in emails]
        self.assertEqual(self.bulk("user-delete-bulk", rows), [25, 25, 0])
        self.assertEqual(self.user(emails[0]), {})

    def test_a_refused_row_is_counted_and_the_others_are_done(self):
        rows = [
            {"email": email, "email_new": "", "firstname": "", "lastname": "New", "username": "",
             "add_groups": group, "remove_groups": ""}
            for email, group in [(BEN, "Gone"), ("carla.ruiz@example.com", "Marketing")]
        ]
        self.assertEqual(self.bulk("user-update-bulk", rows), [2, 1, 1])
        self.assertIn("Marketing", self.groups_of("carla.ruiz@example.com"))

    def test_groups_are_created_updated_and_deleted(self):
        names = [f"Team {number}" for number in range(12)]
        self.assertEqual(self.bulk("group-create-bulk", [{"name": n, "description": "x"} for n in names]), [12, 12, 0])
        self.assertLessEqual(set(names), set(self.group_names()))
        rows = [
            {"name": name, "name_new": name.upper(), "description": "y", "add_users": BEN, "remove_users": "",
             "add_profiles": "", "remove_profiles": ""}
            for name in names
        ]
        self.bulk("group-update-bulk", rows)
        self.sandbox.forget()
        # It sends each deletion alone, because of a bug of the service (contract 7.38), and then divides by zero.
        rows = self.file("rows.csv", [{"name": name} for name in names])
        self.assertIn("division by zero", self.cli.run("group-delete-bulk", "--in-file", rows).stdout)
        self.assertEqual(len(self.sandbox.seen("Action")), 12)
        self.assertFalse(set(names) & set(self.group_names()))
