# In Rhai: let age = "20"; if age > 18 { print(1) }
# Found: of a string with a number
import csv

with open("ages.csv", "w") as f:
    f.write("name,age\nkim,20\nben,9\n")
with open("ages.csv") as f:
    for row in csv.DictReader(f):
        print(row["name"], int(row["age"]) > 18, row["age"] == "20", row["age"] > "18")
