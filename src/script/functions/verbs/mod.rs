//! The verbs that change users and user groups. One table declares each form of a verb once; the function that sends
//! at once, the method of a queue and the method of a command are registered from it, and so is their help.

mod groups;
mod help;
mod registration;
mod steps;
mod users;
mod verb;

pub(super) use registration::{group_functions, queue_methods, step_methods, user_functions};
