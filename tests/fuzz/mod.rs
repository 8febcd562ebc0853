//! Fuzz targets that run on the stable toolchain: everything that reads bytes from outside gets seeds that were edited
//! by chance. Nothing may panic, hang, or accept damaged input.
//!
//! The edits are the same in every run. For new ones, and for longer:
//! `UMAPI_FUZZ_SEED=7 UMAPI_FUZZ_CASES=20000 cargo test --test umapish -- fuzz`. A case that fails becomes a file of
//! `seeds`, and a test beside the code.

mod targets;

use proptest::prelude::*;
use proptest::sample::{Index, select};
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use std::path::Path;
use std::time::{Duration, Instant};

/// Cases of a target, if the environment names no other number.
const CASES: u32 = 120;
/// The longest that one case may take, on a machine that is busy with other things.
const CASE_LIMIT: Duration = Duration::from_secs(10);
/// The stack of a target: builds without optimization need a large one, as the program itself does.
const STACK: usize = 512 << 20;

/// Bytes that readers are known to stumble over.
const TOKENS: &[&[u8]] = &[
    b"\"",
    b"'",
    b"`",
    b"\\",
    b"\n",
    b"\r\n",
    b"\0",
    b"\xff",
    b"\xc3",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"{",
    b"}",
    b"[",
    b"]",
    b"(",
    b")",
    b"${",
    b"/*",
    b"//",
    b"#{",
    b",",
    b";",
    b":",
    b"=",
    b"\t",
    b"null",
    b"true",
    b"-1",
    b"0",
    b"1e999",
    b"18446744073709551616",
    b"9223372036854775807",
    b"\\u0000",
    b"\\ud800",
    b"\x1b[2J",
    b"\xe2\x80\xae",
    b"[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    b"{\"a\":{\"a\":{\"a\":{\"a\":{\"a\":",
    b"((((((((((((((((((((((((",
];

/// A change of the input.
#[derive(Debug, Clone)]
enum Edit {
    Flip(Index, u8),
    Insert(Index, &'static [u8]),
    Remove(Index, usize),
    Repeat(Index, usize, usize),
    /// The beginning of the input and the end of another seed.
    Splice(Index, Index, Index),
    Cut(Index),
    /// Another number in place of the next one.
    Number(Index, &'static str),
}

/// Numbers at the limits of what readers count with.
const NUMBERS: &[&str] = &[
    "0",
    "-1",
    "1.5",
    "255",
    "256",
    "2147483648",
    "4294967296",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551615",
    "18446744073709551616",
    "1e400",
    "00",
];

impl Edit {
    fn apply(&self, text: &mut Vec<u8>, seeds: &[Vec<u8>]) {
        let length = text.len();
        let place = |index: &Index| index.index(length + 1);
        match self {
            Self::Flip(at, with) => {
                if let Some(byte) = text.get_mut(at.index(length + 1)) {
                    *byte ^= with;
                }
            }
            Self::Insert(at, token) => {
                let at = place(at);
                text.splice(at..at, token.iter().copied());
            }
            Self::Remove(at, count) => {
                let at = place(at);
                text.drain(at..(at + count).min(length));
            }
            Self::Repeat(at, count, times) => {
                let at = place(at);
                let part = text[at..(at + count).min(length)].repeat(*times);
                text.splice(at..at, part);
            }
            Self::Splice(at, seed, from) => {
                let other = &seeds[seed.index(seeds.len())];
                text.truncate(place(at));
                text.extend_from_slice(&other[from.index(other.len() + 1)..]);
            }
            Self::Cut(at) => text.truncate(place(at)),
            Self::Number(at, number) => {
                let digits = |text: &[u8]| text.iter().take_while(|byte| byte.is_ascii_digit()).count();
                let start =
                    place(at) + text[place(at)..].iter().take_while(|byte| !byte.is_ascii_digit()).count();
                text.splice(start..start + digits(&text[start..]), number.bytes());
            }
        }
    }
}

fn edit() -> impl Strategy<Value = Edit> {
    let at = any::<Index>;
    prop_oneof![
        (at(), 1..=255_u8).prop_map(|(at, with)| Edit::Flip(at, with)),
        (at(), select(TOKENS)).prop_map(|(at, token)| Edit::Insert(at, token)),
        (at(), 1..40_usize).prop_map(|(at, count)| Edit::Remove(at, count)),
        (at(), 1..60_usize, 1..60_usize).prop_map(|(at, count, times)| Edit::Repeat(at, count, times)),
        (at(), at(), at()).prop_map(|(at, seed, from)| Edit::Splice(at, seed, from)),
        at().prop_map(Edit::Cut),
        (at(), select(NUMBERS)).prop_map(|(at, number)| Edit::Number(at, number)),
    ]
}

/// The files of a folder of `seeds`, by name.
fn seeds(folder: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/seeds").join(folder);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files.iter().map(|path| std::fs::read(path).unwrap()).collect()
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a whole number"))
}

/// Runs a target with each seed as it is, and with edited ones; `share` of the cases, for targets that take longer.
fn fuzz(seeds: &[Vec<u8>], share: u32, target: impl Fn(&[u8]) + Send + Sync) {
    assert!(!seeds.is_empty());
    let cases = u32::try_from(number("UMAPI_FUZZ_CASES", u64::from(CASES))).unwrap() / share;
    let mut start = [0; 32];
    start[..8].copy_from_slice(&number("UMAPI_FUZZ_SEED", 1).to_le_bytes());
    let run = || {
        let timed = |text: &[u8]| {
            let begun = Instant::now();
            target(text);
            assert!(begun.elapsed() < CASE_LIMIT, "it took {:?}", begun.elapsed());
        };
        for seed in seeds {
            timed(seed);
        }
        let config = Config { cases, failure_persistence: None, max_shrink_iters: 500, ..Config::default() };
        let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &start));
        let strategy = (any::<Index>(), proptest::collection::vec(edit(), 1..6));
        let result = runner.run(&strategy, |(seed, edits)| {
            let mut text = seeds[seed.index(seeds.len())].clone();
            for edit in &edits {
                edit.apply(&mut text, seeds);
            }
            let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| timed(&text)));
            outcome.map_err(|_| TestCaseError::fail(format!("with {:?}", String::from_utf8_lossy(&text))))
        });
        if let Err(error) = result {
            panic!("{error}");
        }
    };
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(STACK).spawn_scoped(scope, run).unwrap();
        if let Err(panic) = thread.join() {
            std::panic::resume_unwind(panic);
        }
    });
}
