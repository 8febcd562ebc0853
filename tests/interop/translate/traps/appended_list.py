# In Rhai: let l = []; l.append([1, 2]);
# Found: adds the entries
rows = []
row = [1, 2]
rows.append(row)
rows.append([])
print(rows, len(rows))
rows.extend([3, 4])
print(len(rows))
