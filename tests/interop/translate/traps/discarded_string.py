# In Rhai: let name = " a "; name.trim();
# Found: returns a new string
name = " Kim "
name.strip()
name.upper()
print("[" + name + "]")
name = name.strip().replace("K", "T")
print("[" + name + "]")
