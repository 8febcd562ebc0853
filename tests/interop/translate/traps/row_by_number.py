# In Rhai: for row in read_csv("people.csv") { print(row[0]); }
# Found: the cells of a row have the names of their columns
import csv

with open("people.csv", "w") as file:
    file.write("email,first\na@example.com,Kim\n")
with open("people.csv") as file:
    rows = list(csv.reader(file))
for row in rows[1:]:
    print(row[0], row[1])
