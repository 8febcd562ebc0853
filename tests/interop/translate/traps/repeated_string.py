# In Rhai: print("=" * 3);
# Found: does not repeat a string
n = 3
print("=" * n, "ab" * 2, 3 * "-")
