//! One copy of a text that comes again and again: group names, domains, countries, types.

use std::collections::HashSet;
use std::sync::Arc;

/// Hands out the same `Arc` for the same text, for as long as it lives itself.
#[derive(Debug, Default)]
pub struct Interner(HashSet<Arc<str>>);

impl Interner {
    /// The shared copy of `text`, made at its first appearance.
    pub fn share(&mut self, text: &str) -> Arc<str> {
        if let Some(known) = self.0.get(text) {
            return Arc::clone(known);
        }
        let fresh: Arc<str> = Arc::from(text);
        self.0.insert(Arc::clone(&fresh));
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_share_one_copy() {
        let mut interner = Interner::default();
        let (first, second) = (interner.share("Photoshop"), interner.share("Photoshop"));
        assert!(Arc::ptr_eq(&first, &second));
        assert!(!Arc::ptr_eq(&first, &interner.share("photoshop")));
    }
}
