use super::*;
use crate::wire::command::Command;
use serde_json::{Value, json};

fn request(mode: Mode, commands: &[Value]) -> ActionRequest {
    let sent = |(index, command): (usize, &Value)| SentCommand {
        index,
        piece: 0,
        pieces: 1,
        content: Arc::new(CommandContent::raw(command.clone())),
    };
    let commands = commands.iter().enumerate().map(sent).collect();
    ActionRequest { call: String::new(), request_id: String::new(), mode, list: 1, commands, body: None }
}

fn checked(command: &Value) -> CheckedCommand {
    CheckedCommand::unchecked(Command::read(command).unwrap())
}

fn add(user: &str) -> Value {
    json!({"user": user, "do": [{"add": {"group": ["X"]}}]})
}

fn remove(user: &str) -> Value {
    json!({"user": user, "do": [{"remove": {"group": ["X"]}}]})
}

fn delete(user: &str) -> Value {
    json!({"user": user, "do": [{"removeFromOrg": {"deleteAccount": true}}]})
}

fn people(count: usize, of: impl Fn(&str) -> Value) -> Vec<Value> {
    (0..count).map(|number| of(&format!("u{number}@example.com"))).collect()
}

fn message(guard: &ChangeGuard, commands: &[Value]) -> Option<String> {
    guard.before(&request(Mode::Live, commands)).err().map(|error| error.to_string())
}

fn passes(limits: GuardLimits, commands: &[Value]) -> bool {
    message(&ChangeGuard::new(limits), commands).is_none()
}

#[test]
fn a_request_over_a_limit_is_not_sent_and_does_not_count() {
    let guard = ChangeGuard::new(GuardLimits { max_changes: Some(15), ..GuardLimits::default() });
    assert_eq!(message(&guard, &people(10, add)), None);
    let refused = message(&guard, &people(10, add)).unwrap();
    assert_eq!(refused, "refused: 20 changes, the limit is 15");
    assert_eq!(message(&guard, &people(5, add)), None);
    assert!(guard.has_refused());
}

#[test]
fn removals_are_counted_by_people() {
    let limits = || GuardLimits { max_removals: Some(Allowance::Count(3)), ..GuardLimits::default() };
    assert!(passes(limits(), &[people(3, remove), people(9, add)].concat()));
    assert!(!passes(limits(), &people(4, remove)));
    let four = json!({"usergroup": "G", "do": [{"remove": {"user": ["a@b.c", "b@b.c", "c@b.c", "d@b.c"]}}]});
    assert!(!passes(limits(), &[four]));
}

#[test]
fn a_list_of_people_counts_once_however_it_is_split_into_steps() {
    let names =
        |from: usize, to| (from..to).map(|number| format!("u{number}@example.com")).collect::<Vec<_>>();
    let step = |from, to| json!({"remove": {"user": names(from, to)}});
    for steps in [
        json!([step(0, 25)]),
        json!([step(0, 10), step(10, 20), step(20, 25)]),
        json!([step(0, 25), step(5, 9)]),
    ] {
        let command = json!({"usergroup": "G", "do": steps});
        let limits =
            |limit| GuardLimits { max_removals: Some(Allowance::Count(limit)), ..GuardLimits::default() };
        assert!(!passes(limits(24), std::slice::from_ref(&command)), "{command}");
        assert!(passes(limits(25), std::slice::from_ref(&command)), "{command}");
    }
}

#[test]
fn a_list_of_people_counts_as_many_changes_whatever_it_does_and_however_it_is_split() {
    let emails: Vec<_> = (0..230).map(|number| format!("u{number}@example.com")).collect();
    let limits = |limit| GuardLimits { max_changes: Some(limit), ..GuardLimits::default() };
    for name in ["add", "remove"] {
        let command =
            json!({"usergroup": "G", "do": [{name: {"user": emails}}, {name: {"user": emails[..5]}}]});
        assert!(!passes(limits(229), std::slice::from_ref(&command)), "{name}");
        assert!(passes(limits(230), std::slice::from_ref(&command)), "{name}");
        let list = checked(&json!({"usergroup": "G", "do": [{name: {"user": emails}}]}));
        let mut total = CommandImpact::default();
        assert!(ChangeGuard::new(limits(229)).precheck(Mode::Live, &list, &mut total).is_err(), "{name}");
        assert_eq!(total.changes, 230);
        let guard = ChangeGuard::new(limits(230));
        let pieces: Vec<_> =
            list.pieces().map(|piece| Arc::new(CommandContent::raw(piece.to_json()))).collect();
        for (piece, content) in pieces.iter().enumerate() {
            let sent = SentCommand { index: 0, piece, pieces: pieces.len(), content: Arc::clone(content) };
            let request = ActionRequest { commands: vec![sent], ..request(Mode::Live, &[]) };
            assert!(guard.before(&request).is_ok(), "{name} {piece}");
        }
        assert!(message(&guard, &[add("one@example.com")]).is_some(), "{name}");
    }
    let profiles = json!({"usergroup": "G", "do": [{"add": {"productConfiguration": ["P", "Q"]}}]});
    assert!(passes(limits(1), &[profiles]));
}

#[test]
fn two_hundred_is_the_limit_of_a_live_run_against_a_real_organization() {
    let real = || GuardLimits { real: true, ..GuardLimits::default() };
    assert!(passes(real(), &people(200, remove)));
    assert!(!passes(real(), &people(201, remove)));
    assert!(passes(GuardLimits::default(), &people(201, remove)));
    assert!(ChangeGuard::new(real()).before(&request(Mode::Test, &people(201, remove))).is_ok());
}

#[test]
fn a_percentage_is_taken_of_the_largest_listing() {
    let guard = ChangeGuard::new(GuardLimits {
        max_removals: Some(Allowance::Percent(10)),
        ..GuardLimits::default()
    });
    assert!(message(&guard, &[remove("a@example.com")]).unwrap().contains("has not listed any users"));
    guard.listing_ended("users", Ok(30));
    guard.listing_ended("users", Ok(7));
    assert_eq!(message(&guard, &people(3, remove)), None);
    assert!(message(&guard, &[remove("a@example.com")]).is_some());
}

#[test]
fn protected_people_are_not_changed_by_any_form_of_command() {
    let protected = || GuardLimits { protected: vec![NamePattern::new("ceo@*")], ..GuardLimits::default() };
    assert!(!passes(protected(), &[add("CEO@example.com")]));
    assert!(!passes(
        protected(),
        &[json!({"usergroup": "G", "do": [{"add": {"user": ["ceo@example.com"]}}]})]
    ));
    for evasive in [
        json!({"user": "CEO", "domain": "example.com", "do": [{"removeFromOrg": {}}]}),
        json!({"user": "other@example.com", "do": [{"update": {"email": "ceo@example.com"}}]}),
        json!({"user": "other@example.com", "do": [{"update": {"username": "ceo@example.com"}}]}),
        json!({"usergroup": "G", "do": [{"updateUserGroup": {"name": "ceo@x"}}]}),
    ] {
        assert!(!passes(protected(), std::slice::from_ref(&evasive)), "{evasive}");
    }
    assert!(passes(protected(), &[add("other@example.com")]));
    assert!(passes(
        protected(),
        &[json!({"user": "kim", "domain": "example.com", "do": [{"removeFromOrg": {}}]})]
    ));
}

#[test]
fn with_a_list_of_those_who_may_be_changed_nobody_else_is_changed_by_any_form_of_command() {
    let only = || {
        let only =
            ["a@example.com", "*@team.example.com", "Designers", "kim@example.org"].map(NamePattern::new);
        GuardLimits { only: only.into(), ..GuardLimits::default() }
    };
    let kim = |domain| json!({"user": "kim", "domain": domain, "do": [{"removeFromOrg": {}}]});
    let members = |group, user| json!({"usergroup": group, "do": [{"add": {"user": [user]}}]});
    for allowed in [
        add(" A@Example.com"),
        add("x@team.example.com"),
        json!({"user": "a@example.com", "do": [{"update": {"email": "new@example.com"}}]}),
        kim("example.org"),
        members("Designers", "a@example.com"),
        members("Others", "a@example.com"),
        json!({"usergroup": "designers", "do": [{"updateUserGroup": {"name": "Artists"}}]}),
    ] {
        assert!(passes(only(), std::slice::from_ref(&allowed)), "{allowed}");
    }
    for refused in [
        add("b@example.com"),
        json!({"user": "b@example.com", "do": [{"update": {"email": "a@example.com"}}]}),
        kim("example.net"),
        members("Designers", "b@example.com"),
        json!({"usergroup": "Others", "do": [{"deleteUserGroup": {}}]}),
        json!({"usergroup": "Others", "do": [{"add": {"user": ["a@example.com"], "productConfiguration": ["X"]}}]}),
        json!({"usergroup": "Designers", "do": [{"remove": {"user": ["a@example.com", 7]}}]}),
        json!({"do": [{"remove": {"user": ["a@example.com"]}}]}),
        json!({"user": 7, "do": [{"add": {"group": ["X"]}}]}),
    ] {
        assert!(!passes(only(), std::slice::from_ref(&refused)), "{refused}");
        assert!(!passes(only(), &[add("a@example.com"), refused.clone()]), "{refused}");
    }
    let unread = ChangeGuard::new(only()).before(&request(Mode::Test, &[])).unwrap_err();
    assert!(unread.to_string().contains("--only cannot tell"), "{unread}");
}

#[test]
fn permanent_deletion_must_be_allowed_in_a_real_organization() {
    let real = |allow_delete| GuardLimits { real: true, allow_delete, ..GuardLimits::default() };
    assert!(!passes(real(false), &[delete("a@example.com")]));
    assert!(passes(real(true), &[delete("a@example.com")]));
    assert!(ChangeGuard::new(real(false)).before(&request(Mode::Test, &[delete("a@example.com")])).is_ok());
}

#[test]
fn nothing_is_removed_after_a_source_failed_or_was_empty() {
    let guard = ChangeGuard::new(GuardLimits::default());
    guard.listing_ended("users", Err(&ErrorKind::Interrupted.into()));
    assert_eq!(message(&guard, &[add("a@example.com")]), None);
    assert!(message(&guard, &[remove("a@example.com")]).unwrap().contains("the listing of users failed"));
    let guard = ChangeGuard::new(GuardLimits { allow_empty_source: true, ..GuardLimits::default() });
    guard.mark_source_empty("people.csv has no rows".to_owned());
    assert_eq!(message(&guard, &[remove("a@example.com")]), None);
}

#[test]
fn a_script_only_tightens() {
    let guard = ChangeGuard::new(GuardLimits { max_changes: Some(5), ..GuardLimits::default() });
    guard.tighten(&GuardLimits { max_changes: Some(50), ..GuardLimits::default() });
    assert!(message(&guard, &people(6, add)).is_some());
    guard.tighten(&GuardLimits { max_changes: Some(2), read_only: false, ..GuardLimits::default() });
    assert!(message(&guard, &people(3, add)).is_some());
    guard.tighten(&GuardLimits { read_only: true, ..GuardLimits::default() });
    assert!(message(&guard, &people(1, add)).unwrap().contains("read-only"));
}

#[test]
fn a_list_is_checked_before_any_of_it_is_sent() {
    let guard =
        ChangeGuard::new(GuardLimits { max_removals: Some(Allowance::Count(3)), ..GuardLimits::default() });
    let mut total = CommandImpact::default();
    let refused = people(5, remove)
        .iter()
        .find_map(|command| guard.precheck(Mode::Live, &checked(command), &mut total).err());
    assert!(refused.unwrap().to_string().contains("4 removals, the limit is 3"));
    assert_eq!(message(&guard, &people(3, remove)), None);
}

#[test]
fn allowances_are_numbers_or_percentages() {
    let read = |text| Allowance::parse(text);
    assert_eq!(
        (read("7"), read("5%"), read("0")),
        (Some(Allowance::Count(7)), Some(Allowance::Percent(5)), Some(Allowance::Count(0)))
    );
    assert_eq!((read("101%"), read("-1"), read("x")), (None, None, None));
}

#[test]
fn a_person_who_was_read_is_protected_under_every_name() {
    let guard = ChangeGuard::new(GuardLimits {
        protected: vec![NamePattern::new("ceo@example.com")],
        ..GuardLimits::default()
    });
    let by_username = json!({"user": "TSmith", "domain": "sso.example.com", "do": [{"remove": "all"}]});
    let of_another = json!({"user": "tsmith", "domain": "other.example.com", "do": [{"remove": "all"}]});
    assert_eq!(message(&guard, std::slice::from_ref(&by_username)), None);
    let person = User {
        email: Some("CEO@example.com".into()),
        username: Some("tsmith".into()),
        domain: Some("sso.example.com".into()),
        ..User::default()
    };
    guard.users_read(&[Arc::new(person)]);
    let refused = message(&guard, &[by_username]).unwrap();
    assert_eq!(refused, "refused: `TSmith@sso.example.com` is protected (by `ceo@example.com`)");
    assert_eq!(message(&guard, &[of_another]), None);
}
