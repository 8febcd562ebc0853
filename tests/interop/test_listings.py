"""Listings: pages and their headers, all users, users of a domain, members of a group, groups, sync headers."""

from umapi_client import ClientError, GroupAction, GroupsQuery, RequestError, UserAction, UsersQuery

from case import SandboxCase


def emails(query):
    return [user["email"] for user in query.all_results()]


def last_segment(request):
    return request["path"].rsplit("/", 1)[1]


class Pages(SandboxCase):
    def test_all_pages_are_read_once_and_nobody_is_missing(self):
        whole = emails(UsersQuery(self.connection))
        self.sandbox.configure(page_size=7)
        self.sandbox.forget()
        paged = emails(UsersQuery(self.connection))
        self.assertEqual(sorted(paged), sorted(whole))
        self.assertGreater(len(whole), 40)
        asked_for = [int(last_segment(one)) for one in self.sandbox.seen("Users")]
        self.assertEqual(asked_for, list(range(-(-len(whole) // 7))))

    def test_iterating_fetches_no_page_before_it_is_needed(self):
        self.sandbox.configure(page_size=5)
        users = iter(UsersQuery(self.connection))
        for _ in range(5):
            next(users)
        self.assertEqual(len(self.sandbox.seen("Users")), 1)
        next(users)
        self.assertEqual(len(self.sandbox.seen("Users")), 2)

    def test_the_headers_count_the_people_and_an_account_that_is_not_shown(self):
        self.sandbox.configure(page_size=7)
        query = UsersQuery(self.connection)
        shown = len(query.all_results())
        total, pages, size, _ = query.stats()
        self.assertEqual(total, shown + 1)
        self.assertEqual((pages, size), (-(-shown // 7), shown % 7 or 7))

    def test_a_page_past_the_end_is_the_last_one_again(self):
        self.sandbox.configure(page_size=30)
        last, beyond = (self.connection.query_multiple("user", page=page) for page in (1, 99))
        self.assertEqual(beyond, last)
        self.assertTrue(last[1])

    def test_a_page_of_groups_past_the_end_is_not_found(self):
        with self.assertRaises(ClientError) as raised:
            self.connection.query_multiple("group", page=99)
        answer = raised.exception.result
        self.assertEqual((answer.status_code, answer.json()), (200, {"lastPage": True, "result": "Not found"}))

    def test_the_old_listing_of_user_groups_is_gone_and_does_not_read_as_empty(self):
        with self.assertRaises(RequestError) as raised:
            self.connection.query_multiple("user-group")
        answer = raised.exception.result
        self.assertEqual((answer.status_code, answer.json()["errorCode"]), (410, "ENDPOINT_DEPRECATED"))


class DocumentedPageSizes(SandboxCase):
    options = ("--users", "4100")

    def test_2000_users_come_in_a_page(self):
        query = UsersQuery(self.connection)
        self.assertEqual(len(set(emails(query))), 4100)
        self.assertEqual(query.stats()[:3], (4101, 3, 100))

    def test_2000_members_of_a_group_come_in_a_page(self):
        members = emails(UsersQuery(self.connection, in_group="Acrobat Pro", direct_only=False))
        self.assertEqual(len(self.sandbox.seen("GroupUsers")), -(-len(members) // 2000))
        self.assertGreater(len(members), 100)


class Users(SandboxCase):
    def test_users_of_one_domain_are_listed(self):
        users = UsersQuery(self.connection, in_domain="example.org").all_results()
        self.assertGreater(len(users), 5)
        self.assertEqual({user["domain"] for user in users}, {"example.org"})
        self.assertEqual({user["type"] for user in users}, {"enterpriseID"})

    def test_an_unknown_domain_has_nobody(self):
        self.assertEqual(UsersQuery(self.connection, in_domain="nowhere.example").all_results(), [])
        self.assertEqual(self.sandbox.statuses("Users"), [404])

    def test_profiles_that_come_through_a_user_group_are_shown_on_request(self):
        shown = {}
        for direct_only in (True, False):
            users = UsersQuery(self.connection, direct_only=direct_only).all_results()
            shown[direct_only] = next(user["groups"] for user in users if user["email"] == "ben.osei@example.com")
        self.assertEqual(shown[True], ["Designers", "Photoshop"])
        self.assertEqual(sorted(shown[False]), ["All Apps", "Designers", "Photoshop", "Stock"])
        queries = [one["query"] for one in self.sandbox.seen("Users")]
        self.assertEqual(queries, ["directOnly=True", "directOnly=False"])

    def test_a_listing_shows_changes_when_it_is_asked_again(self):
        query = UsersQuery(self.connection)
        before = len(query.all_results())
        self.create("new@example.com")
        self.assertEqual(len(query.all_results()), before)
        query.reload()
        self.assertEqual(len(query.all_results()), before + 1)


class Members(SandboxCase):
    def members(self, group, **options):
        return sorted(emails(UsersQuery(self.connection, in_group=group, **options)))

    def test_members_of_a_user_group_are_those_who_say_so(self):
        everyone = UsersQuery(self.connection).all_results()
        designers = sorted(user["email"] for user in everyone if "Designers" in user.get("groups", []))
        self.assertGreater(len(designers), 3)
        self.assertEqual(self.members("Designers"), designers)

    def test_members_come_in_pages(self):
        whole = self.members("Engineering")
        self.sandbox.configure(page_size=3)
        self.sandbox.forget()
        self.assertEqual(self.members("Engineering"), whole)
        self.assertEqual(len(self.sandbox.seen("GroupUsers")), -(-len(whole) // 3))

    def test_members_of_a_profile_may_come_through_a_user_group(self):
        direct, all_members = self.members("All Apps"), self.members("All Apps", direct_only=False)
        self.assertEqual(direct, [])
        self.assertEqual(all_members, self.members("Designers"))

    def test_administrators_are_members_of_admin_groups(self):
        self.assertEqual(self.members("_org_admin"), ["ada.lind@example.com"])
        self.assertEqual(self.members("_admin_Photoshop"), ["carla.ruiz@example.com"])
        self.assertEqual(self.members("_developer_Experience Manager"), ["dmitri.volkov@example.org"])

    def test_an_admin_group_nobody_was_ever_in_is_empty_and_an_unknown_group_is_not_found(self):
        self.assertEqual((self.members("_admin_Interns"), self.members("_admin_No Such Group")), ([], []))
        self.assertEqual(self.sandbox.statuses("GroupUsers"), [200, 404])

    def test_names_with_a_dot_a_space_and_an_at_sign_are_found(self):
        self.assertEqual(len(self.members("Team v2.1")), 2)
        self.done(GroupAction("50% @ home? a+b #1").create().add_users(["ben.osei@example.com"]))
        self.assertEqual(self.members("50% @ home? a+b #1"), ["ben.osei@example.com"])

    def test_a_slash_in_a_name_which_the_client_leaves_as_it_is_leads_nowhere(self):
        self.assertEqual(self.members("R&D / Lab #1"), [])
        self.assertEqual([one["endpoint"] for one in self.sandbox.seen()][-1], "")

    def test_someone_disabled_is_a_member_of_a_group_but_not_listed_among_the_users(self):
        disabled = [
            user
            for user in UsersQuery(self.connection, in_group="Contractors").all_results()
            if user["status"] == "disabled"
        ]
        self.assertEqual([user["email"] for user in disabled], ["disabled@example.com"])
        self.assertNotIn("disabled@example.com", emails(UsersQuery(self.connection)))


class Groups(SandboxCase):
    def groups(self):
        return {group["groupName"]: group for group in GroupsQuery(self.connection).all_results()}

    def test_groups_come_in_pages(self):
        whole = self.groups()
        self.sandbox.configure(page_size=4)
        self.sandbox.forget()
        self.assertEqual(self.groups(), whole)
        self.assertEqual(len(self.sandbox.seen("Groups")), -(-len(whole) // 4))

    def test_groups_of_every_type_are_described(self):
        groups = self.groups()
        types = {name: groups[name]["type"] for name in groups}
        expected = {
            "Designers": "USER_GROUP",
            "Photoshop": "PRODUCT_PROFILE",
            "_org_admin": "SYSADMIN_GROUP",
            "_support_admin": "SUPPORT_ADMIN_GROUP",
            "_deployment_admin": "DEPLOYMENT_ADMIN_GROUP",
            "_product_admin_Adobe Experience Manager": "PRODUCT_ADMIN_GROUP",
            "_admin_Photoshop": "PROFILE_ADMIN_GROUP",
            "_admin_Designers": "USER_ADMIN_GROUP",
            "_developer_Experience Manager": "DEVELOPER_GROUP",
            "5A4DB0C0FFEE20250603_CONTRACT_GROUP": "CONTRACT_ADMIN_GROUP",
        }
        self.assertEqual({name: types.get(name) for name in expected}, expected)

    def test_each_description_has_the_documented_fields(self):
        groups = self.groups()
        profile, group = groups["Photoshop"], groups["Designers"]
        self.assertEqual(profile["licenseQuota"], "10")
        self.assertEqual(profile["productName"], "Photoshop (ETLA,Single App - Enterprise)")
        self.assertEqual(profile["adminGroupName"], "_admin_Photoshop")
        self.assertEqual(groups["_admin_Photoshop"]["productProfileName"], "Photoshop")
        self.assertEqual(groups["_admin_Designers"]["userGroupName"], "Designers")
        self.assertIsInstance(group["groupId"], int)
        self.assertNotIn("description", group)
        self.assertEqual(len({one["groupId"] for one in groups.values()}), len(groups))

    def test_members_are_counted(self):
        before = self.groups()["Interns"]["memberCount"]
        self.done(UserAction("ben.osei@example.com").add_to_groups(["Interns"]))
        self.assertEqual((before, self.groups()["Interns"]["memberCount"]), (0, 1))


class Headers(SandboxCase):
    def test_a_sync_is_announced_at_its_first_call_and_its_end_at_another(self):
        self.sandbox.configure(page_size=20)
        self.connection.start_sync()
        UsersQuery(self.connection).all_results()
        self.connection.end_sync()
        GroupsQuery(self.connection).all_results()
        pragmas = [(one["endpoint"], one["pragma"]) for one in self.sandbox.seen() if one["pragma"]]
        self.assertEqual(pragmas, [("Users", "umapi-sync-start"), ("Groups", "umapi-sync-end")])
        self.assertGreater(len(self.sandbox.seen("Users")), 1)

    def test_the_client_says_who_it_is_and_its_callers_name(self):
        connection = self.connect(user_agent="interop/1.0")
        UsersQuery(connection).all_results()
        agent = self.sandbox.seen("Users")[0]["userAgent"]
        self.assertTrue(agent.startswith("interop/1.0 umapi-client/3.0.1 Python/"), agent)

    def test_the_id_of_a_request_comes_back(self):
        answer = self.connection.make_call(f"/users/{self.sandbox.organization}/0")
        [request] = self.sandbox.seen("Users")
        self.assertTrue(request["requestId"].startswith(self.connection.uuid))
        self.assertEqual(answer.headers["X-Request-Id"], request["requestId"])

    def test_the_service_tells_its_state(self):
        local, server = self.connection.status(remote=True)
        self.assertEqual(server["state"], "LIVE")
        self.assertEqual(set(server), {"build", "version", "state", "endpoint"})
        self.assertEqual(local["actions-sent"], 0)
        self.assertEqual(self.sandbox.seen("OAuthToken"), [])
