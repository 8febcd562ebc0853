# In Rhai: print(1 << 2 + 1);
# Found: a shift is computed before
print(1 << 2 + 1, (1 << 2) + 1, 2 * 3 << 1, 16 >> 1 + 1)
