//! The state of people before they are changed, if this run has read them.

use crate::client::hooks::ActionRequest;
use crate::client::sent_command::RenderedCommand;
use crate::wire::identity::{Identity, fold};
use crate::wire::user::User;
use serde_json::Value;
use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Weak};

/// With more records than this (a few pages), those that the script has dropped are forgotten.
const SWEEP_SIZE: usize = 8_192;
/// The number of records read singly that are kept here, since a script drops those at once.
const RECENT_SIZE: usize = 100;

/// Records that were read, as long as the script holds them.
///
/// Most runs that list everybody change nobody, so names are indexed only when the first command is sent.
#[derive(Default)]
pub(crate) struct Snapshots {
    unsorted: Vec<Weak<User>>,
    /// The number of records at which dropped ones are removed next.
    unsorted_limit: usize,
    /// Records by a hash of each name; the name itself is compared on access.
    by_name: HashMap<u64, Weak<User>>,
    by_name_limit: usize,
    hashes: RandomState,
    recent: Vec<Arc<User>>,
}

impl Snapshots {
    pub(crate) fn add(&mut self, users: &[Arc<User>]) {
        self.unsorted.extend(users.iter().map(Arc::downgrade));
        if self.unsorted.len() > self.unsorted_limit.max(SWEEP_SIZE) {
            self.unsorted.retain(|user| user.strong_count() > 0);
            self.unsorted_limit = 2 * self.unsorted.len();
        }
        if let [user] = users {
            if self.recent.len() == RECENT_SIZE {
                self.recent.remove(0);
            }
            self.recent.push(Arc::clone(user));
        }
    }

    /// The record of the person that a command changes, if it is known.
    pub(crate) fn before_image(&mut self, command: &RenderedCommand) -> Option<Value> {
        self.index_names();
        let name = fold(command.user()?);
        let user = self.by_name.get(&self.hashes.hash_one(name.as_str()))?.upgrade()?;
        let is_meant = Identity::of(&user).names().any(|known| known == name);
        if is_meant { serde_json::to_value(&*user).ok() } else { None }
    }

    /// Forgets the people that a request is about to change: their records are outdated then.
    pub(crate) fn forget(&mut self, request: &ActionRequest) {
        self.index_names();
        let users = request.commands.iter().filter_map(|sent| sent.content.user());
        for name in users.map(fold) {
            self.by_name.remove(&self.hashes.hash_one(name.as_str()));
            self.recent.retain(|user| Identity::of(user).names().all(|known| known != name));
        }
    }

    /// Indexes the records read since the last request by name; the last record read counts.
    fn index_names(&mut self) {
        for user in std::mem::take(&mut self.unsorted) {
            let Some(held) = user.upgrade() else { continue };
            for name in Identity::of(&held).names() {
                self.by_name.insert(self.hashes.hash_one(name), Weak::clone(&user));
            }
        }
        if self.by_name.len() > self.by_name_limit.max(SWEEP_SIZE) {
            self.by_name.retain(|_, user| user.strong_count() > 0);
            self.by_name_limit = 2 * self.by_name.len();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn user(email: &str, firstname: &str) -> Arc<User> {
        let username = Some("login".into());
        let firstname = Some(firstname.into());
        Arc::new(User { email: Some(email.into()), username, firstname, ..User::default() })
    }

    fn firstname(snapshots: &mut Snapshots, name: &str) -> Option<String> {
        let found = snapshots.before_image(&RenderedCommand::raw(json!({"user": name})))?;
        found["firstname"].as_str().map(str::to_owned)
    }

    #[test]
    fn a_person_is_found_by_each_name_in_any_case_as_last_read() {
        let mut snapshots = Snapshots::default();
        let people = [user("A@example.com", "Ann"), user("a@example.com", "Anna")];
        snapshots.add(&people[..1]);
        assert_eq!(firstname(&mut snapshots, " a@EXAMPLE.com").as_deref(), Some("Ann"));
        snapshots.add(&people[1..]);
        assert_eq!(firstname(&mut snapshots, "a@example.com").as_deref(), Some("Anna"));
        assert_eq!(firstname(&mut snapshots, "Login").as_deref(), Some("Anna"));
        assert_eq!(firstname(&mut snapshots, "b@example.com"), None);
    }

    #[test]
    fn pages_that_the_script_dropped_are_forgotten() {
        let mut snapshots = Snapshots::default();
        let held = [user("held@example.com", "Hal")];
        snapshots.add(&[user("gone@example.com", "G"), user("lost@example.com", "L")]);
        for _ in 0..10 {
            snapshots.add(&vec![user("page@example.com", "P"); SWEEP_SIZE / 2]);
        }
        snapshots.add(&held);
        assert!(snapshots.unsorted.len() <= 2 * SWEEP_SIZE);
        assert_eq!(firstname(&mut snapshots, "gone@example.com"), None);
        assert_eq!(firstname(&mut snapshots, "held@example.com").as_deref(), Some("Hal"));
    }
}
