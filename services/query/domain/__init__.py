"""Query's rules, pure: what an event says of a row, what each kind of reader may see, folders, ageing."""
