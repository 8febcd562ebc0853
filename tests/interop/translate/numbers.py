print(25 / 10, 25 // 10, -7 // 2, -7 % 3, 7 % 3, 2 ** 10, 2 ** -1, -2 ** 2)
print(0 < 3 < 5, 1 < 3 < 2, 1 == 1 == 1)
print(round(2.5), round(3.5), round(2.675, 2), round(1.005, 2), int(2.9), int("42"), float("1.5"))
print(f"{3.14159:.2f}", f"{2 / 3:.1%}", f"{1234567:,}", f"{7:03d}", f"{5:>4}|{5:<4}|", f"{0.125:.2f}")
print("%d of %s (%.1f%%)" % (3, "five", 60.0))
print("{} and {name}".format(1, name="two"), "{0}{1}{0}".format("a", "b"))
total = 0
for n in [1, 2, 3]:
    total += n * 1.5
print(total, abs(-3), pow(2, 3))
import math
print(math.ceil(25 / 10), math.floor(2.7), math.ceil(7 / 2))
count = 25
print(count // 10 + 1, count % 10)
x = 5
x *= 2
x -= 1
x //= 2
print(x)
print(True, False, None, not True, 1 if x > 3 else 2)
print(str(1.0), str(True), str(None), str([1, "a"]), 10 ** 3)
