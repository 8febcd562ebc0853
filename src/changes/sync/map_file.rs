//! The file that says which rows of which files belong in which groups.

use crate::changes::sync::group_changes::SyncMode;
use crate::changes::sync::limits::RemovalCap;
use crate::changes::sync::new_account::CreateOptions;
use crate::client::settings::duration;
use crate::error::{Error, Result};
use crate::files::xlsx::sheet_options::HiddenRows;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

/// What to do about a map that is not valid.
const NEXT_STEP: &str = "`umapish guide sync` has a map with everything that it may say.";

/// A map of rows to groups.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SyncMap {
    /// The file of every part that names none.
    #[serde(default)]
    pub(crate) users: Option<String>,
    #[serde(default, rename = "map")]
    pub(crate) parts: Vec<MapPart>,
    #[serde(default)]
    pub(crate) limits: SyncLimits,
    #[serde(default)]
    pub(crate) exclude: Exclusions,
    #[serde(default)]
    pub(crate) others: Others,
    #[serde(default)]
    pub(crate) create: Option<CreateOptions>,
}

/// The rows of a file, and their groups.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MapPart {
    /// A CSV file or workbook.
    pub(crate) file: Option<String>,
    /// The columns with names by which people may be known here; the usual ones if there are none.
    #[serde(default, rename = "match")]
    pub(crate) by: Vec<String>,
    /// Domains of the other system and what they are here.
    #[serde(default)]
    pub(crate) domains: BTreeMap<String, String>,
    /// Code that chooses rows, such as `row.department == "Design"`.
    #[serde(rename = "where")]
    pub(crate) condition: Option<String>,
    /// The groups of these people.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// A column with the names of their groups.
    pub(crate) groups_from: Option<String>,
    /// Columns that hold lists.
    #[serde(default)]
    pub(crate) lists: Vec<String>,
    /// The oldest file that is used, such as `2d`.
    pub(crate) max_file_age: Option<AgeLimit>,
    /// The fewest rows of a file that is complete.
    #[serde(default)]
    pub(crate) min_rows: usize,
    #[serde(default)]
    pub(crate) mode: PartMode,
    /// Names of the header and the names by which they are read.
    #[serde(default)]
    pub(crate) rename: BTreeMap<String, String>,
    pub(crate) encoding: Option<String>,
    pub(crate) delimiter: Option<char>,
    pub(crate) sheet: Option<String>,
    /// The 1-based row of the header of a workbook.
    pub(crate) header_row: Option<std::num::NonZeroU16>,
    pub(crate) hidden: Option<HiddenRows>,
}

/// A length of time.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct AgeLimit(pub(crate) Duration);

impl TryFrom<String> for AgeLimit {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        duration(&text).map(Self).ok_or_else(|| format!("`{text}` is not a length of time such as \"2d\""))
    }
}

/// The mode of a part.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(try_from = "String")]
pub(crate) struct PartMode(pub(crate) SyncMode);

impl TryFrom<String> for PartMode {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        SyncMode::named(&text)
            .map(Self)
            .ok_or_else(|| format!("`mode` is one of {}, not `{text}`", SyncMode::NAMES.join(", ")))
    }
}

/// What may happen at most.
#[derive(Debug, Clone, Copy, Default, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "they are the keys of the file")]
pub(crate) struct SyncLimits {
    /// The rows that may be uncertain while people are removed.
    #[serde(default)]
    pub(crate) max_unmatched: usize,
    /// The people who may leave a group.
    pub(crate) max_removals: Option<RemovalCap>,
    /// The people without a row to whom something may happen.
    pub(crate) max_others: Option<RemovalCap>,
}

/// Whom nothing happens to.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Exclusions {
    /// Patterns of e-mails and usernames.
    #[serde(default)]
    pub(crate) users: Vec<String>,
    /// Patterns of groups: their members.
    #[serde(default)]
    pub(crate) groups: Vec<String>,
    /// Types of accounts.
    #[serde(default)]
    pub(crate) types: Vec<String>,
}

/// What happens to people without a row.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Others {
    #[serde(default)]
    pub(crate) action: OthersAction,
    /// Where to list them.
    pub(crate) file: Option<String>,
    /// Groups that they keep with `remove-groups`.
    #[serde(default)]
    pub(crate) keep_groups: Vec<String>,
}

/// What happens to people without a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum OthersAction {
    /// Nothing.
    #[default]
    Keep,
    /// They lose all groups.
    RemoveGroups,
    /// They leave the organization; their accounts and files are kept.
    RemoveFromOrg,
    /// They are listed in a file.
    WriteFile,
}

impl SyncMap {
    /// Parses a map.
    ///
    /// # Errors
    /// `file`: it is not valid; with the line.
    pub(crate) fn parse(text: &str, path: &Path) -> Result<Self> {
        let map: Self = toml::from_str(text).map_err(|error| {
            let line =
                error.span().map_or(1, |span| text[..span.start.min(text.len())].matches('\n').count() + 1);
            Error::file(format!("{}:{line}", path.display()), error.message().to_owned())
                .with_file_hint(NEXT_STEP)
        })?;
        match map.problem() {
            Some(problem) => Err(Error::file(path.display().to_string(), problem).with_file_hint(NEXT_STEP)),
            None => Ok(map),
        }
    }

    /// A map for one file whose rows name their groups.
    pub(crate) fn of_group_column(column: &str) -> Self {
        let part = MapPart { groups_from: Some(column.to_owned()), ..MapPart::default() };
        Self { parts: vec![part], ..Self::default() }
    }

    fn problem(&self) -> Option<String> {
        let types = self.exclude.types.iter();
        let unknown = types.clone().find(|name| crate::wire::identity::IdentityType::parse(name).is_none());
        if let Some(name) = unknown {
            return Some(format!("`exclude.types` has `{name}`, which is not a type of account"));
        }
        if let Some(Err(problem)) = self.create.as_ref().map(CreateOptions::identity_type) {
            return Some(format!("[create]: {problem}"));
        }
        if self.parts.is_empty() {
            return Some("it has no [[map]], so there is nothing to do".to_owned());
        }
        if self.others.action == OthersAction::WriteFile && self.others.file.is_none() {
            return Some("[others] needs `file` for write-file".to_owned());
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(text: &str) -> String {
        SyncMap::parse(text, Path::new("map.toml")).unwrap_err().to_string()
    }

    #[test]
    fn a_map_has_parts_limits_exclusions_and_what_happens_to_others() {
        let map = SyncMap::parse(
            r#"
            [[map]]
            file = "hr.csv"
            match = ["UserPrincipalName", "mail"]
            domains = { "corp.local" = "corp.com" }
            where = 'row.department == "Design"'
            groups = ["Designers"]
            max_file_age = "2d"
            min_rows = 10
            [limits]
            max_removals = "10%"
            [exclude]
            groups = ["_org_admin"]
            types = ["adobeID"]
            [others]
            action = "remove-groups"
            [create]
            type = "enterpriseID"
            country = "DE"
            "#,
            Path::new("map.toml"),
        );
        let map = map.unwrap();
        assert_eq!(map.parts[0].max_file_age.unwrap().0, Duration::from_hours(48));
        assert_eq!(map.others.action, OthersAction::RemoveGroups);
        assert_eq!(map.limits.max_unmatched, 0);
    }

    #[test]
    fn the_map_of_the_guide_is_valid() {
        let page = include_str!("../../guide/sync.md");
        let map = page.split("```toml\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        assert_eq!(SyncMap::parse(map, Path::new("map.toml")).unwrap().parts.len(), 1);
    }

    #[test]
    fn what_is_not_understood_is_an_error_with_its_line() {
        for (text, expected) in [
            ("[[map]]\nfiel = \"x\"", "map.toml:2: unknown field `fiel`"),
            ("[[map]]\nmax_file_age = \"soon\"", "`soon` is not a length of time"),
            ("[[map]]\nmode = \"all\"", "`mode` is one of both, add, remove, not `all`"),
            ("[[map]]\n[others]\naction = \"delete\"", "unknown variant `delete`"),
            ("[[map]]\n[others]\naction = \"write-file\"", "needs `file`"),
            ("[[map]]\n[limits]\nmax_removals = \"many\"", "`many` is not a number or a share"),
            ("[[map]]\n[exclude]\ntypes = [\"adobe\"]", "`exclude.types` has `adobe`"),
            ("[[map]]\n[create]\ntype = \"x\"", "[create]: the type `x` is not valid"),
            ("", "it has no [[map]]"),
        ] {
            let found = problem(text);
            assert!(found.contains(expected), "{text}: {found}");
        }
    }
}
