# In Rhai: let n = 7; n // n;
# Found: begins a comment
n = 7
print(n // 2, -n // 2, 7 // 7, n // 2.0)
n //= 3
print(n)
