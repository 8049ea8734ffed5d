"""Text from outside: invisible characters, quoting, cleaning, masking, hosts, validation messages."""
