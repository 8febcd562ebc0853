# In Rhai: let names = ["a"]; if names { print(1) }
# Found: a condition is true or false
def first(names):
    if not names:
        return "none"
    return names[0]


for value in [[], ["a"], "", "b", 0, 2, None, {}, {"a": 1}]:
    if value:
        print("yes")
    else:
        print("no")
count = 3
while count:
    count -= 1
print(count, first([]), first(["x", "y"]), bool("") or len("abc"))
print("some" if ["a"] and not "" else "none", [] or "empty", not 0)
