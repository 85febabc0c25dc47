"""Help that names the workbook's own words."""

FRAMES_HELP = "Sizes of groups: a .csv with the columns 类别, 总体人数."
