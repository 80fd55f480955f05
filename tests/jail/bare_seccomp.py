"""A kernel without seccomp."""

from tests.jail.bare import make_serve

if __name__ == "__main__":
    make_serve("seccomp")
