//! The encoding of a text file: named by the caller, shown by the file, or guessed. A guess is always reported.

use crate::client::settings::Mode;
use crate::error::{Error, Result};
use crate::host::session::Session;
use crate::store::encoding::FileEncoding;
use crate::store::input_file::InputFile;
use crate::store::text_reader::TextReader;
use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use std::io::Read;

/// The bytes that are read at once.
const PIECE: usize = 1 << 16;
/// The byte that begins a change of alphabets in ISO-2022-JP.
const ESCAPE: u8 = 0x1B;
/// The words that are shown for a guess.
const SHOWN_WORDS: usize = 5;

/// The encoding of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct TextEncoding {
    pub(crate) encoding: FileEncoding,
    /// How the file reads in the encodings that are likely, the guess first, if it is one.
    pub(crate) guessed_by: Option<Vec<EncodedReading>>,
}

/// How a file reads in an encoding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct EncodedReading {
    encoding: FileEncoding,
    /// Words with other letters than those of ASCII.
    words: Vec<String>,
}

/// Encodings in which files of administrators are, besides the one that is guessed.
const CANDIDATES: [&str; 7] =
    ["windows-1252", "shift_jis", "windows-1250", "windows-1251", "gb18030", "big5", "euc-kr"];
/// The other readings that are shown.
const SHOWN_READINGS: usize = 2;
/// A guess in which fewer of a hundred letters are letters is doubted.
const DOUBTED: usize = 75;

impl EncodedReading {
    /// How many of a hundred letters that are not ASCII belong to words, and are not signs such as `¾`.
    fn percent_of_letters(&self) -> usize {
        let unusual = || self.words.iter().flat_map(|word| word.chars()).filter(|letter| !letter.is_ascii());
        let letters = unusual().filter(|letter| letter.is_alphabetic()).count();
        100 * letters / unusual().count().max(1)
    }

    fn listed(&self) -> String {
        self.words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(", ")
    }
}

/// How a file reads in the encodings in which it can be read: the likely one first, unless it makes signs of letters and
/// another one does not.
fn readings(file: &InputFile, likely: FileEncoding) -> Vec<EncodedReading> {
    let others = CANDIDATES.iter().filter_map(|label| FileEncoding::parse(label));
    let mut found: Vec<EncodedReading> = Vec::new();
    for encoding in std::iter::once(likely).chain(others) {
        let Some(words) = words(file, encoding) else { continue };
        if found.is_empty() || !words.is_empty() && found.iter().all(|known| known.words != words) {
            found.push(EncodedReading { encoding, words });
        }
    }
    let is_doubted = found.first().is_none_or(|first| first.percent_of_letters() < DOUBTED);
    if is_doubted && let Some(better) = found.iter().position(|other| other.percent_of_letters() == 100) {
        found[..=better].rotate_right(1);
    }
    found.truncate(1 + SHOWN_READINGS);
    found
}

/// The encoding of a file: the one that is given, the one that its `start` shows, or the likely one in place of a guess.
/// `check` is called while the file is read.
///
/// # Errors
/// `file`: it cannot be read. What `check` returns.
pub(crate) fn encoding_of(
    file: &InputFile,
    (given, likely): (Option<FileEncoding>, Option<FileEncoding>),
    start: &[u8],
    check: &dyn Fn() -> Result<()>,
) -> Result<TextEncoding> {
    if let Some(encoding) = given.or_else(|| FileEncoding::shown_by(start)) {
        return Ok(TextEncoding { encoding, guessed_by: None });
    }
    let (encoding, is_guess) = guess(file, check)?;
    if let Some(encoding) = likely.filter(|_| is_guess) {
        return Ok(TextEncoding { encoding, guessed_by: None });
    }
    if !is_guess {
        return Ok(TextEncoding { encoding, guessed_by: None });
    }
    let readings = readings(file, encoding);
    let encoding = readings.first().map_or(encoding, |first| first.encoding);
    Ok(TextEncoding { encoding, guessed_by: Some(readings) })
}

/// Reports a guess, if it is one.
///
/// # Errors
/// `file`: the run is live, in which a guess is not used.
pub(crate) fn report(session: &Session, file: &InputFile, found: &TextEncoding) -> Result<()> {
    let Some(readings) = &found.guessed_by else { return Ok(()) };
    let (file, name) = (file.path().display().to_string(), found.encoding.name());
    let sample = sample(readings);
    if session.mode() == Mode::Live {
        let message = format!("the file is not UTF-8; it is probably {name}, in which it has {sample}");
        let hint = format!(
            "A guess is not used in a live run. If the words are right, say so: #{{encoding: {name:?}}} in the script, \
             or --encoding {name} before it. Otherwise name the right encoding, or save the file as UTF-8."
        );
        return Err(Error::file(file, message).with_file_hint(hint));
    }
    session.console().note(&format!(
        "{file} is not UTF-8; it is read as {name}, which is a guess: {sample}. To be sure, say so: \
         #{{encoding: {name:?}}} or --encoding {name}. A live run does not guess."
    ));
    Ok(())
}

/// The words of the guess, and those of the others.
fn sample(readings: &[EncodedReading]) -> String {
    let others =
        readings.iter().skip(1).map(|other| format!("{} as {}", other.listed(), other.encoding.name()));
    let others: Vec<_> = others.collect();
    let first = readings.first().map(EncodedReading::listed).unwrap_or_default();
    if others.is_empty() { first } else { format!("{first} ({})", others.join("; ")) }
}

/// UTF-8 if the whole file is, or nearly is; otherwise the most likely encoding.
fn guess(file: &InputFile, check: &dyn Fn() -> Result<()>) -> Result<(FileEncoding, bool)> {
    let mut letters = Utf8Count::default();
    each_piece(file, check, &mut |bytes| letters.add(bytes))?;
    // A file in which most letters are UTF-8 has a few broken ones; another encoding would break all the others.
    if (letters.is_utf_8() && !letters.has_escape) || letters.has_nul {
        return Ok((FileEncoding::UTF_8, false));
    }
    // It weighs every byte for some thirty encodings, so files in UTF-8 are not given to it.
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    each_piece(file, check, &mut |bytes| _ = detector.feed(bytes, bytes.is_empty()))?;
    let likely = detector.guess(None, Utf8Detection::Deny);
    // The one encoding whose bytes are all ASCII: only its escapes show it.
    if letters.is_utf_8() && likely.name() != "ISO-2022-JP" {
        return Ok((FileEncoding::UTF_8, false));
    }
    Ok((FileEncoding::parse(likely.name()).unwrap_or(FileEncoding::UTF_8), true))
}

/// Calls `visit` with every piece of a file, and with nothing at its end.
fn each_piece(file: &InputFile, check: &dyn Fn() -> Result<()>, visit: &mut dyn FnMut(&[u8])) -> Result<()> {
    let (mut source, mut piece) = (file.pass(), vec![0; PIECE]);
    loop {
        check()?;
        let count = source.read(&mut piece).map_err(|error| Error::io(file.path(), error))?;
        visit(&piece[..count]);
        if count == 0 {
            return Ok(());
        }
    }
}

/// Counts the letters of UTF-8 in bytes that come in pieces.
#[derive(Default)]
struct Utf8Count {
    valid: usize,
    invalid: usize,
    has_nul: bool,
    has_escape: bool,
    rest: Vec<u8>,
}

impl Utf8Count {
    fn add(&mut self, bytes: &[u8]) {
        self.has_escape |= bytes.contains(&ESCAPE);
        if self.rest.is_empty() && bytes.is_ascii() {
            self.has_nul |= bytes.contains(&0);
            return;
        }
        let mut all = std::mem::take(&mut self.rest);
        all.extend_from_slice(bytes);
        let kept = if bytes.is_empty() { 0 } else { incomplete(&all) };
        self.rest = all.split_off(all.len() - kept);
        self.has_nul |= all.contains(&0);
        for chunk in all.utf8_chunks() {
            self.valid += chunk.valid().chars().filter(|letter| !letter.is_ascii()).count();
            self.invalid += usize::from(!chunk.invalid().is_empty());
        }
    }

    fn is_utf_8(&self) -> bool {
        self.invalid == 0 || self.valid > self.invalid
    }
}

/// The bytes at the end that may be the start of a letter.
fn incomplete(bytes: &[u8]) -> usize {
    match std::str::from_utf8(&bytes[bytes.len().saturating_sub(3)..]) {
        Ok(_) => 0,
        Err(_) => (1..=bytes.len().min(3)).find(|back| bytes[bytes.len() - back] >= 0xC0).unwrap_or(0),
    }
}

/// Words that show whether a guess is right; `None` if the bytes up to them are not valid in the encoding.
fn words(file: &InputFile, encoding: FileEncoding) -> Option<Vec<String>> {
    let mut reader = TextReader::new(file.pass(), Some(encoding));
    let (mut piece, mut found) = (String::new(), Vec::new());
    while found.len() < SHOWN_WORDS {
        reader.read(&mut piece).ok()?;
        if piece.is_empty() {
            break;
        }
        let words = piece.split(|letter: char| letter.is_whitespace() || ",;\"\t".contains(letter));
        for word in words.filter(|word| !word.is_ascii()) {
            let word: String = word.chars().take(30).collect();
            if found.len() < SHOWN_WORDS && !found.contains(&word) {
                found.push(word);
            }
        }
    }
    Some(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> TextEncoding {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("people.csv");
        std::fs::write(&path, bytes).unwrap();
        let file = InputFile::open(&path, &|| false).unwrap();
        encoding_of(&file, (None, None), bytes, &|| Ok(())).unwrap()
    }

    #[test]
    fn an_encoding_is_guessed_with_a_sample() {
        for (label, text) in [
            ("windows-1250", "imię,nazwisko,miasto\nŁukasz,Żółć,Gdańsk\nJózef,Święcicki,Kraków\n"),
            ("windows-1252", "name,city\nZoë,Münster\nJosé,Málaga\nFrançois,Besançon\n"),
            ("shift_jis", "name,city\n鈴木太郎,東京都\n高橋花子,大阪府\nカタカナ,横浜市\n"),
            ("windows-1251", "имя,город\nИван,Москва\nОльга,Казань\nПётр,Тверь\n"),
            ("shift_jis", "firstname,lastname\n太郎,鈴木\n"),
            ("iso-2022-jp", "firstname,lastname\n太郎,鈴木\n"),
        ] {
            let bytes = FileEncoding::parse(label).unwrap().encode(text).unwrap();
            let found = found(&bytes);
            assert_eq!(found.encoding.name(), label);
            let words = found.guessed_by.unwrap().remove(0).words;
            assert!(words.iter().all(|word| text.contains(word.as_str()) && !word.is_ascii()), "{words:?}");
        }
    }

    #[test]
    fn other_readings_are_shown_beside_the_guess() {
        let bytes = FileEncoding::parse("shift_jis").unwrap().encode("firstname\n太郎\n鈴木\n").unwrap();
        let sample = sample(&found(&bytes).guessed_by.unwrap());
        assert!(sample.starts_with("`太郎`, `鈴木` (`‘¾˜Y`, `—é–Ø` as windows-1252; "), "{sample}");
    }

    #[test]
    fn a_single_escape_is_no_alphabet() {
        let found = found(b"name\nYan\x1B[31m\n");
        assert_eq!((found.encoding, found.guessed_by), (FileEncoding::UTF_8, None));
    }

    #[test]
    fn utf_8_with_a_broken_letter_is_not_taken_for_another_encoding() {
        let text = ["name\n", &"Zoë\n".repeat(30_000)].concat();
        for bytes in [text.clone().into_bytes(), [text.as_bytes(), b"Zo\xEB\n"].concat()] {
            let found = found(&bytes);
            assert_eq!((found.encoding, found.guessed_by), (FileEncoding::UTF_8, None));
        }
    }
}
