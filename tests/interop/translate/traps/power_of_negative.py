# In Rhai: print(-2 ** 2);
# Found: `-2 ** 2` is 4
x = 3
print(-2 ** 2, -x ** 2, (-x) ** 2, -x ** 0, 2 ** 3 ** 2, 2 ** -1)
