//! The grammar of a protected name: what a line or an option says is understood, or refused with the reason. A name
//! that is misread protects nobody, so nothing is guessed.

use crate::wire::invisible;
use std::borrow::Cow;

/// Characters that no address contains.
const NOT_IN_ADDRESSES: &str = "<>()[]\\,;:\"|";
/// Characters that separate columns.
const SEPARATORS: [char; 4] = [',', ';', '\t', '|'];
/// Characters that enclose a name without belonging to it, apart from the double quote.
const OTHER_QUOTES: [char; 9] = ['\'', '`', '‘', '’', '“', '”', '„', '«', '»'];

/// The name that a line or an option contains: as it is, or without the double quotes around it.
///
/// # Errors
/// Why it is not understood, and what to write instead.
pub(super) fn parse(text: &str) -> Result<Cow<'_, str>, String> {
    let text = text.trim();
    if let Some(letter) = text.chars().find(|letter| is_hidden(*letter)) {
        return Err(format!("it contains the invisible character <U+{:04X}>; remove it", u32::from(letter)));
    }
    let name = if text.starts_with('"') { quoted(text)? } else { plain(text)? };
    if name.is_empty() {
        return Err("it is blank; give a name".to_owned());
    }
    if name.contains('@') {
        check_address(&name)?;
    }
    Ok(name)
}

/// A name in double quotes, where two of them are one.
fn quoted(text: &str) -> Result<Cow<'_, str>, String> {
    let (mut name, mut rest) = (String::new(), &text[1..]);
    loop {
        let Some((before, after)) = rest.split_once('"') else {
            return Err("its quote is never closed".to_owned());
        };
        name.push_str(before);
        let Some(next) = after.strip_prefix('"') else {
            rest = after;
            break;
        };
        name.push('"');
        rest = next;
    }
    if rest.is_empty() {
        return Ok(Cow::Owned(name.trim().to_owned()));
    }
    Err(format!("`{}` follows the quoted name; write one name per line and nothing else", rest.trim()))
}

/// A name without quotes, in which nothing looks like a second column or a remark.
fn plain(text: &str) -> Result<Cow<'_, str>, String> {
    let quote_it = "if it belongs to the name, put the whole name in double quotes";
    if let Some(letter) = text.chars().find(|letter| *letter == '"' || SEPARATORS.contains(letter)) {
        return Err(format!("it contains {letter:?}; write one name per line, or, {quote_it}"));
    }
    if text.starts_with(OTHER_QUOTES) || text.ends_with(OTHER_QUOTES) {
        return Err(format!("only double quotes can enclose a name; or, {quote_it}"));
    }
    let is_remark = |word: &str| matches!(word, "#" | "//" | "--");
    if let Some(remark) = text.split(' ').find(|word| is_remark(word)) {
        return Err(format!("`{remark}` looks like a remark, which needs a line of its own; {quote_it}"));
    }
    Ok(Cow::Borrowed(text))
}

/// Checks what has an at sign: an address, in which `*` may stand for a part.
fn check_address(name: &str) -> Result<(), String> {
    let wrong = |letter: char| letter.is_whitespace() || NOT_IN_ADDRESSES.contains(letter);
    if let Some(letter) = name.chars().find(|letter| wrong(*letter)) {
        return Err(format!(
            "{letter:?} cannot be in an e-mail address; write the address alone (`*` stands for any text)"
        ));
    }
    match name.split('@').collect::<Vec<_>>()[..] {
        [local, domain] if !local.is_empty() && !domain.is_empty() => Ok(()),
        ["", domain] if !domain.is_empty() => {
            Err(format!("the part before @ is missing; write `*@{domain}` for everybody of the domain"))
        }
        _ => Err("it is not a valid e-mail address".to_owned()),
    }
}

/// Whether a character cannot be seen, or is a space that looks like the usual one. A tab separates columns.
fn is_hidden(letter: char) -> bool {
    let is_odd_space = letter.is_whitespace() && letter != ' ';
    letter != '\t' && (is_odd_space || invisible::is_invisible(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_understood_or_refused_with_the_reason() {
        let understood = [
            ("ceo@example.com", "ceo@example.com"),
            ("  *@example.com\t", "*@example.com"),
            ("o'connor@example.com", "o'connor@example.com"),
            ("\"ceo@example.com\"", "ceo@example.com"),
            ("\" ceo@example.com \"", "ceo@example.com"),
            ("R&D / Lab #1", "R&D / Lab #1"),
            ("\"Pro; with \"\"Stock\"\", large\"", "Pro; with \"Stock\", large"),
            ("\"Team # 7\"", "Team # 7"),
            ("Åsa's Team", "Åsa's Team"),
        ];
        for (text, name) in understood {
            assert_eq!(parse(text).as_deref(), Ok(name), "{text:?}");
        }
        let refused = [
            ("", "blank"),
            ("\"\"", "blank"),
            ("ceo@example.com;", "';'"),
            ("ceo@example.com,", "','"),
            ("ceo@example.com,The CEO", "','"),
            ("\"ceo@example.com\",\"The CEO\"", "follows the quoted name"),
            ("\"ceo@example.com\";", "follows the quoted name"),
            ("\"ceo@example.com\" # the CEO", "follows the quoted name"),
            ("\"ceo@example.com,The CEO\"", "','"),
            ("\"ceo@example.com", "never closed"),
            ("ceo@example.com\tThe CEO", "'\\t'"),
            ("ceo@example.com # the CEO", "`#` looks like a remark"),
            ("Finance # all of them", "`#` looks like a remark"),
            ("Finance // all of them", "`//` looks like a remark"),
            ("ceo@example.com (CEO)", "' '"),
            ("The CEO <ceo@example.com>", "' '"),
            ("<ceo@example.com>", "'<'"),
            ("mailto:ceo@example.com", "':'"),
            ("- ceo@example.com", "' '"),
            ("'ceo@example.com'", "only double quotes"),
            ("“ceo@example.com”", "only double quotes"),
            ("ceo@example.com\u{200b}", "<U+200B>"),
            ("ceo\u{a0}@example.com", "<U+00A0>"),
            ("\"ceo@example.com\u{202e}\"", "<U+202E>"),
            ("c\0e\0o\0", "<U+0000>"),
            ("@example.com", "write `*@example.com`"),
            ("ceo@", "not a valid e-mail address"),
            ("a@b@example.com", "not a valid e-mail address"),
        ];
        for (text, reason) in refused {
            let error = parse(text).unwrap_err();
            assert!(error.contains(reason), "{text:?}: {error}");
        }
    }
}
