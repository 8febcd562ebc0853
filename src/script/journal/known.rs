//! The state of people before they are changed, as far as this run has read it.

use crate::client::event::ActionRequest;
use crate::wire::identity::{Identity, fold};
use crate::wire::user::User;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, Weak};

/// Beyond so many names those whose record nobody holds any more are forgotten.
const SWEEP: usize = 100_000;

/// Records that were read, as long as the script still holds them; the last few are held here.
#[derive(Default)]
pub(super) struct Known {
    records: HashMap<String, Weak<User>>,
    /// The last records read one by one, which a script drops at once.
    recent: Vec<Arc<User>>,
    sweep_at: usize,
}

/// So many are held.
const RECENT: usize = 100;

impl Known {
    pub(super) fn add(&mut self, users: &[Arc<User>]) {
        for user in users {
            for name in Identity::of(user).names() {
                self.records.insert(name.to_owned(), Arc::downgrade(user));
            }
        }
        if let [user] = users {
            if self.recent.len() == RECENT {
                self.recent.remove(0);
            }
            self.recent.push(Arc::clone(user));
        }
        if self.records.len() > self.sweep_at.max(SWEEP) {
            self.records.retain(|_, user| user.strong_count() > 0);
            self.sweep_at = 2 * self.records.len();
        }
    }

    /// The record of the person a command is about, where it is known.
    pub(super) fn earlier(&self, command: &Value) -> Option<Value> {
        let name = command.get("user").and_then(Value::as_str)?;
        let user = self.records.get(&fold(name))?.upgrade()?;
        serde_json::to_value(&*user).ok()
    }

    /// Forgets those whom a request is about to change: their records are old then.
    pub(super) fn forget(&mut self, request: &ActionRequest) {
        let users = request.commands.iter().filter_map(|sent| sent.command.get("user")?.as_str());
        for name in users.map(fold) {
            self.records.remove(&name);
            self.recent.retain(|user| Identity::of(user).names().all(|known| known != name));
        }
    }
}
