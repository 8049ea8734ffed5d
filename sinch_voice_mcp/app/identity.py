"""Who sits at this machine: the principal of confirmations, unless a setting names another one."""

import getpass
import os
import socket


def person_at_this_machine() -> str:
    """Return the user and the host, such as ``anna@laptop``.

    Two people at two machines are never the same one, and neither are two users of one machine.
    """
    try:
        user = getpass.getuser()
    except (KeyError, OSError):
        # In a container, the user can have a number and no name.
        user = str(os.getuid()) if hasattr(os, "getuid") else "user"
    return f"{user}@{socket.gethostname()}"
