//! The table of the README.

use crate::measure::Series;
use crate::rows::Row;
use std::iter;
use std::time::Duration;

const HEAD: &str = "\
| task | done by | time (shortest to longest) | CPU | memory | times ours | memory times ours |
|---|---|--:|--:|--:|--:|--:|
";

/// All rows in Markdown. Ratios are to the first of a row.
pub(crate) fn markdown(measured: &[(&Row, Vec<Series>)]) -> String {
    let lines = measured.iter().flat_map(|(row, series)| {
        let task = iter::once(row.task).chain(iter::repeat(""));
        task.zip(series).map(|(task, one)| line(task, one, series.first()))
    });
    lines.fold(HEAD.to_owned(), |table, line| table + &line)
}

fn line(task: &str, one: &Series, ours: Option<&Series>) -> String {
    let (shortest, longest) = one.spread();
    let ratios = ours.filter(|ours| !std::ptr::eq(*ours, one)).map(|ours| {
        let time = one.wall().as_secs_f64() / ours.wall().as_secs_f64();
        (ratio(time), ratio(bytes(one) / bytes(ours)))
    });
    let (time_ratio, memory_ratio) = ratios.unwrap_or_default();
    format!(
        "| {task} | {} | {} ({} to {}) | {} | {} | {time_ratio} | {memory_ratio} |\n",
        one.name,
        time(one.wall()),
        time(shortest),
        time(longest),
        time(one.cpu()),
        memory(bytes(one)),
    )
}

/// Three digits, as far as they can be trusted.
fn time(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    match seconds {
        10.0.. => format!("{seconds:.1} s"),
        1.0.. => format!("{seconds:.2} s"),
        0.1.. => format!("{:.0} ms", seconds * 1e3),
        _ => format!("{:.1} ms", seconds * 1e3),
    }
}

fn ratio(ratio: f64) -> String {
    let digits = if ratio < 10.0 { 2 } else { 1 };
    format!("{ratio:.digits$}")
}

#[expect(clippy::cast_precision_loss, reason = "the memory of a process is far below 2^52 bytes")]
fn bytes(series: &Series) -> f64 {
    series.memory() as f64
}

fn memory(bytes: f64) -> String {
    let mebibytes = bytes / f64::from(1 << 20);
    let digits = usize::from(mebibytes < 100.0);
    format!("{mebibytes:.digits$} MiB")
}
