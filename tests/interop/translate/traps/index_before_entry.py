# In Rhai: for (i, x) in [5] { print(i + x); }
# Found: the entry comes first
for i, x in enumerate(["a", "b"]):
    print(i, x)
for i, x in enumerate(["a", "b"], 1):
    print(i, x)
