//! Files that umapish trusts are the operator's or root's alone, and files that it writes are private.

use crate::support::{Desk, Run};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use umapi_shell::sandbox::{
    CLIENT_ID, CLIENT_SECRET, FaultEffect, ORGANIZATION, PlannedFault, TECHNICAL_ACCOUNT_ID,
};
use umapi_shell::wire::endpoint::EndpointId;

/// A file that is obeyed: where it is below the home folder, and whether it contains a secret.
struct ObeyedFile {
    path: &'static str,
    is_secret: bool,
}

const FILES: [ObeyedFile; 4] = [
    ObeyedFile { path: ".config/umapish/config.toml", is_secret: false },
    ObeyedFile { path: "named/other.toml", is_secret: true },
    ObeyedFile { path: "secrets/client-secret", is_secret: true },
    ObeyedFile { path: "keys/key.pem", is_secret: true },
];

fn set(path: &Path, mode: u32) {
    std::fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

fn mode(path: &Path) -> u32 {
    std::fs::metadata(path).unwrap().permissions().mode() & 0o7777
}

/// A home with all of them, and a line that obeys one.
fn home(desk: &Desk, file: &ObeyedFile) -> Run {
    let settings = format!(
        "[default]\norg_id = \"{ORGANIZATION}\"\nclient_id = \"{CLIENT_ID}\"\nurl = \"{}\"\nims_url = \"{}\"\npace = \"off\"\n",
        desk.server.service_url(),
        desk.server.sign_in_url()
    );
    let home = desk.folder.path().display().to_string();
    let secret = |line: &str| format!("{settings}{line}\n");
    let by_file = secret(&format!("client_secret_file = \"{home}/secrets/client-secret\""));
    let named = match file.path {
        "keys/key.pem" => format!(
            "{by_file}tech_account_id = \"{TECHNICAL_ACCOUNT_ID}\"\nprivate_key_file = \"{home}/keys/key.pem\"\n"
        ),
        _ => by_file,
    };
    let run = Run::in_folder(Arc::clone(&desk.folder), "")
        .file(".config/umapish/config.toml", &named)
        .file("named/other.toml", secret(&format!("client_secret = \"{CLIENT_SECRET}\"")))
        .file("secrets/client-secret", CLIENT_SECRET)
        .file("keys/key.pem", desk.server.private_key_pem().unwrap());
    if file.path == "named/other.toml" { run.env("UMAPI_CONFIG", file.path) } else { run }
}

#[test]
fn a_file_that_others_can_change_or_read_is_refused_with_the_command_that_fixes_it() {
    for file in &FILES {
        let desk = Desk::new("");
        home(&desk, file).arg("-e").arg("get_groups().len() > 0").run().done();
        let path = desk.folder.path().join(file.path);
        let folder = path.parent().unwrap().to_owned();
        let mut wrong = vec![(path.clone(), 0o646), (path.clone(), 0o666), (folder.clone(), 0o777)];
        if file.is_secret {
            wrong.extend([(path.clone(), 0o644), (path.clone(), 0o604)]);
        }
        for (target, wrong_mode) in wrong {
            let right = mode(&target);
            set(&target, wrong_mode);
            let case = format!("{} {wrong_mode:o}", target.display());
            let run = home_again(&desk, file).arg("-e").arg("get_groups().len()").run();
            let run = run.failed(4, "other users");
            let command = run.words();
            let command = command.rsplit_once("run: ").or(command.rsplit_once("Run: ")).unwrap().1.to_owned();
            let command = command.split_whitespace().take(3).collect::<Vec<_>>().join(" ");
            assert!(
                command.starts_with("chmod ") && command.ends_with(&*target.display().to_string()),
                "{case}: {command}"
            );
            let doctor = home_again(&desk, file).arg("doctor").run();
            let said = format!("{} {}", doctor.stdout, doctor.stderr);
            let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
            assert!(
                doctor.code == 4 && said.contains("other users") && said.contains("chmod "),
                "{case}: {said}"
            );
            let fixed = std::process::Command::new("sh").args(["-c", &command]).status().unwrap();
            assert!(fixed.success(), "{command}");
            set(&target, right);
        }
        home_again(&desk, file).arg("-e").arg("get_groups().len() > 0").run().done();
    }
}

/// The same home without writing its files again.
fn home_again(desk: &Desk, file: &ObeyedFile) -> Run {
    let run = Run::in_folder(Arc::clone(&desk.folder), "");
    if file.path == "named/other.toml" { run.env("UMAPI_CONFIG", file.path) } else { run }
}

#[test]
fn a_file_of_another_user_is_refused() {
    if !is_root() {
        return; // only root can give a file away
    }
    for file in &FILES {
        let desk = Desk::new("");
        home(&desk, file).arg("-e").arg("get_groups().len() > 0").run().done();
        let path = desk.folder.path().join(file.path);
        std::os::unix::fs::chown(&path, Some(65_533), None).unwrap();
        let run = home_again(&desk, file).arg("-e").arg("get_groups()").run();
        run.failed(4, "belongs to 65533").stderr_has("sudo chown root ");
    }
}

pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    tempfile::NamedTempFile::new().unwrap().as_file().metadata().unwrap().uid() == 0
}

#[test]
fn doctor_looks_at_the_startup_script() {
    let desk = Desk::new("");
    home(&desk, &FILES[0]).file(".config/umapish/init.rhai", "").arg("doctor").run().done();
    let script = desk.folder.path().join(".config/umapish/init.rhai");
    set(&script, 0o666);
    let run = home_again(&desk, &FILES[0]).arg("doctor").run();
    assert!(run.stdout.contains("init.rhai can be changed by other users"), "{}", run.stdout);
    assert!(run.stdout.contains(&format!("chmod go-w {}", script.display())), "{}", run.stdout);
    run.exits(4);
}

#[test]
fn the_prompt_does_not_run_a_startup_script_that_others_can_change() {
    for (path, wrong) in [(".config/umapish/init.rhai", 0o666), (".config/umapish", 0o777)] {
        let run =
            Run::at_terminal("--sandbox").file(".config/umapish/init.rhai", "print(\"it \" + \"ran\");");
        set(&run.path().join(path), wrong);
        let mut prompt = run.start();
        prompt.expect("init.rhai");
        prompt.expect("chmod go-w");
        let shown = prompt.ask("40 + 2", "42", "sandbox");
        assert!(!shown.contains("it ran"), "{shown}");
        prompt.line(":quit");
    }
}

/// Every file and folder below one.
fn all(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let below =
        |path: PathBuf| if path.is_dir() { [vec![path.clone()], all(&path)].concat() } else { vec![path] };
    entries.flat_map(below).collect()
}

#[test]
fn what_a_run_leaves_is_private() {
    let desk = Desk::new(
        "get_users(#{max_age: \"1h\"}).len(); add_to_groups(\"ben.osei@example.com\", \"Finance\");",
    );
    desk.server.queue(PlannedFault::at(EndpointId::Action, FaultEffect::DropAfter));
    desk.start("--live --report report.csv job.rhai").run().done();
    let state = desk.folder.path().join(".local/state/umapish");
    let left = all(&state);
    for kind in ["journals", "listings"] {
        assert!(
            left.iter().any(|path| path.is_file() && path.starts_with(state.join(kind))),
            "{kind}: {left:?}"
        );
    }
    for path in left.into_iter().chain([state, desk.folder.path().join("report.csv")]) {
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
}

#[test]
fn what_the_prompt_and_init_leave_is_private() {
    let mut prompt = Run::at_terminal("--sandbox").start();
    prompt.ask("40 + 2", "42", "sandbox");
    let state = prompt.path().join(".local/state/umapish");
    prompt.line(":quit");
    for path in all(&state) {
        assert_eq!(mode(&path), if path.is_dir() { 0o700 } else { 0o600 }, "{}", path.display());
    }
    let init = "init --no-test --org-id A@AdobeOrg --client-id id --client-secret-command true";
    let run = Run::new(init).run().exits(0);
    for path in all(&run.file(".config/umapish")).into_iter().chain([run.file(".config/umapish")]) {
        assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
    }
}
