from collections import Counter, defaultdict
step_name = "add"
step = {step_name: 1}
print(step["add"], step.get("remove") is None, step.get("remove", 0), "add" in step)
d = {"a": 1}
d["b"] = 2
d.update({"c": 3})
print(len(d), sorted(d), [k for k, v in sorted(d.items())])
for k, v in d.items():
    print(k, v)
for k in d:
    print(k)
print(sum(d.values()), d.pop("a"), d.pop("zz", 9), "a" in d)
del d["b"]
print(list(d.keys()))
counts = {}
for w in ["x", "y", "x"]:
    counts[w] = counts.get(w, 0) + 1
print(counts["x"], counts["y"])
groups = defaultdict(list)
for w in ["ab", "a", "b"]:
    kind = "long" if len(w) > 1 else "short"
    groups[kind].append(w)
print(groups["short"], groups["long"])
c = Counter(["a", "b", "a"])
c2 = defaultdict(int)
c2["q"] += 1
print(c["a"], c["zz"], c2["q"], c.most_common(1)[0][0])
nested = {"users": [{"groups": []}]}
for user in nested["users"]:
    user["groups"].append("x")
print(nested["users"][0]["groups"])
nested.setdefault("more", []).append(1)
print(nested["more"], {k: v * 2 for k, v in {"a": 1}.items()}["a"])
s = set(["a", "b", "a"])
s.add("c")
s.discard("b")
print(len(s), "a" in s, sorted(s | {"z"}), sorted(s - {"a"}), sorted(s & {"c"}))
for key, members in {"k": [1]}.items():
    members.append(2)
    print(members)
try:
    print(d["missing"])
except KeyError as e:
    print("KeyError")
merged = {**{"a": 1}, "b": 2}
print(merged["a"] + merged["b"])
if not d:
    print("empty")
else:
    print("some")
