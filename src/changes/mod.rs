//! Changes: how scripts build commands, where lists of them come from, and how they are submitted and reported.

pub mod command_builder;
pub mod csv_people;
pub mod outcome_buffer;
pub mod pipeline;
pub mod queue;
pub mod report;
pub mod report_file;
pub mod steps;
pub mod submission;
pub mod submit;
