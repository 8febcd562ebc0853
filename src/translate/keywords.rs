//! Arguments by name of Python's own functions.

use super::syntax::PyCall;
use super::translator::{Translated, left};

/// Leaves a call of a function of Python's with an argument by name that its translation does not know.
pub(super) fn check_keywords(path: &str, call: &PyCall) -> Translated<()> {
    const MODULES: [&str; 10] = [
        "aiohttp",
        "argparse",
        "asyncio",
        "configparser",
        "csv",
        "datetime",
        "logging",
        "optparse",
        "requests",
        "umapi_client",
    ];
    let known: &[&str] = match path {
        "print" => &["sep", "end", "file", "flush"],
        "sorted" => &["key", "reverse"],
        "max" | "min" => &["key", "default"],
        "getpass.getpass" => &["prompt"],
        "urllib.parse.quote" => &["safe"],
        "open" | "io.open" | "codecs.open" | "dict" | "json.dump" | "json.dumps" => return Ok(()),
        _ if path.contains('.') && !super::modules::is_module(path)
            || MODULES.contains(&path.split('.').next().unwrap_or(path)) =>
        {
            return Ok(());
        }
        _ => &[],
    };
    let other =
        call.keywords.iter().find(|(name, _)| name.as_deref().is_none_or(|name| !known.contains(&name)));
    match other {
        Some((name, _)) => left(format!("the argument `{}` of `{path}`", name.as_deref().unwrap_or("**"))),
        None => Ok(()),
    }
}
