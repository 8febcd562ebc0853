use super::*;
use crate::client::hooks::UserListing;
use serde_json::{Value, json};

const NOBODY_KNOWN: Absence = Absence { unlisted: None, is_complete: false };
const ALL_KNOWN: Absence = Absence { unlisted: None, is_complete: true };

fn user(id: &str, email: &str, kind: &str, groups: &[&str]) -> Arc<User> {
    Arc::new(User {
        id: Some(id.into()),
        email: Some(email.into()),
        username: Some("login".into()),
        domain: Some("corp.example.com".into()),
        firstname: Some("Ann".into()),
        kind: Some(kind.into()),
        groups: Some(groups.iter().map(|name| (*name).into()).collect()),
        ..User::default()
    })
}

fn before_with(snapshots: &mut Snapshots, absence: &Absence, command: Value) -> Vec<PersonRecord> {
    let absence = |_: NamedPerson<'_>| Absence { ..*absence };
    snapshots.before(&CommandContent::raw(command), absence)
}

fn before(snapshots: &mut Snapshots, command: Value) -> PersonRecord {
    before_with(snapshots, &NOBODY_KNOWN, command).remove(0)
}

fn add(user: &str, group: &str) -> Value {
    json!({"user": user, "do": [{"add": {"group": [group]}}]})
}

fn read(snapshots: &mut Snapshots, users: &[Arc<User>]) {
    let listing = UserListing {
        number: 7,
        group: None,
        has_all_members: true,
        counts_indirect: false,
        shows_groups: true,
    };
    snapshots.records.add(users, UserReading::Listing(listing));
    snapshots.add(users, UserReading::Listing(listing));
}

#[test]
fn a_person_is_found_by_each_name_in_any_case_with_what_the_listing_shows() {
    let mut snapshots = Snapshots::default();
    let people = [user("1", "A@example.com", "federatedID", &["P"])];
    read(&mut snapshots, &people);
    for command in [
        add(" a@EXAMPLE.com", "p"),
        json!({"user": "Login", "domain": "corp.example.com", "do": [{"add": {"group": ["p"]}}]}),
        json!({"usergroup": "p", "do": [{"remove": {"user": ["a@example.com"]}}]}),
    ] {
        let record = before(&mut snapshots, command.clone());
        assert_eq!(record.account, AccountPresence::Present, "{command}");
        assert_eq!(record.fields.id.as_deref(), Some("1"), "{command}");
        assert_eq!(record.fields.firstname, None, "a membership needs no names");
        assert_eq!(record.groups["p"], MembershipState::Direct, "{command}");
        assert!(record.read.is_some());
    }
    let other = json!({"user": "login", "domain": "other.example.com", "do": [{"remove": "all"}]});
    assert_eq!(before(&mut snapshots, other).account, AccountPresence::Unknown);
    let leaves = json!({"user": "a@example.com", "do": [{"removeFromOrg": {}}]});
    let record = before(&mut snapshots, leaves);
    assert_eq!(record.fields.firstname.as_deref(), Some("Ann"));
    assert!(record.all_groups && record.groups["P"] == MembershipState::Direct);
}

#[test]
fn of_two_accounts_with_an_address_the_one_that_is_meant_is_recorded() {
    let (adobe, managed) =
        (user("1", "a@example.com", "adobeID", &[]), user("2", "a@example.com", "federatedID", &[]));
    let mut snapshots = Snapshots::default();
    read(&mut snapshots, std::slice::from_ref(&adobe));
    let id = |snapshots: &mut Snapshots, absence, command| {
        before_with(snapshots, absence, command).remove(0).fields.id
    };
    let plain = || add("a@example.com", "P");
    let of_adobe = || json!({"user": "a@example.com", "useAdobeID": true, "do": [{"remove": "all"}]});
    assert_eq!(id(&mut snapshots, &NOBODY_KNOWN, plain()), None, "a managed account may be meant");
    assert_eq!(id(&mut snapshots, &ALL_KNOWN, plain()).as_deref(), Some("1"));
    read(&mut snapshots, std::slice::from_ref(&managed));
    assert_eq!(id(&mut snapshots, &NOBODY_KNOWN, plain()).as_deref(), Some("2"));
    assert_eq!(id(&mut snapshots, &NOBODY_KNOWN, of_adobe()).as_deref(), Some("1"));
}

#[test]
fn what_the_run_changed_is_no_longer_known_under_any_name() {
    let mut snapshots = Snapshots::default();
    let people = [user("1", "a@example.com", "federatedID", &["P"])];
    read(&mut snapshots, &people);
    let by_username =
        json!({"user": "login", "domain": "corp.example.com", "do": [{"remove": {"group": ["P"]}}]});
    assert_eq!(before(&mut snapshots, by_username.clone()).groups["P"], MembershipState::Direct);
    snapshots.touch(&CommandContent::raw(by_username));
    let record = before(&mut snapshots, add("a@example.com", "P"));
    assert_eq!(record.groups["P"], MembershipState::Unknown);
    assert_eq!(before(&mut snapshots, add("a@example.com", "Q")).groups["Q"], MembershipState::NotDirect);
    snapshots.touch(&CommandContent::raw(json!({"user": "a@example.com", "do": [{"remove": "all"}]})));
    assert_eq!(before(&mut snapshots, add("a@example.com", "Q")).groups["Q"], MembershipState::Unknown);
}

#[test]
fn an_account_is_absent_only_by_a_complete_listing_or_by_the_service_itself() {
    let mut snapshots = Snapshots::default();
    let state = |snapshots: &mut Snapshots, absence| {
        let record = before_with(snapshots, absence, add("new@example.com", "P")).remove(0);
        (record.account, record.read)
    };
    assert_eq!(state(&mut snapshots, &ALL_KNOWN), (AccountPresence::Unknown, None));
    let unlisted = Absence { unlisted: Some(Timestamp::UNIX_EPOCH), is_complete: true };
    let absent = (AccountPresence::Absent, Some(Timestamp::UNIX_EPOCH));
    assert_eq!(state(&mut snapshots, &unlisted), absent);
    snapshots.add_missing("New@example.com", None);
    assert_eq!(state(&mut snapshots, &NOBODY_KNOWN).0, AccountPresence::Absent);
}

#[test]
fn after_the_changes_of_millions_nothing_counts_as_read() {
    let mut snapshots = Snapshots::default();
    let people = [user("1", "a@example.com", "federatedID", &["P"])];
    read(&mut snapshots, &people);
    assert_eq!(before(&mut snapshots, add("a@example.com", "P")).groups["P"], MembershipState::Direct);
    snapshots.touches = MOST_TOUCHED - 1;
    snapshots.touch(&CommandContent::raw(add("b@example.com", "P")));
    let record = before(&mut snapshots, add("a@example.com", "P"));
    assert_eq!((record.account, record.groups["P"]), (AccountPresence::Unknown, MembershipState::Unknown));
    let held = snapshots.touched.count_between(0, u64::MAX);
    snapshots.touch(&CommandContent::raw(add("c@example.com", "P")));
    assert_eq!(snapshots.touched.count_between(0, u64::MAX), held, "no more are kept");
}
