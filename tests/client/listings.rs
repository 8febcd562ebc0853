//! Listings: complete, or an error that says which page.

use super::{Listener, ORGANIZATION, client_of, settings};
use crate::support::server::{Recorded, Reply, Server};
use serde_json::{Value, json};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::event::ClientEvent;
use umapi_shell::client::listing::Listing;
use umapi_shell::client::listing::entry::ListEntry;
use umapi_shell::client::listing::query::UserQuery;
use umapi_shell::error::Error;
use umapi_shell::wire::user::User;

/// A page of users with these numbers.
fn page(numbers: std::ops::Range<usize>, last: bool) -> Value {
    let users: Vec<_> = numbers.map(|number| json!({"email": format!("u{number}@example.com")})).collect();
    json!({"lastPage": last, "result": "success", "users": users})
}

pub(super) fn users(numbers: std::ops::Range<usize>, last: bool) -> Reply {
    Reply::json(200, &page(numbers, last))
}

fn groups(names: &[(&str, i64)], last: bool) -> Value {
    let groups: Vec<_> = names.iter().map(|(name, id)| json!({"groupName": name, "groupId": id})).collect();
    json!({"lastPage": last, "result": "success", "groups": groups})
}

pub(super) async fn all<T: ListEntry>(listing: &mut Listing<T>) -> Result<Vec<Arc<T>>, Error> {
    let mut entries = Vec::new();
    while let Some(page) = listing.next_page().await? {
        entries.extend(page);
    }
    Ok(entries)
}

pub(super) fn page_number(request: &Recorded) -> usize {
    let path = request.target.split('?').next().unwrap();
    path.split('/').nth(5).unwrap().parse().unwrap()
}

#[tokio::test]
async fn a_listing_is_read_to_its_last_page() {
    let server = Server::start(|request, _| {
        let page = page_number(request);
        users(page * 10..page * 10 + 10, page == 2).with("X-Total-Count", "30").with("X-Page-Count", "3")
    })
    .await;
    let mut listing = client_of(&server).users(UserQuery::default());
    assert_eq!((listing.total(), listing.is_finished(), listing.name()), (None, false, "users"));
    assert_eq!(listing.next_page().await.unwrap().unwrap().len(), 10);
    assert_eq!((listing.total(), listing.pages()), (Some(30), Some(3)));
    assert_eq!(all(&mut listing).await.unwrap().len(), 20);
    assert!(listing.is_finished());
    assert!(listing.next_page().await.unwrap().is_none());
    let expected: Vec<_> =
        (0..3).map(|page| format!("GET /v2/usermanagement/users/{ORGANIZATION}/{page}")).collect();
    assert_eq!(server.lines(), expected);
}

#[tokio::test]
async fn nothing_is_requested_before_the_first_page() {
    let server = Server::replies(vec![users(0..1, true)]).await;
    let client = client_of(&server);
    let listing = client.users(UserQuery::default());
    drop(listing);
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn an_invalid_query_is_the_first_page_s_error() {
    let server = Server::replies(vec![users(0..1, true)]).await;
    let query = UserQuery { exclude_groups: true, ..UserQuery::default() };
    let error = client_of(&server).users(query).next_page().await.unwrap_err();
    assert_eq!((error.kind.name(), server.requests().len()), ("usage", 0));
}

#[tokio::test]
async fn the_same_person_on_two_pages_counts_once() {
    let server = Server::replies(vec![users(0..10, false), users(8..15, true)]).await;
    assert_eq!(all(&mut client_of(&server).users(UserQuery::default())).await.unwrap().len(), 15);
}

#[tokio::test]
async fn fewer_than_announced_is_a_note() {
    let server = Server::replies(vec![users(0..3, true).with("X-Total-Count", "5")]).await;
    let listener = Arc::new(Listener::default());
    let client = Client::new(settings(&server), listener.clone(), CancellationToken::new());
    assert_eq!(all(&mut client.users(UserQuery::default())).await.unwrap().len(), 3);
    let notes: Vec<_> = listener
        .events()
        .into_iter()
        .filter_map(|event| if let ClientEvent::Note(text) = event { Some(text) } else { None })
        .collect();
    assert_eq!(notes, ["users: 3 of 5; the service leaves out technical accounts (2 here)"]);
}

#[tokio::test]
async fn an_empty_listing_is_complete() {
    let server = Server::replies(vec![users(0..0, true)]).await;
    assert!(all(&mut client_of(&server).users(UserQuery::default())).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_later_page_that_cannot_be_read_is_an_error_with_its_number() {
    let whole = page(2..4, true).to_string();
    let unlisted = json!({"lastPage": true, "result": "success"});
    let unsaid = json!({"result": "success", "users": [{"email": "x@example.com"}]});
    let gone = json!({"lastPage": false, "result": "error.group.not_found", "message": "Not found: X"});
    let garbled = Reply::Answer { status: 200, headers: Vec::new(), body: whole[..whole.len() - 1].into() };
    for (reply, cause) in [
        (Reply::json(404, &gone), "error.group.not_found"),
        (Reply::json(200, &gone), "error.group.not_found"),
        (Reply::json(200, &json!({"lastPage": true, "result": "Not found"})), "Not found"),
        (Reply::empty(503), "HTTP 503"),
        (Reply::empty(401), "401"),
        (Reply::empty(429).with("Retry-After", "4000"), "4000 s, until"),
        (Reply::Cut(whole.clone()), "cut short"),
        (Reply::Drop, "broke"),
        (garbled, "could not parse"),
        (Reply::json(200, &unlisted), "no `users`"),
        (Reply::json(200, &unsaid), "last page"),
        (users(0..0, false), "empty"),
        (users(0..2, false), "repeats"),
        (users(2..4, false).with("X-Page-Count", "2"), "X-Page-Count"),
    ] {
        let server = Server::replies(vec![users(0..2, false), reply.clone()]).await;
        let mut listing = client_of(&server).users(UserQuery::default());
        let error = all(&mut listing).await.unwrap_err();
        assert_eq!(error.kind.name(), "incomplete", "{reply:?}: {error}");
        let text = error.to_string();
        assert!(text.starts_with("the listing of users is incomplete: page 1: "), "{text}");
        assert!(text.contains(cause), "{cause}: {text}");
        assert!(listing.next_page().await.is_err(), "{reply:?}");
        assert!(!listing.is_finished());
    }
}

#[tokio::test]
async fn a_service_that_ignores_the_page_number_is_noticed() {
    let server = Server::replies(vec![users(0..10, false)]).await;
    let error = all(&mut client_of(&server).users(UserQuery::default())).await.unwrap_err();
    assert_eq!((error.kind.name(), server.requests().len()), ("incomplete", 2));
}

#[tokio::test]
async fn the_first_page_s_errors_are_unchanged() {
    let gone = json!({"lastPage": false, "result": "error.group.not_found", "message": "Not found: X"});
    let server = Server::replies(vec![Reply::json(404, &gone)]).await;
    let error = client_of(&server).users(UserQuery::of_group("X")).next_page().await.unwrap_err();
    assert_eq!((error.kind.name(), error.code()), ("not_found", Some("error.group.not_found")));
}

#[tokio::test]
async fn groups_end_on_not_found_after_the_first_page() {
    let end = json!({"lastPage": true, "result": "Not found"});
    for status in [200, 404] {
        let replies = vec![Reply::json(200, &groups(&[("A", 1)], false)), Reply::json(status, &end)];
        let server = Server::replies(replies).await;
        let mut listing = client_of(&server).groups();
        assert_eq!(all(&mut listing).await.unwrap().len(), 1, "{status}");
        assert!(listing.is_finished());
    }
    let server = Server::replies(vec![Reply::json(200, &end)]).await;
    assert!(all(&mut client_of(&server).groups()).await.is_err());
}

#[tokio::test]
async fn members_are_listed_with_the_name_encoded_and_the_options_spelled() {
    let server = Server::replies(vec![users(0..1, true)]).await;
    let query =
        UserQuery { direct_only: Some(false), exclude_groups: true, ..UserQuery::of_group("A/B @x #1") };
    all(&mut client_of(&server).users(query)).await.unwrap();
    let expected = format!(
        "GET /v2/usermanagement/users/{ORGANIZATION}/0/A%2FB%20%40x%20%231?directOnly=false&excludeGroups=true"
    );
    assert_eq!(server.lines(), [expected]);
}

#[tokio::test]
async fn a_name_with_a_dot_that_is_not_found_is_requested_by_its_id() {
    let gone = json!({"lastPage": false, "result": "error.group.not_found", "message": "Not found: Adobe 1"});
    let server = Server::start(move |request, _| match request.target.as_str() {
        target if target.contains("/groups/") => {
            Reply::json(200, &groups(&[("X", 1), ("adobe 1.0", 42)], true))
        }
        target if target.contains("/42") => users(0..3, true),
        _ => Reply::json(404, &gone),
    })
    .await;
    let client = client_of(&server);
    assert_eq!(all(&mut client.users(UserQuery::of_group("Adobe 1.0"))).await.unwrap().len(), 3);
    let error = client.users(UserQuery::of_group("Adobe 2.0")).next_page().await.unwrap_err();
    assert_eq!(error.kind.name(), "not_found");
    assert!(error.to_string().contains("Adobe 1"), "{error}");
}

#[tokio::test]
async fn a_name_that_paths_do_not_allow_is_requested_by_its_id() {
    for name in ["A/B", "A%B", "A?B", "A#B", "A.B"] {
        for status in [400, 404] {
            let refusal = json!({"lastPage": false, "result": "error.group.not_found", "message": "m"});
            let server = Server::start(move |request, _| match request.target.as_str() {
                target if target.contains("/groups/") => Reply::json(200, &groups(&[(name, 42)], true)),
                target if target.contains("/42") => users(0..3, true),
                _ => Reply::json(status, &refusal),
            })
            .await;
            let mut listing = client_of(&server).users(UserQuery::of_group(name));
            assert_eq!(all(&mut listing).await.unwrap().len(), 3, "{name} {status}");
        }
    }
}

#[tokio::test]
async fn odd_fields_cost_no_listing() {
    let groups = json!({"lastPage": "true", "result": "success", "message": null, "groups": [
        {"groupId": "5", "groupName": "P", "memberCount": "1", "licenseQuota": 10},
        {"groupId": {"value": 6}, "memberCount": [], "licenseQuota": null}, {"groupName": 7}]});
    let users = json!({"lastPage": true, "result": "success", "users": [
        {"email": "a@example.com", "country": ["US"], "groups": [7, null]}, {"email": "b@example.com", "groups": "X"}]});
    let server = Server::start(move |request, _| {
        Reply::json(200, if request.target.contains("/groups/") { &groups } else { &users })
    })
    .await;
    let listener = Arc::new(Listener::default());
    let client = Client::new(settings(&server), listener.clone(), CancellationToken::new());
    let listed = all(&mut client.groups()).await.unwrap();
    assert_eq!(listed.len(), 3);
    assert_eq!((listed[0].group_id, listed[0].free()), (Some(5), Some(9)));
    assert_eq!(listed[1].extra["groupId"], json!({"value": 6}));
    assert_eq!(all(&mut client.users(UserQuery::default())).await.unwrap().len(), 2);
    let notes: Vec<_> = listener
        .events()
        .into_iter()
        .filter_map(|event| if let ClientEvent::Note(text) = event { Some(text) } else { None })
        .collect();
    assert_eq!(notes.len(), 2, "one for each listing: {notes:?}");
    assert!(
        notes[0].contains("`groupId` of a group") && notes[1].contains("`country` of a user"),
        "{notes:?}"
    );
}

#[tokio::test]
async fn a_full_listing_is_marked_at_its_beginning_and_on_its_last_page() {
    let server = Server::start(|request, _| {
        let page = page_number(request);
        users(page * 2..page * 2 + 2, page == 2).with("X-Page-Count", "3")
    })
    .await;
    let client = client_of(&server);
    all(&mut client.users(UserQuery::default())).await.unwrap();
    let marks = |server: &Server| -> Vec<_> {
        server.requests().iter().map(|request| request.header("pragma").map(str::to_owned)).collect()
    };
    let expected = [Some("umapi-sync-start".to_owned()), None, Some("umapi-sync-end".to_owned())];
    assert_eq!(marks(&server), expected);
    all(&mut client.users(UserQuery::of_group("X"))).await.unwrap();
    assert_eq!(marks(&server)[3..], [None, None, None]);
}

#[tokio::test]
async fn an_end_that_no_page_announced_is_marked_on_the_next_call() {
    let server = Server::replies(vec![users(0..2, true)]).await;
    let client = client_of(&server);
    all(&mut client.users(UserQuery::default())).await.unwrap();
    all(&mut client.users(UserQuery::of_group("X"))).await.unwrap();
    let pragma: Vec<_> =
        server.requests().iter().map(|request| request.header("pragma").map(str::to_owned)).collect();
    assert_eq!(pragma, [Some("umapi-sync-start".to_owned()), Some("umapi-sync-end".to_owned())]);
}

#[tokio::test]
async fn an_interrupted_listing_says_so() {
    let server = Server::start(|_, number| if number == 0 { users(0..2, false) } else { Reply::Hang }).await;
    let stop = CancellationToken::new();
    let client = Client::new(settings(&server), Arc::new(()), stop.clone());
    let mut listing: Listing<User> = client.users(UserQuery::default());
    let (answer, ()) = tokio::join!(all(&mut listing), async {
        server.arrived(2).await;
        stop.cancel();
    });
    assert_eq!(answer.unwrap_err().kind.name(), "interrupted");
}

/// Serves a listing that never ends: page by page, and for ever.
async fn endless(reply: impl Fn(usize) -> Reply + Send + Sync + 'static) -> (Error, usize) {
    let server = Server::start(move |request, _| reply(page_number(request))).await;
    let listing = async { all(&mut client_of(&server).users(UserQuery::default())).await.unwrap_err() };
    let error = tokio::time::timeout(std::time::Duration::from_mins(1), listing).await.expect("it ends");
    assert_eq!(error.kind.name(), "incomplete", "{error}");
    (error, server.requests().len())
}

#[tokio::test]
async fn a_listing_that_never_ends_is_incomplete() {
    let fresh = |page: usize| users(page * 2..page * 2 + 2, false);
    let many = "4000000000";
    let (error, requests) = endless(move |page| fresh(page).with("X-Total-Count", "6")).await;
    assert!(error.to_string().contains("X-Total-Count announced 6"), "{error}");
    assert!(requests < 20, "{requests}");
    let (error, _) =
        endless(move |page| fresh(page).with("X-Total-Count", "6").with("X-Page-Count", many)).await;
    assert!(error.to_string().contains("X-Total-Count announced 6"), "{error}");
    let growing = move |page: usize| {
        let (total, pages) = (6 + page * 100, page + 3);
        fresh(page).with("X-Total-Count", &total.to_string()).with("X-Page-Count", &pages.to_string())
    };
    endless(growing).await;
}

#[tokio::test]
async fn a_last_page_that_repeats_for_ever_is_incomplete() {
    for total in [None, Some("4000000000")] {
        let reply = move |page: usize| {
            let reply =
                users(page.min(2) * 2..page.min(2) * 2 + 2, page >= 2).with("X-Page-Count", "4000000000");
            total.map_or(reply.clone(), |total| reply.with("X-Total-Count", total))
        };
        let (error, requests) = endless(reply).await;
        let text = error.to_string();
        assert!(text.contains("4000000000 pages, but page 2 is marked as the last one"), "{text}");
        assert!(requests < 20, "{requests}");
    }
}

#[tokio::test]
async fn a_listing_whose_last_page_is_missing_is_incomplete() {
    let (error, _) = endless(|page| users(page * 2..page * 2 + 2, false).with("X-Page-Count", "3")).await;
    assert!(error.to_string().contains("last of 3 pages"), "{error}");
    let (error, _) = endless(|page| users(page.min(2) * 2..page.min(2) * 2 + 2, false)).await;
    assert!(error.to_string().contains("repeats"), "{error}");
}

#[tokio::test]
async fn people_who_join_while_a_listing_is_read_are_no_error() {
    let server = Server::start(|request, _| {
        let page = page_number(request);
        users(page * 10..page * 10 + 10, page == 5).with("X-Total-Count", "45").with("X-Page-Count", "6")
    })
    .await;
    assert_eq!(all(&mut client_of(&server).users(UserQuery::default())).await.unwrap().len(), 60);
}

#[tokio::test]
async fn a_page_count_that_is_too_high_costs_calls_and_no_entry() {
    let server = Server::start(|_, _| users(0..10, true).with("X-Page-Count", "3")).await;
    let mut listing = client_of(&server).users(UserQuery::default());
    assert_eq!(all(&mut listing).await.unwrap().len(), 10);
    assert_eq!(server.requests().len(), 3);
}
