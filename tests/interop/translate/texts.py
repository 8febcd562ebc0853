name = "All Apps - Pro"
url_name = name.replace(" ", "%20")
print(name, url_name)
local = "kim.lee@example.com".split("@", 1)[0]
print(local, "a,b,c".rsplit(",", 1), "  x ".strip(), "--x--".strip("-"), "x\n".rstrip("\n"))
print("Kim".upper(), "Kim".lower(), "kim lee".title(), "KIM".capitalize(), "kim"[0], "kim"[-1], "kim"[1:], "kim"[:-1])
print("abc".startswith("a"), "abc".endswith(("x", "c")), "abc".find("c"), "abc".find("z"), "banana".count("a"))
print("=" * 10, "-" * 3, "7".zfill(3), "ab".ljust(4) + "|", "ab".rjust(4) + "|")
print("12".isdigit(), "1a".isdigit(), "ab".isalpha(), len("é"), "é".upper())
print("tab\there", 'quo"te', "it's", """two
lines""")
print(f"{name!r} {name[:3]}", "a" < "b", "10" < "9")
for letter in "ab":
    print(letter)
print("a b  c".split(), "a,,b".split(","), "x=1=2".split("=", 1))
import re
print(re.findall(r"\d+", "a1b22"), re.sub(r"(\w+) (\w+)", r"\2 \1", "kim lee"), bool(re.search("x", "abc")))
m = re.match(r"(\w+)@(\w+)", "kim@example")
if m:
    print(m.group(1), m.group(0))
print("a" + str(1), "n: %s" % 5, "a-b".replace("-", ""))
text = "x"
text += "y"
print(text, text or "none", "" or "none", text and "some")
