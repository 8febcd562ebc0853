# In Rhai: let rows = [#{a: 1}]; for row in rows { row.a = 2; }
# Found: is a copy of
rows = [{"a": 1}, {"a": 2}]
for row in rows:
    row["a"] = row["a"] * 10
print([row["a"] for row in rows])
first = rows[0]
first["a"] = 5
print(rows[0]["a"])


def add(names, name):
    names.append(name)


names = []
add(names, "kim")
print(names)
