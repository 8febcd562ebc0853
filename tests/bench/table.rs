//! The table of the page on speed.

use crate::measure::Series;
use crate::rows::Row;
use std::iter;
use std::time::Duration;

/// The first lines of the table.
pub(crate) const HEAD: &str = "\
| task | done by | time (shortest to longest) | CPU | memory | time to ours | memory to ours |
|---|---|--:|--:|--:|--:|--:|
";

/// A row in Markdown: a line for each contender. Ratios are to the first.
pub(crate) fn lines(row: &Row, series: &[Series]) -> String {
    let task = iter::once(row.task).chain(iter::repeat(""));
    let lines = task.zip(series).map(|(task, one)| line(task, one, series.first()));
    lines.chain(row.limits.map(|limits| least(limits.least, series.first()))).collect()
}

fn line(task: &str, one: &Series, ours: Option<&Series>) -> String {
    let (unit, time) = clock(one.wall());
    let (shortest, longest) = one.spread();
    let ratios = ours.filter(|ours| !std::ptr::eq(*ours, one)).map(|ours| {
        let time = one.wall().as_secs_f64() / ours.wall().as_secs_f64();
        (digits(time), digits(mebibytes(one) / mebibytes(ours)))
    });
    let (time_ratio, memory_ratio) = ratios.unwrap_or_default();
    format!(
        "| {task} | {} | {} {unit} ({} to {}) | {} {unit} | {} MiB | {time_ratio} | {memory_ratio} |\n",
        one.name,
        time(one.wall()),
        time(shortest),
        time(longest),
        time(one.cpu()),
        digits(mebibytes(one)),
    )
}

/// The least time that a row's limits allow.
fn least(least: Duration, ours: Option<&Series>) -> String {
    let (unit, time) = clock(least);
    let ratio = ours.map(|ours| least.as_secs_f64() / ours.wall().as_secs_f64());
    let ratio = ratio.map(digits).unwrap_or_default();
    format!("|  | the least possible time | {} {unit} |  |  | {ratio} |  |\n", time(least))
}

/// The unit that suits a time, and how times are written in it.
fn clock(time: Duration) -> (&'static str, impl Fn(Duration) -> String) {
    let (unit, per_second) = if time < Duration::from_secs(1) { ("ms", 1e3) } else { ("s", 1.0) };
    (unit, move |time| digits(time.as_secs_f64() * per_second))
}

#[expect(clippy::cast_precision_loss, reason = "the memory of a process is far below 2^52 bytes")]
fn mebibytes(series: &Series) -> f64 {
    series.memory() as f64 / f64::from(1 << 20)
}

/// Three digits: no measurement is good for more.
fn digits(value: f64) -> String {
    let places = match value {
        100.0.. => 0,
        10.0.. => 1,
        _ => 2,
    };
    format!("{value:.places$}")
}
