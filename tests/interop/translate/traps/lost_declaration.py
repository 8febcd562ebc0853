# In Rhai: let x = 1; if true { let x = 2; } print(x);
# Found: declares another variable
x = 1
if x == 1:
    x = 2
print(x)
total = 0
for n in [1, 2, 3]:
    total = total + n
print(total)
