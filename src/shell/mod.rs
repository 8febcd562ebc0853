//! People and files: the runner, the prompt, reports of errors. Knows scripts and output, nothing inside the client.

pub mod accounts;
pub mod check;
pub mod console;
pub mod countdown;
pub mod definitions;
pub mod doctor;
pub mod exit;
pub mod first_profile;
pub mod functions;
pub mod history;
pub mod panics;
pub mod program;
pub mod progress;
pub mod repl;
pub mod report;
pub mod runner;
pub mod signals;
