//! Changes: how scripts build commands, where lists of them come from, and how they are submitted and reported.

pub(crate) mod command_builder;
pub(crate) mod csv_people;
pub(crate) mod outcome_buffer;
pub(crate) mod pipeline;
pub(crate) mod queue;
pub(crate) mod report;
pub(crate) mod report_file;
pub(crate) mod steps;
pub(crate) mod submission;
pub(crate) mod submit;
