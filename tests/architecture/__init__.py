"""What the shape of the project promises."""
