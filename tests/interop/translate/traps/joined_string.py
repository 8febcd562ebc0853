# In Rhai: print(", ".join([1]));
# Found: has no method `join`
names = ["a", "b"]
print(", ".join(names), "".join(names), "-".join(str(n) for n in [1, 2]))
