"""The SVAML models: actions, instructions, menus, destinations, documents, events."""
