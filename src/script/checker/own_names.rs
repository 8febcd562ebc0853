//! Comments that say which built-in functions a script hides on purpose: `// umapish: own make_call`.

use crate::language::tokens::{ScriptToken, tokens};

/// The names in such comments.
pub(super) fn read(text: &str) -> Vec<&str> {
    let comments = tokens(text).into_iter().filter(ScriptToken::is_comment);
    let lists = comments.filter_map(|token| {
        let words = token.text.trim_start_matches('/').trim();
        words.strip_prefix("umapish: own ")
    });
    lists.flat_map(|list| list.split([',', ' '])).filter(|name| !name.is_empty()).collect()
}
