//! `umapish translate` and what else meets Python files: exit codes, the report, messages.

use crate::support::Run;

const SCRIPT: &str = "#!/usr/bin/env python3\nimport requests\n\nTOKEN = 'x'\nheaders = {'Authorization': TOKEN}\n\
                      for page in range(2):\n    r = requests.get(f'/users/org/{page}', headers=headers)\n    print(r.status_code)  # status\n";

#[test]
fn a_draft_goes_to_standard_output_or_to_a_file() {
    let run = Run::new("translate x.py").file("x.py", SCRIPT).run();
    assert!(run.words().contains("100 % carried over"), "{}", run.stderr);
    let draft = run.ended(0);
    assert!(
        draft.contains("    let r = send(\"GET\", `/users/org/${page}`);\n    print(r.status); // status\n"),
        "{draft}"
    );
    let run = Run::new("translate x.py --out x.rhai").file("x.py", SCRIPT).run();
    assert_eq!(std::fs::read_to_string(run.file("x.rhai")).unwrap(), draft);
    assert_eq!(run.ended(0), "");
}

#[test]
fn the_report_has_every_line_that_is_not_blank_once() {
    for line in ["check x.py", "translate --lines x.py"] {
        let report = Run::new(line).file("x.py", SCRIPT).run().ended(0);
        let numbers: Vec<_> =
            report.lines().skip(1).filter_map(|row| row.split_whitespace().next()).collect();
        assert_eq!(numbers, ["1", "2", "4", "5", "6", "7", "8"], "{report}");
        assert!(report.contains("   5  built in  headers"), "{report}");
    }
}

#[test]
fn the_report_is_json_for_other_programs() {
    let report = Run::new("check x.py -o json").file("x.py", SCRIPT).run().ended(0);
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    assert_eq!(report.as_array().unwrap().len(), 7);
    assert_eq!(report[3]["became"], "built in");
    assert_eq!((report[3]["line"].as_i64(), report[6]["note"].as_str()), (Some(5), Some("")));
}

#[test]
fn what_cannot_be_done_is_marked_and_ends_with_10() {
    let script = "import subprocess\nout = subprocess.run(['ls'])\nprint(out)\n";
    let run = Run::new("translate x.py").file("x.py", script).run();
    assert_eq!(run.code, 10);
    assert!(run.words().contains("left"), "{}", run.stderr);
    assert!(run.stdout.contains("// TODO line 2: out = subprocess.run(['ls'])"), "{}", run.stdout);
    assert!(run.stdout.contains("let out = ();\nprint(text_of(out));"), "{}", run.stdout);
}

#[test]
fn what_uses_a_value_that_is_left_is_left_too() {
    let script = "import pandas as pd\nframe = pd.read_csv('x')\nprint(len(frame))\nprint(frame.columns)\nframe.append(1)\n\n\n\
                  class Store:\n    def __init__(self):\n        self.cache = pd.Cache()\n\n    def find(self, key):\n        return self.cache.get(key)\n\n\n\
                  with pd.option('x') as chosen:\n    print('inside')\n    print(chosen.name)\n";
    let report = Run::new("check x.py").file("x.py", script).run();
    assert_eq!(report.code, 10, "{}", report.stderr);
    let left: Vec<_> = report.stdout.lines().filter(|row| row.contains("  left  ")).collect();
    let numbers: Vec<_> = left.iter().filter_map(|row| row.split_whitespace().next()).collect();
    assert_eq!(numbers, ["1", "2", "4", "5", "10", "13", "16", "18"], "{}", report.stdout);
}

#[test]
fn a_decorator_runs_around_each_call_and_an_unknown_one_is_left() {
    let script = "def twice(func):\n    def wrapper(*args, **kwargs):\n        func(*args, **kwargs)\n        \
                  return func(*args, **kwargs)\n    return wrapper\n\n\n@twice\ndef say(x):\n    print(x)\n    return x\n\n\n\
                  say('a')\n";
    let run = Run::new("translate x.py --out x.rhai").file("x.py", script).run();
    let path = run.file("x.rhai");
    let draft = std::fs::read_to_string(path).unwrap();
    run.ended(0);
    let run = Run::new("--sandbox -q x.rhai").file("x.rhai", draft).run();
    assert_eq!(run.ended(0), "a\na\n");
    for decorator in ["@app.route('/')", "@unknown", "@twice\n@twice"] {
        let run = Run::new("translate x.py").file("x.py", script.replacen("@twice", decorator, 1)).run();
        assert!(run.stdout.contains("// TODO line 8: @"), "{decorator}: {}", run.stdout);
        assert_eq!(run.code, 10, "{decorator}");
    }
}

#[test]
fn an_object_under_two_names_is_left_if_it_changes() {
    let class = "class Box:\n    def __init__(self):\n        self.n = 0\n\n    def put(self, n):\n        self.n += n\n\n\n\
                 def keep(list, box):\n    list.append(box)\n\n\ndef pick(boxes):\n    for box in boxes:\n        return box\n\n\n\
                 box = Box()\nboxes = []\n";
    for (line, after) in [
        ("boxes.append(box)", "print(box.n)"),
        ("pair = [box, 1]", "box.put(1)"),
        ("named = {'a': box}", "print(box.n)"),
        ("keep(boxes, box)", "print(box.n)"),
        ("found = pick(boxes)", "found.n = 5"),
    ] {
        let run = Run::new("translate x.py").file("x.py", format!("{class}{line}\n{after}\n")).run();
        assert!(run.stdout.contains(&format!("// TODO line 20: {line}")), "{line}: {}", run.stdout);
        run.ended(10);
    }
    for script in [
        "boxes.append(box)\n",
        "boxes.append(Box())\nprint(box.n)\n",
        "other = box\nother.put(1)\nprint(box.n)\n",
    ] {
        Run::new("translate x.py").file("x.py", format!("{class}{script}")).run().ended(0);
    }
}

#[test]
fn files_that_are_not_python_3_end_with_2() {
    for (text, words) in [
        (&b""[..], "is empty"),
        (b"a\0b", "not a text file"),
        (b"\xff\xfe\xfa", "not a text file"),
        (b"print 'hello'\n", "x.py:1: the file is Python 2"),
        (b"email,name\na@b.c,Kim Lee\nd@e.f,Ben Osei\n", "a CSV file"),
        (b"let x = #{a: 1};\nprint(x);\n", "a Rhai script already"),
        (b"x = (\n", "not valid Python 3"),
    ] {
        let run = Run::new("translate x.py").file("x.py", text).run();
        assert!(run.words().contains(words), "{}", run.stderr);
        run.ended(2);
    }
    Run::new("translate gone.py").run().ended(2);
}

#[test]
fn a_python_script_is_not_run_but_pointed_to_the_translation() {
    for line in ["x.py", "run x.py", "--sandbox x.py"] {
        let run = Run::new(line).file("x.py", SCRIPT).run();
        assert!(run.words().contains("`umapish translate x.py --out x.rhai`"), "{}", run.stderr);
        run.ended(2);
    }
}

/// A line for each known defect of Adobe's samples.
const DEFECTS: &[(&str, &str)] = &[
    ("B1", "    delay = randint(0, 5)"),
    ("B2", "    if retry_wait <= 0:\n        pass"),
    ("B3", "    wait = int(r.headers['Retry-After']) + 1"),
    ("B4", "    try:\n        pass\n    except Exception as e:\n        print(e)"),
    ("B5", "    print('Unexpected HTTP Status')"),
    ("B6", "    def inner(method, body={}):\n        return body"),
    (
        "B7",
        "    url = f'/users/org/{page}'\n    while True:\n        r = requests.get(url, timeout=1)\n        page += 1",
    ),
    ("B8", "    done = r.json()['lastPage']"),
    ("B9", "    url = 'https://usermanagement.adobe.io/v2/usermanagement/users/o/0/' + group_name"),
    ("B10", "    url = f'/organizations/{org}/users/{mail}'"),
    ("B11", "    step = {'addEnterpriseID': {'email': mail}}"),
    ("B13", "    step = {'removeFromOrg': {'deleteAccount': True}}"),
    ("B14", "    groups = []"),
    ("B15", "    groups = row['groups'].split(',')"),
    ("B16", "    print('All done')"),
    ("B17", "    fields = []\n    if fields == {}:\n        print('nothing')"),
    ("B18", "    name = 'kim@dclaimed-domain.com'"),
    ("B19", "    domain = mail[mail.index('@'):]"),
    ("B20", "    form = 'client_secret=' + secret"),
    ("B21", "    token = requests.post('https://ims-na1.adobelogin.com/ims/token/v3', timeout=1)"),
    ("B22", "    number = str(uuid.uuid1())"),
    ("B23", "    jwt_token = jwt_token.decode('utf-8')"),
    ("B24", "    exit(r.status_code)"),
    ("B27", "    config.set('enterprise', 'access_token', token)"),
];

#[test]
fn every_known_defect_of_the_samples_is_named_at_its_line() {
    let head = "import requests, uuid, jwt\n# Retry-After\ndef f(mail, row, r, page, org, group_name, secret, config, retry_wait):\n";
    let mut missed = Vec::new();
    for (number, line) in DEFECTS {
        let rest = if *number == "B4" { "\nprint('Retry-After')" } else { "" };
        let run = Run::new("check x.py").file("x.py", format!("{head}{line}{rest}\n")).run();
        let is_named = run.stdout.lines().any(|row| row.contains(&format!("{number}: ")));
        if !is_named {
            missed.push(format!("{number}: {}", run.stdout));
        }
    }
    for (number, script) in [
        (
            "B12",
            "PERMANENT_DELETE = False\ndef f(mail, permanent=False):\n    return {'removeFromOrg': {'deleteAccount': PERMANENT_DELETE}}\n",
        ),
        ("B25", "import requests\nr = requests.get('/users/org/0')\nprint(r)\n"),
        (
            "B26",
            "import requests\npage = 0\nr = requests.get('/users/org/' + str(page), timeout=1)\nprint(r)\n",
        ),
    ] {
        let report = Run::new("check x.py").file("x.py", script).run().stdout.clone();
        if !report.contains(&format!("{number}: ")) {
            missed.push(format!("{number}: {report}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
}
