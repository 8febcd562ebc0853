"""What Adobe's sample scripts send, new and old, byte by byte over `requests`: their bodies, headers and paths."""

import urllib.parse
import uuid

import requests
from umapi_client import UserAction

from case import SandboxCase


class Samples(SandboxCase):
    """The samples' way to call: no client, one token, `Content-type` only where there is a body."""

    def setUp(self):
        super().setUp()
        self.session = requests.Session()
        self.addCleanup(self.session.close)
        self.token = self.sign_in()["access_token"]

    def sign_in(self, **changes):
        """The form is joined by hand in the samples: commas stay as they are."""
        fields = {
            "grant_type": "client_credentials",
            "client_id": self.sandbox.client_id,
            "client_secret": self.sandbox.client_secret,
            "scope": "openid,AdobeID,user_management_sdk",
        }
        form = "&".join(f"{name}={value}" for name, value in {**fields, **changes}.items())
        headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
        return self.session.post(f"{self.sandbox.sign_in_url}/ims/token/v2", data=form, headers=headers).json()

    def call(self, method, path, body=None):
        headers = {
            "Accept": "application/json",
            "x-api-key": self.sandbox.client_id,
            "Authorization": f"Bearer {self.token}",
        }
        if body is not None:
            headers["Content-type"] = "application/json"
        url = self.sandbox.service_url + path
        return self.session.request(method, url, headers=headers, json=body, timeout=120)

    def act(self, commands, test="false"):
        answer = self.call("POST", f"/action/{self.sandbox.organization}?testOnly={test}", commands)
        self.assertEqual(answer.status_code, 200, answer.text)
        return answer.json()

    def one(self, user, *steps, **root):
        return self.act([{"user": user, "requestID": str(uuid.uuid1()), "do": list(steps), **root}])

    def succeeds(self, answer, commands=1):
        self.assertEqual(
            answer, {"result": "success", "completed": commands, "notCompleted": 0, "completedInTestMode": 0}
        )

    def fails(self, answer, code):
        self.assertEqual((answer["result"], answer["completed"], answer["notCompleted"]), ("error", 0, 1))
        self.assertEqual([error["errorCode"] for error in answer["errors"]], [code])


def account(email, **fields):
    return {"email": email, "country": "US", "firstname": "New", "lastname": "Person", **fields}


IGNORE = {"option": "ignoreIfAlreadyExists"}


class NewSamples(Samples):
    def test_the_answer_to_a_token_request_has_three_fields(self):
        answer = self.sign_in()
        self.assertEqual((answer["token_type"], answer["expires_in"]), ("bearer", 86_399))
        self.assertEqual(len(answer), 3)

    def test_a_token_request_without_the_scope_is_refused(self):
        self.assertEqual(self.sign_in(scope="openid,AdobeID")["error"], "invalid_scope")

    def test_an_adobe_id_is_added(self):
        email = "sample@example.net"
        self.succeeds(self.one(email, {"addAdobeID": account(email, **IGNORE)}))

    def test_the_step_of_the_sample_for_enterprise_ids_does_not_exist(self):
        email = "sample@example.org"
        self.fails(self.one(email, {"addEnterpriseID": account(email, **IGNORE)}), "error.command.step.unknown")
        self.succeeds(self.one(email, {"createEnterpriseID": account(email, **IGNORE)}))

    def test_a_federated_id_is_added_by_email_and_by_name_with_its_domain(self):
        email = "sample@example.com"
        self.succeeds(self.one(email, {"createFederatedID": account(email, **IGNORE)}))
        step = {"createFederatedID": account("other@example.com", **IGNORE)}
        self.fails(self.one("other", step), "error.command.domain.missing")
        self.succeeds(self.one("other", step, domain="example.com"))

    def test_an_account_is_updated_in_its_username_and_email(self):
        update = {"username": "grace@example.com", "email": "grace@emea.example.com"}
        self.succeeds(self.one("hugo.martin@example.com", {"update": update}))
        self.assertEqual(self.user("grace@emea.example.com")["username"], "grace@example.com")

    def test_an_account_is_removed(self):
        self.succeeds(self.one("ben.osei@example.com", {"removeFromOrg": {"deleteAccount": False}}))
        self.assertEqual(self.user("ben.osei@example.com"), {})

    def test_rows_of_a_table_are_created_put_into_groups_and_removed_in_one_request(self):
        rows = [f"row{number}@example.com" for number in range(10)]
        commands = [
            {
                "user": email,
                "requestID": str(uuid.uuid1()),
                "do": [
                    {"createFederatedID": account(email, **IGNORE)},
                    {"add": {"group": ["Designers", "Acrobat Pro"]}},
                    {"removeFromOrg": {"deleteAccount": True}},
                ],
            }
            for email in rows
        ]
        self.succeeds(self.act(commands), commands=10)
        self.assertEqual(self.user(rows[0]), {})

    def test_a_rehearsal_which_is_what_the_samples_do_by_default_changes_nothing(self):
        email = "sample@example.com"
        answer = self.act([{"user": email, "do": [{"createFederatedID": account(email, **IGNORE)}]}], test="true")
        self.assertEqual(
            answer, {"result": "success", "completed": 0, "notCompleted": 0, "completedInTestMode": 1}
        )
        self.assertEqual(self.user(email), {})

    def test_one_user_and_all_users_and_members_and_groups_are_read(self):
        organization = self.sandbox.organization
        user = self.call("GET", f"/organizations/{organization}/users/ada.lind@example.com").json()
        self.assertEqual((user["result"], user["user"]["email"]), ("success", "ada.lind@example.com"))
        listings = {
            f"/users/{organization}/0": ("users", {"lastPage", "result", "users"}),
            f"/users/{organization}/0/All Apps?directOnly=false": (
                "users",
                {"lastPage", "result", "users", "groupName"},
            ),
            f"/groups/{organization}/0": ("groups", {"lastPage", "result", "groups"}),
        }
        for path, (key, fields) in listings.items():
            page = self.call("GET", path).json()
            self.assertEqual((set(page), page["lastPage"], page["result"]), (fields, True, "success"), path)
            self.assertTrue(page[key], path)

    def test_someone_and_something_unknown_is_answered_as_documented(self):
        organization = self.sandbox.organization
        answer = self.call("GET", f"/organizations/{organization}/users/nobody@example.com")
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(
            answer.json(), {"result": "error.user.not_found", "message": "User not found nobody@example.com"}
        )
        answer = self.call("GET", f"/users/{organization}/0/Nobody")
        self.assertEqual(answer.status_code, 404)
        self.assertEqual(
            answer.json(), {"lastPage": False, "result": "error.group.not_found", "message": "Not found: Nobody"}
        )


class OldSamples(Samples):
    """No `requestID`, no `option`, no `testOnly`; a body's type on every request, GETs included."""

    def call(self, method, path, body=None):
        self.session.headers["Content-type"] = "application/json"
        return super().call(method, path.replace("?testOnly=false", ""), body)

    def old(self, user, *steps, **root):
        return self.act([{"user": user, "do": list(steps), **root}])

    def test_accounts_are_made_with_the_least_that_is_needed(self):
        names = {"firstname": "New", "lastname": "Person"}
        self.succeeds(self.old("R1@example.net", {"addAdobeID": {"email": "R1@example.net", "country": "US"}}))
        self.succeeds(
            self.old("R2@example.org", {"createEnterpriseID": {"email": "R2@example.org", "country": "US", **names}})
        )
        self.succeeds(
            self.old(
                "R3",
                {"createFederatedID": {"email": "R3@sso.example.com", "country": "US", **names}},
                domain="sso.example.com",
            )
        )

    def test_a_user_is_updated_joins_leaves_and_is_removed(self):
        user = "ben.osei@example.com"
        self.succeeds(self.old(user, {"update": {"firstname": "B", "lastname": "O"}}))
        self.succeeds(self.old(user, {"add": {"group": ["All Apps"]}}))
        self.succeeds(self.old(user, {"remove": {"group": ["All Apps"]}}))
        self.succeeds(self.old(user, {"removeFromOrg": {}}))

    def test_two_users_are_made_in_one_request(self):
        emails = ["R1@example.org", "R2@example.org"]
        commands = [{"user": email, "do": [{"createEnterpriseID": account(email)}]} for email in emails]
        self.succeeds(self.act(commands), commands=2)

    def test_a_listing_with_the_type_of_a_body_is_answered(self):
        self.assertEqual(self.call("GET", f"/groups/{self.sandbox.organization}/0").json()["result"], "success")


class Collection(Samples):
    """What Adobe's Postman collection sends beyond the samples."""

    def test_tokens_are_asked_for_with_multipart_forms(self):
        form = {
            "grant_type": (None, "client_credentials"),
            "client_id": (None, self.sandbox.client_id),
            "client_secret": (None, self.sandbox.client_secret),
            "scope": (None, "openid,AdobeID,user_management_sdk"),
        }
        answer = self.session.post(f"{self.sandbox.sign_in_url}/ims/token/v2", files=form)
        self.assertIn("access_token", answer.json())

    def test_tokens_are_asked_for_in_the_query_as_in_the_documentations_own_line(self):
        query = urllib.parse.urlencode(
            {
                "grant_type": "client_credentials",
                "client_id": self.sandbox.client_id,
                "client_secret": self.sandbox.client_secret,
                "scope": "openid,AdobeID,user_management_sdk",
            }
        )
        answer = self.session.post(f"{self.sandbox.sign_in_url}/ims/token/v2?{query}")
        self.assertIn("access_token", answer.json())
        self.assertEqual([one["query"] for one in self.sandbox.seen("OAuthToken")], [""] * 2)

    def test_a_login_name_that_is_an_email_but_not_the_persons_own_is_accepted(self):
        self.succeeds(self.one("login@example.com", {"createFederatedID": account("person@example.com")}))
        user = self.user("person@example.com")
        self.assertEqual((user["username"], user["email"]), ("login@example.com", "person@example.com"))

    def test_several_kinds_of_step_are_mixed_in_one_command(self):
        email = "mixed@example.com"
        answer = self.one(
            email,
            {"createFederatedID": account(email)},
            {"add": {"group": ["_support_admin", "Designers"]}},
            {"remove": {"group": ["Designers"]}},
            {"update": {"lastname": "Changed"}},
        )
        self.succeeds(answer)
        user = self.user(email)
        self.assertEqual((user["groups"], user["lastname"]), (["_support_admin"], "Changed"))
        self.succeeds(self.one(email, {"remove": "all"}))
        self.assertNotIn("groups", self.user(email))

    def test_a_warning_for_an_old_key_comes_beside_success(self):
        answer = self.act(
            [{"usergroup": "Interns", "requestID": "w", "do": [{"add": {"product": ["Stock"]}}]}],
        )
        self.assertEqual((answer["result"], answer["completed"]), ("success", 1))
        self.assertNotIn("errors", answer)
        [warning] = answer["warnings"]
        self.assertEqual(
            (warning["index"], warning["step"], warning["warningCode"], warning["requestID"]),
            (0, 0, "warning.command.deprecated", "w"),
        )

    def test_an_answer_of_which_a_part_failed_is_partial(self):
        commands = [
            UserAction("ada.lind@example.com").add_to_groups(["Interns"]).wire_dict(),
            UserAction("ada.lind@example.com").add_to_groups(["No Such Group"]).wire_dict(),
        ]
        answer = self.act(commands)
        self.assertEqual((answer["result"], answer["completed"], answer["notCompleted"]), ("partial", 1, 1))
        [error] = answer["errors"]
        self.assertEqual((error["index"], error["step"], error["user"]), (1, 0, "ada.lind@example.com"))

    def test_a_body_that_is_no_list_is_refused(self):
        path = f"/action/{self.sandbox.organization}"
        for body in ({"user": "ada.lind@example.com", "do": []}, []):
            answer = self.call("POST", path, body)
            self.assertEqual((answer.status_code, answer.json()["result"]), (400, "error.command.malformed"))
