# In Rhai: let p = "a@b".split("@", 1); print(p);
# Found: `split` with 1
mail = "kim@example@com"
print(mail.split("@", 1), mail.split("@"), mail.rsplit("@", 1), mail.split("@", 1)[0])
print(" a  b ".split(), "".split(","))
