# In Rhai: let l = [3, 1]; l.sort_by(|x| x);
# Found: returns a new list
names = ["b", "c", "a"]
names.sort()
print(names)
names.reverse()
print(names, sorted(names), names)
