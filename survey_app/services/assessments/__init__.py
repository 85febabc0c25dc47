"""A county's road to a signed verdict: its workbook, what evaluators enter, its survey, the verdict, and the signature."""
