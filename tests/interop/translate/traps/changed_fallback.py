# In Rhai: let d = #{}; (d.a ?? []).push(1);
# Found: temporary value
groups = {}
for name, person in [("a", "kim"), ("b", "ben"), ("a", "femi")]:
    groups.setdefault(name, []).append(person)
print(groups["a"], groups["b"])
