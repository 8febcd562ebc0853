//! The plan file, format 1: one JSON document with a SHA-256 over all of it.
//!
//! # For those who make plans (`umapish plan`, `umapish undo`)
//! Fill in a [`PlanFile`] with [`PlanFile::new`] and write it with [`PlanFile::write`]; `umapish apply` needs no more. For
//! each command, in the order in which it is to be sent:
//! - `number`: 1, 2, 3, ...
//! - `command`: the JSON of the service, as an action request has it.
//! - `after`: the numbers of earlier commands that change the same account (whatever name they use for it), or that make,
//!   rename or delete a group it names. An account that is made again comes before its memberships.
//! - `before`: what `apply` must find for the command to be sent, *before the first command of the plan*. For each
//!   account the name to read it by, the id (`None`: there must be no such active account), the memberships that the command
//!   changes, and the fields that it updates. An undo fills in the state that its run left behind: `Direct` where the run
//!   added, `Absent` where it removed; `Unknown` is not compared. For each group that the command names its number.
//! - `digest`: of `before`; [`PlanCommand::new`] computes it. Call [`PlanCommand::seal`] after a change of `before`.
//! - `prediction`: `Planned` with an empty `rests_on` if it is certain. Commands that would fail are listed, not sent.
//! - `irreversible`: only for a command that cannot be undone in turn.
//!
//! `origin` is [`PlanOrigin::Undo`] with the id of the run; `guards` may be left at their default: they only narrow those
//! of the run that applies the plan. `profiles`, `inputs` and `files` may stay empty.

use crate::error::{Error, Result};
use crate::plan::plan_command::PlanCommand;
use crate::secret::{holds_secret, mask_json};
use crate::store::atomic_file::FileAccess;
use crate::store::file_door;
use crate::store::journal::record::{GuardRecord, InputRecord, ScriptRecord, moment};
use crate::store::journal::sha256;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::io::Read;
use std::path::Path;

/// The version of the format.
pub const PLAN_FORMAT: u64 = 1;

/// What a plan file holds.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// The version of the format.
    pub format: u64,
    /// The version of this program.
    pub version: String,
    /// When it was made.
    #[serde(with = "moment")]
    pub made: Timestamp,
    /// Who made it.
    pub planner: PlanAuthor,
    /// What the operator gave as the reason.
    pub reason: Option<String>,
    /// What it was made from.
    pub origin: PlanOrigin,
    /// The organization's id.
    pub organization: String,
    /// The address of the service.
    pub service: String,
    /// The profile's name.
    pub profile: String,
    /// The listings it rests on.
    pub listings: Vec<PlanListing>,
    /// The limits of the plan. They narrow those of the run that applies it, and never loosen them: what they allow has to
    /// be given again.
    pub guards: GuardRecord,
    /// The commands, in order.
    pub commands: Vec<PlanCommand>,
    /// The commands that were refused before they could be sent.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<RefusedCommand>,
    /// The profiles whose members change.
    pub profiles: Vec<ProfileForecast>,
    /// The files that the script wrote; they were not kept.
    pub files: Vec<String>,
    /// The SHA-256 of the rest, with this field empty.
    pub sha256: String,
}

/// Who made a plan, or approved it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanAuthor {
    /// The system's user.
    pub user: String,
    /// The number of the user, on systems that have one.
    pub uid: Option<u32>,
    /// The machine.
    pub host: String,
}

/// What a plan was made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PlanOrigin {
    /// A script.
    Script {
        /// The script.
        script: ScriptRecord,
        /// Its arguments, secret ones masked.
        arguments: Vec<String>,
        /// The files it read.
        inputs: Vec<InputRecord>,
    },
    /// The undo of an earlier run.
    Undo {
        /// The short id of the run.
        run: String,
    },
}

/// A listing that a plan rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanListing {
    /// What it lists: `users`, `groups`, or the name of a group.
    pub name: String,
    /// How many entries it has.
    pub entries: usize,
    /// When its reading began.
    #[serde(with = "moment")]
    pub read: Timestamp,
    /// What is wrong with it, such as changes while it was read; empty for a complete one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub doubts: Vec<String>,
}

/// A command that was refused before it could be sent, by the checks or by what the run had read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RefusedCommand {
    /// The user or group that it would change.
    pub target: String,
    /// The names of its steps.
    pub action: String,
    /// The code, where there is one.
    pub code: Option<String>,
    /// Why.
    pub message: String,
    /// The file and the line that it comes from.
    pub source: Option<String>,
}

/// How the members of a profile change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileForecast {
    /// Its name.
    pub name: String,
    /// Its licenses; `None` if there is no limit, or no number.
    pub quota: Option<usize>,
    /// Its members before.
    pub before: usize,
    /// Its members after.
    pub after: usize,
}

impl ProfileForecast {
    /// How many members have no license afterwards.
    pub fn without_license(&self) -> usize {
        self.quota.map_or(0, |quota| self.after.saturating_sub(quota))
    }
}

impl PlanFile {
    /// A plan without commands.
    pub fn new(planner: PlanAuthor, origin: PlanOrigin, (organization, service): (String, String)) -> Self {
        Self {
            format: PLAN_FORMAT,
            version: env!("CARGO_PKG_VERSION").to_owned(),
            made: Timestamp::now(),
            planner,
            reason: None,
            origin,
            organization,
            service,
            profile: String::new(),
            listings: Vec::new(),
            guards: GuardRecord::default(),
            commands: Vec::new(),
            refused: Vec::new(),
            profiles: Vec::new(),
            files: Vec::new(),
            sha256: String::new(),
        }
    }

    /// Writes it, readable by the group so that another account can approve it, and returns its hash.
    ///
    /// # Errors
    /// `usage`: one of its commands has a secret in it, so that the file would have to keep it. `file`: it cannot be
    /// written; what was there is untouched.
    pub fn write(&self, path: &Path) -> Result<String> {
        self.refuse_secrets()?;
        let sealed = self.sealed()?;
        let text = serde_json::to_vec(mask_json(&json_of(&sealed)?).as_ref())
            .map_err(|error| broken(path, &error))?;
        // Masking must not have changed what the hash is over; it is taken of what is written.
        let mut masked: Self = serde_json::from_slice(&text).map_err(|error| broken(path, &error))?;
        masked.commands.iter_mut().for_each(PlanCommand::seal);
        let sealed = masked.sealed()?;
        let text = serde_json::to_vec(&sealed).map_err(|error| broken(path, &error))?;
        file_door::replace(path, FileAccess::Group, |writer| {
            writer.write_all(&text)?;
            writer.write_all(b"\n")
        })?;
        Ok(sealed.sha256)
    }

    /// Reads one and checks its hash.
    ///
    /// # Errors
    /// `file`: it cannot be read, is not a plan, has another format, or was changed since it was written.
    pub fn read(path: &Path) -> Result<Self> {
        let mut text = Vec::new();
        let mut file = file_door::open(path).map_err(|error| unreadable(path, error))?;
        file.read_to_end(&mut text).map_err(|error| unreadable(path, error))?;
        let version: FormatOnly = serde_json::from_slice(&text).map_err(|error| broken(path, &error))?;
        if version.format != PLAN_FORMAT {
            let message = format!("it is a plan of format {}, not {PLAN_FORMAT}", version.format);
            return Err(Error::file(path.display().to_string(), message)
                .with_file_hint("Make the plan again with this version of umapish."));
        }
        let plan: Self = serde_json::from_slice(&text).map_err(|error| broken(path, &error))?;
        if plan.sealed()?.sha256 != plan.sha256
            || plan.commands.iter().any(|one| one.digest != one.before.digest())
        {
            return Err(Error::file(path.display().to_string(), "the plan was changed after it was written")
                .with_file_hint("Make the plan again; a plan is changed by changing its script."));
        }
        Ok(plan)
    }

    fn refuse_secrets(&self) -> Result<()> {
        let guilty = self.commands.iter().find(|one| holds_secret(&one.command.to_string()));
        match guilty {
            None => Ok(()),
            Some(one) => Err(Error::usage_with_hint(
                format!(
                    "command {} for {} has a secret in it, so the plan is not kept",
                    one.number,
                    one.target()
                ),
                "Run the script without a plan, or leave the secret out of its commands.",
            )),
        }
    }

    /// The same plan with its hash.
    fn sealed(&self) -> Result<Self> {
        let mut plan = Self { sha256: String::new(), ..self.clone() };
        let text = serde_json::to_vec(&plan).map_err(|error| Error::usage(error.to_string()))?;
        plan.sha256 = sha256::of(&text);
        Ok(plan)
    }
}

impl PlanCommand {
    /// Computes the digest again, after a change of `before`.
    pub fn seal(&mut self) {
        self.digest = self.before.digest();
    }
}

#[derive(Deserialize)]
struct FormatOnly {
    format: u64,
}

fn json_of(plan: &PlanFile) -> Result<serde_json::Value> {
    serde_json::to_value(plan).map_err(|error| Error::usage(error.to_string()))
}

fn unreadable(path: &Path, error: std::io::Error) -> Error {
    let advice = match error.kind() {
        std::io::ErrorKind::NotFound => {
            "Name a plan that is there; `umapish plan --out FILE SCRIPT` makes one.".to_owned()
        }
        std::io::ErrorKind::PermissionDenied => {
            format!(
                "Whoever made the plan has to let this account read it, such as by: chmod g+r {}",
                path.display()
            )
        }
        _ => return Error::io(path, error),
    };
    Error::io(path, error).with_file_hint(advice)
}

fn broken(path: &Path, error: &serde_json::Error) -> Error {
    Error::file(path.display().to_string(), format!("it is not a plan: {error}"))
        .with_file_hint("`umapish plan --out FILE SCRIPT` makes one.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::plan_command::{AccountBefore, MembershipBefore, StateBefore};
    use serde_json::json;

    fn plan() -> PlanFile {
        let planner = PlanAuthor { user: "ada".into(), uid: Some(1000), host: "desk".into() };
        let origin = PlanOrigin::Undo { run: "7f3a".into() };
        let mut plan = PlanFile::new(planner, origin, ("O@AdobeOrg".into(), "http://127.0.0.1:1".into()));
        let account = AccountBefore {
            name: "a@example.com".into(),
            domain: None,
            id: Some("1".into()),
            fields: [("firstname".to_owned(), None)].into(),
            memberships: [("X".to_owned(), MembershipBefore::Absent)].into(),
        };
        let before = StateBefore { accounts: vec![account], groups: [("X".to_owned(), Some(7))].into() };
        let command = json!({"user": "a@example.com", "do": [{"add": {"group": ["X"]}}]});
        plan.commands.push(PlanCommand::new(1, command, before));
        plan
    }

    #[test]
    fn a_plan_comes_back_as_it_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.plan");
        let hash = plan().write(&path).expect("written");
        let back = PlanFile::read(&path).expect("reads");
        assert_eq!((back.commands, back.sha256), (plan().commands, hash));
    }

    #[test]
    fn any_change_of_a_plan_is_found() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a.plan");
        plan().write(&path).expect("written");
        let text = std::fs::read_to_string(&path).expect("reads");
        for (from, to) in [
            ("\"X\":7", "\"X\":8"),
            ("\"group\":[\"X\"]", "\"group\":[\"Y\"]"),
            ("\"absent\"", "\"direct\""),
            ("\"planned\"", "\"would_fail\""),
            ("\"format\":1", "\"format\":2"),
            ("\"allow_delete\":false", "\"allow_delete\":true"),
            ("\"user\":\"ada\"", "\"user\":\"eve\""),
        ] {
            assert!(text.contains(from), "{from}");
            std::fs::write(&path, text.replacen(from, to, 1)).expect("written");
            assert!(PlanFile::read(&path).is_err(), "{from} -> {to}");
        }
        for broken in ["", "{}", "[1]", "{\"format\":1}"] {
            std::fs::write(&path, broken).expect("written");
            assert!(PlanFile::read(&path).is_err(), "{broken}");
        }
    }
}
