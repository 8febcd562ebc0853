//! The verbs that change users and user groups. One table declares each form of a verb; the function that sends at
//! once, the queue method, the command method and their help are registered from it.

mod groups;
mod help;
mod registration;
mod steps;
mod users;
mod verb;

pub(super) use registration::{group_functions, queue_methods, step_methods, user_functions};
