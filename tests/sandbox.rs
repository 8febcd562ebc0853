//! The sandbox over real HTTP: sign-in, headers, listings, faults and the state file.

use reqwest::{Client, Method, RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use umapi_shell::sandbox::{
    CLIENT_ID, CLIENT_SECRET, FaultEffect, ORGANIZATION, PlannedFault, RetryAfter, Sandbox, SandboxSettings,
    SettingsChange, StartError,
};
use umapi_shell::wire::endpoint::EndpointId;

/// A client that signed in to a sandbox.
pub(crate) struct Visitor {
    pub(crate) sandbox: Sandbox,
    pub(crate) client: Client,
    token: String,
}

impl Visitor {
    pub(crate) async fn new() -> Self {
        Self::with(SandboxSettings::default()).await
    }

    async fn with(options: SandboxSettings) -> Self {
        let sandbox = Sandbox::start(options).unwrap();
        let client = Client::builder().no_proxy().build().unwrap();
        let token = sign_in(&sandbox, &client).await;
        sandbox.reset();
        Self { sandbox, client, token }
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let url = format!("{}{path}", self.sandbox.service_url());
        self.client.request(method, url).bearer_auth(&self.token).header("x-api-key", CLIENT_ID)
    }

    pub(crate) async fn get(&self, path: &str) -> Response {
        self.request(Method::GET, path).send().await.unwrap()
    }

    pub(crate) async fn act(&self, commands: &Value) -> Value {
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

pub(crate) async fn json_of(response: Response) -> Value {
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
async fn a_bad_token_a_bad_key_and_a_bad_organization_are_reported_apart() {
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
async fn a_dropped_connection_returns_no_byte_before_and_after_the_work() {
    for (effect, groups) in
        [(FaultEffect::DropBefore, json!(null)), (FaultEffect::DropAfter, json!(["Interns"]))]
    {
        let visitor = Visitor::new().await;
        visitor.sandbox.queue(PlannedFault::at(EndpointId::Action, effect.clone()));
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
        let effect = FaultEffect::Status { status: 429, body: None, retry_after: Some(retry_after) };
        visitor.sandbox.queue(PlannedFault::at(EndpointId::Users, effect));
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
    visitor.sandbox.queue(PlannedFault::at(EndpointId::Users, FaultEffect::CutBody { bytes: 100 }));
    let mut answer = visitor.get(&format!("/users/{ORGANIZATION}/0")).await;
    assert!(answer.content_length().unwrap() > 100);
    assert_eq!(answer.chunk().await.unwrap().map(|part| part.len()), Some(100));
    assert!(answer.chunk().await.is_err());
}

#[tokio::test]
async fn a_taken_port_and_a_broken_state_file_are_named() {
    let sandbox = Sandbox::start(SandboxSettings::default()).unwrap();
    let port = sandbox.sign_in_url().rsplit(':').next().unwrap().parse().unwrap();
    let taken = Sandbox::start(SandboxSettings { port, ..SandboxSettings::default() }).unwrap_err();
    assert!(matches!(taken, StartError::Port { .. }) && taken.to_string().contains(&port.to_string()));
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("org.json");
    std::fs::write(&path, "{").unwrap();
    let broken =
        Sandbox::start(SandboxSettings { state: Some(path), ..SandboxSettings::default() }).unwrap_err();
    assert!(matches!(broken, StartError::State { .. }) && broken.to_string().contains("org.json"));
}

#[tokio::test]
async fn what_was_done_is_in_the_state_file_after_the_end() {
    let folder = tempfile::tempdir().unwrap();
    let options =
        SandboxSettings { state: Some(folder.path().join("org.json")), ..SandboxSettings::default() };
    let visitor = Visitor::with(options.clone()).await;
    visitor.act(&json!([{"usergroup": "Kept", "do": [{"createUserGroup": {}}]}])).await;
    drop(visitor);
    let visitor = Visitor::with(options).await;
    assert_eq!(visitor.get(&format!("/users/{ORGANIZATION}/0/Kept")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn listings_come_in_pages_with_headers() {
    let visitor = Visitor::new().await;
    visitor.sandbox.configure(SettingsChange { page_size: Some(15), ..SettingsChange::default() });
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

#[tokio::test]
async fn every_answer_echoes_the_request_id() {
    let visitor = Visitor::new().await;
    let paths = ["/users/nonsense/0".to_owned(), format!("/users/{ORGANIZATION}/0"), "/nowhere".to_owned()];
    for path in paths {
        let request = visitor.request(Method::GET, &path).header("X-Request-Id", "id_7");
        assert_eq!(header(&request.send().await.unwrap(), "x-request-id"), "id_7", "{path}");
    }
    visitor.sandbox.queue(PlannedFault::next(FaultEffect::Status {
        status: 502,
        body: None,
        retry_after: None,
    }));
    let request = visitor.request(Method::GET, "/nowhere").header("X-Request-Id", "id_8");
    let answer = request.send().await.unwrap();
    assert_eq!((answer.status().as_u16(), header(&answer, "x-request-id")), (502, "id_8"));
}

#[tokio::test]
async fn expired_tokens_are_refused_and_a_new_one_is_good() {
    let mut visitor = Visitor::new().await;
    let path = format!("/groups/{ORGANIZATION}/0");
    visitor.sandbox.queue(PlannedFault::at(EndpointId::Groups, FaultEffect::ExpireTokens));
    assert_eq!(visitor.get(&path).await.status(), StatusCode::UNAUTHORIZED);
    assert_eq!(visitor.get(&path).await.status(), StatusCode::UNAUTHORIZED);
    visitor.token = sign_in(&visitor.sandbox, &visitor.client).await;
    assert_eq!(visitor.get(&path).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn a_command_fails_with_the_code_asked_for_and_the_others_are_done() {
    let visitor = Visitor::new().await;
    let code = "error.throttled_by_external_service".to_owned();
    visitor.sandbox.queue(PlannedFault::at(
        EndpointId::Action,
        FaultEffect::CommandError { index: 1, code: code.clone() },
    ));
    let make = |name: &str| json!({"usergroup": name, "requestID": name, "do": [{"createUserGroup": {}}]});
    let answer = visitor.act(&json!([make("One"), make("Two"), make("Three")])).await;
    assert_eq!((&answer["result"], &answer["completed"]), (&json!("partial"), &json!(2)));
    let error = &answer["errors"][0];
    assert_eq!((&error["index"], &error["step"], &error["errorCode"]), (&json!(1), &json!(0), &json!(code)));
    assert_eq!((&error["requestID"], &error["user"]), (&json!("Two"), &json!("Two")));
    assert_eq!(visitor.get(&format!("/users/{ORGANIZATION}/0/Two")).await.status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_malformed_body_comes_whole_and_is_no_json() {
    let visitor = Visitor::new().await;
    visitor.sandbox.queue(PlannedFault::at(EndpointId::Groups, FaultEffect::MalformedBody));
    let answer = visitor.get(&format!("/groups/{ORGANIZATION}/0")).await;
    assert_eq!(answer.status(), StatusCode::OK);
    assert!(serde_json::from_slice::<Value>(&answer.bytes().await.unwrap()).is_err());
}

#[tokio::test]
async fn faults_log_and_settings_are_reached_over_http() {
    let visitor = Visitor::new().await;
    let control = visitor.sandbox.control_url();
    let post = async |path: &str, body: Value| {
        visitor.client.post(format!("{control}{path}")).json(&body).send().await.unwrap().status().as_u16()
    };
    let fault =
        json!([{"endpoint": "groups", "effect": {"status": {"status": 503, "retry_after": {"seconds": 1}}}}]);
    assert_eq!(post("/faults", fault).await, 204);
    assert_eq!(post("/faults", json!([{"endpoint": "nowhere"}])).await, 400);
    assert_eq!(post("/settings", json!({"page_size": 3})).await, 204);
    assert_eq!(post("/settings", json!({"pages": 3})).await, 400);
    let path = format!("/groups/{ORGANIZATION}/0");
    let refused = visitor.get(&path).await;
    assert_eq!((refused.status().as_u16(), header(&refused, "retry-after")), (503, "1"));
    assert_eq!(header(&visitor.get(&path).await, "x-page-size"), "3");
    let log = visitor.client.get(format!("{control}/requests")).send().await.unwrap();
    let statuses: Vec<_> =
        json_of(log).await.as_array().unwrap().iter().map(|seen| seen["status"].clone()).collect();
    assert_eq!(statuses, [json!(503), json!(200)]);
    visitor.client.delete(format!("{control}/requests")).send().await.unwrap();
    assert!(visitor.sandbox.requests().is_empty());
}

#[tokio::test]
async fn the_log_shows_what_was_sent_and_nothing_secret() {
    let visitor = Visitor::new().await;
    sign_in(&visitor.sandbox, &visitor.client).await;
    let url = format!("{}/ims/token/v2?client_secret={CLIENT_SECRET}", visitor.sandbox.sign_in_url());
    visitor.client.post(url).send().await.unwrap();
    let commands = json!([{"user": "a@example.com", "do": []}, {"user": "b@example.com", "do": []}]);
    let request = visitor.request(Method::POST, &format!("/action/{ORGANIZATION}?testOnly=true"));
    request.header("Pragma", "umapi-sync-end").json(&commands).send().await.unwrap();
    let log = visitor.sandbox.requests();
    assert_eq!(
        (log[2].endpoint.as_str(), log[2].commands, log[2].query.as_str()),
        ("Action", 2, "testOnly=true")
    );
    assert_eq!(log[2].pragma.as_deref(), Some("umapi-sync-end"));
    let text = serde_json::to_string(&log).unwrap();
    assert!(!text.contains(CLIENT_SECRET) && !text.contains(&visitor.token));
}

#[tokio::test]
async fn the_eleventh_action_request_of_a_minute_is_reported_when_to_come_back() {
    let visitor = Visitor::with(SandboxSettings { throttle: true, ..SandboxSettings::default() }).await;
    let path = format!("/action/{ORGANIZATION}");
    for _ in 0..10 {
        let answer = visitor.request(Method::POST, &path).body("[]").send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST);
    }
    let answer = visitor.request(Method::POST, &path).body("[]").send().await.unwrap();
    assert_eq!((answer.status(), header(&answer, "server")), (StatusCode::TOO_MANY_REQUESTS, "APIP"));
    assert!((1..=60).contains(&header(&answer, "retry-after").parse::<u64>().unwrap()));
}

#[tokio::test]
async fn the_private_key_is_the_same_over_http() {
    let visitor = Visitor::new().await;
    let url = format!("{}/private-key", visitor.sandbox.control_url());
    let served = visitor.client.get(url).send().await.unwrap().text().await.unwrap();
    assert!(served.starts_with("-----BEGIN PRIVATE KEY-----"));
    assert_eq!(served, visitor.sandbox.private_key_pem().unwrap());
}

#[tokio::test]
async fn names_with_a_slash_a_hash_or_a_dot_are_found_and_a_number_stands_for_a_name() {
    let visitor = Visitor::new().await;
    let member_page = |group: &str| {
        let values = [("organization", ORGANIZATION), ("page", "0"), ("group", group)];
        EndpointId::GroupUsers.endpoint().fill(&values)
    };
    for name in ["R&D / Lab #1", "Team v2.1"] {
        let page = json_of(visitor.get(&member_page(name)).await).await;
        assert_eq!((&page["groupName"], page["users"].as_array().unwrap().len()), (&json!(name), 2));
    }
    let switches = umapi_shell::sandbox::BehaviorSwitches { cut_names_at_dots: true, ..Default::default() };
    visitor.sandbox.configure(SettingsChange { switches: Some(switches), ..SettingsChange::default() });
    let cut = json_of(visitor.get(&member_page("Team v2.1")).await).await;
    assert_eq!((&cut["lastPage"], &cut["message"]), (&json!(false), &json!("Not found: Team v2")));
    let groups = json_of(visitor.get(&format!("/groups/{ORGANIZATION}/0")).await).await;
    let team = groups["groups"].as_array().unwrap().iter().find(|group| group["groupName"] == "Team v2.1");
    let number = team.unwrap()["groupId"].to_string();
    assert_eq!(json_of(visitor.get(&member_page(&number)).await).await["groupName"], "Team v2.1");
}

#[tokio::test]
async fn a_page_past_the_end_is_the_last_one_for_users_and_not_found_for_groups() {
    let visitor = Visitor::new().await;
    let users = visitor.get(&format!("/users/{ORGANIZATION}/99")).await;
    assert_eq!(header(&users, "x-current-page"), "0");
    let users = json_of(users).await;
    assert_eq!((&users["lastPage"], users["users"].as_array().unwrap().len() > 40), (&json!(true), true));
    let groups = json_of(visitor.get(&format!("/groups/{ORGANIZATION}/1")).await).await;
    assert_eq!(groups, json!({"lastPage": true, "result": "Not found"}));
    let vacant =
        json_of(visitor.get(&format!("/users/{ORGANIZATION}/0/_admin_Interns?excludeGroups=true")).await)
            .await;
    assert_eq!(vacant["users"], json!([]));
}

#[tokio::test]
async fn a_body_beyond_reason_is_refused_and_the_next_request_served() {
    let visitor = Visitor::new().await;
    let request = visitor.request(Method::POST, &format!("/action/{ORGANIZATION}")).body(vec![b' '; 5 << 20]);
    if let Ok(answer) = request.send().await {
        assert_eq!(answer.status(), StatusCode::PAYLOAD_TOO_LARGE);
    }
    assert_eq!(visitor.get(&format!("/groups/{ORGANIZATION}/0")).await.status(), StatusCode::OK);
}

#[tokio::test]
async fn requests_at_the_same_time_are_all_served() {
    let visitor = Visitor::new().await;
    let bodies: Vec<_> = (0..20)
        .map(|number| json!([{"usergroup": format!("Group {number}"), "do": [{"createUserGroup": {}}]}]))
        .collect();
    let answers = futures_util::future::join_all(bodies.iter().map(|body| visitor.act(body))).await;
    assert!(answers.iter().all(|answer| answer["result"] == "success"));
    let groups = json_of(visitor.get(&format!("/groups/{ORGANIZATION}/0")).await).await;
    let made = groups["groups"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|group| group["groupName"].as_str().unwrap().starts_with("Group "));
    assert_eq!(made.count(), 20);
}

#[tokio::test]
async fn the_status_page_needs_no_sign_in() {
    let visitor = Visitor::new().await;
    let url = format!("{}/status", visitor.sandbox.sign_in_url());
    assert_eq!(json_of(visitor.client.get(url).send().await.unwrap()).await["state"], "LIVE");
}
