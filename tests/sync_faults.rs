//! What is wrong with a map or its files is said in words of an operator, with the next step.

use crate::support::{Desk, Run};

const PART: &str = "[[map]]\nfile = 'hr.csv'\ngroups = ['Designers']\n";

/// A map, what is said of it, the next step, and the exit code. `hr.csv` has the columns `email` and `team`.
const FAULTS: [(&str, &str, &str, i32); 18] = [
    ("", "map.toml: it has no [[map]]", "`umapish guide sync` has a map", 1),
    ("[[map]\n", "map.toml:1: unclosed array table", "`umapish guide sync` has a map", 1),
    ("PARTfiel = 1\n", "map.toml:4: unknown field `fiel`", "`umapish guide sync` has a map", 1),
    ("PARThidden = 'no'\n", "map.toml:4: unknown variant `no`", "expected `read` or `skip`", 1),
    ("PARTheader_row = 0\n", "map.toml:4: invalid value", "`umapish guide sync` has a map", 1),
    ("PARTmax_file_age = 'old'\n", "`old` is not a length of time", "such as \"2d\"", 1),
    ("PART[limits]\nmax_removals = 'all'\n", "`all` is not a number or a share", "such as \"50%\"", 1),
    ("PART[others]\naction = 'write-file'\n", "[others] needs `file`", "`umapish guide sync` has a map", 1),
    ("[[map]]\ngroups = ['Designers']\n", "a [[map]] names no file", "Add `file` to it", 1),
    ("[[map]]\nfile = 'gone.csv'\n", "gone.csv: no such file", "Correct `file` in the map", 1),
    ("PARTencoding = 'utf-9'\n", "`encoding` of a [[map]] cannot be `utf-9`", "`utf-8`", 1),
    ("PARTmatch = ['mail']\n", "hr.csv:1: no column `mail`", "did you mean `email`?", 1),
    ("PARTgroups_from = 'group'\n", "hr.csv:1: no column `group`", "it has `email`, `team`", 1),
    ("PARTwhere = 'row.'\n", "hr.csv:2: `where` row.: expecting name of a property", "Compare a column", 1),
    ("PARTwhere = 'row.site == 1'\n", "`where` row.site == 1: hr.csv has no column `site`", "It has", 1),
    ("PARTwhere = 'row.team'\n", "`where` must be true or false, not a string", "Compare a column", 1),
    ("PARTmin_rows = 9\n", "hr.csv has 1 row, and `min_rows` is 9", "or lower `min_rows`", 7),
    (
        "[[map]]\nfile = 'hr.csv'\ngroups = ['Xyzzy']\n",
        "there is no group `Xyzzy`",
        "`get_groups()` lists",
        3,
    ),
];

#[test]
fn each_fault_of_a_map_is_said_without_a_line_of_the_program_and_with_the_next_step() {
    for (map, message, step, code) in FAULTS {
        let map = map.replace("PART", PART);
        let run = Run::new("--sandbox sync map.toml").file("map.toml", &map);
        let run = run.file("hr.csv", "email,team\nben.osei@example.com,Design\n").run();
        let run = run.failed(code, message).stderr_has(step);
        let words = run.words();
        assert!(!words.contains("sync:") && !words.contains("sync_map"), "{map}: {words}");
        let listed = words.contains("users: 45");
        assert_eq!(listed, code == 3, "{map}: files are checked before people are listed");
    }
    for (line, message, step) in [
        ("sync gone.toml", "gone.toml: no such file", "`umapish guide sync` has a map"),
        ("sync --users gone.csv", "gone.csv: no such file", "--users FILE"),
        ("sync .", ".: this is a folder", "Name a file in it"),
        ("sync", "there is nothing to sync", "umapish sync MAP.toml"),
    ] {
        let run = Run::new(&format!("--sandbox {line}")).run();
        let words = run.words();
        assert!(
            words.contains(message) && words.contains(step) && !words.contains("sync:"),
            "{line}: {words}"
        );
    }
}

#[test]
fn a_resumed_run_shows_no_line_of_the_program_either() {
    let desk = Desk::new("");
    let map = "[[map]]\nfile = 'hr.csv'\nmode = 'add'\ngroups = ['Interns']\n";
    let drop = umapi_shell::sandbox::FaultEffect::DropBefore;
    let action = umapi_shell::wire::endpoint::EndpointId::Action;
    for _ in 0..20 {
        desk.server.queue(umapi_shell::sandbox::PlannedFault::at(action, drop.clone()));
    }
    let run = desk.start("--live sync map.toml").file("map.toml", map);
    let run = run.file("hr.csv", "email\nben.osei@example.com\n").run();
    assert_ne!(run.code, 0, "{}", run.stderr);
    desk.server.reset();
    std::fs::remove_file(desk.folder.path().join("hr.csv")).unwrap();
    let (code, _, words) = desk.resume();
    assert_eq!(code, 1, "{words}");
    assert!(words.contains("hr.csv: no such file") && !words.contains("sync:2"), "{words}");
}
