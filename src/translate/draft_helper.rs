//! A function that a draft defines at its end.

/// A helper: its name and its code.
pub(super) struct DraftHelper {
    pub(super) name: &'static str,
    /// Other helpers that it calls.
    pub(super) needs: &'static [&'static str],
    pub(super) code: &'static str,
}

pub(super) const fn helper(
    name: &'static str,
    needs: &'static [&'static str],
    code: &'static str,
) -> DraftHelper {
    DraftHelper { name, needs, code }
}
