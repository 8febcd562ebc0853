# In Rhai: let step_name = "add"; let m = #{step_name: 1}; print(m);
# Found: the key is the name
step = "add"
command = {step: {"group": ["a"]}, "step": 1}
print(command["add"]["group"], command["step"], "add" in command)
