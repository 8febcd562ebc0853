//! Prefetched pages: as many as the limit allows, never past the last, each reported in order.

use super::listings::{all, page_number, users};
use super::{client_of, settings};
use crate::support::server::{Recorded, Reply, Server};
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use umapi_shell::client::Client;
use umapi_shell::client::listing::Listing;
use umapi_shell::client::listing::query::UserQuery;
use umapi_shell::error::{Error, ErrorKind};
use umapi_shell::wire::user::User;

/// Pages in flight at most (a fifth of 25 calls a minute).
const DEPTH: usize = 5;

/// The requested page, of `pages` pages with two users each.
fn page_of(request: &Recorded, pages: usize) -> Reply {
    let page = page_number(request);
    users(page * 2..page * 2 + 2, page + 1 == pages).with("X-Page-Count", &pages.to_string())
}

async fn serve(pages: usize) -> Server {
    Server::start(move |request, _| page_of(request, pages)).await
}

fn requested_pages(server: &Server) -> Vec<usize> {
    let mut pages: Vec<_> = server.requests().iter().map(page_number).collect();
    pages.sort_unstable();
    pages
}

async fn read(listing: &mut Listing<User>, pages: usize) -> Result<(), Error> {
    for _ in 0..pages {
        listing.next_page().await?.unwrap();
    }
    Ok(())
}

#[tokio::test]
async fn every_page_is_requested_once_and_none_after_the_page_count() {
    for pages in [1, 2, 3, 12] {
        let server = serve(pages).await;
        let entries = all(&mut client_of(&server).users(UserQuery::default())).await.unwrap();
        let emails: Vec<_> = entries.iter().map(|user| user.email.as_deref().unwrap().to_owned()).collect();
        let expected: Vec<_> = (0..2 * pages).map(|number| format!("u{number}@example.com")).collect();
        assert_eq!(emails, expected);
        assert_eq!(requested_pages(&server), (0..pages).collect::<Vec<_>>());
    }
}

#[tokio::test]
async fn the_first_page_is_requested_alone() {
    let server = serve(9).await;
    let client = client_of(&server);
    read(&mut client.users(UserQuery::default()), 1).await.unwrap();
    // A prefetched page would have been recorded before it.
    read(&mut client.users(UserQuery::of_group("X")), 1).await.unwrap();
    assert_eq!(server.requests().len(), 2);
}

#[tokio::test]
async fn the_further_a_listing_was_read_the_more_is_fetched_ahead_up_to_the_limit() {
    let server = serve(40).await;
    let mut listing = client_of(&server).users(UserQuery::default());
    read(&mut listing, 1).await.unwrap();
    for (page, in_flight) in [(1, 3), (2, 4), (3, DEPTH), (4, DEPTH), (5, DEPTH)] {
        read(&mut listing, 1).await.unwrap();
        server.arrived(page + 1 + in_flight).await;
        assert_eq!(server.requests().len(), page + 1 + in_flight, "after page {page}");
    }
}

#[tokio::test]
async fn groups_whose_limit_is_low_are_fetched_one_page_at_a_time() {
    let server = Server::start(|request, _| {
        let page = page_number(request);
        let groups = serde_json::json!([{"groupName": format!("G{page}"), "groupId": page}]);
        let body = serde_json::json!({"lastPage": page == 5, "result": "success", "groups": groups});
        Reply::json(200, &body).with("X-Page-Count", "6")
    })
    .await;
    let mut listing = client_of(&server).groups();
    for _ in 0..3 {
        listing.next_page().await.unwrap().unwrap();
    }
    server.arrived(4).await;
    assert_eq!(server.requests().len(), 4);
}

#[tokio::test]
async fn without_a_page_count_no_page_is_guessed() {
    let server = Server::start(|request, _| {
        let page = page_number(request);
        users(page..page + 1, page == 4)
    })
    .await;
    assert_eq!(all(&mut client_of(&server).users(UserQuery::default())).await.unwrap().len(), 5);
    assert_eq!(requested_pages(&server), [0, 1, 2, 3, 4]);
}

#[tokio::test]
async fn a_dropped_listing_requests_nothing_more() {
    let server = Server::start(|request, _| match page_number(request) {
        page if page > 2 => Reply::Hang,
        _ => page_of(request, 40),
    })
    .await;
    let client = client_of(&server);
    let mut listing = client.users(UserQuery::default());
    read(&mut listing, 3).await.unwrap();
    server.arrived(7).await;
    drop(listing);
    read(&mut client.users(UserQuery::default()), 1).await.unwrap();
    assert_eq!(server.requests().len(), 8);
}

#[tokio::test]
async fn a_failed_page_is_reported_in_order_and_ends_the_listing() {
    let server = Server::start(|request, _| match page_number(request) {
        3 => Reply::empty(404),
        _ => page_of(request, 9),
    })
    .await;
    let mut listing = client_of(&server).users(UserQuery::default());
    read(&mut listing, 3).await.unwrap();
    let error = listing.next_page().await.unwrap_err();
    assert!(matches!(&*error.kind, ErrorKind::Incomplete { page: 3, .. }), "{error}");
    assert!(listing.next_page().await.is_err() && !listing.is_finished());
    assert!(requested_pages(&server).iter().all(|page| *page <= 2 + DEPTH));
}

#[tokio::test]
async fn a_failed_page_is_retried_while_others_arrive() {
    let server = Server::start(|request, number| match page_number(request) {
        2 | 4 if number < 6 => Reply::empty(503),
        _ => page_of(request, 8),
    })
    .await;
    assert_eq!(all(&mut client_of(&server).users(UserQuery::default())).await.unwrap().len(), 16);
}

#[tokio::test]
async fn an_interrupted_listing_continues_with_another_token() {
    let server = Server::start(|request, number| match page_number(request) {
        2.. if number < 5 => Reply::Hang,
        _ => page_of(request, 6),
    })
    .await;
    let stop = CancellationToken::new();
    let client = Client::new(settings(&server), Arc::new(()), stop.clone());
    let mut listing = client.users(UserQuery::default());
    read(&mut listing, 2).await.unwrap();
    let (answer, ()) = tokio::join!(listing.next_page(), async {
        server.arrived(5).await;
        stop.cancel();
    });
    assert_eq!(answer.unwrap_err().kind.name(), "interrupted");
    listing.set_stop(CancellationToken::new());
    assert_eq!(all(&mut listing).await.unwrap().len(), 8);
}
