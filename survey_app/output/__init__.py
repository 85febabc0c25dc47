"""Files for people: code sheets to print, and exports. Called with plain values; knows neither services nor storage.

Sheets: `issued` (what they are made from), `sheets` (codes.csv and sheets.pdf), with `cover`, `slip`, `notice`, `qr`, set by
`typesetting` and `drawing`. Exports: `exported` (what they are made from), `exports` (the format that a name asks for), `columns` and
`tables` (what all formats hold), `cells`, and a file a format: `xlsx_export`, `csv_export`, `parquet_export`, `sav_export`.
`row_list` is a list to be worked through; `files` writes whole or not at all; `bulletin/` is the daily page.
"""
