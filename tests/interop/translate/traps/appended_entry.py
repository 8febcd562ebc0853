# In Rhai: let l = []; l.append("x");
# Found: takes a list
names = []
names.append("x")
names.append("yz")
print(names, len(names))
