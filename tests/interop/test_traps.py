"""Operators and functions of Python beside what the same code does here: the same value, an error, a warning, or a
difference that the guide names."""

import ast
import json
import os
import pathlib
import re
import subprocess
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

GUIDE = pathlib.Path(__file__).parents[2] / "src/guide/coming-from-python.md"

# What the code may read.
FILES = {"people.csv": "email,groups\na@example.com,\"Designers, Editors\"\n", "tools.rhai": "fn f() { 5 }"}

# Differences that cannot be seen in a script, by words of the guide.
UNTYPED = "Comparing values of different types returns false"
MISSING = "A key that a map does not have is `()`"
SORTED = "The keys of a map are in the order of the alphabet"
PRINTED = "Values print as in Rhai"
COPIED = "A list or map is copied"
ROUNDED = "`round` takes halves away from zero"
INFINITE = "A float divided by zero is infinite"
JOINED = "`+` joins a string with any value"
FALSY = "`??` takes the second value only for `()`"

# Python, the same code here, and the difference that is known.
CASES = [
    # Arithmetic.
    ("-2 ** 2", "-2 ** 2"),
    ("x = 3; -x ** 2", "let x = 3; -x ** 2"),
    ("-1 ** 0", "-1 ** 0"),
    ("(-2) ** 2", "(-2) ** 2"),
    ("-2 ** 3", "-2 ** 3"),
    ("2 ** 3 ** 2", "2 ** 3 ** 2"),
    ("2 ** -1", "2 ** -1"),
    ("2 ** 0.5", "2 ** 0.5"),
    ("-7 % 3", "-7 % 3"),
    ("7 % -3", "7 % -3"),
    ("-5.0 % 3", "-5.0 % 3.0"),
    ("n = -7; n % 3", "let n = -7; n % 3"),
    ("n = -7; n %= 3; n", "let n = -7; n %= 3; n"),
    ("7 % 3", "7 % 3"),
    ("7 / 2", "7 / 2"),
    ("-7 / 2", "-7 / 2"),
    ("6 / 2", "6 / 2"),
    ("7.0 / 2", "7.0 / 2"),
    ("n = 7; n / 2", "let n = 7; n / 2"),
    ("n = 7; n /= 2; n", "let n = 7; n /= 2; n"),
    ("x = 5; x / 2 * 2", "let x = 5; x / 2 * 2"),
    ("l = [1, 2, 3]; len(l) / 2", "let l = [1, 2, 3]; l.len() / 2"),
    ("l = [1, 2, 3]; m = len(l); m /= 2; m", "let l = [1, 2, 3]; let m = l.len(); m /= 2; m"),
    ("l = [3, 4]; sum(l) / len(l)", "let l = [3, 4]; l.sum() / l.len()"),
    ("l = [3, 4, 5]; 100 / len(l)", "let l = [3, 4, 5]; 100 / l.len()"),
    ("l = [1]; m = [1, 2, 3]; len(l) * 100 / len(m)", "let l = [1]; let m = [1, 2, 3]; l.len() * 100 / m.len()"),
    ("int('7') / 2", "parse_int(\"7\") / 2"),
    ("7 // 2", "7 // 2"),
    ("n = 7; n // 2", "let n = 7; n // 2"),
    ("-3 // 2", "floor(-3 / 2)"),
    ("x = -3; x // 2", "let x = -3; floor(x / 2)"),
    ("7 // 2", "floor(7 / 2)"),
    ("-7 // 2", "floor(-7 / 2.0)"),
    ("1 / 0", "1 / 0"),
    ("1 % 0", "1 % 0"),
    ("1.0 / 0", "1.0 / 0.0", INFINITE),
    ("9223372036854775807 + 1", "9223372036854775807 + 1"),
    ("10 ** 20", "10 ** 20"),
    ("1 << 2 + 1", "1 << 2 + 1"),
    ("(1 << 2) + 1", "(1 << 2) + 1"),
    ("1_000 + 0o17 + 0b11 + 0x1f", "1_000 + 0o17 + 0b11 + 0x1f"),
    ("0.1 + 0.2", "0.1 + 0.2"),
    ("round(2.5)", "round(2.5)", ROUNDED),
    ("round(3.5)", "round(3.5)"),
    ("round(-2.5)", "round(-2.5)", ROUNDED),
    ("round(2.675, 2)", "round(2.675, 2)"),
    ("int(2.9)", "int(2.9)"),
    ("int(-2.9)", "int(-2.9)"),
    ("int('7')", "int(\"7\")"),
    ("int('7')", "parse_int(\"7\")"),
    ("int(' 7 ')", "parse_int(\" 7 \")"),
    ("int('7.5')", "parse_int(\"7.5\")"),
    ("float('1e3')", "parse_float(\"1e3\")"),
    ("float(' 1.5 ')", "parse_float(\" 1.5 \")"),
    ("abs(-3)", "abs(-3)"),
    ("max(1, 2.5)", "max(1, 2.5)"),
    ("max([3, 1])", "max([3, 1])"),
    ("max([])", "max([])"),
    ("min('b', 'a')", "min(\"b\", \"a\")"),
    ("sum([1.5, 2])", "sum([1.5, 2])"),
    ("sum([])", "sum([])"),
    ("pow(2, 3)", "pow(2, 3)"),
    ("divmod(7, 2)", "divmod(7, 2)"),
    # Comparisons and conditions.
    ("1 == 1.0", "1 == 1.0"),
    ("'1' == 1", "\"1\" == 1"),
    ("x = '5'; y = 3; int(x) > y", "let x = \"5\"; let y = 3; x > y"),
    ("d = {'n': '5'}; int(d['n']) > 3", "let d = #{n: \"5\"}; d.n > 3", UNTYPED),
    ("d = {}; d.get('n', 0) < 3", "let d = #{}; d.n < 3", UNTYPED),
    ("None == False", "() == false"),
    ("True == 1", "true == 1"),
    ("0 == False", "0 == false"),
    ("True < 2", "true < 2"),
    ("None < 1", "() < 1"),
    ("[1] == [1.0]", "[1] == [1.0]"),
    ("{'a': 1} == {'a': 1.0}", "#{a: 1} == #{a: 1.0}"),
    ("'Z' < 'a'", "\"Z\" < \"a\""),
    ("'10' < '9'", "\"10\" < \"9\""),
    ("'a' < 1", "\"a\" < 1"),
    ("[1, 2] < [1, 3]", "[1, 2] < [1, 3]"),
    ("1 < 2 < 3", "1 < 2 < 3"),
    ("a = 1; b = 2; c = 3; a < b < c", "let a = 1; let b = 2; let c = 3; a < b < c"),
    ("x = 5; 0 < x == 5", "let x = 5; 0 < x == 5"),
    ("a = 2; b = 2; a == b == a", "let a = 2; let b = 2; a == b == a"),
    ("1 in [1] == True", "1 in [1] == true"),
    ("not 1 == 2", "!1 == 2"),
    ("x = False; not x == False", "let x = false; !x == false"),
    ("not 1 in [2]", "!1 in [2]"),
    ("1 in [1.0]", "1 in [1.0]"),
    ("'a' in 'abc'", "\"a\" in \"abc\""),
    ("'' in 'abc'", "\"\" in \"abc\""),
    ("1 in '1'", "1 in \"1\""),
    ("'a' in {'a': 1}", "\"a\" in #{a: 1}"),
    ("None in [None]", "() in [()]"),
    ("2 in range(5)", "2 in 0..5"),
    ("x = 1; x is 1", "let x = 1; x is 1"),
    ("1 or 2", "1 || 2"),
    ("'' or 'x'", "\"\" || \"x\""),
    ("True and 5", "true && 5"),
    ("None or 'x'", "() ?? \"x\""),
    ("'' or 'x'", "\"\" ?? \"x\"", FALSY),
    ("1 if [] else 2", "if [] { 1 } else { 2 }"),
    ("1 if '' else 2", "if \"\" { 1 } else { 2 }"),
    ("1 if 0 else 2", "if 0 { 1 } else { 2 }"),
    ("1 if None else 2", "if () { 1 } else { 2 }"),
    ("not []", "![]"),
    ("not None", "!()"),
    ("bool('')", "bool(\"\")"),
    ("isinstance('a', str)", "type_of(\"a\") == \"str\""),
    ("isinstance([], list)", "type_of([]) == \"list\""),
    ("isinstance({}, dict)", "type_of(#{}) == \"dict\""),
    ("isinstance(1, int)", "type_of(1) == \"int\""),
    ("isinstance(1.0, float)", "type_of(1.0) == \"float\""),
    # Strings.
    ("'ab' * 3", "\"ab\" * 3"),
    ("[1] * 3", "[1] * 3"),
    ("'a' + str(1)", "\"a\" + 1"),
    ("'a' + 1", "\"a\" + 1", JOINED),
    ("'a' + None", "\"a\" + ()", JOINED),
    ("'%d%%' % 5", "\"%d%%\" % 5"),
    ("'{}'.format(1)", "\"{}\".format(1)"),
    ("name = 'x'; f'Hello {name}'", "let name = \"x\"; `Hello {name}`"),
    ("name = 'x'; f'Hello {name}'", "let name = \"x\"; \"Hello {name}\""),
    ("name = 'x'; f'Hello {name}'", "let name = \"x\"; \"Hello ${name}\""),
    ("name = 'x'; f'Hello {name}'", "let name = \"x\"; f\"Hello {name}\""),
    ("name = 'x'; f'Hello {name}'", "let name = \"x\"; `Hello ${name}`"),
    ("f'a\\n'", "`a\\n`"),
    ("f'{1.0} {0.1 + 0.2}'", "`${1.0} ${0.1 + 0.2}`"),
    ("f'{True} {None}'", "`${true} ${()}`", PRINTED),
    ("str([1, 'a'])", "`${[1, \"a\"]}`", PRINTED),
    ("str(1e20)", "`${1e20}`", PRINTED),
    ("str(None)", "().to_string()", PRINTED),
    ("'\\x41\\u00e9'", "\"\\x41\\u00e9\""),
    ("'it\\'s'", "\"it\\'s\""),
    ("'\\\\d'", "\"\\d\""),
    ("r'\\d'", "#\"\\d\"#"),
    ("'a\\\\b'", "\"a\\\\b\""),
    ("'a' 'b'", "\"a\" \"b\""),
    ("'abc'[0]", "\"abc\"[0]"),
    ("'abc'[-1]", "\"abc\"[-1]"),
    ("'abc'[5]", "\"abc\"[5]"),
    ("'abc'[1:]", "\"abc\"[1:]"),
    ("'abc'[1:]", "\"abc\".slice(1)"),
    ("'abc'[-2:]", "\"abc\".slice(-2)"),
    ("'abc'[:10]", "\"abc\".slice(0, 10)"),
    ("'abc'[::-1]", "\"abc\".slice((), (), -1)"),
    ("'a b  c'.split()", "\"a b  c\".split()"),
    ("' a\\t b\\nc '.split()", "\" a\\t b\\nc \".split()"),
    ("'  '.split()", "\"  \".split()"),
    ("''.split()", "\"\".split()"),
    ("'a  b'.split(' ')", "\"a  b\".split(\" \")"),
    ("''.split(',')", "\"\".split(\",\")"),
    ("'a,b,c'.split(',', 1)", "\"a,b,c\".split(\",\", 1)"),
    ("'a,b,c'.split(',', 1)", "\"a,b,c\".split(\",\", 2)"),
    ("' a '.strip()", "\" a \".trim()"),
    ("'xyax'.strip('xy')", "\"xyax\".trim(\"xy\")"),
    ("' a '.strip()", "\" a \".strip()"),
    ("s = ' a '; s = s.strip(); s", "let s = \" a \"; s.trim(); s"),
    ("s = 'a'; s = s.upper(); s", "let s = \"a\"; s.to_upper(); s"),
    ("'abcabc'.replace('a', 'x')", "\"abcabc\".replace(\"a\", \"x\")"),
    ("'abcabc'.replace('a', 'x', 1)", "\"abcabc\".replace(\"a\", \"x\", 1)"),
    ("s = 'a b'; s.replace(' ', ''); s", "let s = \"a b\"; s.replace(\" \", \"\"); s"),
    ("'abc'.find('c')", "\"abc\".index_of(\"c\")"),
    ("'é'.upper()", "\"é\".to_upper()"),
    ("len('👍')", "\"👍\".len()"),
    ("'-'.join(['a', 'b'])", "\"-\".join([\"a\", \"b\"])"),
    ("'-'.join(['a', 'b'])", "[\"a\", \"b\"].join(\"-\")"),
    ("print('a', 'b')", "print(\"a\", \"b\")"),
    ("'abc'[0] == 'a'", "\"abc\"[0] == \"a\""),
    ("'a' in ['a']", "'a' in [\"a\"]"),
    # Lists.
    ("[1, 2][-1]", "[1, 2][-1]"),
    ("[1, 2][5]", "[1, 2][5]"),
    ("[1, 2, 3][1:2]", "[1, 2, 3][1:2]"),
    ("[1, 2, 3][1:2]", "[1, 2, 3].slice(1, 2)"),
    ("[1, 2, 3][5:]", "[1, 2, 3].slice(5)"),
    ("[1, 2, 3][::2]", "[1, 2, 3].slice((), (), 2)"),
    ("[1] + [2]", "[1] + [2]"),
    ("l = [1]; l += [2]; l", "let l = [1]; l += [2]; l"),
    ("l = [1]; l.append(2); l", "let l = [1]; l.append(2); l"),
    ("l = [1]; l.append([2]); l", "let l = [1]; l.append([2]); l"),
    ("l = [1]; l.extend([2]); l", "let l = [1]; l.extend([2]); l"),
    ("l = [1]; l.insert(-1, 5); l", "let l = [1]; l.insert(-1, 5); l"),
    ("l = [1]; l.insert(99, 5); l", "let l = [1]; l.insert(99, 5); l"),
    ("l = [5, 6, 7]; l.remove(6); l", "let l = [5, 6, 7]; l.remove(6); l"),
    ("l = [5, 6, 7]; l.remove(7); l", "let l = [5, 6, 7]; l.remove(1); l"),
    ("l = ['a', 'b']; l.remove('a'); l", "let l = [\"a\", \"b\"]; l.remove(\"a\"); l"),
    ("l = [1, 2, 3]; l.pop(0); l", "let l = [1, 2, 3]; l.pop(0); l"),
    ("l = [1, 2, 3]; l.pop(); l", "let l = [1, 2, 3]; l.pop(); l"),
    ("l = [1, 2]; l.index(2)", "let l = [1, 2]; l.index(2)"),
    ("l = [1, 1]; l.count(1)", "let l = [1, 1]; l.count(1)"),
    ("l = [3, 1, 2]; l.sort(); l", "let l = [3, 1, 2]; l.sort(); l"),
    ("l = ['b', 'A']; l.sort(); l", "let l = [\"b\", \"A\"]; l.sort(); l"),
    ("l = [2, 1.5]; l.sort(); l", "let l = [2, 1.5]; l.sort(); l"),
    ("l = [2, 'a']; l.sort(); l", "let l = [2, \"a\"]; l.sort(); l"),
    ("l = ['bb', 'a']; l.sort(key=len); l", "let l = [\"bb\", \"a\"]; l.sort(|x| x.len()); l"),
    ("l = [3, 1]; l = sorted(l); l", "let l = [3, 1]; l.sort_by(|x| x); l"),
    ("sorted([[1, 'b'], [0, 'c'], [1, 'a']], key=lambda x: x[0])", "[[1, \"b\"], [0, \"c\"], [1, \"a\"]].sort_by(|x| x[0])"),
    ("sorted(['b', 'A', 'a'])", "[\"b\", \"A\", \"a\"].sort_by(|x| x)"),
    ("l = [1, 2]; l.reverse(); l", "let l = [1, 2]; l.reverse(); l"),
    ("l = [1, 2]; l = [x for x in l if x > 1]; l", "let l = [1, 2]; l.filter(|x| x > 1); l"),
    ("l = [1, 1]; l = list(dict.fromkeys(l)); l", "let l = [1, 1]; l.unique(); l"),
    ("any([True, False])", "[true, false].any()"),
    ("all([])", "[].all(|x| x)"),
    ("any([])", "[].some(|x| x)"),
    ("list(filter(None, [0, 1]))", "[0, 1].filter(|x| x)"),
    ("list(map(str, [1]))", "[1].map(|x| x.to_string())"),
    ("list(zip([1], [2]))", "[1].zip([2])"),
    ("[[i, x] for i, x in enumerate(['a'])]", "let o = []; for (i, x) in [\"a\"] { o.push([i, x]) } o"),
    ("[x for x in range(0, 10, 3)]", "let o = []; for x in range(0, 10, 3) { o.push(x) } o"),
    ("[x for x in range(5, 0, -2)]", "let o = []; for x in range(5, 0, -2) { o.push(x) } o"),
    ("[x for x in range(3)]", "let o = []; for x in range(3) { o.push(x) } o"),
    ("[x for x in range(5, 0)]", "let o = []; for x in 5..0 { o.push(x) } o"),
    ("[x for x in 'abc']", "let o = []; for x in \"abc\" { o.push(x) } o"),
    ("[x for x in {'b': 1}]", "let o = []; for x in #{b: 1} { o.push(x) } o"),
    ("len([1])", "len([1])"),
    ("len([1])", "[1].len"),
    ("len(None)", "().len()"),
    # Maps.
    ("list({'b': 1, 'a': 2})", "#{b: 1, a: 2}.keys()", SORTED),
    ("{'a': 1}['b']", "#{a: 1}[\"b\"]", MISSING),
    ("{'a': 1}.get('b')", "#{a: 1}.b"),
    ("{'a': 1}.get('b', 2)", "#{a: 1}.get(\"b\", 2)"),
    ("{'a': 1}.get('b', 2)", "#{a: 1}.b ?? 2"),
    ("{'a': {}}['b']['c']", "#{a: #{}}[\"b\"][\"c\"]"),
    ("d = {}; d['x'] += 1; d", "let d = #{}; d[\"x\"] += 1; d"),
    ("d = {'a': 1}; d.pop('a')", "let d = #{a: 1}; d.pop(\"a\")"),
    ("d = {'a': 1, 'b': 2}; d.pop('a'); d", "let d = #{a: 1, b: 2}; d.remove(\"a\"); d"),
    ("d = {'a': None}; 'a' in d", "let d = #{a: ()}; \"a\" in d"),
    ("d = {}; d.setdefault('a', []).append(1); d", "let d = #{}; (d.a ?? []).push(1); d"),
    ("step = 'add'; {step: 1}", "let step = \"add\"; #{step: 1}"),
    ("import json; json.dumps({'a': [True, None]})", "to_json(#{a: [true, ()]})", PRINTED),
    ("import json; json.loads('{\"a\": 1.5}')", "parse_json(\"{\\\"a\\\": 1.5}\")"),
    # Variables, functions and copies.
    ("a = [1]; b = a; b.append(2); a", "let a = [1]; let b = a; b.push(2); a"),
    ("a = [1]; b = a; b.append(2); [b, a][1]", "let a = [1]; let b = a; b.push(2); [b, a][1]", COPIED),
    ("a = [1]; d = {'x': a}; a.append(2); d", "let a = [1]; let d = #{x: a}; a.push(2); d", COPIED),
    ("rows = [{'a': 1}]; r = rows[0]; r['a'] = 2; rows", "let rows = [#{a: 1}]; let r = rows[0]; r.a = 2; rows"),
    ("rows = [[1]]\nfor r in rows: r.append(2)\nrows", "let rows = [[1]]; for r in rows { r.push(2); } rows"),
    ("def f(l): l.append(1)\nx = []; f(x); x", "fn f(l) { l.push(1) } let x = []; f(x); x"),
    ("def f(d): d += [1]\nx = []; f(x); x", "fn f(d) { d += [1]; } let x = []; f(x); x"),
    ("x = 1\ndef f(): return x\nf()", "let x = 1; fn f() { x } f()"),
    ("def f(a, b=2): return a + b\nf(1)", "fn f(a, b) { a + b } f(1)"),
    ("def f(a, b=2): return a + b\nf(1)", "fn f(a, b=2) { a + b } f(1)"),
    ("x = 1; f = lambda: x; x = 2; f()", "let x = 1; let f = || x; x = 2; f.call()"),
    ("c = 0\ndef f():\n  global c\n  c += 1\nf(); c", "let c = 0; let f = || c += 1; f.call(); c"),
    ("x = 1\nfor x in [5]: pass\nx", "let x = 1; for x in [5] { } x"),
    ("x = 1\nif True: x = 2\nx", "let x = 1; if true { let x = 2; } x"),
    ("t = 0\nfor x in [1, 2]: t = t + x\nt", "let t = 0; for x in [1, 2] { let t = t + x; } t"),
    ("x = 1\ntry:\n  x = 2\nexcept: pass\nx", "let x = 1; try { let x = 2; } catch { } x"),
    ("x = 1\nx = 5\nx", "let x = 1; x == 5; x"),
    ("x = 1; x + None", "let x = 1; x + ()"),
]

# For each row of the guide's table of idioms: Python, and what the row says in its place.
IDIOMS = {
    "`x = 1`, then `x = 2`": ("x = 1\nx = 2\nx", "let x = 1; x = 2; x"),
    "`LIMIT = 5`, read in a function": (
        "LIMIT = 5\ndef f(): return LIMIT\nf()", "const LIMIT = 5; fn f() { global::LIMIT } f()"
    ),
    "`# remark`": ("1 # remark", "1 // remark"),
    "`{\"email\": mail}`": (
        "mail = 'a'\n[{'email': mail}, {'do': 1}]", "let mail = \"a\"; [#{ email: mail }, #{\"do\": 1}]"
    ),
    "`d[\"a\"]`, `d.get(\"a\", 0)`, `\"a\" in d`": (
        "d = {'a': 1}\n[d['a'], d['a'], d.get('b', 0), 'a' in d]",
        "let d = #{a: 1}; [d.a, d[\"a\"], d.b ?? 0, \"a\" in d]",
    ),
    "`for k, v in d.items():`": (
        "o = []\nfor k, v in {'a': 1}.items(): o.append([k, v])\no",
        "let d = #{a: 1}; let o = []; for k in d.keys() { let v = d[k]; o.push([k, v]); } o",
    ),
    "`[1, 2]`, `len(l)`, `l[-1]`": ("l = [1, 2]\n[l, len(l), l[-1]]", "let l = [1, 2]; [l, l.len(), l[-1]]"),
    "`l.append(x)`, `l.extend(m)`": (
        "l = []; m = [2, 3]\nl.append(1); l.extend(m)\nl", "let l = []; let m = [2, 3]; l.push(1); l += m; l"
    ),
    "`l[2:5]`, `l[10:]`, `s[-3:]`, `s[:-1]`": (
        "l = list(range(12)); s = 'abcdef'\n[l[2:5], l[10:], s[-3:], s[:-1]]",
        "let l = []; for n in 0..12 { l.push(n); } let s = \"abcdef\"; "
        "[l.slice(2, 5), l.slice(10), s.slice(-3), s.slice(0, -1)]",
    ),
    "`l[::-1]`, `l[::2]`": (
        "l = [1, 2, 3]\n[l[::-1], l[::2]]", "let l = [1, 2, 3]; [l.slice((), (), -1), l.slice((), (), 2)]"
    ),
    "`m = l`, `m = d.copy()`": ("l = [1]; m = l.copy(); m.append(2)\n[l, m]", "let l = [1]; let m = l; m.push(2); [l, m]"),
    "`[f(x) for x in l if x > 1]`": (
        "l = [1, 2, 3]\ndef f(x): return x * 2\n[f(x) for x in l if x > 1]",
        "fn f(x) { x * 2 } let l = [1, 2, 3]; l.filter(|x| x > 1).map(|x| f(x))",
    ),
    "`for i, x in enumerate(l):`": (
        "o = []\nfor i, x in enumerate(['a', 'b']): o.append([i, x])\no",
        "let l = [\"a\", \"b\"]; let o = []; for (x, i) in l { o.push([i, x]); } o",
    ),
    "`range(0, n, 10)`": (
        "n = 25\n[[i for i in range(0, n, 10)], [i for i in range(n - 22)]]",
        "let n = 25; let o = []; for i in range(0, n, 10) { o.push(i); } "
        "let p = []; for i in 0..n - 22 { p.push(i); } [o, p]",
    ),
    "`sorted(l, key=lambda x: x[\"name\"])`": (
        "l = [{'name': 'b'}, {'name': 'a'}]\nsorted(l, key=lambda x: x['name'])",
        "let l = [#{name: \"b\"}, #{name: \"a\"}]; l.sort_by(|x| x.name)",
    ),
    "`any(...)`, `all(...)`, `set(l)`": (
        "l = [1, 2, 1]\n[any(x > 1 for x in l), all(x > 1 for x in l), list(dict.fromkeys(l))]",
        "let l = [1, 2, 1]; [l.some(|x| x > 1), l.all(|x| x > 1), l.unique()]",
    ),
    "`Counter(x[\"type\"] for x in l)`": (
        "from collections import Counter\nl = [{'type': 'a'}, {'type': 'a'}]\n"
        "[{'key': k, 'count': n} for k, n in Counter(x['type'] for x in l).items()]",
        "let l = [#{type: \"a\"}, #{type: \"a\"}]; l.count_by(\"type\")",
    ),
    "`f\"{name}: {n + 1}\"`": ("name = 'a'; n = 1\nf'{name}: {n + 1}'", "let name = \"a\"; let n = 1; `${name}: ${n + 1}`"),
    "`'text'`": ("['text', 't']", "[\"text\", 't'.to_string()]"),
    "`\",\".join(l)`, `s.split(\",\")`, `s.strip()`": (
        "l = ['a', 'b']; s = ' a,b '\n[','.join(l), s.split(','), s.strip()]",
        "let l = [\"a\", \"b\"]; let s = \" a,b \"; [l.join(\",\"), s.split(\",\"), s.trim()]",
    ),
    "`s.lower()`, `s.startswith(\"a\")`, `\"a\" in s`": (
        "s = 'aB'\n[s.lower(), s.startswith('a'), 'a' in s]",
        "let s = \"aB\"; [s.to_lower(), s.starts_with(\"a\"), \"a\" in s]",
    ),
    "`s.strip(\"-\")`, `s.rstrip()`, `s.capitalize()`": (
        "s = '-kIM- '\n[s.strip('-'), s.rstrip(), s.capitalize(), 'kIM'.capitalize()]",
        "let s = \"-kIM- \"; [s.trim(\"-\"), s.trim_end(), s.capitalize(), \"kIM\".capitalize()]",
    ),
    "`re.findall(p, s)`, `re.search(p, s)`, `re.sub(p, r, s)`": (
        "import re\np = '[0-9]+'; s = 'a1b22'\n[re.findall(p, s), re.search(p, s).group(), bool(re.search(p, s)), re.sub(p, '_', s)]",
        "let p = \"[0-9]+\"; let s = \"a1b22\"; [s.find_all(p), s.find_match(p)[0], s.matches(p), s.replace_all(p, \"_\")]",
    ),
    "`r\"\\d+\"`": ("r'\\d+'", "#\"\\d+\"#"),
    "`sum(l)`, `max(l)`, `min(a, b)`": (
        "l = [1, 2]; a = 3; b = 4\n[sum(l), max(l), min(a, b)]", "let l = [1, 2]; let a = 3; let b = 4; [l.sum(), l.max(), min(a, b)]"
    ),
    "`int(s)`, `str(n)`": ("s = '7'; n = 7\n[int(s), str(n)]", "let s = \"7\"; let n = 7; [parse_int(s), n.to_string()]"),
    "`None`, `x is None`": ("x = None\n[None, x is None]", "let x = (); [(), x == ()]"),
    "`if items:`": ("items = [1]\n1 if items else 2", "let items = [1]; if !items.is_empty() { 1 } else { 2 }"),
    "`and`, `or`, `not`, `elif`": (
        "a = True; b = False\n[a and b, a or b, not a, 1 if b else 2 if a else 3]",
        "let a = true; let b = false; [a && b, a || b, !a, if b { 1 } else if a { 2 } else { 3 }]",
    ),
    "`a if c else b`": ("c = True\n1 if c else 2", "let c = true; if c { 1 } else { 2 }"),
    "`while True:`": ("n = 0\nwhile True:\n  n += 1\n  if n > 3: break\nn", "let n = 0; loop { n += 1; if n > 3 { break; } } n"),
    "`def f(a, b=1):`": (
        "def f(a, b=1): return a + b\n[f(1), f(1, 5)]", "fn f(a) { f(a, 1) } fn f(a, b) { a + b } [f(1), f(1, 5)]"
    ),
    "`f(mail, lastname=\"Lee\")`": (
        "def f(mail, lastname): return [mail, lastname]\nmail = 'a'\nf(mail, lastname='Lee')",
        "fn f(mail, options) { [mail, options.lastname] } let mail = \"a\"; f(mail, #{ lastname: \"Lee\" })",
    ),
    "`return x`": (
        "def f(x): return x\n[f(1), f(1)]", "fn f(x) { x } fn g(x) { return x; } [f(1), g(1)]"
    ),
    "`try:` / `except Exception as e:`": (
        "try:\n  x = [][1]\nexcept Exception as e:\n  x = 'caught'\nx",
        "let x = \"\"; try { x = [][1]; } catch (err) { x = \"caught\"; } x",
    ),
    "`raise ValueError(\"no\")`": (
        "try:\n  raise ValueError('no')\nexcept ValueError as e:\n  x = str(e)\nx",
        "let x = \"\"; try { throw \"no\"; } catch (err) { x = err; } x",
    ),
    "`import tools`, `tools.f()`": (
        "import sys\nopen('tools.py', 'w').write('def f(): return 5')\nsys.path.insert(0, '.')\nimport tools\ntools.f()",
        "import \"tools\" as tools; tools::f()",
    ),
    "`csv.DictReader(open(p))`": (
        "import csv\np = 'people.csv'\nrows = list(csv.DictReader(open(p)))\n[[r['email'] for r in rows], [g.strip() for g in rows[0]['groups'].split(',')]]",
        "let p = \"people.csv\"; let rows = read_csv(p); let split = read_csv(p, #{ lists: [\"groups\"] }); "
        "[rows.map(|row| row.email), split[0].groups]",
    ),
    "`json.loads(s)`, `json.dumps(x)`": (
        "import json\ns = '[1, {\"a\": null}]'\n[json.loads(s), json.loads(json.dumps(json.loads(s)))]",
        "let s = `[1, {\"a\": null}]`; [parse_json(s), parse_json(to_json(parse_json(s)))]",
    ),
    "`str(uuid.uuid4())`": ("import uuid\nlen(str(uuid.uuid4()))", "uuid().len()"),
    "`time.sleep(2)`, `random.randint(0, 5)`": (
        "import time, random\ntime.sleep(0)\nn = random.randint(0, 5)\n0 <= n <= 5",
        "sleep(0); let n = random(0, 5); n >= 0 && n <= 5",
    ),
    "`datetime.date.today()`": (
        "import datetime\nd = datetime.date.today()\n[(d - d).days, (datetime.date(2026, 11, 23) - datetime.date(2026, 11, 1)).days]",
        "let d = today(); [d - d, date(\"2026-11-23\") - date(\"2026-11-01\")]",
    ),
    "`datetime.strptime(s, \"%d.%m.%Y\").date()`, `d.strftime(\"%d.%m.%Y\")`": (
        "from datetime import datetime\ns = '23.11.2026'\nd = datetime.strptime(s, '%d.%m.%Y').date()\n[str(d), d.strftime('%d.%m.%Y')]",
        "let s = \"23.11.2026\"; let d = date(s, \"%d.%m.%Y\"); [d.to_string(), d.format(\"%d.%m.%Y\")]",
    ),
    "`datetime.fromisoformat(s)`, `(b - a).total_seconds()`": (
        "from datetime import datetime\na = datetime.fromisoformat('2026-11-28T10:00:00+00:00')\n"
        "b = datetime.fromisoformat('2026-11-28T10:01:30+00:00')\n(b - a).total_seconds()",
        "let a = moment(\"2026-11-28T10:00:00Z\"); let b = moment(\"2026-11-28T10:01:30Z\"); b - a",
    ),
    "`sys.argv[1:]`, `os.environ.get(\"TEAM\", \"x\")`": (
        "import sys, os\n[[], os.environ.get('TEAM', 'x')]", "[args(), env(\"TEAM\", \"x\")]"
    ),
    "`print(x, file=sys.stderr)`, `sys.exit(3)`": ("import sys\nx = 1\nprint(x, file=sys.stderr)\n3", "let x = 1; log(x); 3"),
    "`n / 10`, `n // 10`, `math.ceil(n / 10)`": (
        "import math\nn = 25\n[n / 10, n // 10, -n // 10, math.ceil(n / 10)]",
        "let n = 25; [n / 10.0, floor(n / 10), floor(-n / 10.0), (n + 9) / 10]",
    ),
    "`-x ** 2`, `a % b` of a negative `a`": (
        "x = 3; a = -7; b = 3\n[-x ** 2, a % b]", "let x = 3; let a = -7; let b = 3; [-(x ** 2), ((a % b) + b) % b]"
    ),
    "`0 < n < 5`": ("n = 3\n0 < n < 5", "let n = 3; 0 < n && n < 5"),
    "`s.split(\"@\", 1)`": ("s = 'a@b@c'\ns.split('@', 1)", "let s = \"a@b@c\"; s.split(\"@\", 2)"),
    "`l.remove(x)`, `del l[0]`": (
        "l = [1, 2, 3]; x = 2\nl.remove(x)\ndel l[0]\nl", "let l = [1, 2, 3]; let x = 2; l = l.without(x); l.remove(0); l"
    ),
    "`class Counter:` with `self.n`": (
        "class Counter:\n  def __init__(self): self.n = 0\n  def bump(self, by): self.n += by\ncounter = Counter()\ncounter.bump(2)\ncounter.n",
        "fn bump(by) { this.n += by; } let counter = #{n: 0}; counter.bump(2); counter.n",
    ),
    "`with open(p) as f: text = f.read()`": (
        "p = 'notes.txt'\nopen(p, 'w').write('a\\nb\\n')\nwith open(p) as f: text = f.read()\n[text, text.splitlines()]",
        "let p = \"notes.txt\"; write_text(p, \"a\\nb\\n\"); let text = read_text(p); [text, read_lines(p)]",
    ),
    "`argparse`": ("1", "let given = options(#{few: #{fallback: 1, kind: \"number\"}}); given.few"),
    "`except Exception as e: print(e)`": (
        "try:\n  raise Exception('no')\nexcept Exception as e:\n  x = str(e)\nx",
        "let x = \"\"; try { throw #{message: \"no\"}; } catch (err) { x = err.message; } x",
    ),
    "`{name: 1}` with a variable `name`": ("name = 'a'\n{name: 1}", "let name = \"a\"; let m = #{}; m[name] = 1; m"),
    "`for row in rows: row[\"note\"] = 1`": (
        "rows = [{}]\nfor row in rows: row['note'] = 1\nrows", "let rows = [#{}]; for (row, i) in rows { rows[i].note = 1; } rows"
    ),
    "`def add(l): l.append(1)`": ("def add(l): l.append(1)\nl = []\nadd(l)\nl", "fn add(l) { l.push(1); l } let l = []; l = add(l); l"),
    "`start = time.time()`, `time.time() - start`": (
        "import time\nstart = time.time()\ntime.time() - start < 5", "let start = timestamp(); start.elapsed < 5.0"
    ),
    "`r.status_code`, `r.json()`": (
        "['int', 'dict']",
        "let r = send(\"GET\", `/groups/${session().organization}/0`); "
        "[if type_of(r.status) == \"i64\" { \"int\" }, if type_of(r.body) == \"map\" { \"dict\" }]",
    ),
}


def of_python(code):
    """The value of the last expression."""
    tree = ast.parse(code)
    last = tree.body.pop()
    names = {}
    exec(compile(tree, "", "exec"), names)
    return eval(compile(ast.Expression(last.value), "", "eval"), names)


def plain(value):
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, dict):
        return {str(key): plain(entry) for key, entry in value.items()}
    return value


def is_same(one, other):
    """Whether both are equal, and both numbers, both true or false, or neither."""
    return plain(one) == plain(other) and isinstance(one, bool) == isinstance(other, bool)


class Traps(unittest.TestCase):
    def run_here(self, code):
        with tempfile.TemporaryDirectory() as home:
            for name, text in FILES.items():
                pathlib.Path(home, name).write_text(text)
            command = [os.environ["UMAPI_BINARY"], "--sandbox", "-o", "json", "-e", code]
            environment = {"HOME": home, "PATH": os.environ["PATH"]}
            return subprocess.run(command, cwd=home, env=environment, capture_output=True, text=True, timeout=60)

    def test_code_of_python_is_the_same_or_says_so(self):
        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(lambda case: self.run_here(case[1]), CASES))
        guide = " ".join(GUIDE.read_text().split())
        for (python, here, *known), run in zip(CASES, runs):
            with self.subTest(here):
                if known:
                    self.assertTrue(known[0] in guide, f"not in the guide: {known[0]}")
                says_so = run.returncode != 0 or "warning: " in run.stderr
                try:
                    expected = of_python(python)
                except Exception:
                    self.assertTrue(says_so or known, "an error in Python only")
                    continue
                lines = run.stdout.splitlines()
                same = run.returncode == 0 and is_same(json.loads(lines[-1]) if lines else None, expected)
                self.assertTrue(same or says_so or known, f"{run.stdout} {expected}")
                self.assertFalse(known and (same or says_so), "it is not different")

    def test_each_idiom_of_the_guide_has_the_value_it_has_in_python(self):
        rows = GUIDE.read_text().split("## Idioms", 1)[1].split("\n\n`umapish check`", 1)[0].splitlines()
        rows = [row for row in rows if row.startswith("| ")][1:]
        cells = [re.split(r" (?<!\\)\| ", row.removeprefix("| "))[0].replace("\\|", "|") for row in rows]
        self.assertEqual(sorted(cells), sorted(IDIOMS))
        with ThreadPoolExecutor(4) as pool:
            runs = list(pool.map(lambda idiom: self.run_here(idiom[1]), IDIOMS.values()))
        before = os.getcwd()
        self.addCleanup(os.chdir, before)
        for (cell, (python, here)), run in zip(IDIOMS.items(), runs):
            with self.subTest(cell), tempfile.TemporaryDirectory() as folder:
                os.chdir(folder)
                for name, text in FILES.items():
                    pathlib.Path(name).write_text(text)
                expected = of_python(python)
                os.chdir(before)
                self.assertEqual(run.returncode, 0, f"{here}: {run.stderr}")
                self.assertNotIn("warning: ", run.stderr, here)
                value = json.loads("\n".join(run.stdout.splitlines()) or "null")
                self.assertTrue(is_same(value, expected), f"{here}: {value} is not {expected}")


if __name__ == "__main__":
    unittest.main()
