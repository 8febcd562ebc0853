# In Rhai: let x = 1; x == 5; print(x);
# Found: is not used here
x = 1
x == 5
print(x)
x + 1
print(x)
names = ["a"]
names + ["b"]
print(names)
