"""The launcher and its parts, run for real."""
