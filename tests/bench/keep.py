"""Keeps every user as a dict and tells how many there are."""

from wire import Wire

users = Wire().users()
print(len(users))
