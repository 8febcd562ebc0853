"""Memberships of people: lists over 10 names, admin roles, everything at once, refusals."""

from umapi_client import GroupAction, UserAction

from case import SandboxCase

BEN = "ben.osei@example.com"


class Memberships(SandboxCase):
    def many_groups(self, count):
        """Makes so many user groups."""
        names = [f"Class {number:02}" for number in range(1, count + 1)]
        self.done(*[GroupAction(name).create() for name in names])
        self.sandbox.forget()
        return names

    def groups(self, email=BEN):
        return self.user(email).get("groups", [])

    def test_a_list_of_25_groups_goes_out_in_three_steps_of_one_command(self):
        names = self.many_groups(25)
        action = UserAction(BEN).add_to_groups(names)
        self.done(action)
        self.assertEqual([len(step["add"]["group"]) for step in action.commands], [10, 10, 5])
        self.assertEqual([one["commands"] for one in self.sandbox.seen("Action")], [1])
        self.assertEqual(self.groups(), ["Designers", "Photoshop", *names])

    def test_a_list_of_25_groups_is_left_again(self):
        names = self.many_groups(25)
        self.done(UserAction(BEN).add_to_groups(names))
        self.done(UserAction(BEN).remove_from_groups(names))
        self.assertEqual(self.groups(), ["Designers", "Photoshop"])

    def test_a_list_that_is_not_split_is_refused(self):
        names = self.many_groups(11)
        self.connection.throttle_groups = 100
        self.refused(UserAction(BEN).add_to_groups(names), "error.command.add_remove.list_too_long")
        self.assertEqual(self.groups(), ["Designers", "Photoshop"])

    def test_an_unknown_group_in_the_third_piece_is_reported_there_and_the_first_two_stand(self):
        names = self.many_groups(24)
        error = self.refused(UserAction(BEN).add_to_groups([*names, "No Such Group"]), "error.group.not_found")
        self.assertEqual(error["command"], {"add": {"group": [*names[20:], "No Such Group"]}})
        self.assertEqual(error["message"], "Group No Such Group was not found")
        self.assertEqual(self.groups(), ["Designers", "Photoshop", *names[:20]])

    def test_the_steps_before_and_after_the_failing_one_run(self):
        action = UserAction(BEN).add_to_groups(["Interns"]).add_to_groups(["No Such Group"])
        self.refused(action.remove_from_groups(["Designers"]), "error.group.not_found")
        self.assertEqual(self.groups(), ["Photoshop", "Interns"])

    def test_a_switch_stops_at_the_failing_step(self):
        self.sandbox.configure(switches={"continue_after_failure": False})
        action = UserAction(BEN).add_to_groups(["Interns"]).add_to_groups(["No Such Group"])
        self.refused(action.remove_from_groups(["Designers"]), "error.group.not_found")
        self.assertEqual(self.groups(), ["Designers", "Photoshop", "Interns"])

    def test_names_are_found_in_any_case(self):
        self.done(UserAction(BEN).add_to_groups(["INTERNS", "all apps"]).remove_from_groups(["designers"]))
        self.assertEqual(self.groups(), ["Photoshop", "Interns", "All Apps"])

    def test_admin_roles_are_groups(self):
        roles = ["_support_admin", "_admin_Interns", "_product_admin_Adobe Stock", "_developer_Experience Manager"]
        self.done(UserAction(BEN).add_to_groups(roles))
        self.assertEqual(self.groups(), ["Designers", "Photoshop", *roles])
        self.done(UserAction(BEN).remove_from_groups(roles))
        self.assertEqual(self.groups(), ["Designers", "Photoshop"])

    def test_system_administrators_cannot_be_made(self):
        self.refused(UserAction(BEN).add_to_groups(["_org_admin"]), "error.group.not_found")

    def test_all_groups_are_left_but_that_of_the_system_administrators(self):
        self.done(UserAction("ada.lind@example.com").remove_from_groups(all_groups=True))
        self.assertEqual(self.groups("ada.lind@example.com"), ["_org_admin"])

    def test_joining_twice_and_leaving_what_one_is_not_in_is_success(self):
        self.done(UserAction(BEN).add_to_groups(["Designers"]).remove_from_groups(["Finance"]))
        self.assertEqual(self.groups(), ["Designers", "Photoshop"])

    def test_the_empty_list_that_the_client_sends_for_no_groups_is_refused(self):
        self.refused(UserAction(BEN).add_to_groups([]), "error.group.invalid_list")

    def test_a_group_shared_from_elsewhere_is_read_only(self):
        shared = ["Corporate Directory"]
        self.refused(UserAction(BEN).add_to_groups(shared), "error.usergroup.readonly.add_user_not_allowed")
        member = UserAction("victor.hansen@example.com")
        self.refused(member.remove_from_groups(shared), "error.usergroup.readonly.remove_user_not_allowed")

    def test_someone_unknown_is_refused_and_someone_who_left_is_too(self):
        self.refused(UserAction("nobody@example.com").add_to_groups(["Interns"]), "error.user.nonexistent")
        self.refused(UserAction("left@example.com").add_to_groups(["Interns"]), "error.user.not_in_org")

    def test_a_profile_takes_more_members_than_it_has_licenses(self):
        people = ["gus.taylor@example.com", "hana.suzuki@example.org", "liam.murphy@example.com"]
        self.done(*[UserAction(person).add_to_groups(["Photoshop"]) for person in people])
        for person in people:
            self.assertIn("Photoshop", self.groups(person))
