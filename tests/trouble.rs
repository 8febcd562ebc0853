//! A service with problems, as the operator sees it: the messages and the exit codes.

use crate::support::Run;
use umapi_shell::sandbox::{FaultEffect, PlannedFault, Sandbox, SandboxSettings};
use umapi_shell::wire::endpoint::EndpointId;

const CHANGE: &str = "add_to_groups(\"ben.osei@example.com\", \"Finance\")";

/// A sandbox whose action endpoint meets this for ever.
fn troubled(effect: FaultEffect) -> Sandbox {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    server.queue(PlannedFault::at(EndpointId::Action, effect).times(99));
    server
}

fn unavailable(status: u16) -> FaultEffect {
    FaultEffect::Status {
        status,
        body: Some(r#"{"errorCode":"C1","errorMessage":"busy"}"#.into()),
        retry_after: None,
    }
}

#[test]
fn a_change_whose_responses_are_all_lost_is_read_back_however_it_was_made() {
    let ends = [(FaultEffect::DropAfter, 0), (FaultEffect::CutBody { bytes: 9 }, 0), (unavailable(503), 5)];
    for (effect, end) in ends {
        let server = troubled(effect);
        for code in [
            CHANGE.to_owned(),
            "multi_action([command(\"ben.osei@example.com\").add_to_groups(\"Finance\")])".into(),
        ] {
            let run = Run::new("--live -e").arg(&code).against(&server).run();
            assert_eq!(run.code, end, "{code}\n{}\n{}", run.stdout, run.stderr);
        }
    }
}

#[test]
fn a_change_without_a_response_that_cannot_be_read_back_is_unknown() {
    let server = troubled(FaultEffect::DropAfter);
    server.queue(PlannedFault::at(EndpointId::User, unavailable(503)).times(99));
    Run::new("--live -e").arg(CHANGE).against(&server).run().ended(6);
}

#[test]
fn the_words_of_a_service_in_trouble_reach_the_script_whole() {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    server.queue(PlannedFault::at(EndpointId::User, unavailable(500)).times(9));
    let code = "try { get_user(\"ben.osei@example.com\") } \
                catch (e) { print(`${e.kind} ${e.status} ${e.code} ${e.message}`) }";
    let run = Run::new("-e").arg(code).against(&server).run();
    assert_eq!(run.done(), "unavailable 500 C1 busy\n");
}

#[test]
fn a_secret_that_the_service_repeats_is_masked() {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    let body = format!(
        r#"{{"error":"invalid_client","error_description":"{} is wrong"}}"#,
        umapi_shell::sandbox::CLIENT_SECRET
    );
    server.queue(PlannedFault::at(
        EndpointId::OAuthToken,
        FaultEffect::Status { status: 401, body: Some(body), retry_after: None },
    ));
    let run = Run::new("-vv -e").arg("get_users()").against(&server).run();
    assert!(!run.stderr.contains(umapi_shell::sandbox::CLIENT_SECRET), "{}", run.stderr);
    run.failed(4, "******** is wrong");
}

/// A page in the midst of a listing says that it is the last one.
fn cut_short(endpoint: EndpointId, body: &str) -> Sandbox {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    server.configure(umapi_shell::sandbox::SettingsChange { page_size: Some(10), ..Default::default() });
    let effect = FaultEffect::Status { status: 200, body: Some(body.into()), retry_after: None };
    server.queue(PlannedFault::at(endpoint, effect).skip(1));
    server
}

#[test]
fn a_listing_that_is_said_to_end_too_early_is_an_error() {
    for (endpoint, code, body) in [
        (EndpointId::Users, "get_users().to_array()", r#"{"result":"success","lastPage":true,"users":[]}"#),
        (
            EndpointId::Groups,
            "get_groups().to_array()",
            r#"{"result":"success","lastPage":true,"groups":[]}"#,
        ),
        (EndpointId::Groups, "get_groups().to_array()", r#"{"result":"Not found","lastPage":true}"#),
    ] {
        let server = cut_short(endpoint, body);
        let run = Run::new("-e").arg(code).against(&server).run();
        assert_eq!(run.stdout, "", "{body}");
        run.failed(5, "is incomplete: page 1: it was marked");
    }
}

#[test]
fn two_pages_in_a_row_that_say_to_be_the_last_are_found_out() {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    server.configure(umapi_shell::sandbox::SettingsChange { page_size: Some(10), ..Default::default() });
    let body = Some(r#"{"result":"success","lastPage":true,"users":[]}"#.to_owned());
    let effect = FaultEffect::Status { status: 200, body, retry_after: None };
    server.queue(PlannedFault::at(EndpointId::Users, effect).skip(1).times(2));
    Run::new("-e").arg("get_users().len()").against(&server).run().failed(5, "is incomplete");
}

#[test]
fn commands_lost_to_a_server_fault_never_end_in_success() {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    server.queue(PlannedFault::at(EndpointId::Action, unavailable(500)));
    let code = "let q = queue(); for i in 0..12 { q.create_user_group(`G ${i}`); } q.finish().completed";
    let run = Run::new("--live -e").arg(code).against(&server).run();
    assert_eq!((run.stdout.as_str(), run.code), ("2\n", 5), "{}", run.stderr);
}

#[test]
fn failures_of_a_queue_after_the_end_of_the_script_count_and_are_reported() {
    let code = "let q = queue(); q.add_to_groups(\"ben.osei@example.com\", \"Nowhere\"); exit(0)";
    Run::eval(code).run().failed(3, "Group Nowhere was not found");
    let code = "try { remove_from_org(\"ben.osei@example.com\") } catch {} exit(0)";
    assert_eq!(Run::new("--sandbox --read-only -e").arg(code).run().code, 7);
}
