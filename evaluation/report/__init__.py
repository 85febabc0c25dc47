"""Reports written from an Assessment and nothing else: assessment.json, report.html, report.docx and ledger.xlsx.

`evaluation.report.writing.write_reports` writes all four. Importing this package loads none of the writers.
"""
