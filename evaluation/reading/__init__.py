"""A county's statistics workbook: reading it into facts, and the empty one to fill in."""
