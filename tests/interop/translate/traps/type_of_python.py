# In Rhai: let x = 1; print(type_of(x) == "int");
# Found: no type is called
for value in [1, True, "a", 1.5, None, [], {}]:
    print(isinstance(value, int), isinstance(value, str), isinstance(value, (list, dict)), type(value) == float)
