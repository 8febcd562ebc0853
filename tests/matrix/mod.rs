//! Every fault at every operation, once and every time: what the client reports is compared with what really happened.
//!
//! No read may return anything but the truth, no change may count as done that was not made, and none as failed or not
//! sent that was. The guide's table is made from the same run.

mod faults;
mod operations;

use faults::{FAULTS, Fault};
use operations::{OPERATIONS, Operation};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::{Duration, Instant};
use umapi_shell::sandbox::{Sandbox, SandboxSettings, SettingsChange};

/// Applications of a fault that outlast every attempt.
const FOR_EVER: usize = 10_000;
/// Entries in a page, so that listings have several.
const PAGE: usize = 9;
/// The longest that all cells may take: the tests of every change include them.
const LIMIT: Duration = Duration::from_mins(3);

/// How the cells are run: how often the fault applies, and how many requests with changes are in flight at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pass {
    is_once: bool,
    in_flight: usize,
}

/// With one request at a time, what is reported does not depend on chance, so the table of the guide has these cells.
const ORDERED: [Pass; 2] = [Pass { is_once: true, in_flight: 1 }, Pass { is_once: false, in_flight: 1 }];
/// Faults in the midst of several requests.
const AT_ONCE: Pass = Pass { is_once: true, in_flight: 4 };

/// A fault at an operation.
struct Cell {
    fault: usize,
    operation: usize,
    pass: Pass,
    /// What the client reported, in the words of the guide.
    reported: BTreeSet<String>,
    /// What is wrong with it.
    lies: Vec<String>,
}

struct Matrix {
    cells: Vec<Cell>,
    took: Duration,
}

/// The cells, run once for all tests.
fn matrix() -> &'static Matrix {
    static MATRIX: LazyLock<Matrix> = LazyLock::new(|| {
        let begun = Instant::now();
        let [once, always] = ORDERED;
        let passes = std::thread::scope(|scope| {
            let passes = [once, always, AT_ONCE].map(|pass| scope.spawn(move || cells(pass)));
            passes.map(|pass| pass.join().unwrap())
        });
        Matrix { cells: passes.into_iter().flatten().collect(), took: begun.elapsed() }
    });
    &MATRIX
}

fn cells(pass: Pass) -> Vec<Cell> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let all = FAULTS.iter().enumerate();
    all.flat_map(|(number, fault)| runtime.block_on(row(number, fault, pass))).collect()
}

/// One fault at every operation it concerns, in one organization: operations concern different people.
async fn row(number: usize, fault: &Fault, pass: Pass) -> Vec<Cell> {
    let server = Sandbox::start(SandboxSettings::default()).unwrap();
    server.configure(SettingsChange { page_size: Some(PAGE), ..SettingsChange::default() });
    operations::prepare(faults::calm_client(&server)).await;
    let mut cells = Vec::new();
    for (place, operation) in OPERATIONS.iter().enumerate() {
        if fault.concerns(operation) && (pass != AT_ONCE || operation.is_change()) {
            let (reported, lies) = run(&server, fault, operation, pass).await;
            cells.push(Cell { fault: number, operation: place, pass, reported, lies });
        }
    }
    cells
}

async fn run(
    server: &Sandbox,
    fault: &Fault,
    operation: &Operation,
    pass: Pass,
) -> (BTreeSet<String>, Vec<String>) {
    server.queue(fault.planned(operation, if pass.is_once { 1 } else { FOR_EVER }));
    let run = (operation.run)(fault.client(server, pass.in_flight)).await;
    server.reset();
    let lies = operation.lies(faults::calm_client(server), &run).await;
    (run.words(), lies)
}

/// The table of the guide: each fault, and what a read and a change report.
pub(crate) fn table() -> String {
    let mut text =
        "| fault | a read: once | always | a change: once | always |\n|---|---|---|---|---|\n".to_owned();
    for (number, fault) in FAULTS.iter().enumerate() {
        let words = |is_change: bool, is_once: bool| {
            let cells = matrix().cells.iter().filter(|cell| {
                let of_kind = OPERATIONS[cell.operation].is_change() == is_change;
                cell.fault == number && cell.pass == Pass { is_once, in_flight: 1 } && of_kind
            });
            let words: BTreeSet<_> = cells.flat_map(|cell| &cell.reported).cloned().collect();
            if words.is_empty() { "-".to_owned() } else { words.into_iter().collect::<Vec<_>>().join(", ") }
        };
        let [a, b, c, d] = [words(false, true), words(false, false), words(true, true), words(true, false)];
        writeln!(text, "| {} | {a} | {b} | {c} | {d} |", fault.name).unwrap();
    }
    text
}

#[test]
fn no_fault_at_any_operation_leads_to_a_lie() {
    let matrix = matrix();
    let lies: Vec<_> = matrix
        .cells
        .iter()
        .filter(|cell| !cell.lies.is_empty())
        .map(|cell| {
            let (fault, operation) = (FAULTS[cell.fault].name, OPERATIONS[cell.operation].name);
            format!("{operation}, {fault}, {:?}: {:?}", cell.pass, cell.lies)
        })
        .collect();
    assert!(lies.is_empty(), "{}", lies.join("\n"));
    assert!(matrix.cells.len() > 500, "{} cells", matrix.cells.len());
    assert!(matrix.took < LIMIT, "{} cells took {:?}", matrix.cells.len(), matrix.took);
}

#[test]
fn without_a_fault_every_operation_is_done() {
    let calm: Vec<_> = matrix().cells.iter().filter(|cell| FAULTS[cell.fault].is_calm()).collect();
    let changes = OPERATIONS.iter().filter(|operation| operation.is_change()).count();
    assert_eq!(calm.len(), ORDERED.len() * OPERATIONS.len() + changes);
    for cell in calm {
        let words: Vec<_> = cell.reported.iter().map(String::as_str).collect();
        assert_eq!(words, ["done"], "{}", OPERATIONS[cell.operation].name);
    }
}
