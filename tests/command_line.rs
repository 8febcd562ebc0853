//! What the command line shows and refuses: help by form, options where they have an effect, the verbs of umapi-cli.

use crate::support::Run;
use crate::support::run::Finished;
use umapi_shell::cli;
use umapi_shell::config::table::SETTINGS;

/// Lines of `umapish --help`.
const LONGEST_HELP: usize = 60;
/// Lines of the help of a subcommand that runs a script.
const LONGEST_RUN_HELP: usize = 70;
/// Lines of the help of any other subcommand.
const LONGEST_SHORT_HELP: usize = 25;
/// The subcommands that run a script.
const RUNNING: &[&str] = &["run", "plan", "apply", "each", "sync", "resume"];
/// Every subcommand that runs none, with what it needs to be complete.
const OTHERS: &[(&str, &str)] = &[
    ("approve", "approve a.plan"),
    ("check", "check x.rhai"),
    ("completions", "completions bash"),
    ("copy", "copy --out a.json"),
    ("definitions", "definitions folder"),
    ("doctor", "doctor"),
    ("functions", "functions get_user"),
    ("guide", "guide settings"),
    ("help", "help run"),
    ("init", "init --org-id A@AdobeOrg"),
    ("journal", "journal show"),
    ("sandbox", "sandbox"),
    ("translate", "translate x.py"),
    ("undo", "undo 7f3a"),
    ("version", "version"),
];
/// The options that mean nothing where no script runs.
const OF_A_RUN: &[&str] = &[
    "--live",
    "--test",
    "--read-only",
    "--max-changes=1",
    "--max-removals=5%",
    "--protect=Designers",
    "--allow-empty-source",
    "--allow-delete",
    "--verify",
    "--report=report.csv",
    "--no-journal",
    "--reason=audit",
    "--secret-arg=x",
    "--column=email=mail",
    "--encoding=windows-1250",
    "--delimiter=;",
    "--sheet=Staff",
    "--header-row=3",
    "--hidden=skip",
];
/// The options that a shell alias may hold.
const EVERYWHERE: &[&str] = &["--sandbox", "--quiet", "--verbose", "--color=never"];

fn umapish(line: &str) -> Finished {
    Run::new(line).env("COLUMNS", "80").run()
}

fn is_running(subcommand: &str) -> bool {
    RUNNING.contains(&subcommand)
}

#[test]
fn every_subcommand_that_runs_no_script_is_in_the_table() {
    let mut names = cli::commands();
    names.retain(|name| !is_running(name));
    names.sort();
    assert_eq!(names, OTHERS.iter().map(|(name, _)| *name).collect::<Vec<_>>());
}

#[test]
fn each_help_is_as_long_as_its_form_needs() {
    let top = umapish("--help").done();
    assert!(top.lines().count() <= LONGEST_HELP, "{top}");
    assert!(top.lines().all(|line| line.chars().count() <= 80), "{top}");
    for name in cli::commands() {
        let help = umapish(&format!("{name} --help")).done();
        let longest = if is_running(&name) { LONGEST_RUN_HELP } else { LONGEST_SHORT_HELP };
        assert!(help.lines().count() <= longest, "{name}:\n{help}");
        assert!(help.lines().all(|line| line.chars().count() <= 80), "{name}:\n{help}");
    }
    assert!(umapish("completions --help").done().lines().count() <= 20);
}

#[test]
fn every_option_is_documented_in_the_help_of_run() {
    let help = umapish("help run").done();
    for option in OF_A_RUN.iter().chain(EVERYWHERE).chain(&["--profile", "--config", "--format"]) {
        let name = option.split('=').next().unwrap();
        assert!(help.contains(name), "{name}:\n{help}");
    }
    for setting in SETTINGS.iter().filter_map(|setting| setting.option) {
        assert!(setting.split(", ").all(|name| help.contains(name)), "{setting}:\n{help}");
    }
}

#[test]
fn what_means_nothing_without_a_script_is_refused_on_either_side() {
    for (name, line) in OTHERS {
        for option in OF_A_RUN {
            // An approval and the taking back of a run have a reason.
            if ["approve", "undo"].contains(name) && *option == "--reason=audit" {
                continue;
            }
            for line in [format!("{option} {line}"), format!("{line} {option}")] {
                let long = option.split('=').next().unwrap();
                let message = format!("'{long}' cannot be used with 'umapish {name}', which runs no script");
                // `help` is done before anything else is looked at, and its page is what was asked for.
                if *name == "help" || *name == "version" {
                    assert_eq!(umapish(&line).code, 0, "{line}");
                } else {
                    umapish(&line).failed(2, &message);
                }
            }
        }
    }
    umapish("-o json doctor").failed(2, "'--format' cannot be used with 'umapish doctor'");
    umapish("--no-init check x.rhai").failed(2, "'--no-init' cannot be used with 'umapish check'");
    umapish("--live journal show").failed(2, "'--live' cannot be used with 'umapish journal'");
}

#[test]
fn options_of_a_shell_alias_are_accepted_everywhere() {
    for line in ["check x.rhai", "completions bash", "definitions folder", "functions get_user", "version"] {
        for option in EVERYWHERE {
            for line in [format!("{option} {line}"), format!("{line} {option}")] {
                let run = Run::new(&line).file("x.rhai", "1").run();
                assert_eq!(run.code, 0, "{line}: {}", run.stderr);
            }
        }
    }
}

#[test]
fn help_and_version_work_as_words() {
    assert_eq!(umapish("help").done(), umapish("--help").done());
    assert_eq!(umapish("version").done(), umapish("--version").done());
    for name in cli::commands() {
        assert_eq!(umapish(&format!("help {name}")).done(), umapish(&format!("{name} --help")).done());
    }
    assert_eq!(umapish("help journal verify").done(), umapish("journal verify --help").done());
    umapish("help environmnt").failed(2, "there is no help for 'environmnt'; did you mean 'environment'?");
    umapish("help journal nothing").failed(2, "there is no help for 'nothing'");
    assert_eq!(Run::eval("args()").arg("help").run().done(), "[\"help\"]\n");
}

#[test]
fn the_environment_variables_have_a_page_of_their_own() {
    let page = umapish("help environment").done();
    for setting in SETTINGS.iter().filter(|setting| setting.variable.is_some()) {
        let variable = setting.variable.unwrap();
        assert!(page.contains(&format!("  {variable}")) && page.contains(setting.help), "{variable}");
    }
    assert!(!umapish("--help").done().contains("UMAPI_"));
}

#[test]
fn completions_offer_an_option_where_it_has_an_effect() {
    let fish = umapish("completions fish").done();
    let offers = |subcommand: &str, option: &str| {
        let place = format!("__fish_umapish_using_subcommand {subcommand}\"");
        let option = format!("-l {option} ");
        fish.lines().any(|line| line.contains(&place) && format!("{line} ").contains(&option))
    };
    assert!(offers("run", "allow-delete") && offers("doctor", "profile"));
    assert!(!offers("check", "allow-delete") && !offers("completions", "profile"));
}

/// The verbs of umapi-cli need a shell to run their lines as they are typed.
#[cfg(unix)]
mod umapi_cli {
    use super::{Run, umapish};
    use std::path::Path;
    use std::process::Command;
    use umapi_shell::cli::umapi_cli::VERBS;

    /// What `umapi --help` of umapi-cli 2.2.0 lists.
    const NAMES: [&str; 16] = [
        "group-create",
        "group-create-bulk",
        "group-delete",
        "group-delete-bulk",
        "group-read",
        "group-read-all",
        "group-update",
        "group-update-bulk",
        "user-create",
        "user-create-bulk",
        "user-delete",
        "user-delete-bulk",
        "user-read",
        "user-read-all",
        "user-update",
        "user-update-bulk",
    ];

    /// Rows as umapi-cli reads them.
    fn rows(verb: &str) -> &'static str {
        match verb {
            "user-create-bulk" => {
                "type,email,firstname,lastname,country,username,domain,groups\n\
                 federatedID,new@fed.example.com,New,Person,US,new@fed.example.com,,\"Designers,Stock\"\n\
                 adobeID,other@example.com,Other,Person,US,,,\n"
            }
            "user-delete-bulk" => "email,hard_delete\nben.osei@example.com,N\nhugo.martin@example.com,y\n",
            "user-update-bulk" => {
                "email,email_new,firstname,lastname,username,add_groups,remove_groups\n\
                 ben.osei@example.com,,Benjamin,,,Designers,\"Finance,Marketing\"\nada.lind@example.com,,,,,Stock,\n"
            }
            "group-create-bulk" => "name,description\nNew,until August\nNewer,\n",
            "group-update-bulk" => {
                "name,name_new,description,add_users,remove_users,add_profiles,remove_profiles\n\
                 Designers,Design,for all,\"ada.lind@example.com,ben.osei@example.com\",,Stock,\nInterns,,,,,,Stock\n"
            }
            "group-delete-bulk" => "name\nInterns\n",
            _ => "",
        }
    }

    /// A line as an operator types it, in the sandbox and with the placeholders filled in.
    fn typed(line: &str) -> String {
        let group = if line.contains("create_user_group") { "New" } else { "Designers" };
        let user =
            if line.contains("add_federated_id") { "new@fed.example.com" } else { "ben.osei@example.com" };
        [
            ("USERNAME", user),
            ("EMAIL", user),
            ("GROUP", group),
            ("PROFILE", "Stock"),
            ("FILE.csv", "rows.csv"),
        ]
        .into_iter()
        .fold(line.replacen("umapish ", "umapish --sandbox ", 1), |line, (word, value)| {
            line.replace(word, value)
        })
    }

    #[test]
    fn every_verb_has_a_line_that_works() {
        assert_eq!(VERBS.iter().map(|verb| verb.name).collect::<Vec<_>>(), NAMES);
        let program = assert_cmd::cargo::cargo_bin("umapish");
        for verb in VERBS {
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join("rows.csv"), rows(verb.name)).unwrap();
            let path = format!("{}:/usr/bin:/bin", program.parent().map(Path::display).unwrap());
            let run = Command::new("/bin/sh")
                .args(["-c", &typed(verb.line)])
                .env_clear()
                .envs([("HOME", folder.path().as_os_str()), ("PATH", path.as_ref())])
                .current_dir(folder.path())
                .output()
                .unwrap();
            let stderr = String::from_utf8_lossy(&run.stderr);
            assert_eq!(run.status.code(), Some(0), "{}: {}\n{stderr}", verb.name, typed(verb.line));
            let stdout = String::from_utf8_lossy(&run.stdout);
            assert!(!stdout.contains("\"notCompleted\":1"), "{}: {stdout}", verb.name);
        }
    }

    #[test]
    fn a_verb_of_umapi_cli_is_answered_with_the_line_to_type() {
        let page = umapish("help umapi-cli").done();
        for verb in VERBS {
            // A terminal of 80 columns must not break a line within a name.
            assert!(verb.line.lines().all(|line| line.len() <= 74), "{}", verb.line);
            let reported = Run::new(verb.name).arg("--email").arg("x@example.com").run();
            let reported = reported.failed(2, &format!("`{}` is a command of Adobe's umapi-cli", verb.name));
            assert!(reported.stderr.contains(verb.line), "{}", reported.stderr);
            assert_eq!(reported.stderr.contains("--live to rehearse"), verb.line.contains("--live"));
            assert!(page.contains(&verb.line.replace('\n', "\n  ")), "{}", verb.name);
        }
    }

    #[test]
    fn a_script_of_that_name_is_run() {
        assert_eq!(Run::new("user-read").file("user-read", "print(1)").run().done(), "1\n");
    }
}
