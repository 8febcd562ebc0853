//! Strings that are put together: f-strings, `%` and `format`.

use super::expressions::{RhaiCode, level, quoted};
use super::syntax::{PyCall, PyExpression, PyFormatPart, PyNode, PyOperator, PyStatementKind};
use super::translator::{Translated, Translator, left};
use super::value_kind::ValueKind;

/// A piece of a string.
enum StringPiece {
    Text(String),
    Code(String),
}

impl Translator<'_> {
    /// An f-string.
    pub(super) fn format_string(&mut self, parts: &[PyFormatPart]) -> Translated<RhaiCode> {
        let is_url = self.begins_with_url(parts);
        let mut before = String::new();
        let mut values = Vec::new();
        for part in parts {
            match part {
                PyFormatPart::Text(text) => before.push_str(text),
                PyFormatPart::Value { value, is_repr, format, label } => {
                    let is_encoded = is_url && format.is_none() && Self::needs_encoding(value, &before);
                    let format = format.as_deref().unwrap_or_default();
                    // `{name=}` shows the value as `repr` does.
                    let is_repr = &(*is_repr || label.is_some() && format.is_empty());
                    self.in_order(&mut values, value, |translator| {
                        if is_encoded {
                            let code = translator.plain(value)?;
                            translator.note_defect(value.line, "B9");
                            return Ok(format!("encode({code})"));
                        }
                        translator.formatted(value, format, *is_repr)
                    })?;
                }
            }
        }
        let mut values = values.into_iter();
        let mut pieces = Vec::new();
        for part in parts {
            match part {
                PyFormatPart::Text(text) => pieces.push(StringPiece::Text(text.clone())),
                PyFormatPart::Value { label, .. } => {
                    pieces.extend(label.clone().map(StringPiece::Text));
                    pieces.extend(values.next().map(|value| StringPiece::Code(value.code)));
                }
            }
        }
        Ok(RhaiCode::atom(interpolated(pieces)))
    }

    /// Whether an f-string is a URL: it begins with one, or with a constant that does.
    fn begins_with_url(&self, parts: &[PyFormatPart]) -> bool {
        match parts.first() {
            Some(PyFormatPart::Text(text)) => text.starts_with("http"),
            Some(PyFormatPart::Value { value, .. }) => self.is_url(value),
            None => false,
        }
    }

    /// A value in a format of Python's.
    fn formatted(&mut self, value: &PyNode, format: &str, is_repr: bool) -> Translated<String> {
        let kind = self.kind_of(value);
        if is_repr {
            self.shown(value, &kind)?;
            let code = self.plain(value)?;
            self.helper("text_of");
            return Ok(format!("quoted_text({code})"));
        }
        if format.is_empty() {
            return self.shown(value, &kind);
        }
        if matches!(kind, ValueKind::Moment(_) | ValueKind::Date) {
            super::times::check_format(format)?;
            let code = self.value(value, level::ATOM)?;
            return Ok(format!("{code}.format({})", quoted(format)));
        }
        let code = if format.contains('%') { self.value(value, level::PRODUCT)? } else { self.plain(value)? };
        self.with_format(&code, format, &kind)
    }

    /// A value as Python's `str()` writes it; the same as Rhai's for strings and whole numbers.
    pub(super) fn shown(&mut self, value: &PyNode, kind: &ValueKind) -> Translated<String> {
        if self.holds_tuples(value, 3) {
            return left("the text of such a list");
        }
        let code = self.plain(value)?;
        Ok(match kind {
            ValueKind::Bool
            | ValueKind::None
            | ValueKind::List(_)
            | ValueKind::Map(_)
            | ValueKind::Unknown
            | ValueKind::Cell => {
                format!("{}({code})", self.helper("text_of"))
            }
            ValueKind::Float => format!("{}({code})", self.helper("float_text")),
            ValueKind::Moment(zone) => self.moment_text(value, *zone, ' ')?,
            ValueKind::Seconds | ValueKind::Days => return left("the text of a span of time"),
            ValueKind::Bytes => format!("{}({code})", self.helper("bytes_text")),
            ValueKind::Error => format!("{}({code})", self.helper("error_text")),
            ValueKind::Response => format!("`<Response [${{{code}.status}}]>`"),
            ValueKind::Set
            | ValueKind::Counter
            | ValueKind::DefaultMap(_)
            | ValueKind::Match
            | ValueKind::Pattern
            | ValueKind::File
            | ValueKind::CsvWriter
            | ValueKind::Object(_) => return left("the text of such a value"),
            _ => code,
        })
    }

    /// Whether a value is a list here that Python writes in another way: a tuple, a list of them, or a view of a map.
    fn holds_tuples(&self, node: &PyNode, depth: usize) -> bool {
        match &node.kind {
            PyExpression::Tuple(_) => true,
            PyExpression::List(items) => items.iter().any(|item| self.holds_tuples(item, depth)),
            PyExpression::Name(name) if depth > 0 => {
                self.scope.rest.as_ref() == Some(name)
                    || self
                        .assigned_before(name, node.line)
                        .is_some_and(|value| self.holds_tuples(value, depth - 1))
            }
            PyExpression::Comprehension { value, .. } => self.holds_tuples(value, depth),
            PyExpression::Call(call) => match &call.function.kind {
                // With several groups, each match is a tuple.
                PyExpression::Attribute(_, method) if method == "findall" => {
                    let pattern = call.arguments.first().and_then(PyNode::text);
                    call.arguments.len() == 1
                        || pattern.is_none_or(|pattern| pattern.matches('(').count() > 1)
                }
                PyExpression::Attribute(_, method) => {
                    ["items", "keys", "values", "most_common"].contains(&method.as_str())
                }
                PyExpression::Name(name) => match name.as_str() {
                    "zip" | "enumerate" | "tuple" | "divmod" | "range" | "map" | "filter" | "reversed" => {
                        true
                    }
                    "list" | "sorted" => {
                        call.arguments.iter().any(|of| !is_plain_view(of) && self.holds_tuples(of, depth))
                    }
                    _ => false,
                },
                _ => false,
            },
            _ => false,
        }
    }

    /// `[[fill]align][sign][0][width][,][.digits][type]`.
    fn with_format(&mut self, code: &str, format: &str, kind: &ValueKind) -> Translated<String> {
        let letters: Vec<char> = format.chars().collect();
        let mut place = 0;
        let (mut align, mut fill) = (None, ' ');
        if letters.len() > 1 && "<>^".contains(letters[1]) {
            fill = letters[0];
            align = Some(letters[1]);
            place = 2;
        } else if letters.first().is_some_and(|letter| "<>^".contains(*letter)) {
            align = Some(letters[0]);
            place = 1;
        }
        if fill != ' ' {
            return left(format!("the format `{format}`"));
        }
        let is_zero =
            letters.get(place) == Some(&'0') && letters.get(place + 1).is_some_and(char::is_ascii_digit);
        place += usize::from(is_zero);
        let digits = |place: &mut usize| {
            let start = *place;
            while letters.get(*place).is_some_and(char::is_ascii_digit) {
                *place += 1;
            }
            letters[start..*place].iter().collect::<String>()
        };
        let width = digits(&mut place);
        let is_grouped = letters.get(place) == Some(&',');
        place += usize::from(is_grouped);
        let decimals = if letters.get(place) == Some(&'.') {
            place += 1;
            Some(digits(&mut place))
        } else {
            None
        };
        let conversion: String = letters[place..].iter().collect();
        let text = match (decimals.as_deref(), conversion.as_str()) {
            (Some(decimals), "f") => {
                let fixed = format!("fixed({code}, {decimals})");
                if is_grouped { format!("{}({fixed})", self.helper("grouped_digits")) } else { fixed }
            }
            (Some(decimals), "%") => {
                format!("fixed({code} * 100.0, {decimals}) + \"%\"")
            }
            (None, "f") => format!("fixed({code}, 6)"),
            (None, "" | "d" | "s" | "n") if is_grouped => {
                format!("{}({code})", self.helper("grouped_digits"))
            }
            (None, "" | "d" | "s") => code.to_owned(),
            (Some(length), "" | "s") if *kind == ValueKind::Text => format!("{code}.slice(0, {length})"),
            _ => return left(format!("the format `{format}`")),
        };
        if width.is_empty() {
            return Ok(text);
        }
        if is_zero {
            return Ok(format!("{}({text}, {width})", self.helper("zero_padded")));
        }
        let is_right = match align {
            Some('>') => true,
            Some('^') => return Ok(format!("{}({text}, {width})", self.helper("centered"))),
            Some(_) => false,
            None => kind.is_number() || conversion == "d" || conversion == "f",
        };
        if align.is_none() && *kind == ValueKind::Unknown && conversion.is_empty() {
            return left(format!("the format `{format}` of a value that may be a number or a string"));
        }
        let helper = self.helper(if is_right { "right_aligned" } else { "left_aligned" });
        Ok(format!("{helper}({text}, {width})"))
    }

    /// `"%s of %d" % (a, b)`.
    pub(super) fn percent_format(&mut self, template: &PyNode, values: &PyNode) -> Translated<RhaiCode> {
        let Some(text) = self.constant_text(template) else { return left("a `%` format that is computed") };
        let given: Vec<&PyNode> = match &values.kind {
            PyExpression::Tuple(parts) => parts.iter().collect(),
            PyExpression::Dict(_) => return left("a `%` format with names"),
            _ => vec![values],
        };
        let mut given = given.into_iter();
        let mut pieces = Vec::new();
        let mut rest = text.as_str();
        while let Some(place) = rest.find('%') {
            pieces.push(StringPiece::Text(rest[..place].to_owned()));
            rest = &rest[place + 1..];
            if let Some(after) = rest.strip_prefix('%') {
                pieces.push(StringPiece::Text("%".to_owned()));
                rest = after;
                continue;
            }
            let end = rest.find(|letter: char| letter.is_ascii_alphabetic());
            let Some(end) = end else { return left("this `%` format") };
            let (format, conversion) = (&rest[..end], &rest[end..=end]);
            let Some(value) = given.next() else { return left("a `%` format without its value") };
            pieces.push(StringPiece::Code(match conversion {
                "s" if format.is_empty() => self.formatted(value, "", false)?,
                "r" if format.is_empty() => self.formatted(value, "", true)?,
                "d" | "i" if format.is_empty() => self.whole(value)?,
                "s" => self.formatted(value, &aligned(format, ""), false)?,
                "d" => self.formatted(value, &aligned(format, "d"), false)?,
                "f" => self.formatted(value, &format!("{format}f"), false)?,
                _ => return left(format!("the format `%{format}{conversion}`")),
            }));
            rest = &rest[end + 1..];
        }
        pieces.push(StringPiece::Text(rest.to_owned()));
        Ok(RhaiCode::atom(interpolated(pieces)))
    }

    /// `%d` drops the fraction.
    fn whole(&mut self, value: &PyNode) -> Translated<String> {
        match self.kind_of(value) {
            ValueKind::Int => self.plain(value),
            ValueKind::Float => Ok(format!("{}.to_int()", self.value(value, level::ATOM)?)),
            _ => {
                let code = self.plain(value)?;
                Ok(format!("{}({code})", self.helper("int_of")))
            }
        }
    }

    /// A string, or a variable of the file that is only ever one string.
    pub(super) fn constant_text(&self, node: &PyNode) -> Option<String> {
        let Some(name) = node.name() else { return node.text().map(str::to_owned) };
        let is_constant = self.module_uses.assigned.get(name).is_some_and(|lines| lines.len() == 1);
        if !is_constant || self.scope.is_own(name) {
            return None;
        }
        self.file.body.iter().find_map(|statement| match &statement.kind {
            PyStatementKind::Assign { targets, value } => {
                let is_it = targets.iter().any(|target| target.name() == Some(name));
                value.text().filter(|_| is_it).map(str::to_owned)
            }
            _ => None,
        })
    }

    /// `"{} of {name}".format(a, name=b)`.
    pub(super) fn format_call(&mut self, template: &PyNode, call: &PyCall) -> Translated<RhaiCode> {
        let Some(text) = self.constant_text(template) else {
            return left("`format` of a string that is computed");
        };
        let mut pieces = Vec::new();
        let mut next = 0;
        let mut literal = String::new();
        let mut letters = text.chars().peekable();
        while let Some(letter) = letters.next() {
            match letter {
                '{' if letters.peek() == Some(&'{') => {
                    letters.next();
                    literal.push('{');
                }
                '}' if letters.peek() == Some(&'}') => {
                    letters.next();
                    literal.push('}');
                }
                '{' => {
                    pieces.push(StringPiece::Text(std::mem::take(&mut literal)));
                    let field: String = letters.by_ref().take_while(|letter| *letter != '}').collect();
                    let (name, format) = field.split_once(':').unwrap_or((&field, ""));
                    let (name, is_repr) = match name.split_once('!') {
                        Some((name, conversion)) => (name, conversion == "r"),
                        None => (name, false),
                    };
                    let value = if name.is_empty() {
                        next += 1;
                        call.arguments.get(next - 1)
                    } else if let Ok(place) = name.parse::<usize>() {
                        call.arguments.get(place)
                    } else {
                        let named = call.keywords.iter().find(|(known, _)| known.as_deref() == Some(name));
                        named.map(|(_, value)| value)
                    };
                    let Some(value) = value else { return left(format!("the field `{field}` of `format`")) };
                    pieces.push(StringPiece::Code(self.formatted(value, format, is_repr)?));
                }
                other => literal.push(other),
            }
        }
        pieces.push(StringPiece::Text(literal));
        Ok(RhaiCode::atom(interpolated(pieces)))
    }

    /// A URL put together with `+`: parts that are names are encoded.
    pub(super) fn url_sum(&mut self, first: &PyNode, second: &PyNode) -> Translated<RhaiCode> {
        let one = self.value(first, level::SUM)?;
        let other = if Self::needs_encoding(second, &last_text(first)) {
            self.note_defect(second.line, "B9");
            format!("encode({})", self.plain(second)?)
        } else {
            self.value(second, level::PRODUCT)?
        };
        Ok(RhaiCode::of(format!("{one} + {other}"), level::SUM))
    }

    /// Whether an expression is a URL of the service.
    pub(super) fn is_url(&self, node: &PyNode) -> bool {
        match &node.kind {
            PyExpression::Text(text) => text.starts_with("http"),
            PyExpression::Name(name) => {
                let lower = name.to_lowercase();
                lower.contains("url")
                    || lower == "base"
                    || lower.contains("endpoint")
                    || lower.contains("api_base")
            }
            PyExpression::Attribute(_, name) => {
                let lower = name.to_lowercase();
                lower.contains("url") || lower.contains("endpoint")
            }
            PyExpression::Binary(first, PyOperator::Add, _) => self.is_url(first),
            PyExpression::Format(parts) => self.begins_with_url(parts),
            _ => false,
        }
    }

    /// Whether a part of a path may hold characters that a URL cannot: it is the name of a person or group.
    fn needs_encoding(node: &PyNode, before: &str) -> bool {
        let name = match &node.kind {
            PyExpression::Name(name) | PyExpression::Attribute(_, name) => name.to_lowercase(),
            _ => return false,
        };
        let is_named = ["group", "profile", "email", "mail", "user", "member", "upn"]
            .iter()
            .any(|word| name.contains(word))
            || name == "name"
            || name.ends_with("_name");
        let is_else = ["url", "id", "page", "index", "path", "encoded", "quoted"]
            .iter()
            .any(|word| name.ends_with(word))
            || name.contains("url");
        is_named && !is_else && before.ends_with('/')
    }
}

/// Whether an expression has plain entries, and is only written as a list within `list()`.
fn is_plain_view(node: &PyNode) -> bool {
    node.call().is_some_and(|call| match &call.function.kind {
        PyExpression::Attribute(_, method) => ["keys", "values"].contains(&method.as_str()),
        PyExpression::Name(name) => ["range", "map", "filter", "reversed"].contains(&name.as_str()),
        _ => false,
    })
}

/// The text before the last part of a sum.
fn last_text(node: &PyNode) -> String {
    match &node.kind {
        PyExpression::Text(text) => text.clone(),
        PyExpression::Binary(_, PyOperator::Add, second) => last_text(second),
        PyExpression::Format(parts) => match parts.last() {
            Some(PyFormatPart::Text(text)) => text.clone(),
            _ => String::new(),
        },
        // A constant with the URL of a kind of records ends with a slash.
        PyExpression::Name(name) if name.to_lowercase().contains("url") => "/".to_owned(),
        _ => String::new(),
    }
}

/// A `%` format as one of `format`: `-10` is to the left.
fn aligned(format: &str, conversion: &str) -> String {
    match format.strip_prefix('-') {
        Some(width) => format!("<{width}{conversion}"),
        None if conversion.is_empty() => format!(">{format}"),
        None => format!("{format}{conversion}"),
    }
}

/// The pieces as a string in backticks, or in quotation marks if it has escapes.
fn interpolated(pieces: Vec<StringPiece>) -> String {
    let has_code = pieces.iter().any(|piece| matches!(piece, StringPiece::Code(_)));
    if !has_code {
        let text: String = pieces
            .into_iter()
            .map(|piece| match piece {
                StringPiece::Text(text) | StringPiece::Code(text) => text,
            })
            .collect();
        return quoted(&text);
    }
    let mut written = String::from("`");
    for piece in pieces {
        match piece {
            StringPiece::Text(text) => {
                let letters: Vec<char> = text.chars().collect();
                for (place, letter) in letters.iter().copied().enumerate() {
                    match letter {
                        '\n' => written.push_str("${\"\\n\"}"),
                        '\r' => written.push_str("${\"\\r\"}"),
                        '\t' => written.push_str("${\"\\t\"}"),
                        '`' => written.push_str("${\"`\"}"),
                        // A backslash before `$` would take the value for text.
                        '\\' if letters.get(place + 1).is_none_or(|next| *next == '$') => {
                            written.push_str("${\"\\\\\"}");
                        }
                        '$' if letters.get(place + 1).is_none_or(|next| *next == '{') => {
                            written.push_str("${\"$\"}");
                        }
                        letter => written.push(letter),
                    }
                }
            }
            StringPiece::Code(code) => {
                written.push_str("${");
                written.push_str(&code);
                written.push('}');
            }
        }
    }
    written.push('`');
    written
}
