import csv
import json
import os
from datetime import date, datetime, timedelta

with open("people.csv", "w", newline="") as f:
    w = csv.writer(f)
    w.writerow(["email", "name", "groups"])
    w.writerow(["kim@example.com", 'Lee, "Kim"', "A,B"])
    w.writerow(["ben@example.com", None, 3.5])
with open("people.csv") as f:
    for row in csv.DictReader(f):
        print(row["email"], row["name"], row["groups"].split(","))
with open("people.csv") as f:
    reader = csv.reader(f)
    header = next(reader)
    print(header)
    for row in reader:
        print(len(row), row[0])
with open("out.csv", "w", newline="") as f:
    writer = csv.DictWriter(f, fieldnames=["b", "a"])
    writer.writeheader()
    writer.writerow({"a": 1, "b": "x"})
    writer.writerows([{"a": True, "b": ""}])
with open("notes.txt", "w") as f:
    f.write("one\n")
    f.write("two\n")
    print("three", file=f)
with open("notes.txt", "a") as f:
    f.write("four\n")
with open("notes.txt") as f:
    lines = [line.strip() for line in f]
print(lines)
with open("notes.txt") as f:
    text = f.read()
print(len(text), text.splitlines()[0])
data = json.loads('{"a": [1, 2]}')
print(data["a"], os.path.exists("people.csv"), os.environ.get("NOT_SET_AT_ALL", "none"))
day = datetime.strptime("28.11.2026", "%d.%m.%Y").date()
print(day.strftime("%Y/%m/%d"), day.year, (date(2026, 12, 1) - day).days)
moment = datetime.strptime("2026-11-28 10:00:00", "%Y-%m-%d %H:%M:%S")
later = moment + timedelta(hours=2)
print((later - moment).total_seconds(), later.strftime("%H:%M"))
