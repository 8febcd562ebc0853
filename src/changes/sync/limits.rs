//! How many people a source may take something from.

use serde::Deserialize;

/// The most people who may lose a group in one go, where the operator says nothing: half of the group, but a few people
/// of a small one.
const USUAL_SHARE: usize = 50;
const ALWAYS_ALLOWED: usize = 3;

/// A number of people, or a share of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "CapText")]
pub(crate) enum RemovalCap {
    Count(usize),
    Percent(usize),
}

#[derive(Deserialize)]
#[serde(untagged)]
enum CapText {
    Number(usize),
    Text(String),
}

impl TryFrom<CapText> for RemovalCap {
    type Error = String;

    fn try_from(text: CapText) -> Result<Self, String> {
        match text {
            CapText::Number(count) => Ok(Self::Count(count)),
            CapText::Text(text) => Self::parse(&text)
                .ok_or_else(|| format!("`{text}` is not a number or a share such as \"50%\"")),
        }
    }
}

impl RemovalCap {
    /// `N` or `N%`.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        match text.trim().strip_suffix('%') {
            Some(percent) => percent.trim().parse().ok().filter(|percent| *percent <= 100).map(Self::Percent),
            None => text.trim().parse().ok().map(Self::Count),
        }
    }

    /// The most people of a group with so many members.
    pub(crate) fn of_group(cap: Option<Self>, members: usize) -> usize {
        match cap {
            Some(cap) => cap.of(members),
            None => Self::Percent(USUAL_SHARE).of(members).max(ALWAYS_ALLOWED),
        }
    }

    /// The most people of an organization with so many who are not in the source.
    pub(crate) fn of_organization(cap: Option<Self>, people: usize) -> usize {
        cap.unwrap_or(Self::Percent(USUAL_SHARE)).of(people)
    }

    fn of(self, people: usize) -> usize {
        match self {
            Self::Count(count) => count,
            Self::Percent(percent) => people * percent / 100,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_limit_half_of_a_group_or_three_people_may_leave() {
        for (members, most) in [(0, 3), (4, 3), (6, 3), (8, 4), (100, 50)] {
            assert_eq!(RemovalCap::of_group(None, members), most);
        }
        assert_eq!(RemovalCap::of_group(RemovalCap::parse("0"), 100), 0);
        assert_eq!(RemovalCap::of_group(RemovalCap::parse("10%"), 55), 5);
        assert_eq!(RemovalCap::of_organization(None, 7), 3);
        for text in ["101%", "x", "-1", ""] {
            assert_eq!(RemovalCap::parse(text), None, "{text}");
        }
    }
}
