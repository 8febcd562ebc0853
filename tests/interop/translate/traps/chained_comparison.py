# In Rhai: print(0 < 3 < 5);
# Found: a second comparison
n = 3
print(0 < n < 5, 0 < n < 2, 5 > n > 3)
print(n == n == 3, 1 < n != 4)
if 1 <= n <= 3:
    print("between")
