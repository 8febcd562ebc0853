//! Which user groups carry a profile, as far as the members show it. The service does not say.

use std::collections::{HashMap, HashSet};

/// The members of a profile, by their places in an index.
pub(crate) struct ProfileMembers<'m> {
    pub(crate) direct: &'m HashSet<usize>,
    /// Those who have it through a user group alone.
    pub(crate) indirect: &'m [usize],
}

/// The user groups that certainly carry a profile. `groups` has the user groups of each place.
///
/// A group carries it only if all of its members have it. Somebody who has the profile without being a direct member has
/// it through one of these groups; where only one can be meant, that one carries it.
pub(crate) fn carriers<'g>(
    groups: impl Fn(usize) -> Vec<&'g str>,
    people: usize,
    members: &ProfileMembers<'_>,
) -> HashSet<&'g str> {
    let indirect: HashSet<_> = members.indirect.iter().copied().collect();
    let mut is_possible: HashMap<&str, bool> = HashMap::new();
    for place in 0..people {
        let has_it = members.direct.contains(&place) || indirect.contains(&place);
        for group in groups(place) {
            *is_possible.entry(group).or_insert(true) &= has_it;
        }
    }
    let possible = |place: &usize| {
        let groups = groups(*place).into_iter().filter(|group| is_possible.get(group) == Some(&true));
        groups.collect::<Vec<_>>()
    };
    let only_one = |groups: Vec<&'g str>| if let [group] = groups.as_slice() { Some(*group) } else { None };
    members.indirect.iter().map(possible).filter_map(only_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The carriers, by what each person has: whether directly, whether through a group, and the groups.
    fn found(people: &[(bool, bool, &[&'static str])]) -> Vec<&'static str> {
        let places = |is_meant: fn(&(bool, bool, &[&str])) -> bool| {
            people.iter().enumerate().filter(move |(_, person)| is_meant(person)).map(|(place, _)| place)
        };
        let direct = places(|person| person.0).collect();
        let indirect: Vec<_> = places(|person| person.1).collect();
        let members = ProfileMembers { direct: &direct, indirect: &indirect };
        let mut found: Vec<_> =
            carriers(|place| people[place].2.to_vec(), people.len(), &members).into_iter().collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn a_group_carries_a_profile_if_nothing_else_explains_its_members() {
        let nobody: &[&str] = &[];
        assert_eq!(found(&[(true, false, &["A"]), (false, true, &["A"])]), ["A"]);
        assert_eq!(found(&[(true, false, &["A"]), (true, false, &["A"])]), nobody, "all may be direct alone");
        let lacks = (false, false, &["A"][..]);
        assert_eq!(found(&[(true, false, &["A"]), (false, true, &["A", "B"]), lacks]), ["B"], "one lacks it");
        assert_eq!(found(&[(false, true, &["A", "B"])]), nobody, "either may be the one");
        assert_eq!(found(&[(false, true, &["A", "B"]), (false, true, &["B"])]), ["B"]);
    }
}
