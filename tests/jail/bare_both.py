"""A kernel without seccomp and Landlock: the limits remain."""

from tests.jail.bare import make_serve

if __name__ == "__main__":
    make_serve("seccomp", "landlock")
