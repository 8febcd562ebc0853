use super::*;
use crate::client::sent_command::SentCommand;
use serde_json::json;

fn request(number: u64, users: &[&str]) -> RequestRecord {
    let command = |(index, user): (usize, &&str)| CommandRecord {
        index,
        piece: 0,
        pieces: 1,
        command: add(user),
        before: Vec::new(),
        earlier: None,
    };
    RequestRecord {
        number,
        call: "POST /action".to_owned(),
        request_id: "r".to_owned(),
        mode: Mode::Live,
        list: number,
        commands: users.iter().enumerate().map(command).collect(),
        body: None,
    }
}

fn raw(number: u64, request_id: &str, users: &[&str]) -> RequestRecord {
    RequestRecord { list: 0, request_id: request_id.to_owned(), ..request(number, users) }
}

fn settled(number: u64, statuses: &[Status]) -> SettledRecord {
    SettledRecord {
        number,
        fates: statuses.iter().map(|status| CommandOutcome::new(*status)).collect(),
        answer: None,
    }
}

fn answered(number: u64, statuses: &[Status]) -> SettledRecord {
    let answer = AnswerRecord { status: 200, headers: Vec::new(), body: json!({"result": "success"}) };
    SettledRecord { answer: Some(answer), ..settled(number, statuses) }
}

fn rendered(command: &Value) -> CommandContent {
    CommandContent::raw(command.clone())
}

fn add(user: &str) -> Value {
    json!({"user": user, "do": [{"add": {"group": ["X"]}}]})
}

fn replay(records: impl IntoIterator<Item = JournalRecord>) -> Replay {
    let mut replay = Replay::default();
    records.into_iter().for_each(|record| replay.apply(record));
    replay.start_resume();
    replay
}

fn of_requests(records: impl IntoIterator<Item = (RequestRecord, Option<SettledRecord>)>) -> Replay {
    let records = records.into_iter().flat_map(|(request, settled)| {
        let request = JournalRecord::Request(request);
        std::iter::once(request).chain(settled.map(JournalRecord::Settled))
    });
    replay(records)
}

fn is_done(replay: &mut Replay, command: &Value) -> bool {
    matches!(replay.recall(Mode::Live, &rendered(command)), Some(RecalledOutcome::Done { .. }))
}

/// A request of the script that equals the one an earlier run sent.
fn action_request(users: &[&str]) -> ActionRequest {
    let RequestRecord { call, mode, list, commands, body, .. } = raw(1, "new", users);
    let commands = commands.into_iter().map(|record| {
        let CommandRecord { index, piece, pieces, command, .. } = record;
        SentCommand { index, piece, pieces, content: Arc::new(rendered(&command)) }
    });
    let (commands, request_id) = (commands.collect(), "new".to_owned());
    ActionRequest { call, request_id, mode, list, commands, body }
}

#[test]
fn a_completed_command_is_recalled_as_often_as_it_was_completed_whatever_its_request_id_and_key_order() {
    let statuses = [Status::Completed, Status::Completed, Status::Failed];
    let mut replay = of_requests([(request(1, &["a", "a", "b"]), Some(settled(1, &statuses)))]);
    let other = json!({"do": [{"add": {"group": ["X"]}}], "requestID": "7", "user": "a"});
    assert!(is_done(&mut replay, &add("a")) && is_done(&mut replay, &other));
    assert!(!is_done(&mut replay, &add("a")) && !is_done(&mut replay, &add("b")));
    assert_eq!(replay.last_number(), 1);
}

#[test]
fn a_raw_request_that_was_sent_again_counts_by_its_last_outcome() {
    let lost = |number| Some(settled(number, &[Status::Unknown]));
    let mut replay = of_requests([
        (raw(1, "r1", &["a"]), lost(1)),
        (raw(2, "r1", &["a"]), Some(settled(2, &[Status::Failed]))),
        (raw(3, "r2", &["a"]), lost(3)),
    ]);
    let unknown: Vec<_> = replay.take_doubtful().into_keys().collect();
    assert_eq!(unknown, [(3, 0)]);
}

#[test]
fn a_rehearsal_is_not_recalled_for_a_change() {
    let mut replay = of_requests([(request(1, &["a"]), Some(settled(1, &[Status::Completed])))]);
    assert_eq!(replay.recall(Mode::Test, &rendered(&add("a"))), None);
}

#[test]
fn a_request_without_an_outcome_is_unknown_until_it_is_read_back() {
    let mut replay = of_requests([(request(1, &["a", "b", "c"]), None)]);
    let unknown: Vec<_> = replay.take_doubtful().into_values().collect();
    assert_eq!(unknown.len(), 3);
    assert!(unknown.iter().all(|(doubt, _)| *doubt == Doubt::Unknown));
    replay.apply_finding(&unknown[0].1, Finding::Done, None);
    replay.apply_finding(&unknown[1].1, Finding::NotDone, None);
    replay.apply_finding(&unknown[2].1, Finding::Open, Some("why"));
    assert!(is_done(&mut replay, &add("a")));
    assert_eq!(replay.unrequested(), ["b (add)"]);
    assert_eq!(replay.recall(Mode::Live, &rendered(&add("b"))), None);
    assert!(replay.unrequested().is_empty());
    assert_eq!(
        replay.recall(Mode::Live, &rendered(&add("c"))),
        Some(RecalledOutcome::Open { message: "why".into() })
    );
}

#[test]
fn what_was_sent_again_in_the_same_run_is_no_longer_unknown() {
    let again = RequestRecord { list: 1, ..request(2, &["a"]) };
    let mut replay = of_requests([
        (request(1, &["a"]), Some(settled(1, &[Status::Unknown]))),
        (again, Some(settled(2, &[Status::Completed]))),
    ]);
    assert!(replay.take_doubtful().is_empty());
    assert!(is_done(&mut replay, &add("a")));
}

#[test]
fn what_was_found_undone_and_sent_again_is_not_reported() {
    let found = FoundRecord { number: 1, place: 0, finding: Finding::NotDone, message: None };
    let mut replay = replay([
        JournalRecord::Request(request(1, &["a"])),
        JournalRecord::Found(found),
        JournalRecord::Request(request(2, &["a"])),
        JournalRecord::Settled(settled(2, &[Status::Completed])),
    ]);
    assert!(replay.unrequested().is_empty());
    assert!(is_done(&mut replay, &add("a")));
}

#[test]
fn a_command_of_which_some_pieces_are_done_is_started() {
    let mut split = request(1, &["a"]);
    split.commands[0].pieces = 2;
    let replay = of_requests([(split, Some(settled(1, &[Status::Completed])))]);
    assert_eq!(replay.unrequested(), ["a (add)"]);
}

#[test]
fn someone_who_is_still_a_member_is_read_back_by_each_run_and_never_sent() {
    let found = FoundRecord {
        number: 1,
        place: 0,
        finding: Finding::StillMember,
        message: Some("still a member of X".to_owned()),
    };
    let mut replay = replay([
        JournalRecord::Request(request(1, &["a"])),
        JournalRecord::Settled(settled(1, &[Status::StillMember])),
        JournalRecord::Found(found),
    ]);
    let doubtful = replay.take_doubtful();
    let (doubt, journaled) = &doubtful[&(1, 0)];
    assert_eq!((*doubt, &*journaled.why), (Doubt::StillMember, "still a member of X"));
    assert!(!replay.has_settled(Mode::Live, &rendered(&add("a"))));
    replay.apply_finding(journaled, Finding::StillMember, None);
    assert!(replay.has_settled(Mode::Live, &rendered(&add("a"))));
    assert_eq!(replay.unrequested_still_members(), ["a (add): still a member of X"]);
    let recalled = RecalledOutcome::StillMember {
        request_id: "r".to_owned(),
        message: "still a member of X".to_owned(),
    };
    assert_eq!(replay.recall(Mode::Live, &rendered(&add("a"))), Some(recalled));
    assert!(replay.unrequested_still_members().is_empty());
}

/// A request sent as the script wrote it, with a removal that was found undone: what is recalled if the removal is
/// still undone, and if it is done by then.
fn recalled(others: &[Status], has_answer: bool) -> [Option<RecalledResponse>; 2] {
    let statuses = [&[Status::StillMember], others].concat();
    let users = &["a", "b"][..statuses.len()];
    let end = if has_answer { answered(1, &statuses) } else { settled(1, &statuses) };
    [Finding::StillMember, Finding::Done].map(|finding| {
        let mut replay = of_requests([(raw(1, "r", users), Some(end.clone()))]);
        for (doubt, journaled) in replay.take_doubtful().into_values() {
            let unknown = if others == [Status::Unknown] { Finding::NotDone } else { Finding::Done };
            let finding = if doubt == Doubt::Unknown { unknown } else { finding };
            replay.apply_finding(&journaled, finding, Some("why"));
        }
        let recalled = replay.recall_response(&action_request(users));
        assert!(replay.unrequested_still_members().is_empty() && replay.unrequested().is_empty());
        let is_left = recalled.is_some() && replay.has_settled(Mode::Live, &rendered(&add("a")));
        assert!(!is_left, "each outcome is recalled once");
        recalled
    })
}

#[test]
fn a_request_after_which_someone_is_still_a_member_is_recalled_whole_or_not_sent() {
    for others in [&[][..], &[Status::Completed]] {
        let [undone, done] = recalled(others, true).map(Option::unwrap);
        assert!(undone.response.is_ok() && undone.still_members == BTreeMap::from([(0, "why".to_owned())]));
        assert!(done.response.is_ok() && done.still_members.is_empty());
    }
    for other in [Status::Failed, Status::PartlyDone] {
        let [undone, done] = recalled(&[other], true);
        assert_eq!(undone.unwrap().still_members.len(), 1);
        assert!(done.is_none(), "what failed is sent again");
    }
    let [undone, done] = recalled(&[Status::Unknown], true);
    assert!(undone.unwrap().response.is_err(), "the removal must not be sent again with the other");
    assert!(done.is_none());
}
