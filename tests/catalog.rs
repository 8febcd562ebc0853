//! The function reference against what runs: every example on a fresh sandbox, every endpoint reached by some.

use crate::support::Run;
use std::collections::HashSet;
use umapi_shell::language::type_help::{TYPES, TypeHelp};
use umapi_shell::sandbox::{self, Sandbox};
use umapi_shell::wire::endpoint::{ENDPOINTS, EndpointId};

#[test]
fn every_example_runs_on_a_fresh_sandbox() {
    let catalog = umapi_shell::script::functions::catalog();
    let examples: Vec<_> = catalog.examples().map(|(function, code)| (function.call(), code)).collect();
    let failed = std::thread::scope(|scope| {
        let halves = examples.chunks(examples.len().div_ceil(2));
        let workers: Vec<_> = halves.map(|half| scope.spawn(|| failures(half))).collect();
        workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect::<Vec<_>>()
    });
    assert!(catalog.examples().count() > 100);
    assert!(failed.is_empty(), "{}", failed.join("\n"));
}

fn failures(examples: &[(String, &str)]) -> Vec<String> {
    examples.iter().filter_map(|(call, code)| failure(call, code)).collect()
}

/// The value of each type that its help is about.
fn sample(name: &str) -> &'static str {
    match name {
        "User" => "get_user(\"ben.osei@example.com\")",
        "Users" => "get_users()",
        "Group" => "get_group(\"Photoshop\")",
        "Groups" => "get_groups()",
        "Report" => "add_to_groups(\"ben.osei@example.com\", \"Designers\")",
        "Outcome" => "add_to_groups(\"ben.osei@example.com\", \"Designers\").outcomes[0]",
        "Index" => "get_users().index_by(\"email\")",
        "Date" => "today()",
        "Moment" => "moment()",
        "Response" => "send(\"GET\", `/groups/${session().organization}/0`)",
        other => panic!("no sample of {other}"),
    }
}

#[test]
fn every_example_of_a_type_runs_and_every_field_has_the_type_it_says() {
    for known in TYPES {
        if let Some(failure) = failure(known.name, known.example) {
            panic!("{failure}");
        }
        let print_type = |name: &str| format!("print(`{name}=${{type_of(value.{name})}}`);\n");
        let reads: Vec<_> = known.fields.iter().map(|field| print_type(field.name)).collect();
        let reads = reads.concat();
        let output =
            Run::eval(&format!("let value = {}; {reads} type_of(value)", sample(known.name))).run().done();
        for field in known.fields {
            let real =
                output.lines().find_map(|line| line.strip_prefix(&format!("{}=", field.name))).unwrap();
            let real = match real {
                "string" => "string",
                "i64" => "number",
                "array" => "list",
                "bool" => "true/false",
                other => other,
            };
            assert!(
                [field.kind, "()"].contains(&real) || field.kind == "value",
                "{}.{}: {real}",
                known.name,
                field.name
            );
        }
        let real = if known.name == "Outcome" { "\"map\"".to_owned() } else { format!("\"{}\"", known.name) };
        assert_eq!(output.lines().last(), Some(real.as_str()));
    }
    let fields = "print(add_to_groups(\"ben.osei@example.com\", \"Designers\").outcomes[0].keys().len())";
    let outcome = TypeHelp::named("Outcome").unwrap();
    assert_eq!(Run::eval(fields).run().done().trim(), outcome.fields.len().to_string());
}

#[test]
fn types_are_explained_on_the_command_line_in_each_form() {
    for known in TYPES {
        let text = Run::new(&format!("functions {}", known.name)).run().done();
        assert!(text.starts_with(&format!("{}\n  {}", known.name, &known.summary[..20])), "{text}");
        let markdown = Run::new(&format!("functions {} -o markdown", known.name)).run().done();
        assert!(markdown.contains(&format!("```rhai\n{}\n```", known.example)), "{markdown}");
        let json = Run::new(&format!("functions {} -o json", known.name)).run().done();
        assert!(json.contains(&format!("\"name\": \"{}\"", known.name)), "{json}");
    }
    assert!(Run::new("functions").run().done().contains("\n\nTypes\n  User\n"));
}

/// What went wrong with an example, if it did.
fn failure(call: &str, code: &str) -> Option<String> {
    let run = Run::eval(code).run();
    (run.code != 0).then(|| format!("{call} ended with {}:\n{code}\n{}", run.code, run.stderr))
}

/// `/status` needs no sign-in and says nothing of the organization, so no function of scripts is about it.
#[test]
fn every_endpoint_is_reached_by_an_example() {
    let server = Sandbox::start(sandbox::SandboxSettings::default()).unwrap();
    let catalog = umapi_shell::script::functions::catalog();
    for (_, code) in catalog.examples() {
        against(&server, code).run();
    }
    let seen: HashSet<String> = server.requests().into_iter().map(|request| request.endpoint).collect();
    let wanted = ENDPOINTS.iter().map(|endpoint| endpoint.id).filter(|id| *id != EndpointId::Status);
    let missing: Vec<_> = wanted.filter(|id| !seen.contains(&format!("{id:?}"))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

/// The code of `-e` against a served sandbox. Only code that asks for a JWT can make one: with these settings every
/// run would sign in by it, and a signature seeds a random generator for some 30 ms of processor time, once a process.
fn against(server: &Sandbox, code: &str) -> Run {
    let run = Run::new("--live -e").arg(code).against(server);
    if !code.contains("jwt") {
        return run;
    }
    run.file("private.key", server.private_key_pem().unwrap())
        .env("UMAPI_TECH_ACCOUNT_ID", sandbox::TECHNICAL_ACCOUNT_ID)
        .env("UMAPI_PRIVATE_KEY_FILE", "private.key")
}
