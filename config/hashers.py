"""How passwords are hashed: Argon2 in a memory budget that twenty people signing in at once can share."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """OWASP's first choice for Argon2id; Django's own takes 100 MiB a sign-in. Older hashes are renewed at sign-in."""

    memory_cost = 19 * 1024  # KiB
    time_cost = 2
    parallelism = 1
