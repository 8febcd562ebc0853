//! Action requests: commands are planned, split, sent and matched with the outcomes of the service.

pub(crate) mod checked_command;
mod deferred_removals;
mod draft;
pub(super) mod executor;
pub(crate) mod feed;
pub(super) mod gate;
mod group_facts;
mod group_use;
mod in_flight;
mod in_flight_subjects;
mod local_checks;
mod match_answer;
mod memberships;
mod piece_verdict;
mod planned_command;
mod planner;
pub(crate) mod raw;
pub(crate) mod read_back;
mod read_back_lists;
mod reconcile;
pub(crate) mod removal;
mod removal_check;
mod removal_kind;
mod split;
