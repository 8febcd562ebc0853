//! The query of a request.

/// Names and decoded values, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    /// Reads a form: of a query or of a body. Both `+` and `%20` are a blank.
    pub(super) fn parse(text: &str) -> Self {
        let decode = |text: &str| crate::wire::encode::decode(&text.replace('+', " "));
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(k, v)| (decode(k), decode(v)))
                .collect(),
        )
    }

    /// The first value of that name that is not blank.
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        let named = self.0.iter().filter(|(key, _)| key == name).map(|(_, value)| value.as_str());
        named.into_iter().find(|value| !value.trim().is_empty())
    }

    /// Whether the value is `true`, in any case (contract 2.2, 7.31).
    pub(super) fn flag(&self, name: &str) -> bool {
        self.text(name).is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
    }

    /// `directOnly`, on unless it is `false` (contract 2.5).
    pub(super) fn direct_only(&self) -> bool {
        !self.text("directOnly").is_some_and(|value| value.trim().eq_ignore_ascii_case("false"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_decoded_and_flags_read_in_any_case() {
        let query = Query::parse("domain=a%20b+c&directOnly=False&testOnly=TRUE&x&=&&status=");
        assert_eq!(query.text("domain"), Some("a b c"));
        assert_eq!((query.direct_only(), query.flag("testOnly"), query.text("status")), (false, true, None));
        assert!(Query::default().direct_only());
    }
}
