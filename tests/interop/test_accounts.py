"""Accounts: each kind of ID created, existing ones met, updated, removed, looked up."""

from umapi_client import IdentityType, IfAlreadyExistsOption, UserAction

from case import SandboxCase

ADOBE, ENTERPRISE, FEDERATED = IdentityType.adobeID, IdentityType.enterpriseID, IdentityType.federatedID
UPDATE = IfAlreadyExistsOption.updateIfAlreadyExists
ERROR = IfAlreadyExistsOption.errorIfAlreadyExists


class Creating(SandboxCase):
    def test_each_kind_of_id_is_created_and_found(self):
        kinds = [(ADOBE, "new@example.net"), (ENTERPRISE, "new@example.org"), (FEDERATED, "new@example.com")]
        for kind, email in kinds:
            self.create(email, id_type=kind, firstname="Nia", lastname="Okoro", country="NG")
            user = self.user(email)
            expected = {
                "email": email,
                "username": email,
                "domain": email.split("@")[1],
                "firstname": "Nia",
                "lastname": "Okoro",
                "country": "NG",
                "type": kind.name,
                "status": "active",
            }
            self.assertEqual({key: user.get(key) for key in expected}, expected)
            self.assertTrue(user["id"])
            self.assertNotIn("groups", user)

    def test_a_kind_may_be_given_by_name(self):
        self.create("new@example.org", id_type="enterpriseID")
        self.assertEqual(self.user("new@example.org")["type"], "enterpriseID")

    def test_a_federated_user_may_sign_in_by_a_name_that_is_no_email(self):
        action = UserAction("n.okoro", "sso.example.com")
        self.done(action.create("nia@example.com", "Nia", "Okoro", "NG").add_to_groups(["Designers"]))
        user = self.user("n.okoro", "sso.example.com")
        self.assertEqual((user["email"], user["username"]), ("nia@example.com", "n.okoro"))
        self.assertEqual((user["domain"], user["groups"]), ("sso.example.com", ["Designers"]))
        self.assertEqual(self.user("nia@example.com"), user)

    def test_an_adobe_id_may_share_its_email_with_a_managed_one(self):
        self.assertEqual(self.user("both@example.com")["type"], "federatedID")
        self.assertEqual(self.user("both@example.com", "AdobeID")["type"], "adobeID")
        self.done(UserAction("both@example.com", use_adobe_id=True).add_to_groups(["Interns"]))
        self.assertEqual(self.user("both@example.com", "AdobeID")["groups"], ["Interns"])
        self.assertNotIn("groups", self.user("both@example.com"))

    def test_an_unclaimed_domain_is_refused(self):
        action = UserAction("new@example.net").create("new@example.net", "New", "Person", "US")
        self.refused(action, "error.domain.trust.nonexistent")

    def test_a_directory_of_the_other_kind_is_refused(self):
        action = UserAction("new@example.org").create("new@example.org", "New", "Person", "US", FEDERATED)
        self.refused(action, "error.user.type_mismatch")

    def test_a_missing_name_and_a_wrong_country_are_refused(self):
        address = "new@example.com"
        self.refused(UserAction(address).create(address, lastname="P", country="US"), "error.user.firstname_missing")
        self.refused(UserAction(address).create(address, "New", country="US"), "error.user.lastname_missing")
        self.refused(UserAction(address).create(address, "New", "Person", "XX"), "error.country.invalid")

    def test_an_error_names_the_step_the_person_and_the_request(self):
        action = UserAction("new@example.net", requestID="r-7").create("new@example.net", "New", "Person", "US")
        error = self.refused(action, "error.domain.trust.nonexistent")
        self.assertEqual((error["user"], error["requestID"]), ("new@example.net", "r-7"))
        self.assertEqual(list(error["command"]), ["createFederatedID"])
        self.assertEqual(error["target"], {"user": "new@example.net", "requestID": "r-7"})
        self.assertTrue(error["message"])


class MeetingAnExistingAccount(SandboxCase):
    def again(self, option, **fields):
        return UserAction("ada.lind@example.com").create("ada.lind@example.com", on_conflict=option, **fields)

    def test_the_client_ignores_it_by_default_and_goes_on(self):
        action = UserAction("ada.lind@example.com").create("ada.lind@example.com", "Other", "Name", "US")
        self.done(action.add_to_groups(["Interns"]))
        user = self.user("ada.lind@example.com")
        self.assertEqual((user["firstname"], user["lastname"], user["country"]), ("Ada", "Lind", "SE"))
        self.assertIn("Interns", user["groups"])

    def test_it_is_updated_on_request_in_its_names_only(self):
        self.done(self.again(UPDATE, firstname="Adele", lastname="Lindgren", country="US"))
        user = self.user("ada.lind@example.com")
        self.assertEqual((user["firstname"], user["lastname"], user["country"]), ("Adele", "Lindgren", "SE"))

    def test_it_is_an_error_on_request_and_later_steps_run(self):
        action = self.again(ERROR, firstname="A", lastname="L", country="SE").add_to_groups(["Interns"])
        self.refused(action, "error.user.already_in_org")
        user = self.user("ada.lind@example.com")
        self.assertEqual(user["firstname"], "Ada")
        self.assertIn("Interns", user["groups"])


class Updating(SandboxCase):
    def test_names_change_and_the_rest_stays(self):
        before = self.user("ben.osei@example.com")
        self.done(UserAction("ben.osei@example.com").update(firstname="Benjamin", lastname="Osei-Bonsu"))
        after = self.user("ben.osei@example.com")
        self.assertEqual(after, {**before, "firstname": "Benjamin", "lastname": "Osei-Bonsu"})

    def test_an_email_changes_and_the_username_stays(self):
        self.done(UserAction("ben.osei@example.com").update(email="ben@emea.example.com"))
        user = self.user("ben@emea.example.com")
        self.assertEqual((user["username"], user["firstname"]), ("ben.osei@example.com", "Ben"))
        self.assertEqual(self.user("ben.osei@example.com"), {})

    def test_a_federated_username_changes(self):
        self.done(UserAction("jonas.weber", "sso.example.com").update(username="j.weber"))
        self.assertEqual(self.user("j.weber", "sso.example.com")["email"], "jonas.weber@example.com")
        self.assertEqual(self.user("jonas.weber", "sso.example.com"), {})

    def test_what_cannot_be_updated_is_refused(self):
        enterprise, adobe = "dmitri.volkov@example.org", "femi.adeyemi@example.net"
        self.refused(UserAction(adobe).update(firstname="F"), "error.update.adobeid.no")
        self.refused(UserAction(enterprise).update(username="dmitri"), "error.update.username.no")
        self.refused(UserAction(enterprise).update(email="d@example.com"), "error.user.change_domain_update.no")
        self.refused(UserAction("ben.osei@example.com").update(email="Ben.Osei@example.com"), "error.update.no")
        self.refused(
            UserAction("ben.osei@example.com").update(email="ada.lind@example.com"), "error.user.email.name_in_use"
        )
        self.refused(UserAction("nobody@example.com").update(firstname="N"), "error.user.nonexistent")

    def test_the_empty_update_that_the_client_sends_for_no_fields_is_refused(self):
        self.refused(UserAction("ben.osei@example.com").update(), "error.command.illegal_entry")


class Removing(SandboxCase):
    def removal(self, email, delete_account=False):
        action = UserAction(email)
        self.assertIsNone(action.remove_from_organization(delete_account=delete_account))
        return action

    def test_someone_removed_is_found_no_more_and_may_return(self):
        self.done(self.removal("ben.osei@example.com"))
        self.assertEqual(self.user("ben.osei@example.com"), {})
        self.create("ben.osei@example.com")
        self.assertNotIn("groups", self.user("ben.osei@example.com"))

    def test_an_account_is_deleted_with_it_on_request(self):
        self.done(self.removal("ben.osei@example.com", delete_account=True))
        self.create("ben.osei@example.com", firstname="Bernard")
        self.assertEqual(self.user("ben.osei@example.com")["firstname"], "Bernard")

    def test_an_account_that_only_left_keeps_its_name(self):
        self.done(self.removal("ben.osei@example.com"))
        self.create("ben.osei@example.com", firstname="Bernard")
        self.assertEqual(self.user("ben.osei@example.com")["firstname"], "Ben")

    def test_removing_someone_unknown_is_success(self):
        self.done(self.removal("nobody@example.com"))

    def test_a_step_after_a_removal_is_refused_and_nobody_is_removed(self):
        action = self.removal("ben.osei@example.com")
        self.refused(action.add_to_groups(["Interns"]), "error.command.removefromorg.not_last")
        self.assertTrue(self.user("ben.osei@example.com"))


class LookingUp(SandboxCase):
    def test_an_email_is_found_in_any_case_and_shown_as_it_is_stored(self):
        self.create("Mixed.Case@example.com")
        self.assertEqual(self.user("mixed.CASE@EXAMPLE.com")["email"], "Mixed.Case@example.com")

    def test_an_address_with_signs_that_mean_something_in_a_url_is_found(self):
        self.create("o'neil+test%41&x#y?z@example.com")
        self.assertEqual(self.user("o'neil+test%41&x#y?z@example.com")["email"], "o'neil+test%41&x#y?z@example.com")

    def test_someone_unknown_is_an_empty_answer(self):
        self.assertEqual(self.user("nobody@example.com"), {})
        self.assertEqual(self.sandbox.statuses("User"), [404])

    def test_groups_of_all_kinds_are_listed_by_name(self):
        self.assertEqual(self.user("ada.lind@example.com")["groups"], ["Designers", "_org_admin", "_admin_Designers"])

    def test_someone_disabled_is_not_found(self):
        self.assertEqual(self.user("disabled@example.com"), {})
