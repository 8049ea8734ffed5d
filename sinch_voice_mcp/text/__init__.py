"""Text from outside: invisible characters, quoting, cleaning, masking, hosts, and validation messages."""
