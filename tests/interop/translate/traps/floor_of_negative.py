# In Rhai: print(floor(-7 / 2));
# Found: rounded up
import math
n = -7
print(-7 // 2, n // 2, math.floor(n / 2), math.ceil(n / 2), math.ceil(7 / 2))
