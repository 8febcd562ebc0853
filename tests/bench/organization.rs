//! A sandbox in a process of its own, so that its time and memory count for no contender.

use crate::Failure;
use crate::directory::{self, GroupCounts};
use crate::job::UMAPI;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

/// An organization of generated people that is being served.
pub(crate) struct Organization {
    server: Child,
    settings: BTreeMap<String, String>,
}

impl Organization {
    /// Starts to serve an organization of `users` people; with a `minute`, under the documented call limits.
    pub(crate) fn serve(users: usize, minute: Option<Duration>) -> Result<Self, Failure> {
        let mut command = Command::new(UMAPI);
        command.args(["--quiet", "--format", "json", "sandbox", "--users"]).arg(users.to_string());
        if let Some(minute) = minute {
            command.args(["--throttle", "--minute"]).arg(minute.as_secs_f64().to_string());
        }
        let mut organization = Self::start(command)?;
        let pace = minute.map_or("off".to_owned(), |minute| minute.as_secs_f64().to_string());
        organization.settings.insert("UMAPI_PACE".to_owned(), pace);
        Ok(organization)
    }

    /// Starts to serve a listing like that of a real organization, without limits.
    pub(crate) fn serve_directory(users: usize, counts: GroupCounts) -> Result<Self, Failure> {
        let mut command = Command::new(std::env::current_exe()?);
        let GroupCounts(fewest, most) = counts;
        command.arg(directory::MODE).args([users.to_string(), fewest.to_string(), most.to_string()]);
        let mut organization = Self::start(command)?;
        organization.settings.insert("UMAPI_PACE".to_owned(), "off".to_owned());
        Ok(organization)
    }

    /// Starts a server that prints the client's settings first.
    fn start(mut command: Command) -> Result<Self, Failure> {
        let mut server = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let stdout = server.stdout.take();
        let mut organization = Self { server, settings: BTreeMap::new() };
        let mut line = String::new();
        BufReader::new(stdout.ok_or("the sandbox has no output")?).read_line(&mut line)?;
        organization.settings =
            serde_json::from_str(&line).map_err(|error| format!("{command:?}: {error}"))?;
        Ok(organization)
    }

    /// The client's settings, as environment variables.
    pub(crate) fn settings(&self) -> impl Iterator<Item = (&String, &String)> {
        self.settings.iter()
    }
}

impl Drop for Organization {
    fn drop(&mut self) {
        let _ = self.server.kill(); // it may have ended by itself
        let _ = self.server.wait();
    }
}
