x = 3
print(-x ** 2, (-x) ** 2, -1 ** 0, 2 ** 3 ** 2)
n = -7
print(n % 3, 7 % -3, n // 2, n / 2, 6 / 2)
n %= 3
print(n)
n /= 2
print(n)
print(1 < 2 < 3, x > 2 < 5)
print(int(2.9), int(-2.9), round(2.5), round(3.5), round(-2.5))
print("".split(), " a  b ".split(), "a,b,c".split(",", 1), "a,b,c".rsplit(",", 1), "a\nb\n".splitlines())


def named(text):
    return text.strip()


print(named(" ") or "none", named(" a ") or "none", named("a") and "some")
rows = [["bb", 2], ["a", 1]]
rows.sort(key=lambda row: row[1])
print(rows)
rows.append([1, 2])
print(len(rows), rows[-1])
print(sorted("ba"), sorted([3, 1], reverse=True), [1] * 3, "-" * 3, named("ab") * 2)
for x in [5]:
    pass
print(x)
if True:
    x = 2
print(x)
total = 0
for value in [1, 2]:
    total = total + value
print(total)
for place, value in enumerate(["a", "b"]):
    print(place, value)
TEMPLATE = "{greeting}, {name}!"
print(TEMPLATE.format(greeting="Hello", name=named("Kim ")))
print(f"{{}} {x:>3}|{3.14159:.2f}|{1234567:,}")
names = []
names.append("x")
same = "a" == "a" == "a"
print(names, same, isinstance(names, list), isinstance({}, dict), type(1.5) == float)
import asyncio


async def later(number):
    await asyncio.sleep(0)
    return number * 2


async def main():
    first = await later(2)
    print(first, await later(first), f"{-1234.5:,.2f}", f"{1234567.891:,.1f}")


asyncio.run(main())
