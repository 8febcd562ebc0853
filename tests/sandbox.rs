//! The sandbox over real HTTP: sign-in, headers, listings, faults and the state file.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use umapi::sandbox::{
    CLIENT_ID, CLIENT_SECRET, Effect, Fault, ORGANIZATION, Options, RetryAfter, Sandbox, Settings, StartError,
};
use umapi::wire::endpoint::EndpointId;

/// A client that signed in to a sandbox.
struct Visitor {
    sandbox: Sandbox,
    client: Client,
    token: String,
}

impl Visitor {
    async fn new() -> Self {
        Self::with(Options::default()).await
    }

    async fn with(options: Options) -> Self {
        let sandbox = Sandbox::start(options).unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let token = sign_in(&sandbox, &client).await;
        sandbox.reset();
        Self { sandbox, client, token }
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.service_url());
        self.client.request(method, url).bearer_auth(&self.token).header("x-api-key", CLIENT_ID)
    }

    async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    async fn act(&self, commands: &Value) -> Value {
        let request = self.request(Method::POST, &format!("/action/{ORGANIZATION}")).json(commands);
        json_of(request.send().await.unwrap()).await
    }
}

async fn sign_in(sandbox: &Sandbox, client: &Client) -> String {
    let form = [
        ("grant_type", "client_credentials"),
        ("client_id", CLIENT_ID),
        ("client_secret", CLIENT_SECRET),
        ("scope", "openid,AdobeID,user_management_sdk"),
    ];
    let url = format!("{}/ims/token/v2/", sandbox.sign_in_url());
    let answer = json_of(client.post(url).form(&form).send().await.unwrap()).await;
    answer["access_token"].as_str().unwrap().to_owned()
}

async fn json_of(response: Response) -> Value {
    serde_json::from_slice(&response.bytes().await.unwrap()).unwrap()
}

fn header<'r>(response: &'r Response, name: &str) -> &'r str {
    response.headers().get(name).map_or("", |value| value.to_str().unwrap())
}

#[tokio::test]
async fn a_person_is_created_put_into_a_group_and_found() {
    let visitor = Visitor::new().await;
    let answer = visitor
        .act(&json!([{"user": "new.person@example.com", "do": [
            {"createFederatedID": {"email": "new.person@example.com", "firstname": "New", "lastname": "Person",
                "country": "US"}},
            {"add": {"group": ["designers"]}}]}]))
        .await;
    assert_eq!(
        answer,
        json!({"result": "success", "completed": 1, "notCompleted": 0, "completedInTestMode": 0})
    );
    let path = format!("/organizations/{ORGANIZATION}/users/NEW.person@example.com");
    let user = json_of(visitor.get(&path).await).await;
    assert_eq!(user["user"]["groups"], json!(["Designers"]));
    assert_eq!(user["user"]["type"], "federatedID");
}

#[tokio::test]
async fn a_bad_token_a_bad_key_and_a_bad_organization_are_told_apart() {
    let visitor = Visitor::new().await;
    let path = format!("/users/{ORGANIZATION}/0");
    let url = format!("{}{path}", visitor.sandbox.service_url());
    let bare = visitor.client.get(&url).header("x-api-key", CLIENT_ID).send().await.unwrap();
    assert_eq!(bare.status(), StatusCode::UNAUTHORIZED);
    assert!(header(&bare, "www-authenticate").contains("invalid_token"));
    assert_eq!(bare.bytes().await.unwrap().len(), 0);
    let keyless = visitor.client.get(&url).bearer_auth(&visitor.token).send().await.unwrap();
    assert_eq!((keyless.status(), keyless.content_length()), (StatusCode::FORBIDDEN, Some(0)));
    let malformed = visitor.get("/users/nonsense/0").await;
    assert_eq!(malformed.status(), StatusCode::BAD_REQUEST);
    assert_eq!(json_of(malformed).await["result"], "error.organization.invalid_id");
    assert_eq!(visitor.get("/users/ABC@AdobeOrg/0").await.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn a_dropped_connection_answers_no_byte_before_and_after_the_work() {
    for (effect, groups) in [(Effect::DropBefore, json!(null)), (Effect::DropAfter, json!(["Interns"]))] {
        let visitor = Visitor::new().await;
        visitor.sandbox.queue(Fault::at(EndpointId::Action, effect.clone()));
        let commands = json!([{"user": "gus.taylor@example.com", "do": [{"add": {"group": ["Interns"]}}]}]);
        assert_eq!(raw_post(&visitor, &commands), "", "{effect:?}");
        let path = format!("/organizations/{ORGANIZATION}/users/gus.taylor@example.com");
        assert_eq!(json_of(visitor.get(&path).await).await["user"]["groups"], groups, "{effect:?}");
        assert_eq!(visitor.sandbox.requests()[0].status, None);
    }
}

/// Everything that comes back over one connection.
fn raw_post(visitor: &Visitor, commands: &Value) -> String {
    let address = visitor.sandbox.sign_in_url().replace("http://", "");
    let body = commands.to_string();
    let mut stream = TcpStream::connect(&address).unwrap();
    write!(
        stream,
        "POST /v2/usermanagement/action/{ORGANIZATION} HTTP/1.1\r\nHost: {address}\r\nX-Api-Key: {CLIENT_ID}\r\n\
         Authorization: Bearer {}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        visitor.token,
        body.len()
    )
    .unwrap();
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer); // a reset counts as an end
    String::from_utf8(answer).unwrap()
}

#[tokio::test]
async fn the_status_and_both_forms_of_retry_after_can_be_asked_for() {
    let visitor = Visitor::new().await;
    let path = format!("/users/{ORGANIZATION}/0");
    for (retry_after, length) in [(RetryAfter::Seconds(7), 1), (RetryAfter::DateIn(60), 29)] {
        let effect = Effect::Status { status: 429, body: None, retry_after: Some(retry_after) };
        visitor.sandbox.queue(Fault::at(EndpointId::Users, effect));
        let answer = visitor.get(&path).await;
        assert_eq!(
            (answer.status(), header(&answer, "retry-after").len()),
            (StatusCode::TOO_MANY_REQUESTS, length)
        );
        assert_eq!(json_of(answer).await["error_code"], "429050");
    }
    assert_eq!(visitor.get(&path).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_cut_body_is_shorter_than_it_says() {
    let visitor = Visitor::new().await;
    visitor.sandbox.queue(Fault::at(EndpointId::Users, Effect::CutBody { bytes: 100 }));
    let mut answer = visitor.get(&format!("/users/{ORGANIZATION}/0")).await;
    assert!(answer.content_length().unwrap() > 100);
    assert_eq!(answer.chunk().await.unwrap().map(|part| part.len()), Some(100));
    assert!(answer.chunk().await.is_err());
}

#[tokio::test]
async fn a_taken_port_and_a_broken_state_file_are_named() {
    let sandbox = Sandbox::start(Options::default()).unwrap();
    let port = sandbox.sign_in_url().rsplit(':').next().unwrap().parse().unwrap();
    let taken = Sandbox::start(Options { port, ..Options::default() }).unwrap_err();
    assert!(matches!(taken, StartError::Port { .. }) && taken.to_string().contains(&port.to_string()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    std::fs::write(&path, "{").unwrap();
    let broken = Sandbox::start(Options { state: Some(path), ..Options::default() }).unwrap_err();
    assert!(matches!(broken, StartError::State { .. }) && broken.to_string().contains("org.json"));
}

#[tokio::test]
async fn what_was_done_is_in_the_state_file_after_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let options = Options { state: Some(folder.path().join("org.json")), ..Options::default() };
    let visitor = Visitor::with(options.clone()).await;
    visitor.act(&json!([{"usergroup": "Kept", "do": [{"createUserGroup": {}}]}])).await;
    drop(visitor);
    let visitor = Visitor::with(options).await;
    assert_eq!(visitor.get(&format!("/users/{ORGANIZATION}/0/Kept")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn listings_come_in_pages_with_headers() {
    let visitor = Visitor::new().await;
    visitor.sandbox.configure(Settings { page_size: Some(15), ..Settings::default() });
    let (mut page, mut emails) = (0, std::collections::HashSet::new());
    loop {
        let answer = visitor.get(&format!("/users/{ORGANIZATION}/{page}?directOnly=False")).await;
        assert_eq!(header(&answer, "x-current-page"), page.to_string());
        let (count, size) =
            (header(&answer, "x-page-count").to_owned(), header(&answer, "x-page-size").to_owned());
        let body = json_of(answer).await;
        let users = body["users"].as_array().unwrap();
        assert_eq!(size, users.len().to_string());
        emails.extend(users.iter().map(|user| user["id"].to_string()));
        page += 1;
        if body["lastPage"] == true {
            assert_eq!(count, page.to_string());
            break;
        }
    }
    assert!(emails.len() > 40 && page == emails.len().div_ceil(15));
}
