"""What dies, and what must hold nevertheless."""
