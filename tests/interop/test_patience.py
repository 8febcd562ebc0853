"""Trouble on the way: 429 with both forms of Retry-After, gateway errors, broken connections, broken answers."""

import requests
from umapi_client import (
    BatchError,
    GroupsQuery,
    IfAlreadyExistsOption,
    ServerError,
    UnavailableError,
    UserAction,
    UsersQuery,
)

from case import SandboxCase

ERROR = IfAlreadyExistsOption.errorIfAlreadyExists
NEWCOMER = "new@example.com"


def newcomer(**options):
    return UserAction(NEWCOMER).create(NEWCOMER, "New", "Person", "US", **options)


class RetryAfter(SandboxCase):
    def throttled(self, retry_after, times=1):
        effect = {"status": {"status": 429, "retry_after": retry_after}}
        self.sandbox.queue(effect, endpoint="users", times=times)

    def listed(self):
        return len(UsersQuery(self.connection).all_results())

    def test_seconds_are_waited_and_the_call_succeeds(self):
        self.throttled({"seconds": 7}, times=2)
        self.assertGreater(self.listed(), 40)
        self.assertEqual(self.waits, [7, 7])
        self.assertEqual(self.sandbox.statuses("Users"), [429, 429, 200])

    def test_a_date_is_waited_for(self):
        self.throttled({"dateIn": 60})
        self.assertGreater(self.listed(), 40)
        [wait] = self.waits
        self.assertTrue(50 <= wait <= 60, wait)

    def test_all_attempts_of_a_call_have_one_id(self):
        self.throttled({"seconds": 1}, times=3)
        self.listed()
        requests_seen = self.sandbox.seen("Users")
        self.assertEqual((len(requests_seen), len({one["requestId"] for one in requests_seen})), (4, 1))

    def test_after_four_attempts_the_client_gives_up_with_the_services_last_answer(self):
        self.throttled({"seconds": 9}, times=4)
        with self.assertRaises(UnavailableError) as raised:
            self.listed()
        answer = raised.exception.result
        self.assertEqual((raised.exception.attempts, self.waits), (4, [9, 9, 9]))
        self.assertEqual((answer.status_code, answer.headers["Server"]), (429, "APIP"))
        self.assertEqual(answer.json(), {"error_code": "429050", "message": "Too many requests"})

    def test_without_the_header_the_clients_own_waits_double(self):
        self.sandbox.queue({"status": {"status": 429}}, endpoint="users", times=2)
        self.listed()
        first, second = self.waits
        self.assertTrue(15 <= first <= 20 and 30 <= second <= 35, self.waits)

    def test_actions_are_sent_again_whole(self):
        effect = {"status": {"status": 429, "retry_after": {"seconds": 1}}}
        self.sandbox.queue(effect, endpoint="action", skip=1)
        actions = [
            UserAction(f"new{number}@example.com").create(f"new{number}@example.com", "New", "Person", "US")
            for number in range(12)
        ]
        self.assertEqual(self.connection.execute_multiple(actions), (0, 12, 12))
        sent = [(one["commands"], one["status"]) for one in self.sandbox.seen("Action")]
        self.assertEqual(sent, [(10, 200), (2, 429), (2, 200)])


class GatewayErrors(SandboxCase):
    def test_gateway_errors_are_retried(self):
        for status in (502, 503, 504):
            self.sandbox.queue({"status": {"status": status, "retry_after": {"seconds": 2}}}, endpoint="groups")
        self.assertTrue(GroupsQuery(self.connection).all_results())
        self.assertEqual(self.sandbox.statuses("Groups"), [502, 503, 504, 200])
        self.assertEqual(self.waits, [2, 2, 2])

    def test_a_fault_of_the_server_is_an_error_at_once(self):
        self.sandbox.queue({"status": {"status": 500, "body": "oops"}}, endpoint="groups")
        with self.assertRaises(ServerError) as raised:
            GroupsQuery(self.connection).all_results()
        self.assertEqual((raised.exception.result.text, self.waits), ("oops", []))


class BrokenConnections(SandboxCase):
    def test_a_request_that_never_arrived_is_sent_again(self):
        self.sandbox.queue("dropBefore", endpoint="action")
        self.done(newcomer(on_conflict=ERROR))
        self.assertEqual(self.sandbox.statuses("Action"), [None, 200])

    def test_a_request_whose_answer_was_lost_is_sent_again_and_ignoring_members_makes_that_harmless(self):
        self.sandbox.queue("dropAfter", endpoint="action")
        self.done(newcomer())
        self.assertEqual(self.sandbox.statuses("Action"), [None, 200])
        found = [user for user in UsersQuery(self.connection).all_results() if user["email"] == NEWCOMER]
        self.assertEqual(len(found), 1)

    def test_without_ignoring_members_the_repetition_meets_the_account_it_made(self):
        self.sandbox.queue("dropAfter", endpoint="action")
        self.refused(newcomer(on_conflict=ERROR), "error.user.already_in_org")
        self.assertTrue(self.user(NEWCOMER))

    def test_an_answer_that_comes_too_late_is_asked_for_again(self):
        self.sandbox.queue("nothing", endpoint="groups", delay=1000)
        connection = self.connect(timeout=0.5)
        connection.auth.refresh_token()
        self.assertTrue(GroupsQuery(connection).all_results())
        self.assertEqual(len(self.waits), 1)


class BrokenAnswers(SandboxCase):
    def test_an_answer_that_is_no_json_is_an_error_of_the_listing(self):
        self.sandbox.configure(page_size=20)
        self.sandbox.queue("malformedBody", endpoint="users", skip=1)
        with self.assertRaises(requests.exceptions.JSONDecodeError):
            UsersQuery(self.connection).all_results()

    def test_an_answer_that_breaks_off_is_an_error_of_its_batch_though_its_commands_were_done(self):
        self.sandbox.queue({"cutBody": {"bytes": 12}}, endpoint="action")
        with self.assertRaises(BatchError) as raised:
            self.connection.execute_single(newcomer(), immediate=True)
        self.assertIsInstance(raised.exception.causes[0], requests.exceptions.ChunkedEncodingError)
        self.assertTrue(self.user(NEWCOMER))


class Limits(SandboxCase):
    """The documented limits, as the sandbox enforces them when told to; the client's waits are not waited."""

    options = ("--throttle",)

    def test_the_eleventh_action_request_of_a_minute_is_refused_with_the_time_to_wait(self):
        for _ in range(10):
            self.connection.execute_single(newcomer(), immediate=True)
        with self.assertRaises(BatchError) as raised:
            self.connection.execute_single(newcomer(), immediate=True)
        self.assertIsInstance(raised.exception.causes[0], UnavailableError)
        self.assertEqual(self.sandbox.statuses("Action"), [200] * 10 + [429] * 4)
        self.assertEqual(len(self.waits), 3)
        self.assertTrue(all(0 < wait <= 60 for wait in self.waits), self.waits)

    def test_a_second_listing_of_everyone_within_two_hours_is_refused(self):
        UsersQuery(self.connection).all_results()
        with self.assertRaises(UnavailableError):
            UsersQuery(self.connection).all_results()
        self.assertTrue(all(7000 < wait <= 7200 for wait in self.waits), self.waits)

    def test_members_of_groups_may_be_listed_25_times_a_minute(self):
        for _ in range(25):
            UsersQuery(self.connection, in_group="Interns").all_results()
        with self.assertRaises(UnavailableError):
            UsersQuery(self.connection, in_group="Interns").all_results()

    def test_groups_may_be_listed_five_pages_a_minute(self):
        self.sandbox.configure(page_size=3)
        groups = iter(GroupsQuery(self.connection))
        for _ in range(15):
            next(groups)
        with self.assertRaises(UnavailableError):
            next(groups)
