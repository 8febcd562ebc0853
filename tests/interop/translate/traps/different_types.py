# In Rhai: print(true == 1);
# Found: is always false
value = None
print(value is None, value == 0, value == "", [] == "")
