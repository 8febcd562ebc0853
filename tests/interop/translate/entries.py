"""Variables of loops that are assigned, entries that are changed, and errors that are made from others."""


# A variable of a loop that its body assigns.
def relabeled(rows, flag):
    found = []
    for row in rows:
        if flag:
            other = {"a": 1}
            row = other
        found.append(row["a"])
    return found


print(relabeled([{"a": 5}], True), relabeled([{"a": 5}], False))
for n in [1, 2]:
    if n == 2:
        n = 7
    n += 1
    print(n)
for i, (first, second) in enumerate([("a", "b"), ("c", "d")]):
    if i:
        first = second
    i = i * 10
    print(i, first, second)
for key, value in {"x": 1}.items():
    value = value or 5
    key = key.upper()
    print(key, value)
rows = [{"a": 1}, {"a": 2}]
for row in rows:
    row = dict(row)
    row["a"] = 9
    print(row["a"])
print([row["a"] for row in rows])


# Errors that are made from others.
class AppError(Exception):
    pass
class Special(AppError):
    pass
try:
    raise Special("deep")
except AppError as e:
    print("app", e)
try:
    raise AppError("flat")
except Special:
    print("no")
except AppError as e:
    print("yes", e)
class Bad(ValueError):
    """A value that is not good."""
try:
    raise Bad("v")
except ValueError as e:
    print("value", e)


# A function that changes the entries of its argument, and parameters that are only given by name.
def labeled(rows):
    for row in rows:
        row["label"] = "row " + str(row["n"])
    return rows


def total(*numbers, scale=1):
    return sum(numbers) * scale


table = [{"n": 1}, {"n": 2}]
labels = labeled(table)
print(table[0]["label"], labels[1]["label"], len(table))
print(total(1, 2, 3), total(1, 2, scale=10))
pairs = dict(line.split("=") for line in ["a=1", "b=2"])
print(pairs, dict(zip(["x"], [5])))
