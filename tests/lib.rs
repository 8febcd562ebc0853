//! The one integration-test binary: every file beside this one is a module of it.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test stops where its world is broken")]

mod catalog;
mod client;
mod guards;
mod layering;
mod queue;
mod readme;
mod resume;
mod runner;
mod sandbox;
mod scripts;
mod support;
mod trouble;
