//! Functions that a draft defines at its end, where Rhai has nothing that does what Python does.

use super::draft_helper::{DraftHelper, helper};
use super::text_helpers::TEXT_HELPERS;

/// All helpers, in the order in which a draft defines them.
pub(super) fn all() -> impl Iterator<Item = &'static DraftHelper> {
    HELPERS.iter().chain(TEXT_HELPERS)
}

/// Whether a draft may define a function of that name.
pub(super) fn defines(name: &str) -> bool {
    let head = format!("fn {name}(");
    all().any(|helper| helper.code.contains(&head))
}

const HELPERS: &[DraftHelper] = &[
    helper(
        "truthy",
        &[],
        r#"// What Python takes for true.
fn truthy(value) {
    return switch type_of(value) {
        "bool" => value,
        "()" => false,
        "string" => value != "",
        "i64" | "f64" => value != 0,
        "array" | "map" | "Users" | "Groups" => value.len() > 0,
        "Response" => value.status < 400,
        _ => true
    };
}"#,
    ),
    helper(
        "executed",
        &[],
        r"// Commands as execute_multiple of umapi_client sends them: the numbers of those queued, sent and done.
fn executed(commands) {
    let report = multi_action(commands);
    return [0, commands.len(), report.done.len()];
}",
    ),
    helper(
        "repeated",
        &[],
        r#"// A list or string several times.
fn repeated(value, count) {
    let result = if type_of(value) == "array" { [] } else { "" };
    for i in 0..count {
        result += value;
    }
    return result;
}"#,
    ),
    helper(
        "local_time",
        &[],
        r"// What a clock of this machine shows at a moment, as Python's datetime without a time zone.
fn local_time(moment) {
    return moment + moment.offset;
}",
    ),
    helper(
        "timestamp_of",
        &[],
        r"// The seconds since 1970 at a local time.
fn timestamp_of(local) {
    let guess = local - local.offset;
    return (local - guess.offset).seconds.to_float();
}",
    ),
    helper(
        "entry_or",
        &[],
        r#"// The entry of a map, which may be None; without it, another value.
fn entry_or(map, key, other) {
    if type_of(map) == "map" { return if key in map { map[key] } else { other }; }
    return map[key] ?? other;
}"#,
    ),
    helper(
        "floor_divide",
        &[],
        r#"// Python's `a // b`, rounded down.
fn floor_divide(a, b) {
    if type_of(a) == "f64" || type_of(b) == "f64" { return floor(a * 1.0 / b); }
    let whole = floor(a / b);
    return if a % b != 0 && (a < 0) != (b < 0) { whole - 1 } else { whole };
}"#,
    ),
    helper(
        "modulo",
        &[],
        r"// Python's `a % b`, which has the sign of b.
fn modulo(a, b) {
    return ((a % b) + b) % b;
}",
    ),
    helper(
        "int_of",
        &[],
        r#"// Python's int().
fn int_of(value) {
    return switch type_of(value) {
        "i64" => value,
        "f64" => value.to_int(),
        "bool" => if value { 1 } else { 0 },
        _ => parse_int(`${value}`.trim())
    };
}"#,
    ),
    helper(
        "divide",
        &[],
        r#"// Python's `a / b`: never a whole number, and an error for zero.
fn divide(a, b) {
    if b == 0 { throw #{kind: "ZeroDivisionError", message: "division by zero"}; }
    return 1.0 * a / b;
}"#,
    ),
    helper(
        "range_list",
        &[],
        r"// The numbers of a range as a list.
fn range_list(start, end, step) {
    let numbers = [];
    for number in range(start, end, step) { numbers.push(number); }
    return numbers;
}",
    ),
    helper(
        "items_of",
        &[],
        r"// The entries of a map as pairs.
fn items_of(map) {
    let pairs = [];
    for key in map.keys() { pairs.push([key, map[key]]); }
    return pairs;
}",
    ),
    helper(
        "body_text",
        &[],
        r#"// The body of a response as text.
fn body_text(response) {
    return switch type_of(response.body) {
        "string" => response.body,
        "()" => "",
        _ => to_json(response.body)
    };
}"#,
    ),
    helper(
        "raise_for_status",
        &[],
        r#"fn raise_for_status(response) {
    if response.status >= 400 {
        throw #{kind: "HTTPError", message: `${response.status} Error`, response: response};
    }
}"#,
    ),
    helper(
        "with_query",
        &[],
        r#"// A URL with the parameters of a query.
fn with_query(url, parameters) {
    let pairs = [];
    for key in parameters.keys() {
        if parameters[key] != () { pairs.push(encode(key) + "=" + encode(`${parameters[key]}`)); }
    }
    return if pairs.is_empty() { url } else { url + (if url.contains("?") { "&" } else { "?" }) + pairs.join("&") };
}"#,
    ),
    helper(
        "is_error",
        &[],
        r#"// Whether an error is one of these kinds of Python's.
fn is_error(err, kinds) {
    let kind = err.kind;
    let message = `${err.message}`;
    let code = `${err.code}`;
    for wanted in kinds {
        if kind == wanted || wanted == "Exception" { return true; }
        let is_same = switch wanted {
            "KeyError" => kind == "script" && (message.contains("has no field") || message.contains("no key") || message.contains("column")),
            "IndexError" => code == "ErrorArrayBounds" || code == "ErrorStringBounds",
            "ZeroDivisionError" => message.contains("division by zero"),
            "ValueError" => message.contains("parsing") || kind == "decode" || message.contains("JSON") || message.contains("format"),
            "JSONDecodeError" => kind == "decode" || message.contains("JSON"),
            "TypeError" | "AttributeError" => kind == "script" && !message.contains("division by zero") && !message.contains("parsing"),
            "FileNotFoundError" | "OSError" | "IOError" | "PermissionError" => kind == "file",
            "HTTPError" | "ClientResponseError" => kind in ["not_found", "rejected", "throttled", "invalid"],
            "RequestException" | "ConnectionError" | "Timeout" | "ClientError" | "TimeoutError" =>
                kind in ["unavailable", "unknown", "throttled", "not_found", "rejected", "invalid", "HTTPError"],
            _ => false
        };
        if is_same { return true; }
    }
    return false;
}"#,
    ),
    helper(
        "entry_of",
        &[],
        r#"// The entry of a map; without it, an error as in Python.
fn entry_of(map, key) {
    if type_of(map) == "map" && !(key in map) { throw #{kind: "KeyError", message: `${key}`}; }
    return map[key];
}"#,
    ),
    helper(
        "csv_lists",
        &[],
        r#"// The rows of a CSV file as lists of cells, as Python's csv.reader returns them.
fn csv_lists(text, mark) {
    let rows = [];
    let row = [];
    let cell = "";
    let is_quoted = false;
    let begun = false;
    let letters = text.replace("\r\n", "\n").replace("\r", "\n").chars();
    let last = "";
    let all = [];
    for letter in letters { all.push(letter.to_string()); }
    let place = 0;
    while place < all.len() {
        let letter = all[place];
        place += 1;
        if is_quoted {
            if letter != "\"" { cell += letter; }
            else if place < all.len() && all[place] == "\"" { cell += "\""; place += 1; }
            else { is_quoted = false; }
        } else if letter == "\"" && cell == "" && !begun { is_quoted = true; begun = true; }
        else if letter == mark { row.push(cell); cell = ""; begun = false; last = mark; }
        else if letter == "\n" {
            if !row.is_empty() || cell != "" || begun || last == mark { row.push(cell); }
            rows.push(row);
            row = []; cell = ""; begun = false; last = "";
        } else { cell += letter; begun = true; }
    }
    if !row.is_empty() || cell != "" || begun { row.push(cell); rows.push(row); }
    return rows;
}"#,
    ),
    helper(
        "csv_rows",
        &["csv_lists"],
        r"// The rows of a CSV file as maps, as Python's csv.DictReader returns them.
fn csv_rows(text, mark, columns) {
    let found = [];
    for cells in csv_lists(text, mark) {
        if columns == () { columns = cells; continue; }
        if cells.is_empty() { continue; }
        let row = #{};
        for (column, place) in columns { row[column] = if place < cells.len() { cells[place] } else { () }; }
        found.push(row);
    }
    return found;
}",
    ),
    helper(
        "csv_text",
        &["text_of"],
        r#"// Rows as Python's csv.writer writes them.
fn csv_text(rows, mark) {
    let text = "";
    for row in rows {
        let is_single = row.len() == 1;
        let cells = row.map(|value| {
            let cell = if value == () { "" } else { text_of(value) };
            let is_special = cell.contains(mark) || cell.contains("\"") || cell.contains("\n") || cell.contains("\r");
            if is_special || (cell == "" && is_single) { "\"" + cell.replace("\"", "\"\"") + "\"" } else { cell }
        });
        text += cells.join(mark) + "\r\n";
    }
    return text;
}"#,
    ),
    helper(
        "most_common",
        &["items_of"],
        r"// The entries of a count, the highest first.
fn most_common(counts) {
    return items_of(counts).sort_by(|pair| -pair[1]);
}",
    ),
    helper(
        "counts_of",
        &[],
        r"// How often each entry occurs.
fn counts_of(list) {
    let counts = #{};
    for entry in list { counts[entry] = (counts[entry] ?? 0) + 1; }
    return counts;
}",
    ),
    helper(
        "read_config",
        &[],
        r##"// The sections of a configuration file with their keys.
fn read_config(path) {
    let sections = #{};
    let section = "";
    for line in read_lines(path) {
        let line = line.trim();
        if line == "" || line.starts_with("#") || line.starts_with(";") { continue; }
        if line.starts_with("[") { section = line.trim("[]"); sections[section] = #{}; continue; }
        let parts = line.replace(":", "=").split("=", 2);
        let place = line.len() - line.trim_start().len() + parts[0].len() + 1;
        sections[section][parts[0].trim().to_lower()] = line.slice(place).trim();
    }
    return sections;
}"##,
    ),
    helper(
        "flattened",
        &[],
        r"// One list of the entries of several.
fn flattened(lists) {
    let all = [];
    for list in lists { for entry in list { all.push(entry); } }
    return all;
}",
    ),
    helper(
        "pairs_of",
        &[],
        r"// Lists with one entry of each list, as many as the shortest has.
fn pairs_of(lists) {
    let count = lists.map(|list| list.len()).min();
    let pairs = [];
    for place in 0..count { pairs.push(lists.map(|list| list[place])); }
    return pairs;
}",
    ),
    helper(
        "taken",
        &[],
        r"// Removes an entry of a map and returns it, or another value if there is none.
fn taken(key, other) {
    return if key in this { this.remove(key) } else { other };
}",
    ),
    helper(
        "dropped",
        &[],
        r#"// Removes an entry of a map and returns it.
fn dropped(key) {
    if !(key in this) { throw #{kind: "KeyError", message: `${key}`}; }
    return this.remove(key);
}"#,
    ),
    helper(
        "place_of",
        &[],
        r#"// The first place of a value in a list or string.
fn place_of(values, wanted) {
    let place = values.index_of(wanted);
    if place >= 0 { return place; }
    throw #{kind: "ValueError", message: if type_of(values) == "string" { "substring not found" } else { `${wanted} is not in list` }};
}"#,
    ),
    helper(
        "parts_of",
        &["letters_of"],
        r#"// The entries that several variables take: as many as there are variables.
fn parts_of(value, count) {
    let parts = switch type_of(value) { "string" => letters_of(value), "map" => value.keys(), _ => value };
    if parts.len() == count { return parts; }
    let words = if parts.len() > count { `too many values to unpack (expected ${count})` }
        else { `not enough values to unpack (expected ${count}, got ${parts.len()})` };
    throw #{kind: "ValueError", message: words};
}"#,
    ),
    helper(
        "same_set",
        &[],
        r"// Whether two sets have the same entries.
fn same_set(one, other) {
    return one.len() == other.len() && one.all(|entry| entry in other);
}",
    ),
    helper(
        "same_number",
        &[],
        r#"// Whether two numbers are equal to the last digit, which `==` does not ask of floats.
fn same_number(one, other) {
    let are_numbers = type_of(one) in ["i64", "f64"] && type_of(other) in ["i64", "f64"];
    return if are_numbers { to_json(one * 1.0) == to_json(other * 1.0) } else { one == other };
}"#,
    ),
    helper(
        "required_env",
        &[],
        r#"// A variable of the environment; without it, an error as in Python.
fn required_env(name) {
    let value = env(name);
    if value == () { throw #{kind: "KeyError", message: name}; }
    return value;
}"#,
    ),
    helper(
        "joined_path",
        &[],
        r#"// Parts of a path as Python's os.path.join joins them.
fn joined_path(parts) {
    let path = "";
    for part in parts {
        path = if part.starts_with("/") || path == "" { part } else if path.ends_with("/") { path + part } else { path + "/" + part };
    }
    return path;
}"#,
    ),
    helper(
        "folder_exists",
        &[],
        r#"// Whether a path leads to a folder.
fn folder_exists(path) {
    try {
        files(path + "/*");
        return true;
    } catch (err) {
        if err.kind != "file" { throw err; }
        return false;
    }
}"#,
    ),
    helper(
        "path_exists",
        &["folder_exists"],
        r"// Whether a path leads to a file or folder.
fn path_exists(path) {
    return file_exists(path) || folder_exists(path);
}",
    ),
    helper(
        "path_text",
        &[],
        r#"// Parts of a path as Python's pathlib joins them.
fn path_text(parts) {
    let path = "";
    for part in parts { path = if part.starts_with("/") || path == "" { part } else { path + "/" + part }; }
    let names = path.split("/").filter(|name| name != "" && name != ".");
    let text = (if path.starts_with("/") { "/" } else { "" }) + names.join("/");
    return if text == "" { "." } else { text };
}"#,
    ),
    helper(
        "sampled",
        &[],
        r#"// Some entries of a list in random order, each at most once.
fn sampled(list, count) {
    if count < 0 || count > list.len() { throw #{kind: "ValueError", message: "Sample larger than population or is negative"}; }
    let found = [];
    for i in 0..count { found.push(list.remove(random(0, list.len() - 1))); }
    return found;
}"#,
    ),
    helper(
        "map_of",
        &[],
        r"// A map of pairs of a key and a value.
fn map_of(pairs) {
    let map = #{};
    for pair in pairs { map[pair[0]] = pair[1]; }
    return map;
}",
    ),
];
