//! Responses that users reported and no documentation describes (contract 7.45): none of them passes for a success.

use crate::support::Desk;
use umapi_shell::sandbox::{BehaviorSwitches, FaultEffect, PlannedFault, SettingsChange};
use umapi_shell::wire::endpoint::EndpointId;

/// The ways to send a command: its map is in `change`, its user in `user`, its group in `group`.
const WAYS: [&str; 9] = [
    "add_to_groups(user, group)",
    "multi_action([command(user).add_to_groups(group)])",
    "multi_action([change])",
    "let changes = queue(); changes.add_to_groups(user, group); changes.finish()",
    "let changes = queue(); changes.add_command(command(user).add_to_groups(group)); changes.finish()",
    "let changes = queue(); changes.add_command(change); changes.finish()",
    "action([change])",
    "make_call(\"POST\", path, [change])",
    "send(\"POST\", path, [change])",
];

/// A run and what it reported: its exit code, the rows of its report, and standard error.
struct Ended {
    code: i32,
    report: String,
    reported: String,
}

/// Sends one command with this map to a service with this oddity.
fn ended(group: &str, way: &str, options: &str, prepare: &dyn Fn(&Desk)) -> Ended {
    let desk = Desk::new(&format!(
        "let path = `/action/${{session().organization}}`; let user = \"ben.osei@example.com\"; let group = \"{group}\";
        let change = #{{user: user, \"do\": [#{{add: #{{group: [group]}}}}]}}; {way};"
    ));
    prepare(&desk);
    let (code, _, reported) = desk.run(&format!("{options} --report r.csv job.rhai"));
    let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
    Ended { code, report, reported }
}

fn fault(effect: FaultEffect) -> impl Fn(&Desk) {
    move |desk| desk.server.queue(PlannedFault::at(EndpointId::Action, effect.clone()).times(9))
}

fn switch(switches: BehaviorSwitches) -> impl Fn(&Desk) {
    move |desk| {
        desk.server.configure(SettingsChange { switches: Some(switches), ..SettingsChange::default() });
    }
}

/// A group to add to, what the report says, and how the service is made to refuse it.
type RefusalCase = (&'static str, &'static str, Box<dyn Fn(&Desk)>);

#[test]
fn no_refusal_passes_for_a_success() {
    let failed = FaultEffect::CommandError { index: 0, code: "error.group.remove_failed".to_owned() };
    let body = Some("{\"errorMessage\": \"Bad request\"}".to_owned());
    let without_code = FaultEffect::Status { status: 400, body, retry_after: None };
    let admins = BehaviorSwitches { live_profile_admins_fail: true, ..BehaviorSwitches::default() };
    let labels = BehaviorSwitches { null_error_labels: true, ..BehaviorSwitches::default() };
    let cases: [RefusalCase; 6] = [
        ("Stock", "error.group.remove_failed", Box::new(fault(failed))),
        ("Stock", "Bad request", Box::new(fault(without_code))),
        ("Nowhere", "error.group.not_found", Box::new(fault(FaultEffect::NullErrorLabels))),
        ("Nowhere", "error.group.not_found", Box::new(switch(labels))),
        ("Nowhere", "error.group.not_found", Box::new(fault(FaultEffect::OddTypes))),
        ("_admin_Photoshop", "error.internal.add", Box::new(switch(admins))),
    ];
    for (group, said, prepare) in &cases {
        for way in WAYS {
            let Ended { code, report, reported } = ended(group, way, "--live", prepare);
            let all = format!("{report} {reported}");
            assert!(report.contains(",failed,") && !report.contains("completed"), "{said} {way}: {all}");
            assert!(all.contains(said), "{said} {way}: {all}");
            // Whoever calls send() gets the HTTP status and decides.
            assert!(
                code == 3 || (code == 0 && way.starts_with("send(") && *said == "Bad request"),
                "{code} {way}: {all}"
            );
        }
    }
}

#[test]
fn other_types_and_a_rehearsal_of_what_fails_live_stay_successes() {
    let admins = BehaviorSwitches { live_profile_admins_fail: true, ..BehaviorSwitches::default() };
    for way in WAYS {
        let odd = ended("Stock", way, "--live", &fault(FaultEffect::OddTypes));
        assert!(
            odd.code == 0 && odd.report.contains(",completed,"),
            "{way}: {} {}",
            odd.report,
            odd.reported
        );
        let rehearsed = ended("_admin_Photoshop", way, "--test", &switch(admins));
        assert!(rehearsed.report.contains(",would_complete,"), "{way}: {}", rehearsed.report);
    }
}

#[test]
fn a_rehearsal_that_misses_whom_it_created_is_not_a_success() {
    let missing = BehaviorSwitches { test_mode_misses_created_users: true, ..BehaviorSwitches::default() };
    let create = "command(\"new@example.net\").add_adobe_id(#{firstname: \"N\", lastname: \"P\", country: \"US\"})\
                  .add_to_groups(group)";
    let raw = "change.user = \"new@example.net\"; change[\"do\"].insert(0, #{addAdobeID: #{email: change.user, \
               firstname: \"N\", lastname: \"P\", country: \"US\"}})";
    for way in [
        format!("multi_action([{create}])"),
        format!("let changes = queue(); changes.add_command({create}); changes.finish()"),
        format!("{raw}; multi_action([change])"),
        format!("{raw}; action([change])"),
        format!("{raw}; make_call(\"POST\", path, [change])"),
    ] {
        let Ended { code, report, reported } = ended("Stock", &way, "--test", &switch(missing));
        assert!(!report.contains("would_complete"), "{way}: {report}");
        assert!(report.contains("error.user.not_found"), "{way}: {report} {reported}");
        assert_eq!(code, 3, "{way}: {reported}");
    }
}

#[test]
fn an_empty_504_on_a_late_page_never_passes_for_the_end_of_a_listing() {
    let gone = || FaultEffect::Status { status: 504, body: None, retry_after: None };
    for (endpoint, read) in [
        (EndpointId::Users, "get_users().len();"),
        (EndpointId::Users, "let n = 0; for user in get_users() { n += 1; }"),
        (EndpointId::Users, "get_users().to_array();"),
        (EndpointId::Users, "get_users().count_by(\"country\");"),
        (EndpointId::Users, "get_users().index_by(\"email\");"),
        (EndpointId::Users, "get_users().filter(|user| user.country == \"SE\").len();"),
        (EndpointId::Groups, "get_groups().len();"),
    ] {
        let start = |script: String| {
            let desk = Desk::new(&script);
            desk.server.configure(SettingsChange { page_size: Some(5), ..SettingsChange::default() });
            desk.server.queue(PlannedFault::at(endpoint, gone()).skip(2).times(99));
            let (code, out, reported) = desk.run("--live --verify=never --report r.csv job.rhai");
            (desk, code, out, reported)
        };
        let (_, code, out, reported) = start(format!("{read} print(\"all\");"));
        assert!(!out.contains("all") && code == 5, "{read}: {code} {out} {reported}");
        // Nobody is called unknown because of half a listing.
        let removal = "remove_from_groups(\"zoe.none@example.com\", \"Stock\")";
        let (desk, _, _, reported) = start(format!("try {{ {read} }} catch {{ }} {removal};"));
        let report = std::fs::read_to_string(desk.folder.path().join("r.csv")).unwrap();
        assert!(!report.contains("not_present"), "{read}: {report} {reported}");
    }
}
