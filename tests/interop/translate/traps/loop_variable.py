# In Rhai: let x = 1; for x in [5] { print(x); } print(x);
# Found: a variable `x` of its own
x = 1
for x in [5, 6]:
    pass
print(x)
for name in ["a"]:
    last = name
print(last, name)
