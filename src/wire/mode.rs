//! Test mode and live mode.

use serde::{Deserialize, Serialize};

/// Whether changes are made or rehearsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// Every action request has `testOnly=true`; the service checks it and changes nothing.
    Test,
    /// Changes are made.
    Live,
}

impl Mode {
    /// `test` or `live`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Test => "test",
            Self::Live => "live",
        }
    }
}
