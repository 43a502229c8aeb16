import shoal

print(shoal.__file__)
print(shoal.__version__)
