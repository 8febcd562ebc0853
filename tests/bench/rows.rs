//! What is measured. A new measurement is a row here and, where it does more than a line, a script beside this file.

use crate::job::{Job, Tool};
use std::time::Duration;

/// A task, done by several.
pub(crate) struct Row {
    /// What is done, as the table says it.
    pub(crate) task: &'static str,
    /// Generated people of the organization it is done in; `None` where no service is called.
    pub(crate) users: Option<usize>,
    /// The limits of calls it is done under; none in most rows.
    pub(crate) limits: Option<Limits>,
    /// What makes ready for it, in this order, not measured.
    pub(crate) before: &'static [Job],
    /// How often each does it.
    pub(crate) runs: usize,
    /// Who does it; the others are compared with the first.
    pub(crate) contenders: &'static [Contender],
}

/// The documented limits of calls, in a minute that is short enough to wait for.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    /// How long the minute lasts.
    pub(crate) minute: Duration,
    /// The least time the task can take under them.
    pub(crate) least: Duration,
}

impl Limits {
    /// The longest time allowed, as a multiple of the least time.
    pub(crate) const ALLOWED: f64 = 1.05;

    /// The limits for `commands` commands, ten in a request: one minute's worth is sent at once, the rest minute by minute.
    const fn of(commands: u32, minute: Duration) -> Self {
        Self { minute, least: minute.saturating_mul((commands - 1) / COMMANDS_A_MINUTE) }
    }
}

/// Ten action requests of ten commands (contract 2.1 and 3.4).
const COMMANDS_A_MINUTE: u32 = 100;

/// One way to do a task. What it prints must be what the others in the same organization print, or nothing.
pub(crate) struct Contender {
    /// As the table says it, in Markdown.
    pub(crate) name: &'static str,
    /// How it is done.
    pub(crate) job: Job,
}

pub(crate) const fn by(name: &'static str, job: Job) -> Contender {
    Contender { name, job }
}

const COUNTING: &[Contender] = &[
    by("`umapish`, `count_by`", Job::Script("count_by.rhai")),
    by("`umapish`, a `for` loop", Job::Script("count.rhai")),
    by("`umapi-client`, a `for` loop", Job::Script("count.py")),
    by("the bytes alone (`http.client`)", Job::Script("read_bytes.py")),
];

const KEEPING: &[Contender] = &[
    by("`umapish`, `get_users()` in a variable", Job::Script("keep.rhai")),
    by("`json.loads` and `http.client`, a list of dicts", Job::Script("keep.py")),
];

const ASKING: &[Contender] = &[
    by("`umapish`, `filter(...).count_by(\"groups\")`", Job::Script("question.rhai")),
    by("`umapish`, a `for` loop with `counter()`", Job::Script("question_loop.rhai")),
    by("CPython, a `for` loop over dicts", Job::Script("question.py")),
];

const PARSED: &str = "import ast; compile(ast.parse(open('lines.py').read()), 'lines.py', 'exec')";

const JOURNAL_PARSED: &str = "\
import hashlib, json, sys
commands = 0
for line in open(sys.argv[1], 'rb'):
    sum, text = line.rstrip(b'\\n').split(b' ', 1)
    assert hashlib.sha256(text).hexdigest() == sum.decode()
    commands += len(json.loads(text).get('commands', []))
print(commands)
";

const ONE_USER: &str = r#"get_user("ben.osei@example.com").type"#;

/// Leaves the journal of a run that added everybody to a group.
const CHANGED: &[Job] = &[Job::Script("people.rhai"), Job::Script("queue.rhai")];

/// The table, from top to bottom.
pub(crate) const ROWS: &[Row] = &[
    Row {
        task: "start-up",
        users: None,
        limits: None,
        before: &[],
        runs: 40,
        contenders: &[
            by("`umapish -e 1`", Job::Umapi(&["-e", "1"])),
            by("`umapish --version`", Job::Umapi(&["--version"])),
            by("`python -c pass`", Job::Python(&["-c", "pass"])),
            by("`python -c 'import umapi_client'`", Job::Python(&["-c", "import umapi_client"])),
        ],
    },
    Row {
        task: "sandbox within the process, one user read",
        users: None,
        limits: None,
        before: &[],
        runs: 20,
        contenders: &[by(
            "`umapish --sandbox -e 'get_user(...)'`",
            Job::Umapi(&["--sandbox", "-e", ONE_USER]),
        )],
    },
    Row {
        task: "10,000 people of a CSV file added to a group",
        users: Some(10_000),
        limits: None,
        before: &[Job::Script("people.rhai")],
        runs: 5,
        contenders: &[
            by("`umapish`, `multi_action`", Job::Script("add_to_group.rhai")),
            by(
                "`umapish --no-journal`, `multi_action`",
                Job::ScriptWith("--no-journal", "add_to_group.rhai"),
            ),
            by("`umapish`, `queue()` and `stream_csv`", Job::Script("queue.rhai")),
            by("`umapi-client`, `execute_multiple`", Job::Script("add_to_group.py")),
            by("the requests alone (`http.client`)", Job::Script("send_bytes.py")),
        ],
    },
    Row {
        task: "100,000 people of a CSV file added to a group",
        users: Some(100_000),
        limits: None,
        before: &[Job::Script("people.rhai")],
        runs: 1,
        contenders: &[
            by("`umapish`, `queue()` and `stream_csv`", Job::Script("queue.rhai")),
            by("`umapi-client`, `execute_multiple`", Job::Script("add_to_group.py")),
        ],
    },
    Row {
        task: "400 people added to a group under limits (a minute lasts 3 s)",
        users: Some(400),
        limits: Some(Limits::of(400, Duration::from_secs(3))),
        before: &[Job::Script("people.rhai")],
        runs: 1,
        contenders: &[by("`umapish`, `queue()`", Job::Script("queue.rhai"))],
    },
    Row {
        task: "10,000 users listed, counted by type",
        users: Some(10_000),
        limits: None,
        before: &[],
        runs: 9,
        contenders: COUNTING,
    },
    Row {
        task: "100,000 users listed, counted by type",
        users: Some(100_000),
        limits: None,
        before: &[],
        runs: 5,
        contenders: COUNTING,
    },
    Row {
        task: "1,000,000 users listed, counted by type",
        users: Some(1_000_000),
        limits: None,
        before: &[],
        runs: 3,
        contenders: COUNTING,
    },
    Row {
        task: "100,000 users kept in memory",
        users: Some(100_000),
        limits: None,
        before: &[],
        runs: 5,
        contenders: KEEPING,
    },
    Row {
        task: "1,000,000 users kept in memory",
        users: Some(1_000_000),
        limits: None,
        before: &[],
        runs: 2,
        contenders: KEEPING,
    },
    Row {
        task: "100,000 users kept, 50 times filtered and counted by group",
        users: Some(100_000),
        limits: None,
        before: &[],
        runs: 3,
        contenders: ASKING,
    },
    Row {
        task: "the same, each user in seven groups or so",
        users: Some(100_000),
        limits: None,
        before: &[Job::Script("join.rhai")],
        runs: 3,
        contenders: ASKING,
    },
    Row {
        task: "100,000 users kept, 20 times indexed by e-mail",
        users: Some(100_000),
        limits: None,
        before: &[],
        runs: 3,
        contenders: &[
            by("`umapish`, `index_by(\"email\")`", Job::Script("index.rhai")),
            by("CPython, a dict over dicts", Job::Script("index.py")),
        ],
    },
    Row {
        task: "100,000 users kept, 20 times sorted by last name",
        users: Some(100_000),
        limits: None,
        before: &[],
        runs: 3,
        contenders: &[
            by("`umapish`, `sort_by` with a closure", Job::Script("sort.rhai")),
            by("CPython, `sorted` with a key", Job::Script("sort.py")),
        ],
    },
    Row {
        task: "a plan in an organization of 100,000 users",
        users: Some(100_000),
        limits: None,
        before: &[Job::Script("people.rhai")],
        runs: 3,
        contenders: &[
            by("`umapish`, the listings alone", Job::Script("list.rhai")),
            by("`umapish plan`, one person added to a group", Job::Plan("change.rhai")),
            by("`umapish plan`, all 100,000 added to a group", Job::Plan("queue.rhai")),
        ],
    },
    Row {
        task: "1,000,000 rows of a CSV file counted by type",
        users: Some(1_000_000),
        limits: None,
        before: &[Job::Script("table_files.rhai")],
        runs: 3,
        contenders: &[
            by("`umapish`, `stream_csv`", Job::Script("read_csv.rhai")),
            by("CPython, `csv.DictReader`", Job::Script("read_csv.py")),
        ],
    },
    Row {
        task: "100,000 rows of a workbook counted by type",
        users: Some(100_000),
        limits: None,
        before: &[Job::Script("table_files.rhai")],
        runs: 3,
        contenders: &[
            by("`umapish`, `read_xlsx`", Job::Script("read_xlsx.rhai")),
            by("`openpyxl`, read-only mode", Job::Peer("read_xlsx.py")),
        ],
    },
    Row {
        task: "a finished run of 100,000 commands resumed",
        users: Some(100_000),
        limits: None,
        before: CHANGED,
        runs: 3,
        contenders: &[
            by("`umapish resume`", Job::Journal(Tool::Umapish, &["-q", "--live", "resume"])),
            by(
                "CPython, `hashlib` and `json.loads` of each line",
                Job::Journal(Tool::Python, &["-c", JOURNAL_PARSED]),
            ),
        ],
    },
    Row {
        task: "the journal of 100,000 commands verified",
        users: Some(100_000),
        limits: None,
        before: CHANGED,
        runs: 5,
        contenders: &[
            by("`umapish journal verify`", Job::Journal(Tool::Umapish, &["journal", "verify"])),
            by("`sha256sum`", Job::Journal(Tool::Named("sha256sum"), &[])),
        ],
    },
    Row {
        task: "a Python script of 1,000 lines translated",
        users: None,
        limits: None,
        before: &[Job::ScriptWith("--files=.", "lines.rhai")],
        runs: 9,
        contenders: &[
            by("`umapish translate`", Job::Umapi(&["-q", "translate", "lines.py", "--out", "draft.rhai"])),
            by("CPython, `ast.parse` and `compile`", Job::Python(&["-c", PARSED])),
        ],
    },
    Row {
        task: "a Rhai script of 1,000 lines checked",
        users: None,
        limits: None,
        before: &[Job::ScriptWith("--files=.", "lines.rhai")],
        runs: 9,
        contenders: &[
            by("`umapish check`", Job::Umapi(&["-q", "check", "lines.rhai"])),
            by("CPython, `ast.parse` and `compile` of 1,000 lines of Python", Job::Python(&["-c", PARSED])),
        ],
    },
];
