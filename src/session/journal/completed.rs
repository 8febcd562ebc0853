//! The commands that earlier runs completed, by content: a digest and a number each, so that a million fit.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

/// The digest of a command's content, without its `requestID`.
pub(crate) type CommandKey = u128;

/// Completed commands; each is recalled as often as it was completed.
#[derive(Debug, Default)]
pub(crate) struct CompletedCommands {
    /// The ids of the requests that completed them.
    requests: Vec<Arc<str>>,
    /// For each command the index of a request.
    first: HashMap<CommandKey, u32>,
    /// Further requests of equal commands, which are rare.
    more: HashMap<CommandKey, Vec<u32>>,
}

impl CompletedCommands {
    pub(crate) fn add(&mut self, key: CommandKey, request: &Arc<str>) {
        if self.requests.last().is_none_or(|last| !Arc::ptr_eq(last, request)) {
            self.requests.push(Arc::clone(request));
        }
        let place = u32::try_from(self.requests.len() - 1).unwrap_or(u32::MAX);
        match self.first.entry(key) {
            Entry::Occupied(_) => self.more.entry(key).or_default().push(place),
            Entry::Vacant(entry) => drop(entry.insert(place)),
        }
    }

    pub(crate) fn contains(&self, key: CommandKey) -> bool {
        self.first.contains_key(&key)
    }

    /// The request that completed such a command; each call returns another one.
    pub(crate) fn pop(&mut self, key: CommandKey) -> Option<Arc<str>> {
        let place = self.first.remove(&key)?;
        if let Some(next) = self.more.get_mut(&key).and_then(Vec::pop) {
            self.first.insert(key, next);
        }
        self.requests.get(usize::try_from(place).ok()?).map(Arc::clone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_recalled_as_often_as_it_was_completed() {
        let mut completed = CompletedCommands::default();
        let (one, two): (Arc<str>, Arc<str>) = ("r1".into(), "r2".into());
        for (key, request) in [(7, &one), (8, &one), (7, &two), (7, &two)] {
            completed.add(key, request);
        }
        let taken: Vec<_> = std::iter::from_fn(|| completed.pop(7)).collect();
        assert_eq!(taken.len(), 3);
        assert_eq!((taken[0].as_ref(), completed.contains(7), completed.contains(8)), ("r1", false, true));
    }
}
