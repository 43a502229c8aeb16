import shoal

print(shoal.__file__, shoal.config.get("scheduler"))
