"""A module for each command: its options, its help, and what it prints.  `app` imports it when it is called."""
