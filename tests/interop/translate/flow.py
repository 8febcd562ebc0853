import json
import sys

LIMIT = 3
counter = 0
log_lines = []


class Account:
    """An account."""

    kind = "plain"

    def __init__(self, name, quota=5):
        self.name = name
        self.quota = quota
        self.used = []

    def use(self, amount=1):
        self.used.append(amount)
        return self.left()

    def left(self):
        return self.quota - sum(self.used)


class NotAllowed(Exception):
    pass


def bump(by=1):
    global counter
    counter += by
    log_lines.append(f"bumped {by}")
    return counter


def check(value):
    if value > LIMIT:
        raise ValueError(f"too large: {value}")
    elif value < 0:
        raise NotAllowed("negative")
    return value


def options(a, b=2, *rest, **more):
    return [a, b, len(rest), more.get("x", 0)]


bump()
bump(5)
bump(by=2)
print(counter, log_lines)
for value in [1, 9, -1]:
    try:
        print(check(value))
    except ValueError as e:
        print("value", e)
    except NotAllowed:
        print("not allowed")
    else:
        print("fine")
    finally:
        print("next")
account = Account("kim", quota=7)
print(account.use(), account.use(2), account.name, account.left(), account.kind)
print(options(1), options(1, 3, 4, 5), options(b=1, a=0, x=7))
try:
    [1, 2][5]
except (IndexError, KeyError) as err:
    print("index")
try:
    int("x")
except ValueError:
    print("not a number")
try:
    1 / 0
except ZeroDivisionError:
    print("zero")
n = 0
while True:
    n += 1
    if n == 2:
        continue
    if n > 3:
        break
print(n)
if n > 3:
    result = "big"
else:
    result = "small"
print(result)


def total(numbers):
    found = 0
    for number in numbers:
        if number < 0:
            return None
        found += number
    return found


print(total([1, 2]), total([-1]) is None)
data = json.loads('{"a": [1, 2], "b": null}')
print(data["a"][1], data["b"] is None)
square = lambda v: v * v
print(square(3), list(map(lambda v: v + 1, [1, 2])), [v for v in filter(lambda v: v > 1, [1, 2])])


def outer(base):
    def inner(v):
        return v + base
    return inner(1) + inner(2)


print(outer(10), isinstance("a", str), isinstance(1, (int, float)), type("a") == str)
assert n > 0, "no"
value = None
print(value is None, value or "default", "yes" if value else "no")
if len(sys.argv) > 5:
    sys.exit("too many")
print("end")
sys.exit(3)
