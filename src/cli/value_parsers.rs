//! How the values of options are read.

use super::choices::{ColorChoice, OutputFormat};
use crate::config::values::duration;
use crate::store::encoding::FileEncoding;
use clap::ValueEnum;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use std::time::Duration;

pub(super) fn length_of_time(text: &str) -> Result<Duration, String> {
    duration(text).ok_or_else(|| "must be a length of time such as 3s".to_owned())
}

pub(super) fn column(text: &str) -> Result<(String, String), String> {
    let named = text.split_once('=').map(|(new, old)| (new.trim().to_owned(), old.trim().to_owned()));
    let complete = named.filter(|(new, old)| !new.is_empty() && !old.is_empty());
    complete.ok_or_else(|| "must be a new and an old name, such as email=\"Adres e-mail\"".to_owned())
}

pub(super) fn encoding(text: &str) -> Result<String, String> {
    let usual = "must be a label of the WHATWG's list, such as windows-1250, windows-1252 or shift_jis";
    if FileEncoding::parse(text).is_some() { Ok(text.to_owned()) } else { Err(usual.to_owned()) }
}

pub(super) fn delimiter(text: &str) -> Result<char, String> {
    let mut letters = if text == "tab" || text == "\\t" { "\t" } else { text }.chars();
    match (letters.next(), letters.next()) {
        (Some(letter), None) if !['"', '\n', '\r'].contains(&letter) => Ok(letter),
        _ => Err("must be one character, such as ';', or `tab`".to_owned()),
    }
}

pub(super) fn formats(names: &'static [&'static str]) -> impl TypedValueParser<Value = OutputFormat> {
    PossibleValuesParser::new(names).try_map(|name| OutputFormat::from_str(&name, false))
}

pub(super) fn colors() -> impl TypedValueParser<Value = ColorChoice> {
    PossibleValuesParser::new(["auto", "always", "never"]).try_map(|name| ColorChoice::from_str(&name, false))
}
