//! The banner and the prompt, which show the organization and the mode. Pure.

use crate::client::settings::Mode;
use crate::output::palette::ColorPalette;

/// The profile that is used when none is named: its name says nothing about the organization.
const UNNAMED: &str = "default";
/// Enough of an organization's id to tell it from others.
const ID_SHOWN: usize = 12;

/// What the banner and the prompt show.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PromptContext {
    /// The profile, or `sandbox`.
    pub profile: String,
    /// The organization, as far as it is known.
    pub organization: Option<String>,
    /// Whether changes are real.
    pub mode: Mode,
    /// Whether the organization is one of Adobe's customers, not the sandbox.
    pub is_real: bool,
}

impl PromptContext {
    /// Whether a mistake would change a real organization.
    pub(super) fn is_dangerous(&self) -> bool {
        self.is_real && self.mode == Mode::Live
    }

    /// The prompt, without and with colors: both have the same width.
    pub(super) fn prompt(&self, palette: ColorPalette) -> (String, String) {
        let place = match &self.organization {
            Some(organization) if self.profile == UNNAMED => {
                format!("{} {}", self.profile, shortened(organization))
            }
            _ => self.profile.clone(),
        };
        let mode = match self.mode {
            Mode::Live if self.is_real => "LIVE, changes are real".to_owned(),
            mode => mode.as_str().to_owned(),
        };
        let colored = if self.is_dangerous() { palette.error(&mode) } else { palette.dim(&mode) };
        (format!("{place} {mode}> "), format!("{} {colored}> ", palette.strong(&place)))
    }

    /// The lines shown when the prompt starts.
    pub(super) fn banner(&self, palette: ColorPalette) -> Vec<String> {
        let version = env!("CARGO_PKG_VERSION");
        let title = palette.strong(&format!("umapish {version}"));
        vec![
            format!("{title}  {}", self.place()),
            self.meaning(palette),
            ":help lists the commands, Tab completes, Ctrl-D exits.".to_owned(),
        ]
    }

    /// Which organization, in words.
    pub(super) fn place(&self) -> String {
        match (&self.organization, self.is_real) {
            (Some(organization), true) => format!("profile {}, organization {organization}", self.profile),
            (None, true) => format!("profile {}, no organization", self.profile),
            (_, false) => "sandbox: a simulated organization in this process".to_owned(),
        }
    }

    /// What the mode means.
    pub(super) fn meaning(&self, palette: ColorPalette) -> String {
        match (self.mode, self.is_real) {
            (Mode::Test, _) => "Mode test: the service checks changes and does not make them.".to_owned(),
            (Mode::Live, false) => "Mode live: changes are made, in the sandbox only.".to_owned(),
            (Mode::Live, true) => palette.error("Mode LIVE: changes are made in the real organization."),
        }
    }
}

fn shortened(organization: &str) -> String {
    let id = organization.split('@').next().unwrap_or_default();
    match id.char_indices().nth(ID_SHOWN) {
        Some((end, _)) => format!("{}…", &id[..end]),
        None => id.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(profile: &str, mode: Mode, is_real: bool) -> PromptContext {
        let organization = Some("ABCDEF0123456789@AdobeOrg".to_owned());
        PromptContext { profile: profile.into(), organization, mode, is_real }
    }

    #[test]
    fn the_prompt_shows_organization_and_mode() {
        let prompt = |place: &PromptContext| place.prompt(ColorPalette::PLAIN).0;
        assert_eq!(prompt(&at("sandbox", Mode::Live, false)), "sandbox live> ");
        assert_eq!(prompt(&at("acme", Mode::Test, true)), "acme test> ");
        assert_eq!(prompt(&at("default", Mode::Test, true)), "default ABCDEF012345… test> ");
    }

    #[test]
    fn live_in_a_real_organization_stands_out_in_words_and_in_color() {
        let (plain, colored) = at("acme", Mode::Live, true).prompt(ColorPalette { colored: true });
        assert_eq!(plain, "acme LIVE, changes are real> ");
        assert!(colored.contains("\u{1b}[31m"), "{colored:?}");
        assert!(
            !at("sandbox", Mode::Live, false).prompt(ColorPalette { colored: true }).1.contains("\u{1b}[31m")
        );
    }

    #[test]
    fn the_banner_has_at_most_three_lines() {
        for (mode, is_real) in [(Mode::Test, true), (Mode::Live, true), (Mode::Live, false)] {
            let banner = at("acme", mode, is_real).banner(ColorPalette::PLAIN);
            assert!(banner.len() <= 3 && banner.iter().all(|line| line.len() <= 80), "{banner:?}");
        }
    }
}
