# In Rhai: let n = 1; print(`a${n}\n`);
# Found: a backslash is a backslash
n = 1
print(f"a{n}\nb\t{n}")
print(f"C:\\temp\\{n}")
print("x\ty", f"`{n}`")
