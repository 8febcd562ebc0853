//! Action requests: commands are planned, split, sent and matched with the outcomes of the service.

pub mod checked_command;
pub mod executor;
pub mod feed;
pub mod gate;
pub mod match_answer;
pub mod planner;
pub mod raw;
pub mod read_back;
pub mod reconcile;
pub mod split;
