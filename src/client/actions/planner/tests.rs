//! Which commands share a request, and what becomes of them.

use super::*;
use crate::client::actions::checked_command::CheckedCommand;
use crate::client::actions::piece_verdict::{PieceRefusal, PieceVerdict};
use crate::client::actions::split;
use crate::wire::command::Command;
use proptest::prelude::*;
use serde_json::json;

fn add(user: &str, groups: usize) -> Command {
    let mut command = Command::user(user, None, None);
    command.add_to_groups(&(0..groups).map(|number| format!("G{number}")).collect::<Vec<_>>());
    command
}

fn planned(index: usize, command: &Command) -> PlannedCommand {
    let CheckedCommand { command, pieces, .. } = CheckedCommand::unchecked(command.clone());
    PlannedCommand::new(index, &command, pieces)
}

fn done() -> SettledPiece {
    SettledPiece::unsent(PieceVerdict::Done, Mode::Live)
}

fn refused(step: usize, code: &str) -> SettledPiece {
    let error = StepError { step: Some(step), code: code.into(), message: "m".into() };
    let verdict = PieceRefusal::new(vec![error]).map(PieceVerdict::Refused);
    SettledPiece::unsent(verdict.unwrap(), Mode::Live)
}

fn verdicts(
    draft: &RequestDraft,
    verdict: impl Fn(usize) -> SettledPiece,
) -> Vec<(usize, usize, SettledPiece)> {
    let carried = draft.carried.iter();
    carried.map(|carried| (carried.index, carried.sent.piece, verdict(carried.index))).collect()
}

/// Runs a list to its end; returns the requests as lists of indexes, and the outcomes.
fn run(commands: &[Command], verdict: impl Fn(usize) -> SettledPiece) -> (Vec<Vec<usize>>, Vec<Outcome>) {
    let mut plan = ActionPlan::default();
    let (mut requests, mut outcomes) = (Vec::new(), Vec::new());
    let mut remaining = commands.iter().enumerate();
    loop {
        while plan.needs_more() {
            let Some((index, command)) = remaining.next() else { break };
            outcomes.extend(plan.add(planned(index, command), None, Mode::Live));
        }
        let draft = plan.next(&ListChoice::default());
        if draft.is_empty() {
            return (requests, outcomes);
        }
        plan.launch(&draft);
        let indexes: Vec<_> = draft.carried.iter().map(|carried| carried.index).collect();
        outcomes.extend(plan.settle(verdicts(&draft, &verdict)));
        requests.push(indexes);
    }
}

#[test]
fn independent_commands_fill_the_requests() {
    for count in [0, 1, 9, 10, 11, 95, 250] {
        let commands: Vec<_> = (0..count).map(|number| add(&format!("u{number}@example.com"), 1)).collect();
        let (requests, outcomes) = run(&commands, |_| done());
        assert_eq!((requests.len(), outcomes.len()), (usize::div_ceil(count, 10), count), "{count}");
    }
}

#[test]
fn commands_for_one_user_keep_their_order_while_others_fill_requests() {
    let mut commands = vec![add("a@example.com", 1), add("A@example.com", 1), add("a@example.com", 1)];
    commands.extend((0..27).map(|number| add(&format!("u{number}@example.com"), 1)));
    let (requests, _) = run(&commands, |_| done());
    assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), [10, 10, 10]);
    for (request, index) in requests.iter().zip(0..3) {
        assert!(request.contains(&index), "{requests:?}");
    }
}

#[test]
fn a_request_deletes_one_group_at_most() {
    let delete = |number: usize| {
        let mut command = Command::group(&format!("G{number}"));
        command.push("deleteUserGroup", json!({}));
        command
    };
    let mut commands: Vec<_> = (0..3).map(delete).collect();
    commands.extend((0..9).map(|number| add(&format!("u{number}@example.com"), 0)));
    let (requests, outcomes) = run(&commands, |_| done());
    assert_eq!(outcomes.len(), commands.len());
    assert_eq!(requests, [vec![0, 3, 4, 5, 6, 7, 8, 9, 10, 11], vec![1], vec![2]]);
}

#[test]
fn pieces_of_one_command_are_sent_one_after_the_other() {
    let (requests, outcomes) = run(&[add("a@example.com", 250), add("b@example.com", 1)], |_| done());
    assert_eq!(requests, [vec![0, 1], vec![0], vec![0]]);
    let order: Vec<_> = outcomes.iter().map(|outcome| (outcome.index, outcome.status)).collect();
    assert_eq!(order, [(1, Status::Completed), (0, Status::Completed)]);
}

#[test]
fn after_a_failed_piece_the_rest_is_not_sent() {
    let mut plan = ActionPlan::default();
    plan.add(planned(0, &add("a@example.com", 250)), None, Mode::Live);
    assert!(plan.settle(vec![(0, 0, done())]).is_empty());
    let outcomes = plan.settle(vec![(0, 1, refused(0, "error.group.not_found"))]);
    assert_eq!((outcomes[0].status, outcomes[0].step), (Status::PartlyDone, Some(0)));
    assert!(plan.is_empty());
}

#[test]
fn earlier_steps_count_unless_the_command_was_malformed_or_rehearsed() {
    let status = |code: &str, step, mode| {
        let mut plan = ActionPlan::default();
        plan.add(planned(0, &add("a@example.com", 20)), None, mode);
        plan.settle(vec![(0, 0, SettledPiece { mode, ..refused(step, code) })])[0].status
    };
    assert_eq!(status("error.group.not_found", 1, Mode::Live), Status::PartlyDone);
    assert_eq!(status("error.group.not_found", 0, Mode::Live), Status::Failed);
    assert_eq!(status("error.command.step.unknown", 1, Mode::Live), Status::Failed);
    assert_eq!(status("error.group.not_found", 1, Mode::Test), Status::Failed);
}

#[test]
fn a_failure_holds_back_later_commands_for_the_same_user() {
    let mut commands = vec![add("a@example.com", 1), add("b@example.com", 1), add("A@example.com", 1)];
    commands.extend((0..200).map(|number| add(&format!("u{number}@example.com"), 1)));
    commands.push(add("a@example.com", 1));
    let verdict = |index| if index == 0 { refused(0, "error.group.not_found") } else { done() };
    let (_, outcomes) = run(&commands, verdict);
    assert_eq!(outcomes.len(), commands.len());
    for outcome in &outcomes {
        let expected = match outcome.index {
            0 => Status::Failed,
            2 | 203 => Status::NotSent,
            _ => Status::Completed,
        };
        assert_eq!(outcome.status, expected, "{outcome:?}");
    }
    let held = outcomes.iter().find(|outcome| outcome.index == 203).unwrap();
    assert!(held.message.as_ref().unwrap().contains("command 0"), "{held:?}");
}

#[test]
fn steps_are_numbered_as_the_caller_did() {
    let mut command = Command::user("a@example.com", None, None);
    command.add_to_groups(&(0..25).map(|number| format!("G{number}")).collect::<Vec<_>>());
    command.push("removeFromOrg", json!({}));
    let (_, outcomes) = run(&[command], |_| refused(3, "error.user.nonexistent"));
    assert_eq!(outcomes[0].step, Some(1));
    assert_eq!(outcomes[0].action, "add, removeFromOrg");
}

#[test]
fn the_window_is_bounded() {
    let mut plan = ActionPlan::default();
    let mut count = 0;
    while plan.needs_more() {
        plan.add(planned(count, &add("a@example.com", 1)), None, Mode::Live);
        count += 1;
    }
    assert_eq!(count, WINDOW_SIZE);
}

/// The indexes of a request, which is then in flight.
fn launch(plan: &mut ActionPlan) -> Vec<usize> {
    let draft = plan.next(&ListChoice::default());
    plan.launch(&draft);
    draft.carried.iter().map(|carried| carried.index).collect()
}

fn plan_of(commands: &[Command]) -> ActionPlan {
    let mut plan = ActionPlan::default();
    for (index, command) in commands.iter().enumerate() {
        plan.add(planned(index, command), None, Mode::Live);
    }
    plan
}

fn command(json: &serde_json::Value) -> Command {
    Command::read(json).unwrap()
}

#[test]
fn lists_of_people_of_one_group_share_a_request() {
    let people: Vec<_> = (0..1_234).map(|number| format!("u{number}@example.com")).collect();
    for (name, expected) in [("add", [10, 3]), ("remove", [10, 3])] {
        let mut list = Command::group("X");
        list.membership(name, "user", &people);
        let (requests, outcomes) = run(&[list], |_| done());
        assert_eq!(requests.iter().map(Vec::len).collect::<Vec<_>>(), expected);
        assert_eq!(outcomes[0].status, Status::Completed);
    }
    let mut both = Command::group("X");
    both.membership("add", "user", &people).membership("remove", "user", &["z@example.com".to_owned()]);
    assert_eq!(run(&[both], |_| done()).0.len(), 13);
}

#[test]
fn the_requests_for_long_lists_are_counted_by_people() {
    let people: Vec<_> = (0..2_500).map(|number| format!("u{number}@example.com")).collect();
    let mut list = Command::group("X");
    list.membership("add", "user", &people);
    let mut plan = plan_of(&[list, add("a@example.com", 1)]);
    assert_eq!(plan.list_requests(), 3);
    let draft = plan.next(&ListChoice::default());
    plan.launch(&draft);
    plan.settle(verdicts(&draft, |_| done()));
    assert_eq!(plan.list_requests(), 2);
}

#[test]
fn what_became_of_each_piece_of_a_list_of_people_counts() {
    let people: Vec<_> = (0..300).map(|number| format!("u{number}@example.com")).collect();
    let mut list = Command::group("X");
    list.membership("add", "user", &people);
    let unknown = || SettledPiece::unsent(PieceVerdict::Unknown("lost".into()), Mode::Live);
    let refused = || refused(0, "error.user.not_found");
    for (verdicts, expected) in [
        ([done(), done(), refused()], Status::PartlyDone),
        ([refused(), done(), done()], Status::PartlyDone),
        ([refused(), refused(), refused()], Status::Failed),
        ([refused(), unknown(), done()], Status::Unknown),
    ] {
        let mut plan = plan_of(std::slice::from_ref(&list));
        launch(&mut plan);
        let settled = verdicts.into_iter().enumerate().map(|(piece, settled)| (0, piece, settled));
        let outcomes = plan.settle(settled.collect());
        assert_eq!((outcomes.len(), outcomes[0].status), (1, expected));
    }
}

#[test]
fn a_failed_command_holds_back_those_of_everybody_whom_it_names_and_did_not_reach() {
    let list = |people: &[String]| {
        let mut list = Command::group("X");
        list.membership("remove", "user", people);
        list
    };
    let few =
        |names: &[&str]| list(&names.iter().map(|name| format!("{name}@example.com")).collect::<Vec<_>>());
    let of = |json: serde_json::Value| command(&json);
    let create = of(
        json!({"user": "jdoe", "domain": "example.com", "do": [{"createFederatedID": {"email": "j@example.com"}}]}),
    );
    let rename = of(json!({"user": "a@example.com", "do": [{"update": {"email": "b@example.com"}}]}));
    let j = "j@example.com";
    for (first, later, is_held) in [
        (few(&["a", "b"]), add("B@example.com", 1), true),
        (few(&["a", "b"]), add("c@example.com", 1), false),
        (few(&["a", "b"]), few(&["c", "a"]), true),
        (few(&["a", "b"]), few(&["c"]), false),
        (add("a@example.com", 1), few(&["c", "a"]), true),
        (add("a@example.com", 1), few(&["c"]), false),
        (create.clone(), add(j, 1), true),
        (create, few(&["j"]), true),
        (rename.clone(), add("b@example.com", 1), true),
        (rename, add("c@example.com", 1), false),
    ] {
        let verdict = |index| if index == 0 { refused(0, "error.user.not_found") } else { done() };
        let (_, outcomes) = run(&[first.clone(), later.clone()], verdict);
        let outcome = outcomes.iter().find(|outcome| outcome.index == 1).unwrap();
        assert_eq!(outcome.status == Status::NotSent, is_held, "{first:?} {later:?}: {outcome:?}");
    }
    // Of a long list, those in pieces that were carried out are not held back.
    let people: Vec<_> = (0..300).map(|number| format!("u{number}@example.com")).collect();
    let mut plan = plan_of(&[list(&people), add("u5@example.com", 1), add("u150@example.com", 1)]);
    launch(&mut plan);
    let settled = vec![(0, 0, done()), (0, 1, refused(0, "error.user.not_found")), (0, 2, done())];
    let outcomes = plan.settle(settled);
    let statuses: Vec<_> = outcomes.iter().map(|outcome| (outcome.index, outcome.status)).collect();
    assert_eq!(statuses, [(0, Status::PartlyDone), (2, Status::NotSent)]);
    assert_eq!(launch(&mut plan), [1]);
}

#[test]
fn requests_in_flight_share_no_person_and_what_they_do_to_groups_commutes() {
    let add = |user: &str, group: &str| command(&json!({"user": user, "do": [{"add": {"group": [group]}}]}));
    let remove =
        |user: &str, group: &str| command(&json!({"user": user, "do": [{"remove": {"group": [group]}}]}));
    let list =
        |group: &str, user: &str| command(&json!({"usergroup": group, "do": [{"add": {"user": [user]}}]}));
    let named = command(&json!({"user": "jdoe", "domain": "example.com", "do": [{"add": {"group": ["Z"]}}]}));
    for (first, second, expected) in [
        (add("a@example.com", "X"), add("b@example.com", "X"), true),
        (remove("a@example.com", "X"), remove("b@example.com", "x"), true),
        (add("a@example.com", "X"), add("A@example.com", "Y"), false),
        (remove("a@example.com", "X"), add("b@example.com", "x"), false),
        (remove("a@example.com", "X"), add("b@example.com", "Y"), true),
        (list("X", "a@example.com"), list("x", "b@example.com"), false),
        (list("X", "a@example.com"), list("Y", "b@example.com"), true),
        (list("X", "a@example.com"), list("Y", "A@example.com"), false),
        (list("X", "a@example.com"), add("b@example.com", "X"), false),
        (add("a@example.com", "X"), named.clone(), false),
        (named.clone(), add("a@example.com", "X"), false),
        (list("Y", "a@example.com"), named, false),
    ] {
        let mut plan = plan_of(std::slice::from_ref(&first));
        assert_eq!(launch(&mut plan), [0]);
        plan.add(planned(1, &second), None, Mode::Live);
        let is_at_once = launch(&mut plan) == [1];
        assert_eq!(is_at_once, expected, "{first:?} {second:?}");
        plan.settle(vec![(0, 0, done())]);
        assert!(is_at_once || launch(&mut plan) == [1]);
    }
}

#[test]
fn nobody_overtakes_a_command_that_waits_for_a_request_in_flight() {
    let of = |user: &str, step: &str| command(&json!({"user": user, "do": [{step: {"group": ["X"]}}]}));
    let mut plan = plan_of(&[of("a@example.com", "add")]);
    launch(&mut plan);
    plan.add(planned(1, &of("b@example.com", "remove")), None, Mode::Live);
    plan.add(planned(2, &of("c@example.com", "add")), None, Mode::Live);
    assert!(launch(&mut plan).is_empty());
    plan.settle(vec![(0, 0, done())]);
    assert_eq!(launch(&mut plan), [1, 2]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn nothing_is_lost_or_doubled_and_dependents_keep_their_order(
        people in prop::collection::vec((0_usize..12, 1_usize..230), 0..60)
    ) {
        let commands: Vec<_> =
            people.iter().map(|(person, groups)| add(&format!("u{person}@example.com"), *groups)).collect();
        let (requests, outcomes) = run(&commands, |_| done());
        let mut indexes: Vec<_> = outcomes.iter().map(|outcome| outcome.index).collect();
        indexes.sort_unstable();
        prop_assert_eq!(indexes, (0..commands.len()).collect::<Vec<_>>());
        let pieces: usize = commands.iter().map(|command| split::split(&Arc::new(command.clone())).len()).sum();
        prop_assert_eq!(requests.iter().map(Vec::len).sum::<usize>(), pieces);
        for request in &requests {
            prop_assert!(request.len() <= COMMANDS_PER_REQUEST);
            for (place, one) in request.iter().enumerate() {
                for two in &request[place + 1..] {
                    prop_assert!(people[*one].0 != people[*two].0, "{} and {} share a request", one, two);
                }
            }
        }
        for person in 0..12 {
            let mine = requests.iter().flatten().filter(|index| people[**index].0 == person);
            let mine: Vec<_> = mine.copied().collect();
            prop_assert!(mine.is_sorted(), "{mine:?}");
        }
    }
}
