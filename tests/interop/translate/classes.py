"""Classes, decorators, contexts and paths."""
import asyncio
import functools
import sys
from dataclasses import dataclass, field
from functools import lru_cache, wraps
from optparse import OptionParser
from pathlib import Path
from typing import Dict, List, Optional


# Decorators: they run around each call, with their own arguments.
def retry(times: int = 3, label: str = "try"):
    """Runs a function again when it fails."""
    def decorator(func):
        @wraps(func)
        def wrapper(*args, **kwargs):
            last = None
            for attempt in range(times):
                try:
                    return func(*args, **kwargs)
                except ValueError as e:
                    last = e
                    print(f"{label} {attempt + 1}: {e}")
            raise last
        return wrapper
    return decorator


def announced(func):
    @functools.wraps(func)
    def inner(*args, **kwargs):
        print("before")
        result = func(*args, **kwargs)
        print("after")
        return result
    return inner


@announced
def doubled(number, by=2):
    return number * by


@lru_cache(maxsize=None)
def squared(number):
    return number * number


print(doubled(4), doubled(4, by=3), squared(5))


class Tally:
    """Counts, and fails at first."""

    def __init__(self, start: int = 0):
        self.count = start
        self.names: List[str] = []
        self.seen: Optional[Dict[str, int]] = None

    @retry(times=4, label="count")
    def bump(self, by: int, name="x"):
        self.count += by
        if self.count < 3:
            raise ValueError("too few")
        self.names.append(name)
        return self.count

    @retry()
    def fail(self):
        raise ValueError("never")

    def get(self, key):
        return f"{key}={self.count}"

    @staticmethod
    def helper(a, b=1):
        return a + b

    @classmethod
    def from_text(cls, text):
        return cls.helper(int(text))


class Box:
    def __init__(self):
        self.items = {}

    def get(self, key):
        return self.items.get(key, "nothing")

    def add(self, key, value=None):
        self.items[key] = value or "empty"


tally = Tally()
print(tally.bump(1), tally.count, tally.names)
try:
    tally.fail()
except ValueError as e:
    print("failed:", e)
box = Box()
box.add("a")
box.add("b", "full")
print(tally.get("n"), box.get("a"), box.get("b"), box.get("c"))
print(Tally.helper(1), Tally.helper(1, 5), Tally.from_text("41"))


# `with` calls __enter__ and __exit__, also after an error.
class Connection:
    def __init__(self, name):
        self.name = name
        self.is_open = False

    def __enter__(self):
        self.is_open = True
        print("open", self.name)
        return self

    def __exit__(self, kind, error, trace):
        self.is_open = False
        print("close", self.name)

    def ask(self, number):
        if number > 2:
            raise ValueError(f"no {number}")
        return number * 10


with Connection("one") as one:
    print(one.ask(1), one.is_open)
print(one.is_open)
try:
    with Connection("two") as two:
        print(two.ask(3))
except ValueError as e:
    print("caught", e)


class Client:
    """An asynchronous client, whose session needs no closing."""

    def __init__(self, org_id, key="k"):
        self.org_id = org_id
        self.key = key
        self.calls = 0

    async def __aenter__(self):
        self.calls = 100
        return self

    async def __aexit__(self, exc_type, exc_val, exc_tb):
        pass

    async def call(self, path):
        self.calls += 1
        await asyncio.sleep(0)
        return f"{self.org_id}{path}#{self.calls}"


async def double(number):
    return number * 2


async def main():
    config = {"org_id": "org", "key": "secret"}
    lock = asyncio.Lock()
    async with Client(**config) as client:
        async with lock:
            print(await client.call("/users"), client.key)
        print(await client.call("/groups"))
    numbers = await asyncio.gather(*[double(n) for n in [1, 2, 3]])
    print(numbers, await asyncio.gather(double(5), double(6)))


asyncio.run(main())


@dataclass
class Person:
    """A person."""
    email: str
    groups: List[str] = field(default_factory=list)
    hours: float = 0.0
    active: bool = True

    def label(self) -> str:
        return f"{self.email} ({len(self.groups)}, {self.hours:.1f}, {self.active})"


def labels(people: List[Person]) -> List[str]:
    found = []
    for person in people:
        person.groups.append("Everybody")
        found.append(person.label())
    return found


people = [Person("kim"), Person("ben", groups=["a"], hours=2), Person(email="femi", active=False)]
print(labels(people))
print(people[0].hours / 4, Person("x", hours=3).hours / 2)

# Paths are strings.
folder = Path("out.d")
target = folder / "sub" / "file.txt"
print(target, target.name, folder.exists(), Path(".").joinpath("a//b/", "./c"), Path("/x/") / "/y")
here = Path("note.txt")
here.write_text("one\ntwo\n")
print(here.exists(), here.is_file(), here.is_dir(), Path(".").is_dir(), here.read_text().split())
with here.open() as f:
    print([line.strip() for line in f])
with open(here) as f:
    print(len(f.read()))

# Options of optparse, with a default that is computed.
parser = OptionParser()
parser.add_option("-o", "--outputfolder", dest="output_folder", default=".", help="where to write")
parser.add_option("-n", "--number", type="int", default=len("four"))
parser.add_option("-q", "--quiet", action="store_false", dest="loud", default=True)
(options, rest) = parser.parse_args()
print(options.output_folder, options.number, options.loud)

# True and False are numbers.
for value in [True, 1, 1.5, "1", None]:
    print(isinstance(value, int), isinstance(value, bool), isinstance(value, (int, float)), type(value) == int)


# What a line does happens from left to right.
def said(text):
    print("said", text)
    return text


class Log:
    def __init__(self, name):
        self.name = name
        said(name)

    def last(self):
        return said(self.name + "!")


counts = {}
print(said("a"), Log("b").last(), said("c"))
print(said("d") + Log("e").last(), [said("f"), Log("g").last()])
print(f"{said('h')} {Log('i').last()} {said('j')}")
print(said("k"), counts.setdefault("l", []), said("m"))
names = ["x", "y"]
print(names.pop(), names, names.pop(), names)
print(max(said("n"), Log("o").last()), said("p") == Log("q").last())
print(*["a", "b"], sep="-")
print(*[1, None, True])
print("done", file=sys.stderr)


# One object under several names.
class Account:
    def __init__(self, owner):
        self.owner = owner
        self.balance = 0
        self.history = []

    def deposit(self, amount):
        self.balance += amount
        self.history.append(amount)

    def twice(self, amount):
        self.deposit(amount)
        self.deposit(amount)


def bump(account):
    account.deposit(100)


class Bank:
    def __init__(self):
        self.accounts = []

    def open(self, owner):
        self.accounts.append(Account(owner))

    def pay_all(self, amount):
        for account in self.accounts:
            account.twice(amount)


first = Account("kim")
first.deposit(5)
second = first
second.deposit(1)
print(first.balance, second.balance)
bump(first)
print(first.balance, first.history)
bank = Bank()
bank.open("kim")
bank.open("ben")
bank.pay_all(2)
for account in bank.accounts:
    account.deposit(1)
print([account.balance for account in bank.accounts])
