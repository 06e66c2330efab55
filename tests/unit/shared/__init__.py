"""What every service shares, without containers or sockets."""
