# In Rhai: let l = [5, 6]; l.remove(1);
# Found: takes an index
numbers = [5, 1, 6, 1]
numbers.remove(1)
print(numbers)
del numbers[0]
print(numbers)
print(numbers.pop(0))
print(numbers)
