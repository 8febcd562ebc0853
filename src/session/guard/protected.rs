//! Users and groups that must not be changed: the operator's patterns, and all names of the people who match.

use super::impact;
use crate::client::sent_command::CommandContent;
use crate::session::guard::pattern::NamePattern;
use crate::wire::identity::{Identity, fold};
use crate::wire::user::User;
use std::borrow::Cow;
use std::collections::HashMap;

/// The protected names of a run.
#[derive(Debug, Default)]
pub(crate) struct ProtectedNames {
    patterns: Vec<NamePattern>,
    /// People who were read and match a pattern: each of their names, with the pattern.
    people: HashMap<String, String>,
    /// Lines of files that have matched nobody so far; only complete listings tell whether they ever do.
    unmatched: Vec<NamePattern>,
}

impl ProtectedNames {
    pub(crate) fn add(&mut self, patterns: impl IntoIterator<Item = NamePattern>) {
        let earlier = self.patterns.len();
        self.patterns.extend(patterns);
        let from_files = self.patterns[earlier..].iter().filter(|pattern| pattern.place().is_some());
        self.unmatched.extend(from_files.cloned());
    }

    /// The lines of files that match none of the people who were read and none of their groups.
    pub(crate) fn unmatched(&self) -> &[NamePattern] {
        &self.unmatched
    }

    /// Adds a person who was read.
    pub(crate) fn add_person(&mut self, user: &User) {
        if !self.unmatched.is_empty() {
            let names = names(&Identity::of(user));
            let all = || names.iter().map(String::as_str).chain(user.groups().iter().map(|name| &**name));
            self.unmatched.retain(|pattern| !all().any(|name| pattern.matches(name)));
        }
        self.add_names(user);
    }

    /// Adds the names of a person whose e-mail and username differ: a pattern that matches one protects both.
    fn add_names(&mut self, user: &User) {
        if self.patterns.is_empty() || user.email == user.username {
            return;
        }
        let names = names(&Identity::of(user));
        let meant = names.iter().find_map(|name| self.pattern_for(name)).map(str::to_owned);
        if let Some(pattern) = meant {
            self.people.extend(names.into_iter().map(|name| (name, pattern.clone())));
        }
    }

    /// The first protected name in a command, and the pattern that protects it.
    pub(crate) fn find_in<'c>(&self, command: &'c CommandContent) -> Option<(Cow<'c, str>, &str)> {
        if self.patterns.is_empty() {
            return None;
        }
        let by_pattern = |name: Cow<'c, str>| Some((self.pattern_for(&name)?, name));
        let by_person = |name: Cow<'c, str>| Some((self.people.get(&fold(&name))?.as_str(), name));
        let found = impact::names(command).find_map(by_pattern);
        let found = found.or_else(|| impact::people(command).find_map(by_person));
        found.map(|(pattern, name)| (name, pattern))
    }

    /// The first person or group that a command is about and that no pattern matches, neither by the name in the
    /// command nor by another name of that person.
    pub(crate) fn first_unmatched<'c>(&self, command: &'c CommandContent) -> Option<Cow<'c, str>> {
        let is_matched =
            |name: &str| self.pattern_for(name).is_some() || self.people.contains_key(&fold(name));
        // A username is somebody else's in another domain, so only a pattern can match it without its domain.
        let is_plain = |name: &str| command.domain().is_some() && self.pattern_for(name).is_some();
        let subject = impact::subject(command).filter(|(name, full)| !is_matched(full) && !is_plain(name));
        let listed = || impact::listed_people(command).find(|name| !is_matched(name)).map(Cow::Borrowed);
        subject.map(|(name, _)| name).or_else(listed)
    }

    fn pattern_for(&self, name: &str) -> Option<&str> {
        self.patterns.iter().find(|pattern| pattern.matches(name)).map(NamePattern::text)
    }
}

/// Every name of a person; a username both with its domain and without.
fn names(who: &Identity) -> Vec<String> {
    let with_domain = format!("{}@{}", who.username, who.domain);
    let plain = !who.username.is_empty() && !who.domain.is_empty();
    who.names().map(str::to_owned).chain(plain.then_some(with_domain)).collect()
}
