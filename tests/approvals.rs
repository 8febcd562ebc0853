//! `umapish approve` and `require_approval`, with accounts of their own: the program runs as each of them in a root folder
//! that has its own `/etc`. Only root can arrange that, so for others these tests do nothing but say so; the last one needs
//! no other account.

use crate::ownership::is_root;
use crate::support::{Desk, Run};
use std::fs;
use std::io::{self, Write};
use std::os::unix::fs::{PermissionsExt, chown, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use umapi_shell::sandbox::{self, FaultEffect, PlannedFault, Sandbox};
use umapi_shell::wire::endpoint::EndpointId;

const PLANNER: u32 = 3001;
const APPROVER: u32 = 3002;
const ROOT: u32 = 0;
const USERS: &[(&str, u32)] = &[("root", ROOT), ("planner", PLANNER), ("approver", APPROVER)];

/// The organization is changed by approved plans only.
const TEAM: &str = "[team]\norg_id = \"ORGANIZATION\"\nrequire_approval = true\n";

/// A group of all accounts.
const GROUP: u32 = 4_000;

/// A machine with accounts, and an organization.
struct Machine {
    folder: tempfile::TempDir,
    server: Sandbox,
}

/// What a run said, and its exit code.
struct Said {
    code: i32,
    words: String,
}

impl Said {
    #[track_caller]
    fn exits(self, code: i32, text: &str) {
        assert!(
            self.code == code && self.words.contains(text),
            "{} instead of {code}: {}",
            self.code,
            self.words
        );
    }
}

impl Machine {
    fn new() -> Option<Self> {
        if !is_root() {
            // Not by a macro, whose output is captured.
            let test = std::thread::current().name().unwrap_or_default().to_owned();
            drop(writeln!(
                io::stderr(),
                "note: {test} needs root for accounts of its own, so it did nothing"
            ));
            return None;
        }
        let machine = Self {
            // Beside the binary, which then needs no copy.
            folder: tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).unwrap(),
            server: Sandbox::start(sandbox::SandboxSettings::default()).unwrap(),
        };
        fs::set_permissions(machine.folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        let binary = assert_cmd::cargo::cargo_bin!("umapish");
        machine.install(binary, Path::new("/bin/umapish"));
        let libraries = Command::new("ldd").arg(binary).output().unwrap();
        let libraries = String::from_utf8(libraries.stdout).unwrap();
        for library in libraries.split_whitespace().filter(|word| word.starts_with('/')) {
            machine.install(Path::new(library), Path::new(library));
        }
        let users = USERS.iter().map(|(name, id)| format!("{name}:x:{id}:{id}::/home/{name}:/bin/sh\n"));
        machine.write("/etc/passwd", &users.collect::<String>());
        for (name, id) in USERS {
            let home = machine.path(&format!("/home/{name}"));
            fs::create_dir_all(&home).unwrap();
            chown(&home, Some(*id), Some(*id)).unwrap();
        }
        // What is made in the common folder belongs to the group.
        for (open, mode) in [("/work", 0o3777), ("/tmp", 0o1777)] {
            fs::create_dir_all(machine.path(open)).unwrap();
            chown(machine.path(open), None, Some(GROUP)).unwrap();
            fs::set_permissions(machine.path(open), fs::Permissions::from_mode(mode)).unwrap();
        }
        machine.write("/work/job.rhai", "add_to_groups(\"gus.taylor@example.com\", \"Stock\");");
        machine.write("/work/people.csv", "email\ngus.taylor@example.com\n");
        machine
            .write("/work/map.toml", "[[map]]\nfile = 'people.csv'\nmode = 'add'\ngroups = ['Designers']\n");
        Some(machine)
    }

    fn with_team_file(text: &str) -> Option<Self> {
        let machine = Self::new()?;
        machine.write("/etc/umapish/config.toml", &text.replace("ORGANIZATION", sandbox::ORGANIZATION));
        Some(machine)
    }

    /// A path of the machine, as the test sees it.
    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path.trim_start_matches('/'))
    }

    fn install(&self, from: &Path, to: &Path) {
        let to = self.path(&to.display().to_string());
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        let from = from.canonicalize().unwrap();
        if fs::hard_link(&from, &to).is_err() {
            fs::copy(from, &to).unwrap();
        }
    }

    fn write(&self, path: &str, text: &str) {
        fs::create_dir_all(self.path(path).parent().unwrap()).unwrap();
        fs::write(self.path(path), text).unwrap();
        fs::set_permissions(self.path(path), fs::Permissions::from_mode(0o644)).unwrap();
    }

    /// `umapish` of an account, with arguments split at spaces.
    fn command(&self, user: u32, line: &str) -> Command {
        let signed_in = Run::new("").against(&self.server).into_command();
        let mut command = Command::new("chroot");
        command.env_clear().current_dir("/");
        command.envs(signed_in.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let (name, _) = USERS.iter().find(|(_, id)| *id == user).unwrap();
        command.env("HOME", format!("/home/{name}")).env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin");
        command
            .arg(format!("--userspec={user}:{user}"))
            .arg(format!("--groups={GROUP}"))
            .arg(self.folder.path());
        command.arg("/bin/umapish").args(line.split_whitespace());
        command
    }

    fn run(&self, user: u32, line: &str) -> Said {
        Self::said(self.command(user, line), "")
    }

    fn said(command: Command, input: &str) -> Said {
        let output = assert_cmd::Command::from_std(command).write_stdin(input).output().unwrap();
        let words = String::from_utf8(output.stderr).unwrap();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        Said { code: output.status.code().unwrap_or(-1), words }
    }

    fn changes(&self) -> usize {
        self.server.requests().iter().filter(|seen| seen.endpoint == "Action").count()
    }

    /// The planner's plan of the script.
    fn plan(&self) {
        self.run(PLANNER, "plan --out /work/a.plan /work/job.rhai")
            .exits(0, "umapish apply /work/a.plan --live");
    }
}

const APPLY: &str = "apply /work/a.plan --live";
const APPROVE: &str = "approve /work/a.plan";

#[test]
fn a_plan_is_applied_after_another_account_has_approved_it() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    machine.plan();
    machine.run(PLANNER, APPLY).exits(7, "Another account has to run: umapish approve /work/a.plan");
    machine.run(PLANNER, APPROVE).exits(2, "planner cannot approve /work/a.plan: it made the plan");
    machine.run(ROOT, APPROVE).exits(2, "root can do anything");
    machine.run(PLANNER, APPLY).exits(7, "is not approved");
    assert_eq!(machine.changes(), 0);
    machine
        .run(APPROVER, "approve /work/a.plan --reason HR-2041")
        .exits(0, "approved /work/job.rhai (1 command)");
    machine.run(PLANNER, APPLY).exits(0, "approved by approver at");
    assert_eq!(machine.changes(), 1);
}

#[test]
fn sudo_of_the_planner_is_the_planner() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    machine.plan();
    let mut command = machine.command(APPROVER, APPROVE);
    command.env("SUDO_UID", PLANNER.to_string());
    Machine::said(command, "").exits(2, "became this one by sudo");
    // Whoever logged in as the approver may come by sudo from elsewhere.
    let mut command = machine.command(APPROVER, APPROVE);
    command.env("SUDO_UID", "4000");
    Machine::said(command, "").exits(0, "approved");
}

#[test]
fn what_is_not_an_approval_of_another_account_does_not_count() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    machine.plan();
    machine.run(APPROVER, APPROVE).exits(0, "approved");
    let real = machine.path("/work/a.plan.approval-approver");
    let kept = machine.path("/work/kept");
    fs::rename(&real, &kept).unwrap();
    let forge = |owner: u32| {
        fs::copy(&kept, &real).unwrap();
        chown(&real, Some(owner), Some(owner)).unwrap();
    };
    for owner in [PLANNER, ROOT] {
        forge(owner);
        machine.run(PLANNER, APPLY).exits(7, "does not belong to approver, whom it names");
    }
    fs::remove_file(&real).unwrap();
    symlink(&kept, &real).unwrap();
    machine.run(PLANNER, APPLY).exits(7, "it is a symbolic link");
    fs::remove_file(&real).unwrap();
    for (text, why) in [("", "it is not an approval"), ("{}", "it is not an approval")] {
        fs::write(&real, text).unwrap();
        machine.run(PLANNER, APPLY).exits(7, why);
    }
    // Of a copy that the approver owns, nobody knows whose plan it is.
    forge(APPROVER);
    chown(machine.path("/work/a.plan"), Some(APPROVER), Some(GROUP)).unwrap();
    machine.run(PLANNER, APPLY).exits(7, "it owns the plan");
    machine.run(APPROVER, APPROVE).exits(2, "it owns the plan");
    chown(machine.path("/work/a.plan"), Some(PLANNER), Some(GROUP)).unwrap();
    assert_eq!(machine.changes(), 0);
    machine.run(PLANNER, APPLY).exits(0, "approved by approver");
}

#[test]
fn a_plan_that_changed_after_its_approval_is_not_applied() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    machine.plan();
    machine.run(APPROVER, APPROVE).exits(0, "approved");
    let plan = machine.path("/work/a.plan");
    let text = fs::read_to_string(&plan).unwrap();
    fs::write(&plan, text.replace("gus.taylor", "ben.osei")).unwrap();
    machine.run(PLANNER, APPLY).exits(1, "the plan was changed after it was written");
    machine.run(APPROVER, APPROVE).exits(1, "the plan was changed after it was written");
    fs::remove_file(&plan).unwrap();
    machine.plan();
    machine.run(PLANNER, APPLY).exits(7, "it approves another state of the plan");
    assert_eq!(machine.changes(), 0);
    machine.run(APPROVER, APPROVE).exits(0, "approved");
    machine.run(PLANNER, APPLY).exits(0, "approved by approver");
}

#[test]
fn what_an_account_may_not_read_or_write_is_said_with_the_next_step() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    machine.plan();
    let mode =
        |path: &str, mode| fs::set_permissions(machine.path(path), fs::Permissions::from_mode(mode)).unwrap();
    mode("/work/a.plan", 0o600);
    machine.run(APPROVER, APPROVE).exits(1, "chmod g+r /work/a.plan");
    mode("/work/a.plan", 0o644);
    mode("/work", 0o755);
    machine.run(APPROVER, APPROVE).exits(1, "approver has to be allowed to write in the folder of the plan");
    machine.run(APPROVER, "approve /work/none.plan").exits(1, "umapish plan --out FILE SCRIPT");
}

/// Every way in by which a script or an operator changes an organization, with what standard input holds.
const WAYS: &[(&str, &str)] = &[
    ("--live /work/job.rhai", ""),
    ("--live run /work/job.rhai", ""),
    ("--live -e add_to_groups(\"gus.taylor@example.com\",\"Stock\")", ""),
    ("--live each /work/people.csv add_to_groups(row.email,\"Stock\")", ""),
    ("--live sync /work/map.toml", ""),
    ("--live", "add_to_groups(\"gus.taylor@example.com\", \"Stock\")\n"),
    ("--live -", "add_to_groups(\"gus.taylor@example.com\", \"Stock\")\n"),
    (
        "--live -e make_call(\"POST\",\"action/ORGANIZATION\",[#{user:\"gus.taylor@example.com\",\"do\":[#{add:#{group:[\"Stock\"]}}]}])",
        "",
    ),
];

#[test]
fn every_way_in_but_apply_is_refused_at_its_first_change() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    // What the user configures cannot take it back.
    machine.write(
        "/home/planner/.config/umapish/config.toml",
        "[default]\nrequire_approval = false\n[mine]\nrequire_approval = false\n",
    );
    let place = machine.path("/home/planner/.config/umapish/config.toml");
    chown(place, Some(PLANNER), Some(PLANNER)).unwrap();
    for user in [PLANNER, ROOT] {
        for (line, input) in WAYS {
            let line = line.replace("ORGANIZATION", sandbox::ORGANIZATION);
            Machine::said(machine.command(user, &line), input).exits(7, "changed by approved plans only");
        }
    }
    for profile in ["default", "mine"] {
        let mut command = machine.command(
            PLANNER,
            &format!("--live --config /home/planner/.config/umapish/config.toml -p {profile} /work/job.rhai"),
        );
        // A profile that is named has its own organization.
        command.env("UMAPI_PROFILE", profile);
        assert_ne!(Machine::said(command, "").code, 0);
    }
    assert_eq!(machine.changes(), 0);
    // Rehearsals and copies change nothing.
    machine.run(PLANNER, "/work/job.rhai").exits(0, "");
    machine.run(PLANNER, "--copy /work/job.rhai").exits(0, "");
    machine.run(PLANNER, "--sandbox /work/job.rhai").exits(0, "");
    assert_eq!(machine.changes(), 1, "the rehearsal");
}

#[test]
fn the_prompt_is_refused_too() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    let mut command = machine.command(PLANNER, "--live");
    command.env("TERM", "xterm-256color").env("NO_COLOR", "1");
    let mut terminal = Run::of_command(command).start();
    let prompt = "LIVE, changes are real> ";
    terminal.expect(prompt);
    terminal.ask("add_to_groups(\"gus.taylor@example.com\", \"Stock\")", "by approved plans only", prompt);
    assert_eq!(machine.changes(), 0);
}

#[test]
fn an_interrupted_run_is_not_resumed_and_an_interrupted_plan_is() {
    let Some(machine) = Machine::new() else { return };
    let refusal = || FaultEffect::Status { status: 401, body: None, retry_after: None };
    let stop = || {
        for _ in 0..2 {
            machine.server.queue(PlannedFault::at(EndpointId::Action, refusal()));
        }
    };
    machine.plan();
    machine.run(APPROVER, APPROVE).exits(0, "approved");
    stop();
    machine.run(PLANNER, "--live /work/job.rhai").exits(4, "");
    let before = machine.changes();
    let team = TEAM.replace("ORGANIZATION", sandbox::ORGANIZATION);
    machine.write("/etc/umapish/config.toml", &team);
    let journals = machine.path("/home/planner/.local/state/umapish/journals");
    let journal = fs::read_dir(journals)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .find(|name| name.to_string_lossy().ends_with(".journal"));
    let journal =
        format!("/home/planner/.local/state/umapish/journals/{}", journal.unwrap().to_string_lossy());
    machine.run(PLANNER, &format!("--live resume {journal}")).exits(7, "changed by approved plans only");
    assert_eq!(machine.changes(), before);
    stop();
    machine.run(PLANNER, APPLY).exits(4, "approved by approver");
    machine.run(PLANNER, APPLY).exits(0, "approved by approver");
}

/// Sections of the team's file, and whether they concern the organization.
const SECTIONS: &[(&str, bool)] = &[
    ("[a]\norg_id = \"ORGANIZATION\"\nrequire_approval = true\n", true),
    ("[a]\norg_id = \"other@AdobeOrg\"\nrequire_approval = true\n", false),
    ("[a]\nrequire_approval = true\n", true),
    ("[a]\norg_id = \"ORGANIZATION\"\nrequire_approval = false\n", false),
    ("[a]\norg_id = \"other@AdobeOrg\"\n[b]\norg_id = \"ORGANIZATION\"\nrequire_approval = true\n", true),
];

#[test]
fn it_is_required_for_the_organizations_that_the_team_s_file_names() {
    for (text, concerns) in SECTIONS {
        let Some(machine) = Machine::with_team_file(text) else { return };
        let run = machine.run(PLANNER, "--live /work/job.rhai");
        run.exits(if *concerns { 7 } else { 0 }, "");
        assert_eq!(machine.changes() == 0, *concerns, "{text}");
    }
}

#[test]
fn a_team_s_file_that_an_account_may_not_see_stops_it() {
    let Some(machine) = Machine::with_team_file(TEAM) else { return };
    fs::set_permissions(machine.path("/etc/umapish"), fs::Permissions::from_mode(0o700)).unwrap();
    machine.run(PLANNER, "--live /work/job.rhai").exits(4, "/etc/umapish/config.toml");
    assert_eq!(machine.changes(), 0);
}

#[test]
fn one_account_alone_approves_nothing() {
    let desk = Desk::new("add_to_groups(\"gus.taylor@example.com\", \"Stock\");");
    desk.start("plan --out a.plan job.rhai").run().exits(0);
    let why = if is_root() { "root can do anything" } else { "it made the plan" };
    desk.start("approve a.plan").run().exits(2).stderr_has(why);
    let approval = |name: &str| desk.folder.path().join(format!("a.plan.approval-{name}"));
    assert!(!approval("root").exists());
    fs::write(approval("forged"), "{}").unwrap();
    symlink(approval("forged"), approval("linked")).unwrap();
    // No approval is required here, so those that do not count are only named.
    let applied = desk.start("apply a.plan --live").run().exits(0);
    for why in [
        "approval-forged does not count: it is not an approval",
        "approval-linked does not count: it is a symbolic",
    ] {
        assert!(applied.words().contains(why), "{}", applied.stderr);
    }
    assert_eq!(desk.action_requests(), 1);
}
