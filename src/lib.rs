//! A scriptable shell for Adobe's User Management API: a prompt and a script runner that embed Rhai and register
//! the API as functions over one shared, authenticated client with built-in backoff. The binary is `umapish`.
//!
//! # Rooms
//! Each line imports only from lines below it; `tests/house/layers.rs` holds the exact table.
//!
//! | room | what is in it |
//! |---|---|
//! | `main.rs`, `lib.rs`, `build.rs` | a thin binary; this page; what a build says of itself |
//! | `app` | the composition root: command line → organization, hooks, session → runner, prompt or subcommand |
//! | `repl` | the prompt: editing, completion, highlighting, its `:commands` |
//! | `plan` | plan files: the commands of a script that ran on a copy of the organization, or that undo a run |
//! | `subcommands` | `check`, `definitions`, `doctor`, `functions`, `init`: one file each |
//! | `translate` | Python scripts as drafts in Rhai; needs nothing else, and the cargo feature `translate` |
//! | `shell` | what runs share: runner, console, progress, diagnostics, signals, exit codes, summary |
//! | `script` | Rhai: the engine, the checker, and every function of scripts in `script/functions/<family>.rs` |
//! | `changes` | how commands are built, queued, submitted and reported |
//! | `session` | one run: guard, journal, listing cache |
//! | `language` | Rhai explained: errors in words, hints, foreign habits, the function catalog, help |
//! | `files` | formats of files: CSV |
//! | `values` | what scripts hold: records, lists of them, queries, dates, options, JSON |
//! | `host` | what every script function needs: session, console, interrupt, thrown errors |
//! | `client` | the life of a request: `client/actions`, `client/listing`, attempts, `client/http` |
//! | `store` | what is kept on disk: journals, saved listings, history, atomic files; text encodings |
//! | `cli` | the command line |
//! | `guide` | the pages of the guide, compiled in; `umapish guide` shows them |
//! | `config` | profiles, environment and options: one table of settings in `config/table.rs` |
//! | `user_folders` | where the user's folders are, by the environment only |
//! | `output`, `tabular`, `quantity` | the only writer to the terminal; rows and columns; numbers in messages |
//! | `error`, `secret`, `did_you_mean` | one error type with hints; values that cannot be printed; the nearest name |
//! | `sandbox` | a simulated organization over HTTP on loopback; only `app` joins it to the rest |
//! | `wire` | the service's requests and responses as types and pure functions; no I/O |
//!
//! app → plan; app → repl, subcommands → shell → script → changes → session, language, files → values → host → client, store →
//! wire. `session`, `language` and `files` do not import each other. `cli` and `config` are used by app, repl,
//! subcommands and shell. `rhai` appears in host and above, `reqwest` in client, `clap` in cli, `axum` in sandbox.
//!
//! # Invariants
//! - Layers import downward only, and no two files import each other in a circle (`tests/house`).
//! - One gate for every change: every change that a script requests is checked, guarded and sent by `client/actions/gate.rs`.
//! - The journal has a request on disk before the request leaves; a run that was killed can be resumed.
//! - A listing is complete or an error; half a list is never returned.
//! - JSON values exist at the wire and in files only; in between, data has types.
//! - Secrets have the type `secret::Secret`, which cannot be printed, and are masked by their value at every exit.
//! - A response that was lost is read back before anything is sent again; what cannot be read back is reported.
//! - Library code returns errors; it neither prints nor exits. Only `output` writes to the terminal.
//! - Scripts run on one thread; the client is async and stops at an interrupt in every wait.
//!
//! # Where do I add ...
//! - **a function**: a documented item in a family of `script/functions`. Help, completion, the definitions file and
//!   the guide's table are read from its doc comment; its `# Example` is run by `tests/catalog.rs`.
//! - **an endpoint**: an entry in `wire/endpoint.rs`, which says whether a repeated request is safe; then a method of
//!   the client, the path in `sandbox/routes.rs`, and the response in `sandbox/service.rs`.
//! - **a setting**: a variant of `SettingKey` and its entry in `config/table.rs`, and the code that reads it:
//!   `tests/house/settings.rs` fails when nobody does.
//! - **a subcommand**: a variant of `CliCommand` in `cli/mod.rs`, its file in `subcommands`, an arm in `app/mod.rs`.
//! - **a step**: an entry in `wire/step.rs` for the client; for the sandbox a variant of `StepAction`, how it is read in
//!   `sandbox/command_reader`, and its rule in `sandbox/steps`, with the paragraph of the documentation it follows.
//! - **a prompt command**: an entry in `repl/command_table.rs` and its action in `repl/command_actions.rs`; dispatch,
//!   `:help` and completion read the table.
//! - **an error message**: `error.rs` for what Rust code returns, `language/error_words.rs` for what Rhai reports.
//! - **a test**: a unit test beside the code, or a run of the binary with `Run` (`tests/support/run.rs`).

mod app;
pub mod changes;
pub mod cli;
pub mod client;
pub mod config;
pub mod did_you_mean;
pub mod error;
pub mod files;
pub mod guide;
pub mod host;
pub mod language;
mod output;
pub mod plan;
mod quantity;
pub mod repl;
pub mod sandbox;
pub mod script;
pub mod secret;
pub mod session;
pub mod shell;
pub mod store;
mod subcommands;
pub mod tabular;
#[cfg(feature = "translate")]
mod translate;
mod user_folders;
pub mod values;
pub mod wire;

pub use app::run;
