"""``python -m sinch_voice_mcp``."""

from sinch_voice_mcp.cli import main

if __name__ == "__main__":
    main()
