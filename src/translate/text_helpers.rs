//! Functions at the end of a draft that write values as Python does.

use super::draft_helper::{DraftHelper, helper};

/// Helpers for strings, in the order in which a draft defines them.
pub(super) const TEXT_HELPERS: &[DraftHelper] = &[
    helper(
        "text_of",
        &["items_of", "float_text", "shown_escapes"],
        r#"// A value as Python's str() writes it.
fn text_of(value) {
    return switch type_of(value) {
        "bool" => if value { "True" } else { "False" },
        "()" => "None",
        "f64" => float_text(value),
        "array" => "[" + value.map(|entry| quoted_text(entry)).join(", ") + "]",
        "map" => "{" + items_of(value).map(|pair| quoted_text(pair[0]) + ": " + quoted_text(pair[1])).join(", ") + "}",
        _ => value.to_string()
    };
}

fn quoted_text(value) {
    if type_of(value) != "string" { return text_of(value); }
    let mark = if value.contains("'") && !value.contains("\"") { "\"" } else { "'" };
    let text = shown_escapes(value.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t"));
    return mark + (if mark == "'" { text.replace("'", "\\'") } else { text }) + mark;
}"#,
    ),
    helper(
        "float_text",
        &[],
        r#"// A float as Python's repr() writes it.
fn float_text(number) {
    if type_of(number) != "f64" { return number.to_string(); }
    if number.is_nan() { return "nan"; }
    if number.is_infinite() { return if number.to_string().starts_with("-") { "-inf" } else { "inf" }; }
    let text = to_json(number);
    let sign = if text.starts_with("-") { "-" } else { "" };
    if number.abs() >= 0.00001 && number.abs() < 0.0001 {
        let digits = text.trim("-").slice(6);
        let rest = digits.slice(1);
        return sign + digits.slice(0, 1) + (if rest == "" { "" } else { "." + rest }) + "e-05";
    }
    let parts = text.split("e");
    if parts.len() == 1 { return text; }
    let exponent = if parts[1].len() == 2 { parts[1].slice(0, 1) + "0" + parts[1].slice(1) } else { parts[1] };
    return parts[0] + "e" + exponent;
}"#,
    ),
    helper(
        "shown_escapes",
        &["letter_code"],
        r##"// Characters that cannot be seen, as Python's repr() writes them.
fn shown_escapes(text) {
    let unseen = #"[\p{C}\p{Zl}\p{Zp}\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]"#;
    if !text.matches(unseen) { return text; }
    let result = "";
    for letter in text.chars() {
        let code = letter.to_int();
        let letter = letter.to_string();
        result += if !letter.matches(unseen) { letter }
            else if code < 256 { "\\x" + letter_code(code, 2) }
            else if code < 65536 { "\\u" + letter_code(code, 4) }
            else { "\\U" + letter_code(code, 8) };
    }
    return result;
}"##,
    ),
    helper(
        "letter_code",
        &[],
        r#"// The code of a character in hexadecimal digits.
fn letter_code(code, width) {
    let digits = code.to_hex();
    return "".pad(width - digits.len(), "0") + digits;
}"#,
    ),
    helper(
        "json_text",
        &["float_text", "letter_code"],
        r#"// A value as Python's json.dumps() writes it.
fn json_text(value) { return json_text(value, #{}); }

fn json_text(value, options) {
    let indent = options.indent;
    if type_of(indent) == "i64" { indent = "".pad(indent, " "); }
    let marks = options.separators ?? [if indent == () { ", " } else { "," }, ": "];
    return json_part(value, indent, "\n", marks, options);
}

fn json_part(value, indent, line, marks, options) {
    let kind = type_of(value);
    if kind == "f64" {
        return float_text(value).replace("nan", "NaN").replace("inf", "Infinity");
    }
    if kind in ["Date", "Moment"] {
        if kind == "Date" && (options.dates ?? false) { return `"${value}"`; }
        throw #{kind: "TypeError", message: "Object of type datetime is not JSON serializable"};
    }
    if !(kind in ["array", "map", "string", "i64", "bool", "()"]) {
        return json_part(parse_json(to_json(value)), indent, line, marks, options);
    }
    if !(kind in ["array", "map"]) { return if options.ascii ?? true { ascii_text(to_json(value)) } else { to_json(value) }; }
    let ends = if kind == "array" { ["[", "]"] } else { ["{", "}"] };
    if value.is_empty() { return ends[0] + ends[1]; }
    let inner = if indent == () { "" } else { line + indent };
    let parts = [];
    if kind == "array" {
        for entry in value { parts.push(json_part(entry, indent, inner, marks, options)); }
    } else {
        for key in value.keys() {
            parts.push(json_part(key, indent, inner, marks, options) + marks[1] + json_part(value[key], indent, inner, marks, options));
        }
    }
    return ends[0] + inner + parts.join(marks[0] + inner) + (if indent == () { "" } else { line }) + ends[1];
}

fn ascii_text(text) {
    if !text.matches("[^ -~]") { return text; }
    let result = "";
    for letter in text.chars() {
        let code = letter.to_int();
        result += if code >= 32 && code < 127 { letter.to_string() }
            else if code < 65536 { "\\u" + letter_code(code, 4) }
            else { "\\u" + letter_code(55296 + (code - 65536) / 1024, 4) + "\\u" + letter_code(56320 + (code - 65536) % 1024, 4) };
    }
    return result;
}"#,
    ),
    helper(
        "bytes_text",
        &["letter_code"],
        r#"// The bytes of a string, as Python writes them.
fn bytes_text(text) {
    let mark = if text.contains("'") && !text.contains("\"") { "\"" } else { "'" };
    let shown = "";
    for letter in text.chars() {
        let code = letter.to_int();
        let letter = letter.to_string();
        shown += if letter == "\n" { "\\n" }
            else if letter == "\r" { "\\r" }
            else if letter == "\t" { "\\t" }
            else if letter == mark || letter == "\\" { "\\" + letter }
            else if code < 32 || code == 127 { "\\x" + letter_code(code, 2) }
            else if code > 127 { encode(letter).to_lower().replace("%", "\\x") }
            else { letter };
    }
    return "b" + mark + shown + mark;
}"#,
    ),
    helper(
        "error_text",
        &["text_of"],
        r#"// The words of an error, as Python's own functions choose them.
fn error_text(err) {
    let message = `${err.message}`;
    let code = `${err.code}`;
    if err.kind == "KeyError" { return quoted_text(message); }
    if code == "ErrorArrayBounds" { return "list index out of range"; }
    if code == "ErrorStringBounds" { return "string index out of range"; }
    if message.starts_with("error parsing integer number ") {
        return "invalid literal for int() with base 10: " + message.slice(29).split(": ", 2)[0];
    }
    if message.starts_with("error parsing floating-point number ") {
        return "could not convert string to float: " + message.slice(36).split(": ", 2)[0];
    }
    return message;
}"#,
    ),
    helper(
        "zero_padded",
        &[],
        r#"fn zero_padded(value, width) {
    let text = value.to_string();
    let sign = if text.starts_with("-") || text.starts_with("+") { text.slice(0, 1) } else { "" };
    let digits = text.slice(sign.len());
    return if text.len() >= width { text } else { sign + "".pad(width - text.len(), "0") + digits };
}"#,
    ),
    helper(
        "letters_of",
        &[],
        r"// The letters of a string.
fn letters_of(text) {
    let letters = [];
    for letter in text.chars() { letters.push(letter.to_string()); }
    return letters;
}",
    ),
    helper(
        "grouped_digits",
        &[],
        r#"// A number with commas between thousands.
fn grouped_digits(number) {
    let parts = number.to_string().split(".");
    let digits = parts[0].trim_start("-");
    let groups = [];
    while digits.len() > 3 {
        groups.insert(0, digits.slice(-3));
        digits = digits.slice(0, -3);
    }
    groups.insert(0, digits);
    parts[0] = (if parts[0].starts_with("-") { "-" } else { "" }) + groups.join(",");
    return parts.join(".");
}"#,
    ),
    helper(
        "left_aligned",
        &["aligned_text"],
        r#"fn left_aligned(value, width) {
    return aligned_text(value).pad(width, " ");
}"#,
    ),
    helper(
        "aligned_text",
        &["text_of"],
        r#"// A value that a format gives a width: true and false are numbers then.
fn aligned_text(value) {
    return if type_of(value) == "bool" { (if value { "1" } else { "0" }) } else { text_of(value) };
}"#,
    ),
    helper(
        "right_aligned",
        &["aligned_text"],
        r#"fn right_aligned(value, width) {
    let text = aligned_text(value);
    return if text.len() >= width { text } else { "".pad(width - text.len(), " ") + text };
}"#,
    ),
    helper(
        "centered",
        &["aligned_text"],
        r#"fn centered(value, width) {
    let text = aligned_text(value);
    let missing = width - text.len();
    if missing <= 0 { return text; }
    let left = missing / 2 + (if missing % 2 == 1 && width % 2 == 1 { 1 } else { 0 });
    return "".pad(left, " ") + text + "".pad(missing - left, " ");
}"#,
    ),
    helper(
        "title_case",
        &[],
        r#"// Python's title().
fn title_case(text) {
    let result = "";
    let is_start = true;
    for letter in text.chars() {
        let letter = letter.to_string();
        result += if is_start { letter.to_upper() } else { letter.to_lower() };
        is_start = letter.to_upper() == letter.to_lower();
    }
    return result;
}"#,
    ),
    helper(
        "with_line_ends",
        &[],
        r#"// The lines of a string with their ends, as Python iterates over a file.
fn with_line_ends(text) {
    let lines = text.replace("\r\n", "\n").split("\n");
    let last = lines.pop();
    lines = lines.map(|line| line + "\n");
    if last != "" { lines.push(last); }
    return lines;
}"#,
    ),
];
