# In Rhai: let l = [3, 1]; l.sort(|x| -x);
# Found: `sort` takes a function
rows = [{"n": 2, "name": "b"}, {"n": 1, "name": "c"}, {"n": 2, "name": "a"}]
rows.sort(key=lambda row: row["n"])
print([row["name"] for row in rows])
rows.sort(key=lambda row: row["name"], reverse=True)
print([row["name"] for row in rows])
print([row["n"] for row in sorted(rows, key=lambda row: -row["n"])])
