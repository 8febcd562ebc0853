//! What a script may touch: the files of its folders, the modules beside it, its own organization.

use crate::support::run::{Finished, Run};
use std::path::PathBuf;
use std::sync::Arc;
use tempfile::TempDir;
use umapi_shell::language::catalog::FunctionEntry;
use umapi_shell::script::functions;

/// A folder `jobs` for scripts, a home beside it, and a folder `outside` of both.
struct Ground(Arc<TempDir>);

impl Ground {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        for name in ["jobs", "home/.config/umapish/lib", "home/.local/state/umapish", "outside", "here"] {
            std::fs::create_dir_all(folder.path().join(name)).unwrap();
        }
        let ground = Self(Arc::new(folder));
        ground.write("outside/secret.json", "\"hunter2-outside\"");
        ground.write("outside/people.csv", "email\nhunter2-outside\n");
        ground
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path(name), content).unwrap();
        // A file with a secret must not be readable by others.
        #[cfg(unix)]
        std::fs::set_permissions(self.path(name), std::os::unix::fs::PermissionsExt::from_mode(0o600))
            .unwrap();
    }

    /// A string with the path of the ground for each `@` before a slash.
    fn placed(&self, text: &str) -> String {
        text.replace("@/", &format!("{}/", self.0.path().display()))
    }

    /// A run in the folder `here`, with arguments split at spaces, where `@/` is the ground.
    fn umapish(&self, line: &str) -> Run {
        let line = self.placed(line);
        let mut run = Run::in_folder(Arc::clone(&self.0), &line);
        run = run.env("HOME", &self.path("home").display().to_string());
        run.in_current(&self.path("here"))
    }

    /// Runs a script in `jobs`; `@/` in its code is the ground.
    fn script(&self, options: &str, code: &str, arguments: &str) -> Finished {
        self.write("jobs/job.rhai", &self.placed(code));
        self.umapish(&format!("--sandbox {options} @/jobs/job.rhai {arguments}")).run()
    }

    /// A script with this code must be refused, without a word of what it wanted to read.
    #[track_caller]
    fn refuses(&self, code: &str) -> Finished {
        let run = self.script("", code, "");
        assert!(!run.stderr.contains("hunter2") && !run.stdout.contains("hunter2"), "{code}: {}", run.stderr);
        assert_ne!(run.code, 0, "{code}: {}", run.stdout);
        run
    }
}

/// Paths outside of the folders of a script in `jobs` that runs in `here`.
const FORBIDDEN: &[&str] = &[
    "@/outside/secret.json",
    "@/outside/people.csv",
    "@/outside/missing.csv",
    "../outside/people.csv",
    "../jobs/../outside/people.csv",
    "@/jobs/link/people.csv",
    "linked.json",
    "@/jobs/.hidden.csv",
    "@/home/.config/umapish/config.toml",
    "@/home/.ssh/authorized_keys",
    "/proc/self/environ",
    "/proc/self/cwd/new.csv",
    "/etc/hostname",
    "/new.csv",
];

/// The functions that take the path of a file, from the catalog, so that a new one is tested too.
fn functions_of_files() -> Vec<FunctionEntry> {
    let takes_a_file = |entry: &FunctionEntry| {
        let first =
            entry.parameters.first().map(|parameter| (parameter.name.as_str(), parameter.kind.as_str()));
        first.is_some_and(|(name, kind)| matches!(name, "path" | "file" | "folder") && kind == "string")
    };
    functions::catalog().functions().filter(|entry| takes_a_file(entry)).cloned().collect()
}

#[test]
fn every_function_that_opens_a_file_keeps_to_the_folders_of_the_script() {
    let functions = functions_of_files();
    let names: Vec<_> = functions.iter().map(|entry| entry.name.as_str()).collect();
    for known in ["read_csv", "stream_csv", "write_csv", "read_json", "write_json", "multi_action"] {
        assert!(names.contains(&known), "{known} is missing in {names:?}");
    }
    let ground = Ground::new();
    std::os::unix::fs::symlink(ground.path("outside"), ground.path("jobs/link")).unwrap();
    std::os::unix::fs::symlink(ground.path("outside/secret.json"), ground.path("here/linked.json")).unwrap();
    std::fs::hard_link(ground.path("outside/people.csv"), ground.path("home/.config/umapish/config.toml"))
        .unwrap();
    for entry in &functions {
        let rest = entry.parameters.iter().skip(1).map(|parameter| match parameter.name.as_str() {
            "options" => "#{}",
            "text" => "\"hunter2\"",
            _ => "[#{email: \"hunter2\"}]",
        });
        let arguments: Vec<_> = std::iter::once("path").chain(rest).collect();
        let call = format!("{}({})", entry.name, arguments.join(", "));
        let code = format!(
            r#"
            let opened = [];
            for path in {FORBIDDEN:?} {{
                let refused = false;
                try {{ {call} }} catch (e) {{ refused = e.message.contains("script") && e.kind == "file"; }}
                if !refused {{ opened.push(path); }}
            }}
            print(opened);"#
        );
        let run = ground.script("", &code, "");
        assert!(!run.stderr.contains("hunter2-"), "{call}: {}", run.stderr);
        assert_eq!(run.done(), "[]\n", "{call}");
    }
    let outside = std::fs::read_dir(ground.path("outside")).unwrap().count();
    assert_eq!(outside, 2, "something was written outside");
}

#[test]
fn a_script_uses_its_own_folder_the_current_one_and_those_of_its_arguments() {
    let ground = Ground::new();
    ground.write("jobs/in.json", "1");
    ground.write("here/in.json", "2");
    let read = |path: &str| format!("print(read_json({path:?}));");
    assert_eq!(ground.script("", &read("@/jobs/in.json"), "").done(), "1\n");
    assert_eq!(ground.script("", &read("in.json"), "").done(), "2\n");
    for arguments in
        ["@/outside/secret.json", "--file=@/outside/people.csv", "@/outside/", "--out=@/outside/"]
    {
        let run = ground.script("", &read("@/outside/secret.json"), arguments);
        assert_eq!(run.done(), "hunter2-outside\n", "{arguments}");
    }
    ground.script("", "write_json(args()[0], 7)", "@/outside/result.json").done();
    ground.script("", "write_json(\"@/outside/other.json\", 7)", "@/outside/result.json");
    assert_eq!(ground.script("", &read("@/outside/result.json"), "@/outside/").done(), "7\n");
    // An argument that names nothing adds no folder, nor does a secret one.
    ground.script("", &read("@/outside/secret.json"), "outside").exits(1);
    ground.script("--secret-arg @/outside/", &read("@/outside/secret.json"), "").exits(1);
}

#[test]
fn neither_the_home_folder_nor_the_root_is_the_current_folder_of_a_script() {
    let ground = Ground::new();
    ground.write("home/notes.json", "1");
    for (folder, name) in [("home", "notes.json"), ("/", "etc/hostname")] {
        ground.write("jobs/job.rhai", &format!("read_json({name:?})"));
        let run = ground.umapish("--sandbox @/jobs/job.rhai").in_current(&ground.path(folder)).run();
        run.failed(1, "outside of the folders that the script may use");
    }
}

#[test]
fn further_folders_are_the_operators_to_give_and_a_profile_may_list_them() {
    let ground = Ground::new();
    let read = "print(read_json(\"@/outside/secret.json\"));";
    let refused = ground.script("", read, "");
    refused.failed(1, "outside of the folders that the script may use").stderr_has("--files");
    assert_eq!(ground.script("--files @/outside/", read, "").done(), "hunter2-outside\n");
    ground.script("--files @/nowhere/", read, "").failed(2, "--files: there is no folder");
    ground.write("home/.config/umapish/config.toml", "[default]\nfiles = \"~/shared, ../../../outside\"\n");
    let run = ground.umapish("@/jobs/job.rhai").run();
    assert_eq!(run.done(), "hunter2-outside\n");
}

#[test]
fn nothing_of_umapish_itself_is_opened_whatever_is_allowed() {
    let ground = Ground::new();
    ground.write(
        "home/.config/umapish/config.toml",
        "[default]\nclient_secret_file = \"../../../outside/s.txt\"\n",
    );
    ground.write("home/.config/umapish/init.rhai", "1");
    ground.write("home/.local/state/umapish/x.json", "1");
    ground.write("outside/s.txt", "\"hunter2\"");
    std::fs::hard_link(ground.path("outside/s.txt"), ground.path("outside/same.json")).unwrap();
    for path in [
        "home/.config/umapish/config.toml",
        "home/.config/umapish/init.rhai",
        "home/.config/umapish/new.json",
        "home/.local/state/umapish/x.json",
        "outside/s.txt",
        "outside/same.json",
    ] {
        for call in ["read_json(\"@/PATH\")", "write_json(\"@/PATH\", 1)"] {
            let call = call.replace("PATH", path);
            ground.write("jobs/job.rhai", &ground.placed(&call));
            ground.umapish("--files / @/jobs/job.rhai").run().failed(1, "belongs to umapish");
            let typed = ground.placed(&call);
            let typed = ground.umapish("-e").arg(typed).run();
            typed.failed(1, "belongs to umapish");
        }
    }
    ground.script("--files /", "read_json(\"/proc/self/environ\")", "").failed(1, "belongs to umapish");
}

#[test]
fn names_with_a_dot_and_scripts_need_to_be_allowed() {
    let ground = Ground::new();
    std::fs::create_dir(ground.path("jobs/.git")).unwrap();
    ground.write("jobs/lib.txt", "fn one() { 1 }");
    ground.write("here/vips.txt", "ceo@example.com");
    for (code, message) in [
        ("write_json(\"@/jobs/.git/config\", 1)", "begin with a dot"),
        ("write_json(\".profile\", 1)", "begin with a dot"),
        ("write_json(\"@/jobs/next.rhai\", 1)", "may not write scripts"),
        ("write_json(\"@/jobs/next.RHAI\", 1)", "may not write scripts"),
        ("write_json(\"@/jobs/job.rhai\", 1)", "may not write scripts"),
        ("import \"lib.txt\" as lib; write_json(\"@/jobs/lib.txt\", 1)", "may not write scripts"),
    ] {
        ground.script("", code, "").failed(1, message);
        ground.script("--files @/jobs/ --files @/here/", code, "").done();
        ground.write("jobs/lib.txt", "fn one() { 1 }");
    }
    ground
        .script("--protect vips.txt", "write_json(\"vips.txt\", 1)", "")
        .failed(1, "a list that a guard reads");
    ground.script("--protect vips.txt", "read_csv(\"vips.txt\")", "").done();
}

#[test]
fn modules_come_from_the_folder_of_the_script_and_the_shared_one() {
    let ground = Ground::new();
    let module = |value: u8| format!("fn value() {{ {value} }}\n// hunter2");
    ground.write("jobs/beside.rhai", &module(1));
    ground.write("home/.config/umapish/lib/shared.rhai", &module(2));
    ground.write("outside/other.rhai", &module(3));
    ground.write("here/current.rhai", &module(4));
    ground.write("home/.config/umapish/init.rhai", &module(5));
    let import = |name: &str| format!("import \"{name}\" as m;\nprint(m::value());");
    assert_eq!(ground.script("", &import("beside"), "").done(), "1\n");
    assert_eq!(ground.script("", &import("shared"), "").done(), "2\n");
    for name in ["@/outside/other", "../outside/other", "@/here/current", "../here/current"] {
        let run = ground.refuses(&import(name));
        run.failed(1, "may import only from its own folder");
        let checked = ground.umapish("check @/jobs/job.rhai").run();
        checked.failed(1, "may import only from its own folder");
        ground.script("--files @/outside/ --files @/here/", &import(name), "").done();
    }
    ground.refuses(&import("@/home/.config/umapish/init")).failed(1, "belongs to umapish");
    // A link to the script leads to the modules beside the script itself.
    ground.write("jobs/job.rhai", &import("beside"));
    std::os::unix::fs::symlink(ground.path("jobs/job.rhai"), ground.path("here/link.rhai")).unwrap();
    assert_eq!(ground.umapish("--sandbox link.rhai").run().done(), "1\n");
    // Standard input has no folder, and what the operator types may import anything.
    let stdin = ground.umapish("--sandbox").stdin("import \"current\" as m;").run();
    stdin.failed(1, "may import only from its own folder");
    let typed = ground.umapish("--sandbox -e").arg("import \"current\" as m; m::value()").run();
    assert_eq!(typed.done(), "4\n");
}

#[test]
fn streams_open_as_they_are() {
    let ground = Ground::new();
    assert_eq!(ground.script("", "print(read_csv(\"/dev/null\").len())", "").exits(1).stdout, "");
    let run = ground.umapish("--sandbox @/jobs/job.rhai").stdin("7");
    ground.write("jobs/job.rhai", "print(read_json(\"/dev/stdin\"))");
    assert_eq!(run.run().done(), "7\n");
    let written = ground.script("", "write_json(\"/dev/stdout\", 7); write_json(\"/dev/null\", 8);", "");
    assert_eq!(written.done(), "7\n");
    ground.script("", "read_json(\"/dev/fd/9\")", "").failed(1, "script may");
}

#[test]
fn what_a_refused_file_was_to_hold_is_kept_after_live_changes() {
    let ground = Ground::new();
    let code =
        "add_to_groups(\"ben.osei@example.com\", \"Finance\"); write_json(\"@/outside/done.json\", 7);";
    let run = ground.script("", code, "");
    run.failed(1, "outside of the folders that the script may use").stderr_has("Its content was kept as");
}

#[test]
fn a_first_line_may_not_choose_live() {
    let ground = Ground::new();
    let run = ground.script("--test", "#!/usr/bin/env -S umapish --live\nprint(1)", "");
    run.failed(2, "which only the operator may choose").stderr_has("umapish --live");
    let code = "#!/usr/bin/env -S umapish --max-removals 0\n\
        remove_from_groups(\"ben.osei@example.com\", \"Finance\");";
    ground.script("--max-removals 5", code, "").failed(7, "the limit is 0");
}

#[test]
fn a_script_calls_no_other_organization() {
    for call in ["make_call(\"GET\", PATH)", "send(\"GET\", PATH)", "make_call(\"POST\", PATH, [])"] {
        for path in ["/users/B@AdobeOrg/0", "/users/B%2540AdobeOrg/0", "/action/B%40AdobeOrg"] {
            let code = call.replace("PATH", &format!("{path:?}"));
            Run::eval(&code).run().failed(1, "is not the organization of this run");
        }
    }
}

#[test]
fn a_run_with_a_list_of_people_changes_nobody_else() {
    let only = |list: &str, code: &str| {
        Run::new("--sandbox --only")
            .arg(list)
            .arg("-e")
            .arg(code)
            .file("team.txt", "ben.osei@example.com\n")
            .run()
    };
    let add = |email: &str| format!("add_to_groups(\"{email}\", \"Finance\")");
    only("team.txt", &add("ben.osei@example.com")).done();
    only("*osei*", &add("ben.osei@example.com")).done();
    only("team.txt", &add("someone@example.com")).failed(7, "is not among the users and groups of --only");
    only("team.txt", "delete_user_group(\"Designers\")")
        .failed(7, "is not among the users and groups of --only");
    only("missing.txt", &add("ben.osei@example.com")).failed(2, "--only: missing.txt: no such file");
}
