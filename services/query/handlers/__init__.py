"""What query does when it hears (`project`, `copies`), and when it is asked (the others)."""
