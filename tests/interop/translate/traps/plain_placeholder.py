# In Rhai: let name = "x"; print("Hello {name}");
# Found: is not inserted
name = "Kim"
print(f"Hello {name}", "Hello {other}", f"{{x}} {name!r}")
print("Hello %s, %d%%" % (name, 5))
