//! What was measured on what: a time means nothing without it.

use crate::Failure;
use crate::job::UMAPI;
use crate::python::Python;
use std::process::Command;
use std::{fs, thread};

/// One line: processor, cores, system, versions.
pub(crate) fn describe(python: &Python) -> Result<String, Failure> {
    let cores = thread::available_parallelism()?;
    let system = format!("{} {}", std::env::consts::OS, std::env::consts::ARCH);
    let python = python.describe()?.unwrap_or_else(|| "no Python, its rows are left out".to_owned());
    Ok(format!("{}, {cores} cores, {system}; {}, {python}.", processor(), version(UMAPI)?))
}

fn version(program: &str) -> Result<String, Failure> {
    let output = Command::new(program).arg("--version").output()?;
    Ok(String::from_utf8(output.stdout)?.trim().to_owned())
}

/// The processor's name, if the system has it in a file.
fn processor() -> String {
    let cpuinfo = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    name.map_or("unknown processor", |(_, name)| name.trim()).to_owned()
}
