//! The query of a request.

/// Names and decoded values, in order.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct QueryParameters(Vec<(String, String)>);

impl QueryParameters {
    /// Reads a form: of a query or of a body. Both `+` and `%20` are a space.
    pub(super) fn parse(text: &str) -> Self {
        let field = |text: &str| super::routes::decode(&text.replace('+', " "));
        let pairs = text.split('&').filter(|pair| !pair.is_empty());
        Self(
            pairs
                .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
                .map(|(name, value)| (field(name), field(value)))
                .collect(),
        )
    }

    /// Reads a multipart form of plain fields, as Postman sends them (contract 1.2); `None` for anything else.
    /// Its first line is the boundary.
    pub(super) fn parse_multipart(text: &str) -> Option<Self> {
        let (boundary, parts) = text.split_once("\r\n").filter(|(line, _)| line.starts_with("--"))?;
        Some(Self(parts.split(boundary).filter_map(field).collect()))
    }

    /// These values, then those of `other`.
    pub(super) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    /// The first non-empty value of that name.
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

/// Name and value of a part of a multipart form.
fn field(part: &str) -> Option<(String, String)> {
    let (head, value) = part.split_once("\r\n\r\n")?;
    let (name, _) = head.split_once("name=\"")?.1.split_once('"')?;
    Some((name.to_owned(), value.strip_suffix("\r\n").unwrap_or(value).to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_multipart_form_is_read_by_its_own_boundary() {
        let part = |name: &str, value: &str| {
            format!("--b-1\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
        };
        let body = format!("{}{}--b-1--\r\n", part("client_id", "a"), part("client_secret", "b&c+d"));
        let form = QueryParameters::parse_multipart(&body)
            .expect("multipart")
            .and(QueryParameters::parse("scope=s"));
        assert_eq!(form.0.len(), 3);
        assert_eq!((form.text("client_id"), form.text("client_secret")), (Some("a"), Some("b&c+d")));
        assert_eq!(QueryParameters::parse_multipart("client_id=a"), None);
    }

    #[test]
    fn values_are_decoded_and_flags_read_in_any_case() {
        let query = QueryParameters::parse("domain=a%20b+c&directOnly=False&testOnly=TRUE&x&=&&status=");
        assert_eq!(query.text("domain"), Some("a b c"));
        assert_eq!((query.direct_only(), query.flag("testOnly"), query.text("status")), (false, true, None));
        assert!(QueryParameters::default().direct_only());
    }
}
