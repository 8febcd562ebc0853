//! Changes: scripts build commands or read them from files, submit them, and get a report.

pub(crate) mod command_builder;
pub(crate) mod csv_people;
pub(crate) mod outcome_buffer;
mod people_columns;
pub(crate) mod pipeline;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod report_file;
mod report_workbook;
pub(crate) mod row_queue;
mod single_changes;
pub(crate) mod steps;
pub(crate) mod submission;
pub(crate) mod submit;
pub(crate) mod sync;
