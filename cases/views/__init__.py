"""Pages about people, cases, lists of timescales, and the settings of a council."""
