rows = [{"user": "a", "do": []}, {"user": "b", "do": []}]
for row in rows:
    row["do"].append({"remove": "all"})
    row["note"] = 1
print(len(rows[0]["do"]), rows[1]["note"])


def add(items, value=1):
    items.append(value)


numbers = []
add(numbers)
add(numbers, 5)
print(numbers)

first = rows[0]
first["user"] = "z"
print(rows[0]["user"])

l = [5, 6, 7, 5]
l.remove(5)
print(l)
del l[0]
print(l, l[-1], l[1:], l[:1], [1, 2, 3, 4][::-1], [1, 2, 3, 4][::2])
m = l.copy()
m.append(9)
print(len(l), len(m))
print(sorted([3, 1, 2]), sorted([3, 1, 2], reverse=True), sorted(["b", "A"], key=str.lower))
print(sum([1, 2, 3]), max([4, 9, 2]), min(3, 1), any(x > 2 for x in l), all(x > 2 for x in l))
print([x * 2 for x in range(5) if x % 2 == 0], [[i, c] for i, c in enumerate("ab")])
print([y for x in [[1], [2, 3]] for y in x])
a, b = 1, 2
a, b = b, a
print(a, b)
head, *rest = [1, 2, 3]
print(head, rest)
for i, name in enumerate(["x", "y"], 1):
    print(i, name)
for x, y in zip([1, 2], [3, 4, 5]):
    print(x + y)
for x in range(10, 0, -3):
    print(x)
print(x)
for n in [1, 2, 3]:
    if n == 2:
        break
else:
    print("no break")
for n in [1, 3]:
    if n == 2:
        break
else:
    print("ended")
stack = [1, 2]
print(stack.pop(), stack.pop(0), len(stack))
print(list(reversed([1, 2])), [1, 2] + [3], 3 in [1, 2, 3], 4 not in [1])
print(",".join(["a", "b"]), "a" in "abc", [1, 2].index(2), [1, 1].count(1))
