"""Pages about court reports, assessments, plans and reviews."""
