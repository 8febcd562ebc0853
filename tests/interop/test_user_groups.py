"""User groups: created, described, renamed, deleted; members and profiles added and taken away."""

from umapi_client import GroupAction, GroupsQuery, IfAlreadyExistsOption, UsersQuery

from case import SandboxCase

UPDATE = IfAlreadyExistsOption.updateIfAlreadyExists
ERROR = IfAlreadyExistsOption.errorIfAlreadyExists


class UserGroups(SandboxCase):
    def group(self, name):
        found = [group for group in GroupsQuery(self.connection).all_results() if group["groupName"] == name]
        return found[0] if found else None

    def members(self, name, direct_only=True):
        users = UsersQuery(self.connection, in_group=name, direct_only=direct_only).all_results()
        return sorted(user["email"] for user in users)

    def test_a_group_is_made_filled_renamed_and_deleted(self):
        people = ["ada.lind@example.com", "ben.osei@example.com"]
        self.done(GroupAction("Choir").create(description="Sings").add_users(people).add_to_products(["Stock"]))
        self.assertEqual((self.group("Choir")["type"], self.group("Choir")["memberCount"]), ("USER_GROUP", 2))
        self.assertEqual(self.members("Choir"), people)
        number = self.group("Choir")["groupId"]
        self.done(GroupAction("Choir").update(name="Band", description="Plays"))
        self.assertIsNone(self.group("Choir"))
        self.assertEqual((self.group("Band")["groupId"], self.members("Band")), (number, people))
        self.done(GroupAction("Band").delete())
        self.assertIsNone(self.group("Band"))
        self.assertNotIn("Band", self.user("ben.osei@example.com")["groups"])

    def test_25_people_go_out_in_three_steps_and_leave_in_three(self):
        people = [f"singer{number:02}@example.com" for number in range(25)]
        for email in people:
            self.create(email)
        join = GroupAction("Choir").create().add_users(people)
        self.done(join)
        self.assertEqual([len(step["add"]["user"]) for step in join.commands[1:]], [10, 10, 5])
        self.assertEqual(self.members("Choir"), people)
        self.done(GroupAction("Choir").remove_users(people))
        self.assertEqual(self.members("Choir"), [])

    def test_members_and_profiles_of_one_step_are_split_side_by_side(self):
        action = GroupAction("Interns")
        people = ["ada.lind@example.com", "ben.osei@example.com"]
        profiles = ["All Apps", "Photoshop", "Acrobat Pro", "Adobe Sign", "Stock", "Experience Manager"]
        action.append(add={"user": people, "productConfiguration": profiles})
        self.connection.throttle_groups = 4
        self.done(action)
        self.assertEqual([len(step["add"].get("user", [])) for step in action.commands], [2, 0])
        self.assertEqual([len(step["add"]["productConfiguration"]) for step in action.commands], [4, 2])
        self.assertEqual(self.members("Interns"), people)
        for profile in profiles:
            self.assertTrue(set(people) <= set(self.members(profile, direct_only=False)), profile)

    def test_a_profile_comes_and_goes_with_the_group(self):
        gus = "gus.taylor@example.com"
        self.done(GroupAction("Interns").add_users([gus]).add_to_products(["Adobe Sign"]))
        self.assertIn(gus, self.members("Adobe Sign", direct_only=False))
        self.assertNotIn(gus, self.members("Adobe Sign"))
        self.done(GroupAction("Interns").remove_from_products(["Adobe Sign"]))
        self.assertNotIn(gus, self.members("Adobe Sign", direct_only=False))

    def test_a_group_that_is_there_is_left_alone_or_described_or_refused(self):
        before = self.group("Designers")
        self.done(GroupAction("Designers").create(description="Others"))
        self.done(GroupAction("Designers").create(UPDATE, description="Others"))
        self.assertEqual(self.group("Designers"), before)
        no_option = GroupAction("Designers").append(createUserGroup={})
        self.refused(no_option, "error.usergroup.already_exists")

    def test_the_option_that_only_the_client_knows_is_refused(self):
        self.refused(GroupAction("Choir").create(ERROR), "error.option.illegal")

    def test_a_name_that_differs_in_case_only_is_the_same_name(self):
        self.refused(GroupAction("DESIGNERS").append(createUserGroup={}), "error.usergroup.already_exists")
        self.done(GroupAction("designers").update(name="Designers"))
        self.refused(GroupAction("Interns").update(name="designers"), "error.usergroup.already_exists")

    def test_unknown_names_are_refused(self):
        self.refused(GroupAction("No Such Group").update(description="None"), "error.usergroup.not_found")
        self.refused(GroupAction("No Such Group").delete(), "error.usergroup.not_found")
        self.refused(GroupAction("Photoshop").add_users(["ada.lind@example.com"]), "error.usergroup.not_found")
        self.refused(GroupAction("Interns").add_users(["nobody@example.com"]), "error.user.not_found")
        self.refused(GroupAction("Interns").add_to_products(["No Such Profile"]), "error.group.not_found")

    def test_a_group_shared_from_elsewhere_takes_profiles_only(self):
        shared, person = "Corporate Directory", ["ada.lind@example.com"]
        self.done(GroupAction(shared).add_to_products(["Stock"]))
        self.refused(GroupAction(shared).add_users(person), "error.usergroup.readonly.add_user_not_allowed")
        self.refused(GroupAction(shared).remove_users(person), "error.usergroup.readonly.remove_user_not_allowed")
        self.refused(GroupAction(shared).update(name="Other"), "error.usergroup.readonly.update_not_allowed")
        self.refused(GroupAction(shared).delete(), "error.usergroup.readonly.remove_not_allowed")

    def test_steps_after_a_deletion_do_not_run(self):
        self.done(GroupAction("Interns").delete().add_users(["nobody@example.com"]))
        self.assertIsNone(self.group("Interns"))

    def test_unchanged_members_are_success_or_an_error_by_a_switch(self):
        ada = ["ada.lind@example.com"]
        self.done(GroupAction("Designers").add_users(ada), GroupAction("Interns").remove_users(ada))
        self.sandbox.configure(switches={"strict_membership": True})
        self.refused(GroupAction("Designers").add_users(ada), "error.usergroup.user_list.invalid")
        self.refused(GroupAction("Interns").remove_users(ada), "error.usergroup.user_list.invalid")

    def test_the_old_name_of_profiles_works_with_a_warning_that_the_client_passes_over(self):
        action = GroupAction("Interns").add_users(["gus.taylor@example.com"]).append(add={"product": ["Stock"]})
        self.done(action)
        self.assertIn("gus.taylor@example.com", self.members("Stock", direct_only=False))

    def test_a_group_holds_no_more_members_than_it_may(self):
        self.sandbox.configure(group_members=2)
        people = ["ada.lind@example.com", "ben.osei@example.com", "carla.ruiz@example.com"]
        self.refused(GroupAction("Interns").add_users(people), "error.usergroup.exceeds_maximum_member_count")
