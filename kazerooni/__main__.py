"""`python -m kazerooni`: the command line."""

from kazerooni.cli import main

if __name__ == "__main__":
    main()
