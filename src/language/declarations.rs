//! The names a script declares, read from its text: for suggestions, where there may be no syntax tree.

/// What is declared somewhere in a text, wherever it is visible.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct DeclaredNames {
    /// Functions with their parameters.
    pub functions: Vec<(String, Vec<String>)>,
    /// Variables, parameters and names of modules.
    pub variables: Vec<String>,
    /// Constants.
    pub constants: Vec<String>,
}

impl DeclaredNames {
    /// Reads them.
    pub fn read(text: &str) -> Self {
        let words = words(text);
        let mut declared = Self::default();
        for (place, word) in words.iter().enumerate() {
            declared.take(word, &words[place + 1..]);
        }
        declared
    }

    /// Whether something that is no function is declared under that name.
    pub fn has(&self, name: &str) -> bool {
        self.variables.iter().chain(&self.constants).any(|known| known == name)
    }

    fn take(&mut self, word: &str, rest: &[String]) {
        let name = rest.first().filter(|name| is_name(name));
        match (word, name) {
            ("let" | "for" | "as", Some(name)) => self.variables.push(name.clone()),
            ("const", Some(name)) => self.constants.push(name.clone()),
            ("for" | "catch", None) => self.variables.extend(names_until(&rest[rest.len().min(1)..], ")")),
            ("fn", Some(name)) => {
                let parameters = names_until(&rest[rest.len().min(2)..], ")");
                self.variables.extend(parameters.iter().cloned());
                self.functions.push((name.clone(), parameters));
            }
            ("|", Some(_)) => self.variables.extend(names_until(rest, "|")),
            _ => {}
        }
    }
}

/// Names with commas between, up to `end`; none where something else stands between.
fn names_until(words: &[String], end: &str) -> Vec<String> {
    let Some(length) = words.iter().position(|word| word == end) else { return Vec::new() };
    let listed = &words[..length];
    if listed.iter().all(|word| is_name(word) || word == ",") {
        listed.iter().filter(|word| is_name(word)).cloned().collect()
    } else {
        Vec::new()
    }
}

fn is_name(word: &str) -> bool {
    word.starts_with(|letter: char| letter.is_alphabetic() || letter == '_')
}

/// Words and single signs; without comments, and without texts but for their quotation marks.
fn words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '/' if letters.peek() == Some(&'/') => drop(letters.by_ref().find(|letter| *letter == '\n')),
            '"' | '`' => {
                skip_text(&mut letters, letter);
                words.push(letter.to_string());
            }
            letter if letter.is_alphanumeric() || letter == '_' => {
                let mut word = letter.to_string();
                while let Some(next) = letters.next_if(|next| next.is_alphanumeric() || *next == '_') {
                    word.push(next);
                }
                words.push(word);
            }
            letter if letter.is_whitespace() => {}
            sign => words.push(sign.to_string()),
        }
    }
    words
}

fn skip_text(letters: &mut impl Iterator<Item = char>, end: char) {
    while let Some(letter) = letters.next() {
        if letter == '\\' {
            letters.next();
        } else if letter == end {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_of_declaration_is_found() {
        let declared = DeclaredNames::read(
            "import \"lib\" as lib; const LIMIT = 1; let users = []; // let nothing = 1\n\
             fn add(one, two) { one + two }\nfor user in users { } for (item, place) in users { }\n\
             users.filter(|one| one > 1 || true); try { } catch (error) { } let text = \"let not_this = 1\";",
        );
        assert_eq!(declared.functions, [("add".to_owned(), vec!["one".to_owned(), "two".to_owned()])]);
        assert_eq!(declared.constants, ["LIMIT"]);
        let expected = ["lib", "users", "one", "two", "user", "item", "place", "one", "error", "text"];
        assert_eq!(declared.variables, expected);
    }

    #[test]
    fn a_text_cut_off_anywhere_is_read_as_far_as_it_goes() {
        let text = "import \"lib\" as lib; fn add(one, two) { for (a, b) in x { } } let t = `a ${b}`; |x| 1";
        for end in 0..text.len() {
            DeclaredNames::read(&text[..end]);
        }
    }
}
