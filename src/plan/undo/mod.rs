//! The undo of a run: the inverse of what was seen to differ, as a plan.
//!
//! `RunReplay` carries every person and group of a journal through the changes of its run, from the state before. What
//! is known at both ends and differs has an inverse; the rest is listed with the reason.

pub(crate) mod exceptions;
pub(crate) mod inverse;
mod membership_pair;
pub(crate) mod person_state;
pub(crate) mod run_replay;
