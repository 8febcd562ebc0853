# In Rhai: print(-7 % 3);
# Found: remainder of a negative number
n = -7
print(-7 % 3, n % 3, 7 % -3, 7 % 3, -5.5 % 2)
n %= 4
print(n)
