"""Pages about orders and what was done about them."""
