# In Rhai: print(int("5"));
# Found: takes a float
print(int("5") + 1, int(" 7 "), int(2.9), int(-2.9), int(True), float("1.5"))
try:
    int("x")
except ValueError:
    print("not a number")
