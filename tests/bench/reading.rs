//! Reading the listing of a real organization, beside the fastest of others.

use crate::directory::GroupCounts;
use crate::job::Job;
use crate::measure::Series;
use crate::organization::Organization;
use crate::python::Python;
use crate::rows::{Contender, Row, by};
use crate::{Failure, floor, measure_in};

/// A listing that is counted by type.
pub(crate) struct ReadingRow {
    pub(crate) row: Row,
    /// How many groups a user has.
    groups: GroupCounts,
}

const COUNTING: &[Contender] = &[
    by("`umapish`, `count_by`", Job::Script("count_by.rhai")),
    by("`umapish --read-only`, `count_by`", Job::ScriptWith("--read-only", "count_by.rhai")),
    by("`umapi-client`, a `for` loop", Job::Script("count.py")),
    by("`http.client` and `orjson`", Job::Peer("count_orjson.py")),
    by("`aiohttp` and `msgspec`", Job::Peer("count_msgspec.py")),
    by("the bytes alone (`http.client`)", Job::Script("read_bytes.py")),
    by("a validated parse alone (`serde_json`)", Job::Bench(floor::MODE)),
];

const fn reading(task: &'static str, groups: GroupCounts) -> ReadingRow {
    let row = Row { task, users: Some(1_000_000), limits: None, before: &[], runs: 3, contenders: COUNTING };
    ReadingRow { row, groups }
}

/// The rows, by the number of groups.
pub(crate) const READINGS: &[ReadingRow] = &[
    reading("1,000,000 users as in a real organization, 1.6 groups each", GroupCounts(1, 2)),
    reading("the same with 7 groups each", GroupCounts(4, 10)),
    reading("the same with 15 groups each", GroupCounts(10, 20)),
];

/// Measures the contenders of a row.
pub(crate) fn measure(
    reading: &'static ReadingRow,
    users: Option<usize>,
    runs: usize,
    python: &Python,
) -> Result<Vec<Series>, Failure> {
    let organization = Organization::serve_directory(users.unwrap_or_default(), reading.groups)?;
    measure_in(Some(&organization), &reading.row, runs, python)
}
