# In Rhai: let x = 1; print("{}".format(x));
# Found: has no method `format`
x = 1.5
print("{} of {}".format(1, "two"))
print("{0}-{0}-{1}".format("a", "b"), "{name:>5}|{x:.2f}".format(name="kim", x=x))
