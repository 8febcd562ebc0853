//! Files as office programs save them; `tests/data/office/README.md` says how they were made.

use crate::scripts::Visits;
use crate::support::Run;
use std::path::Path;

fn saved(name: &str) -> Vec<u8> {
    std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/office").join(name)).unwrap()
}

fn eval(file: &str, code: &str) -> Run {
    Run::new("--sandbox --test -e").arg(code).file(file, saved(file))
}

/// A CSV file as Excel saves it in a country.
struct Export {
    file: &'static str,
    /// The encoding to give; blank where the file itself shows it.
    encoding: &'static str,
    /// The names of all columns, and the cells of the last row.
    expected: &'static str,
}

const EXPORTS: [Export; 5] = [
    Export {
        file: "german-windows-1252.csv",
        encoding: "windows-1252",
        expected: "E-Mail|Vorname|Nachname|Abteilung|renee.dvorak@example.com|Renée|Strauß|Büro €\n",
    },
    Export {
        file: "german-utf-8-bom.csv",
        encoding: "",
        expected: "E-Mail|Vorname|Nachname|Abteilung|renee.dvorak@example.com|Renée|Strauß|Büro €\n",
    },
    Export {
        file: "polish-windows-1250.csv",
        encoding: "windows-1250",
        expected: "Adres e-mail|Imię|Nazwisko|Dział|swietoslaw.gesla@example.com|Świętosław|Gęśla|Źródła\n",
    },
    Export {
        file: "polish-utf-16.csv",
        encoding: "",
        expected: "Adres e-mail|Imię|Nazwisko|Dział|swietoslaw.gesla@example.com|Świętosław|Gęśla|Źródła\n",
    },
    Export {
        file: "japanese-cp932.csv",
        encoding: "shift_jis",
        expected: "メール|名|姓|部署|hanako.sato@example.com|花子|佐藤|開発, 第一\n",
    },
];

#[test]
fn exports_of_three_countries_are_read_right_or_not_at_all_in_a_live_run() {
    for Export { file, encoding, expected } in EXPORTS {
        let code = |options: &str| {
            format!(
                "let rows = read_csv({file:?}{options}); let names = rows[0].keys(); let last = rows[-1]; \
                 print((names + names.map(|name| last[name])).join(\"|\"))"
            )
        };
        let guessed = eval(file, &code("")).run();
        assert_eq!(guessed.words().contains("which is a guess"), !encoding.is_empty(), "{}", guessed.stderr);
        assert!(guessed.words().contains(&format!("read as {encoding}")) || encoding.is_empty(), "{file}");
        assert_eq!(guessed.done(), expected, "{file}");
        let live = |code: &str| Run::new("--sandbox --live -e").arg(code).file(file, saved(file)).run();
        if !encoding.is_empty() {
            live(&code("")).failed(1, &format!("#{{encoding: \"{encoding}\"}}"));
        }
        let given =
            if encoding.is_empty() { String::new() } else { format!(", #{{encoding: {encoding:?}}}") };
        assert_eq!(live(&code(&given)).done(), expected, "{file}");
    }
}

#[test]
fn a_workbook_with_hidden_rows_and_several_sheets_is_read_only_as_the_caller_says() {
    let read = |options: &str| {
        let code = format!(
            "for row in read_xlsx(\"staff.xlsx\", #{{{options}}}) {{ print(row.to_map().values().join(\"|\")) }}"
        );
        eval("staff.xlsx", &code).run()
    };
    read("header_row: 3")
        .failed(1, "2 sheets with rows: `Mitarbeiter`, `Fehler`")
        .stderr_has("#{sheet: \"Mitarbeiter\"}");
    read("sheet: \"Mitarbeiter\", header_row: 3")
        .failed(1, "the sheet has hidden rows, perhaps through a filter: 6, 7")
        .stderr_has("#{hidden: \"skip\"}");
    // The columns of a map are in alphabetical order.
    let zoe = "|zoe.mueller@example.com|2026-01-05|Designers|630|52.5|Müller|Zoë\n";
    let jan = "2026-11-30|jan.lukasz@example.com|2025-12-31|Designers, Stock|120|10|Łukasz|Jan\n";
    let vera = "|vera.verborgen@example.com|2024-02-29||0|0|Verborgen|Vera\n";
    let gero = "|gero.gefiltert@example.com|2024-03-01||0|0|Gefiltert|Gero\n";
    let taro = "|taro.yamada@example.com|2026-04-01|Engineering|14400|1200|山田|太郎\n";
    let options = |hidden: &str| format!("sheet: \"mitarbeiter\", header_row: 3, hidden: {hidden:?}");
    assert_eq!(read(&options("skip")).done(), format!("{zoe}{jan}{taro}"));
    assert_eq!(read(&options("read")).done(), format!("{zoe}{jan}{vera}{gero}{taro}"));
    read("sheet: \"Fehler\"").failed(1, "the cell B2 has the error #DIV/0!");
    assert_eq!(read("sheet: \"Alt\"").done(), "old@example.com\n");
}

#[test]
fn hidden_rows_of_a_workbook_are_never_onboarded_silently() {
    let visits = || {
        let visits = Visits::new(&[]);
        visits.write("onboard.xlsx", &saved("onboard.xlsx"));
        visits
    };
    let job = "--live scripts/onboard.rhai onboard.xlsx";
    let silent = visits();
    silent.run(job).failed(1, "the sheet has a hidden row, perhaps through a filter: 3");
    assert_eq!(silent.eval("find_user(`kim.ok@example.com`) == ()"), "true\n", "nobody was created");
    for (hidden, people, pat) in [("skip", 2, "true\n"), ("read", 3, "false\n")] {
        let visits = visits();
        let output = visits.run(&format!("{job} --hidden {hidden}")).exits(0).stdout;
        assert!(output.contains(&format!("live: {people} of {people} people")), "{output}");
        assert_eq!(visits.eval("find_user(`pat.reed@example.com`) == ()"), pat, "{hidden}");
    }
}
