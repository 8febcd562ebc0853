# In Rhai: let l = [1, 2, 3]; print(l.len() / 2);
# Found: drops the remainder
import math

names = ["a", "b", "c"]
n = 7
print(len(names) / 2, n / 2, 6 / 2, n // 2, math.ceil(len(names) / 2), sum([1, 2]) / 2)
n /= 2
print(n)
