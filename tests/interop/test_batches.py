"""Action requests: over 10 commands, queues, over 10 steps, errors given to their actions, test mode."""

from umapi_client import Action, BatchError, RequestError, ServerError, UserAction, UsersQuery

from case import SandboxCase


def newcomer(number):
    email = f"new{number:02}@example.com"
    return UserAction(email).create(email, "New", f"Person {number}", "US")


class Batches(SandboxCase):
    def commands_sent(self):
        return [one["commands"] for one in self.sandbox.seen("Action")]

    def newcomers(self):
        users = UsersQuery(self.connection, in_domain="example.com").all_results()
        return sorted(user["email"] for user in users if user["email"].startswith("new"))

    def test_25_actions_go_out_in_requests_of_10_10_and_5(self):
        result = self.connection.execute_multiple([newcomer(number) for number in range(25)])
        self.assertEqual(result, (0, 25, 25))
        self.assertEqual(self.commands_sent(), [10, 10, 5])
        self.assertEqual(self.newcomers(), [f"new{number:02}@example.com" for number in range(25)])

    def test_actions_wait_in_a_queue_until_there_are_10(self):
        answers = [self.connection.execute_single(newcomer(number)) for number in range(12)]
        self.assertEqual(answers[8:11], [(9, 0, 0), (0, 10, 10), (1, 0, 0)])
        self.assertEqual(self.commands_sent(), [10])
        self.assertEqual(self.connection.execute_queued(), (0, 2, 2))
        self.assertEqual(self.commands_sent(), [10, 2])
        self.assertEqual(len(self.newcomers()), 12)

    def test_a_request_of_11_commands_is_refused_whole(self):
        self.connection.throttle_actions = 11
        with self.assertRaises(BatchError) as raised:
            self.connection.execute_multiple([newcomer(number) for number in range(11)])
        [cause] = raised.exception.causes
        self.assertIsInstance(cause, RequestError)
        self.assertEqual(cause.result.status_code, 400)
        self.assertEqual(cause.result.json()["result"], "error.command.malformed")
        self.assertEqual(self.newcomers(), [])

    def test_13_steps_become_two_commands_in_their_order(self):
        action = newcomer(0)
        for group in ["Interns", "Designers"] * 6:
            action.add_to_groups([group])
        self.assertEqual(self.connection.execute_single(action, immediate=True), (0, 2, 2))
        self.assertEqual([len(piece.commands) for piece in action.split_actions], [10, 3])
        self.assertEqual(self.commands_sent(), [2])
        self.assertEqual(self.user("new00@example.com")["groups"], ["Interns", "Designers"])

    def test_a_command_of_11_steps_is_refused(self):
        self.connection.throttle_commands = 11
        action = newcomer(0)
        for _ in range(10):
            action.add_to_groups(["Interns"])
        self.refused(action, "error.command.add_remove.list_too_long")

    def test_errors_reach_the_actions_they_belong_to_across_requests(self):
        actions = [newcomer(number) for number in range(25)]
        for bad in (3, 17):
            actions[bad].add_to_groups(["No Such Group"])
        self.assertEqual(self.connection.execute_multiple(actions), (0, 25, 23))
        failed = [number for number, action in enumerate(actions) if action.execution_errors()]
        self.assertEqual(failed, [3, 17])
        error = actions[17].execution_errors()[0]
        self.assertEqual(error["command"], {"add": {"group": ["No Such Group"]}})
        self.assertEqual(len(self.newcomers()), 25)

    def test_an_error_in_the_second_piece_of_a_command_reaches_the_action(self):
        action = newcomer(0)
        for _ in range(10):
            action.add_to_groups(["Interns"])
        action.add_to_groups(["No Such Group"])
        self.assertEqual(self.connection.execute_single(action, immediate=True), (0, 2, 1))
        self.assertEqual([error["errorCode"] for error in action.execution_errors()], ["error.group.not_found"])

    def test_a_request_that_fails_does_not_stop_the_others(self):
        self.sandbox.queue({"status": {"status": 500}}, endpoint="action", skip=1)
        with self.assertRaises(BatchError) as raised:
            self.connection.execute_multiple([newcomer(number) for number in range(25)])
        self.assertEqual([type(cause) for cause in raised.exception.causes], [ServerError])
        self.assertEqual(raised.exception.statistics, (0, 25, 15))
        self.assertEqual(len(self.newcomers()), 15)

    def test_a_failure_behind_the_service_is_an_error_of_its_command_alone(self):
        code = "error.throttled_by_external_service"
        self.sandbox.queue({"commandError": {"index": 1, "code": code}}, endpoint="action")
        actions = [newcomer(number) for number in range(3)]
        self.assertEqual(self.connection.execute_multiple(actions), (0, 3, 2))
        self.assertEqual(actions[1].execution_errors()[0]["errorCode"], code)
        self.assertEqual(len(self.newcomers()), 2)

    def test_an_unknown_step_and_a_missing_subject_are_refused(self):
        self.refused(UserAction("new@example.com").append(dance={}), "error.command.step.unknown")
        self.refused(Action(requestID="r").append(add={"group": ["Interns"]}), "error.command.user_usergroup.missing")

    def test_a_second_create_step_is_refused(self):
        action = newcomer(0).create("new00@example.com", "New", "Person", "US")
        self.refused(action, "error.command.create.more_than_one")


class TestMode(SandboxCase):
    def setUp(self):
        super().setUp()
        self.rehearsal = self.connect(test_mode=True)

    def test_nothing_is_changed_and_the_request_says_so(self):
        self.assertEqual(self.rehearsal.execute_multiple([newcomer(0), newcomer(1)]), (0, 2, 2))
        self.assertEqual([one["query"] for one in self.sandbox.seen("Action")], ["testOnly=true"])
        self.assertEqual(self.user("new00@example.com"), {})

    def test_what_would_fail_is_reported_and_the_servers_count_of_changes_is_zero(self):
        actions = [newcomer(0), newcomer(1).add_to_groups(["No Such Group"])]
        self.assertEqual(self.rehearsal.execute_multiple(actions), (0, 2, 0))
        self.assertEqual(actions[0].execution_errors(), [])
        self.assertEqual(actions[1].execution_errors()[0]["errorCode"], "error.group.not_found")

    def test_someone_unknown_is_no_error_there(self):
        action = UserAction("nobody@example.com").update(firstname="No").add_to_groups(["Interns"])
        self.assertEqual(self.rehearsal.execute_single(action, immediate=True), (0, 1, 1))

    def test_a_removal_is_only_rehearsed(self):
        action = UserAction("ben.osei@example.com")
        action.remove_from_organization(delete_account=True)
        self.assertEqual(self.rehearsal.execute_single(action, immediate=True), (0, 1, 1))
        self.assertTrue(self.user("ben.osei@example.com"))
