"""Python scripts that know a list, dictionary or object under two names: umapish copies values, so a draft prints what
CPython prints, or leaves the line that gives a value its second name."""

import os
import pathlib
import subprocess
import sys
import tempfile
import unittest
from concurrent.futures import ThreadPoolExecutor

# Scripts whose drafts print the same.
SAME = [
    "a=[1]\nb=a\nb.append(2)\nprint(a)\n",
    "def add(l):\n    l.append(1)\na=[]\nadd(a)\nprint(a)\n",
    "rows=[{\"a\":1}]\nfor r in rows:\n    r[\"x\"]=1\nprint(rows)\n",
    "rows=[{\"a\":1}]\nx=rows[0]\nx[\"b\"]=1\nprint(rows)\n",
    "d={}\nd.setdefault(\"k\",[]).append(1)\nprint(d)\n",
    "rows=[]\nrow={\"a\":1}\nrows.append(row)\nrow={\"a\":2}\nrow[\"b\"]=2\nrows.append(row)\nprint(rows)\n",
    "rows=[]\nrow={\"a\":1}\nrows.append(row.copy())\nrow[\"b\"]=2\nprint(rows)\n",
    "seen=[]\ndef f():\n    seen.append(1)\nf()\nprint(seen)\n",
    "out=[]\nbatch=[]\nfor n in range(5):\n    batch.append(n)\n    if len(batch)==2:\n        out.append(len(batch))\n        batch=[]\nprint(out,batch)\n",
    "out=[]\nb=[]\nfor n in range(5):\n    b.append(n)\n    if len(b)==2:\n        out.extend(b)\n        b.clear()\nprint(out,b)\n",
    "rows=[]\nfor n in range(2):\n    row={}\n    row[\"n\"]=n\n    rows.append(row)\nprint(rows)\n",
    "g={}\nfor k,v in [(\"a\",1),(\"b\",2),(\"a\",3)]:\n    g.setdefault(k,[]).append(v)\nprint(g)\n",
    "g={}\nfor k,v in [(\"a\",1),(\"b\",2),(\"a\",3)]:\n    if k not in g:\n        g[k]=[]\n    g[k].append(v)\nprint(g)\n",
    "n=None\ndef f():\n    global n\n    n={\"a\":1}\nf()\nprint(n[\"a\"])\n",
    "a=[1]\nb=list(a)\nb.append(2)\nprint(a,b)\n",
]

# Scripts in which a change would be lost.
LEFT = [
    "a=[1]\nd={}\nd[\"k\"]=a\na.append(2)\nprint(d)\n",
    "d={\"k\":[1]}\nt=d.get(\"k\")\nt.append(2)\nprint(d)\n",
    "a=[1]\nb=[a,2]\na.append(3)\nprint(b)\n",
    "rows=[]\nrow={\"a\":1}\nrows.append(row)\nrow[\"b\"]=2\nprint(rows)\n",
    "rows=[]\nfor n in [1,2]:\n    row={\"a\":n}\n    rows.append(row)\n    row[\"b\"]=n\nprint(rows)\n",
    "rows=[]\nrow={}\nfor n in [1,2]:\n    row[\"n\"]=n\n    rows.append(row)\nprint(rows)\n",
    "rows=[]\nrow={\"a\":1}\nrows.append(row)\nrows[0][\"b\"]=2\nprint(row)\n",
    "def mk(d):\n    return d[\"k\"]\nd={\"k\":[1]}\nx=mk(d)\nx.append(2)\nprint(d)\n",
    "def f(a=[]):\n    a.append(1)\n    return a\nprint(f())\nprint(f())\n",
    "a=[1]\nt=(a,1)\na.append(2)\nprint(t)\n",
    "g=[[0]]*2\ng[0].append(1)\nprint(g)\n",
    "a=[[1]]\nb=[]\nb.extend(a)\na[0].append(2)\nprint(b)\n",
    "a=[1]\nb=a\nb+=[2]\nprint(a)\n",
    "a=[1]\nd={k:a for k in \"xy\"}\na.append(2)\nprint(d)\n",
    "import json\na=json.loads(\"[1]\")\nrows=[a]\na.append(2)\nprint(rows)\n",
    "a={\"x\":[1]}\nb={}\nb.update(a)\na[\"x\"].append(2)\nprint(b)\n",
    "rows=[]\nrow={\"a\":1}\nrows.insert(0,row)\nrow.update(b=2)\nprint(rows)\n",
    "rows=[]\nrow={\"a\":1,\"b\":2}\nrows.append(row)\ndel row[\"b\"]\nprint(rows)\n",
    "def keep(l,r):\n    l.append(r)\nrows=[]\nrow={\"a\":1}\nkeep(rows,row)\nrow[\"b\"]=2\nprint(rows)\n",
    "def f(row):\n    rows=[]\n    rows.append(row)\n    row[\"b\"]=2\n    return rows\nprint(f({\"a\":1}))\n",
    "us=[{\"a\":1}]\nx=next(u for u in us if u[\"a\"]==1)\nx[\"b\"]=2\nprint(us)\n",
    "us=[{\"a\":2},{\"a\":1}]\nfor u in sorted(us,key=lambda u:u[\"a\"]):\n    u[\"n\"]=1\nprint(us)\n",
    "us=[{\"a\":2},{\"a\":1}]\nfor u in us[:1]:\n    u[\"n\"]=1\nprint(us)\n",
    "us=[{\"a\":2},{\"a\":1}]\nfor u in [x for x in us if x[\"a\"]>1]:\n    u[\"n\"]=1\nprint(us)\n",
    "us=[{\"a\":2},{\"a\":1}]\nfor u,v in zip(us,[1,2]):\n    u[\"n\"]=v\nprint(us)\n",
    "a=[1]\nb=[2]\nfor x in [a,b]:\n    x.append(3)\nprint(a,b)\n",
    "a=b=[]\na.append(1)\nprint(b)\n",
    "class A:\n    def f(self,a=[]):\n        a.append(1)\n        return a\nx=A()\nprint(x.f())\nprint(x.f())\n",
    "xs=[]\nd={\"x\":xs}\ndef f():\n    xs.append(1)\nf()\nprint(d)\n",
    "def f():\n    a=[]\n    d={\"a\":a}\n    a.append(1)\n    return d\nprint(f())\n",
    "a=[1]\nd=[]\nd.append(a if a else None)\na.append(2)\nprint(d)\n",
    "a=[{\"x\":1}]\nb=list(a)\nb[0][\"x\"]=2\nprint(a)\n",
    "a=[{\"x\":1}]\nb=a.copy()\na[0][\"x\"]=2\nprint(b)\n",
    "us=[{\"a\":1}]\nm=[u for u in us if u[\"a\"]]\nfor u in m:\n    u[\"x\"]=1\nprint(us)\n",
    "a=[{\"x\":1}]\nb=a[:]\nfor q in b:\n    q[\"x\"]=2\nprint(a)\n",
    "a=[{\"x\":1}]\nb=a+[]\nb[0][\"x\"]=2\nprint(a)\n",
]


class SharedValues(unittest.TestCase):
    def run_in(self, folder, *command):
        environment = {"HOME": folder, "PATH": os.environ["PATH"]}
        return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)

    def runs_of(self, python):
        """What CPython prints, the translation, and what the draft prints."""
        with tempfile.TemporaryDirectory() as folder:
            script = pathlib.Path(folder, "script.py")
            script.write_text(python)
            expected = self.run_in(folder, sys.executable, "script.py").stdout
            translated = self.run_in(folder, os.environ["UMAPI_BINARY"], "translate", "script.py")
            pathlib.Path(folder, "draft.rhai").write_text(translated.stdout)
            draft = self.run_in(folder, os.environ["UMAPI_BINARY"], "--quiet", "--sandbox", "draft.rhai")
            return expected, translated, draft.stdout

    def test_a_change_shows_under_both_names(self):
        with ThreadPoolExecutor(4) as pool:
            for python, (expected, translated, printed) in zip(SAME, pool.map(self.runs_of, SAME)):
                with self.subTest(python):
                    self.assertEqual((translated.returncode, printed), (0, expected), translated.stdout)

    def test_a_change_that_would_be_lost_is_left(self):
        with ThreadPoolExecutor(4) as pool:
            for python, (expected, translated, _) in zip(LEFT, pool.map(self.runs_of, LEFT)):
                with self.subTest(python):
                    self.assertNotEqual(expected, "")
                    self.assertEqual(translated.returncode, 10, translated.stdout)
                    self.assertIn("TODO line", translated.stdout)


if __name__ == "__main__":
    unittest.main()
