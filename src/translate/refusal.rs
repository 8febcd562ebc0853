//! Recognizes files that are not Python 3, so that the message can say what they are.

/// Why a file cannot be translated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TranslationRefusal {
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: String,
    /// The 1-based line, if one is to blame.
    pub line: Option<usize>,
}

fn refusal(message: &str, hint: &str) -> TranslationRefusal {
    TranslationRefusal { message: message.to_owned(), hint: hint.to_owned(), line: None }
}

/// What a file is, if it is evidently not Python; looked at before it is parsed.
pub(super) fn before_parsing(text: &str) -> Option<TranslationRefusal> {
    if text.trim().is_empty() {
        return Some(refusal("the file is empty", "Name a Python file: umapish translate FILE.py."));
    }
    if text.contains('\0') {
        return Some(refusal(
            "the file is not a text file",
            "Name a Python file: umapish translate FILE.py.",
        ));
    }
    None
}

/// The reason why a file does not parse.
pub(super) fn after_parsing(text: &str, line: usize, message: &str) -> TranslationRefusal {
    if is_rhai(text) {
        return refusal("the file is a Rhai script already", "Check it with `umapish check FILE`.");
    }
    if is_csv(text) {
        return refusal(
            "the file looks like a CSV file, not like Python",
            "A script reads it with `read_csv(path)`.",
        );
    }
    if let Some(line) = python_2_line(text) {
        let hint = "Convert it to Python 3 first, for instance with the program `2to3`.";
        return TranslationRefusal { line: Some(line), ..refusal("the file is Python 2", hint) };
    }
    let hint =
        "Correct the line, or comment it out; Python itself says the same: `python3 -m py_compile FILE`.";
    TranslationRefusal { line: Some(line), ..refusal(&format!("not valid Python 3: {message}"), hint) }
}

fn is_rhai(text: &str) -> bool {
    let starts = ["let ", "const ", "fn ", "//", "import \""];
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    let (mut rhai, mut all) = (0, 0);
    for line in lines.take(200) {
        all += 1;
        let is_like = starts.iter().any(|start| line.starts_with(start)) || line.ends_with([';', '{', '}']);
        rhai += usize::from(is_like);
    }
    rhai * 2 > all
        && (text.contains("let ") || text.contains("fn ") || text.contains("#{") || text.contains("//"))
}

fn is_csv(text: &str) -> bool {
    let counts = |mark: char| {
        let lines = text.lines().filter(|line| !line.trim().is_empty()).take(20);
        lines.map(|line| line.matches(mark).count()).collect::<Vec<_>>()
    };
    [',', ';', '\t'].iter().any(|mark| {
        let counts = counts(*mark);
        counts.len() > 1 && counts[0] > 0 && counts.iter().all(|count| *count == counts[0])
    })
}

/// The line of a `print` statement, or another sign of Python 2.
fn python_2_line(text: &str) -> Option<usize> {
    let is_old = |line: &str| {
        let line = line.trim_start();
        let prints =
            line.strip_prefix("print ").is_some_and(|rest| !rest.trim_start().starts_with(['(', '=']));
        let catches =
            line.starts_with("except ") && line.contains(", ") && line.ends_with(':') && !line.contains('(');
        let executes = line.starts_with("exec ") || (line.starts_with("raise ") && line.contains(", \""));
        prints || catches || executes
    };
    text.lines().position(is_old).map(|place| place + 1)
}
