"""python -m adamproof: the command line."""

from .cli import main

if __name__ == "__main__":  # worker processes import this module again and must not start over
    main()
