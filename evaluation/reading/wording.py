"""What reading says: one message for each kind of mistake, and one for each warning."""

from evaluation.errors import Message

# --- the file -------------------------------------------------------------------------------------------------------------------
NOT_FOUND = Message(
    "file_not_found",
    en="there is no such file or folder; expected an .xlsx file or a folder of .csv files",
    zh="文件或文件夹不存在；应为 .xlsx 文件或装有 .csv 的文件夹",
)
NOT_READABLE = Message("file_not_readable", en="can't be opened: {reason}", zh="无法打开：{reason}")
EMPTY_FILE = Message(
    "file_empty", en="the file is empty; expected an .xlsx workbook", zh="文件是空的；应为 .xlsx 工作簿"
)
TOO_LARGE = Message(
    "file_too_large",
    en="the file holds {size} MB, at most {limit} MB are read; is it the statistics workbook?",
    zh="文件有 {size} MB，最多读取 {limit} MB；请确认是统计工作簿",
)
ZIP_BOMB = Message(
    "file_inflates",
    en="the file would unpack to {size} MB, out of proportion or more than the {limit} MB that are read; save the tables alone into a new workbook",
    zh="文件解压后将达 {size} MB，比例异常或超过 {limit} MB，拒绝读取；请把各表另存到新的工作簿",
)
PASSWORD = Message(
    "file_password",
    en="the workbook is protected by a password; save it without one (File › Info › Protect Workbook) and try again",
    zh="工作簿设有打开密码；请取消密码后另存再试（文件 › 信息 › 保护工作簿）",
)
OLD_XLS = Message(
    "file_old_xls",
    en="this is an old .xls (or WPS .et) workbook; open it and save it as “Excel workbook (.xlsx)”",
    zh="这是旧版 .xls（或 WPS .et）工作簿；请打开后另存为“Excel 工作簿（.xlsx）”",
)
HTML_FILE = Message(
    "file_html",
    en="this is a web page saved under another name, not a workbook; open it in Excel or WPS and save it as .xlsx",
    zh="这是改了扩展名的网页文件，不是工作簿；请用 Excel 或 WPS 打开后另存为 .xlsx",
)
XML_2003 = Message(
    "file_xml_2003",
    en="this is an “XML spreadsheet 2003”; open it in Excel or WPS and save it as .xlsx",
    zh="这是“XML 电子表格 2003”；请用 Excel 或 WPS 打开后另存为 .xlsx",
)
BINARY_XLSB = Message(
    "file_xlsb",
    en="this is a binary workbook (.xlsb); open it and save it as “Excel workbook (.xlsx)”",
    zh="这是二进制工作簿（.xlsb）；请打开后另存为“Excel 工作簿（.xlsx）”",
)
LONE_CSV = Message(
    "file_lone_csv",
    en="one .csv is one sheet; put the sheets into a folder, each named as the sheet ({example}), and give the folder",
    zh="单个 .csv 只是一张表；请把各表放进一个文件夹，文件名用表名（{example}），再指定该文件夹",
)
NOT_XLSX = Message(
    "file_not_xlsx",
    en="this is not an Excel workbook (.xlsx), whatever its name says; open it in Excel or WPS and save it as .xlsx",
    zh="这不是 Excel 工作簿（.xlsx）；请用 Excel 或 WPS 打开后另存为 .xlsx",
)
DAMAGED = Message(
    "file_damaged",
    en="the workbook is damaged or incomplete ({reason}); copy it anew, or open and save it again in Excel or WPS",
    zh="工作簿已损坏或不完整（{reason}）；请重新复制，或用 Excel、WPS 打开后重新保存",
)
NO_CSV = Message(
    "folder_without_csv",
    en="the folder holds no .csv file; expected one for each sheet, such as {example}",
    zh="文件夹中没有 .csv 文件；应每表一个，如 {example}",
)
NOT_CSV = Message(
    "csv_not_text",
    en="is not a .csv text file; save the sheet as “CSV UTF-8”",
    zh="不是 .csv 文本文件；请另存为“CSV UTF-8”",
)
CSV_ENCODING = Message(
    "csv_encoding",
    en="is neither UTF-8 nor GB18030 text; save the sheet as “CSV UTF-8”",
    zh="既不是 UTF-8 也不是 GB18030 编码；请另存为“CSV UTF-8”",
)
FAR_AWAY = Message(
    "sheet_too_wide",
    en="the sheet reaches as far as {cell}; at most {limit} cells are read. Delete the stray value, or the formatting, far from the table",
    zh="表的范围达到 {cell}；最多读取 {limit} 个单元格。请删除远离数据区的内容",
)
TOO_MANY_CELLS = Message(
    "sheets_too_large",
    en="up to this sheet the workbook holds more than {limit} cells; save the tables alone into a new workbook",
    zh="到这张表为止，工作簿已超过 {limit} 个单元格；请把各表另存到新的工作簿",
)
TOO_MUCH_TEXT = Message(
    "file_text_repeated",
    en="the texts of the cells would take more than {limit} MB; save the tables alone into a new workbook",
    zh="各单元格的文字合计超过 {limit} MB，拒绝读取；请把各表另存到新的工作簿",
)

# --- sheets and headers ---------------------------------------------------------------------------------------------------------
SHEET_MISSING = Message(
    "sheet_missing",
    en="the sheet is missing; it is required. Sheets found: {found}",
    zh="缺少此表，必须提供。现有的表：{found}",
)
SHEET_TWICE = Message(
    "sheet_twice", en="two sheets have this name ({names}); keep one", zh="有两张同名的表（{names}）；请只留一张"
)
SHEET_EMPTY = Message(
    "sheet_empty", en="the sheet has no rows of data; at least one is required", zh="表中没有数据行，至少应有一行"
)
SHEET_HIDDEN = Message("sheet_hidden", en="the sheet is hidden; it is read all the same", zh="此表是隐藏的，仍然读取")
SHEET_NOT_SUPPLIED = Message(
    "sheet_not_supplied", en="the sheet has no rows of data and counts as not supplied", zh="表中没有数据行，视为未提供"
)
SHEET_UNKNOWN = Message(
    "sheet_unknown",
    en="this sheet is not known and is ignored; known are: {known}",
    zh="不认识此表，已忽略；认识的表：{known}",
)
STATISTICS_FORMS = Message(
    "statistics_forms",
    en="these are forms of the statistics program ({found}), one school with items going down; fill the workbook of `junheng template` instead, one row a school a stage",
    zh="这是统计软件导出的报表（{found}），一校一表、项目竖排；请用 `junheng template` 生成的工作簿填写，每校每学段一行",
)
ITEMS_DOWN = Message(
    "items_down",
    en="the items stand one below another ({cells}); expected them side by side as headers of columns, with one row {each}. Transpose the table (copy, paste special, transpose) or use `junheng template`",
    zh="项目是竖排的（{cells}）；应横排为表头，{each}一行。请转置（复制、选择性粘贴、转置）或使用 `junheng template` 生成的模板",
)
NO_HEADER = Message(
    "header_not_found",
    en="no row of headers was found in rows 1 to {last}; expected one with {headers}",
    zh="在第 1 至 {last} 行没有找到表头；应有一行写着 {headers}",
)
COLUMN_MISSING = Message(
    "column_missing",
    en="the column “{header}” is missing (headers were found in row {row}{unknown}); it is required",
    zh="缺少必需的列“{header}”（表头在第 {row} 行{unknown}）",
)
COLUMN_TWICE = Message(
    "column_twice",
    en="the column “{header}” is a duplicate (first at {first}); keep one",
    zh="列“{header}”重复出现（首次在 {first}）；请只留一列",
)
COLUMN_UNKNOWN = Message(
    "column_unknown", en="the column “{header}” is not known and is ignored", zh="不认识列“{header}”，已忽略"
)
COLUMN_SHADOWED = Message(
    "column_shadowed",
    en="the column “{header}” is another name of “{own}”, which stands at {first}; that one is read, this one is ignored",
    zh="列“{header}”是“{own}”的另一种叫法，“{own}”已在 {first}；以那一列为准，这一列已忽略",
)
COLUMN_UNNAMED = Message(
    "column_unnamed", en="the column has values but no header and is ignored", zh="此列有内容但没有表头，已忽略"
)
UNIT_CONVERTED = Message(
    "unit_converted",
    en="“{header}” is in {unit}: values are multiplied by {factor} to {into}",
    zh="“{header}”的单位是{unit}：数值乘以 {factor} 换算为{into}",
)
UNIT_UNKNOWN = Message(
    "unit_unknown",
    en="“{header}” is in {unit}; expected one of: {expected}",
    zh="“{header}”的单位是{unit}；应为以下之一：{expected}",
)
UNIT_OVER_MIXED = Message(
    "unit_over_mixed",
    en="“{header}” names {unit} for figures of different units; expected “{bare}” alone, with money in 元 and people in 人 (a single figure may name its unit behind its own name, in brackets)",
    zh="“{header}”注明{unit}，而此列各项单位不同；表头应只写“{bare}”，金额填元、人数填人（个别项目可在其名称后的括号中注明单位）",
)
PERCENT_HEADER = Message(
    "percent_header",
    en="“{header}” is in %, but a number without the sign is read as a share (0.12 = 12%)",
    zh="“{header}”注明 %，但不带 % 的数按小数读取（0.12 即 12%）",
)
TITLE_UNIT = Message(
    "title_unit",
    en="“{text}” above the table is ignored; a unit is obeyed in the header of its column",
    zh="表格上方的“{text}”不起作用；单位应写在各列表头中",
)

# --- rows -----------------------------------------------------------------------------------------------------------------------
ROW_TOTAL = Message(
    "row_total", en="the row “{text}” is no row of data and is ignored", zh="“{text}”行不是数据行，已忽略"
)
ROW_EXAMPLE = Message(
    "row_example",
    en="the row begins with {mark} and is ignored; if it holds data, delete the mark",
    zh="此行以“{mark}”开头，已忽略；若是正式数据请去掉该字样",
)
ROWS_UNTYPED = Message(
    "rows_untyped",
    en="rows without a value yet, left out ({count}): {keys}",
    zh="{count} 行尚未填写，未计入：{keys}",
)

# --- cells ----------------------------------------------------------------------------------------------------------------------
EMPTY = Message("cell_empty", en="{header} is empty; expected {expected}", zh="{header}为空；应填{expected}")
MARK = Message(
    "cell_mark",
    en="{header} is “{got}”; expected {expected}, and 0 only where there is really none",
    zh="{header}为“{got}”；应填{expected}，确实没有才填 0",
)
ERROR_CELL = Message(
    "cell_error", en="{header} holds the error {got}; expected {expected}", zh="{header}是错误值 {got}；应填{expected}"
)
FORMULA = Message(
    "cell_formula",
    en="{header} holds a formula without a stored result; open the workbook in Excel or WPS and save it, or paste the value",
    zh="{header}是没有保存结果的公式；请用 Excel 或 WPS 打开并保存，或粘贴为数值",
)
MERGED = Message(
    "cell_merged",
    en="{header} is part of the merged cells {range}; unmerge them and give each row its own value",
    zh="{header}属于合并单元格 {range}；请取消合并，逐行填写",
)
NOT_NUMBER = Message(
    "cell_not_number", en="{header} is “{got}”; expected {expected}", zh="{header}为“{got}”；应填{expected}"
)
DATE = Message(
    "cell_date",
    en="{header} is stored as the date {got}; expected {expected}: set the cell's format to general or text and type it again",
    zh="{header}被存为日期 {got}；应填{expected}：请把单元格格式改为常规或文本后重新输入",
)
NEGATIVE = Message(
    "cell_negative",
    en="{header} is {got}; expected {expected}, not below 0",
    zh="{header}为 {got}；应填{expected}，不得为负",
)
ABSURD = Message(
    "cell_absurd",
    en="{header} is {got}; expected {expected}, at most {maximum}",
    zh="{header}为 {got}；应填{expected}，不超过 {maximum}",
)
NOT_WHOLE = Message(
    "cell_not_whole", en="{header} is {got}; expected {expected}", zh="{header}为 {got}；应填{expected}"
)
NOT_YEAR = Message(
    "cell_not_year", en="{header} is “{got}”; expected a year such as 2020", zh="{header}为“{got}”；应填年份，如 2020"
)
NOT_CHOICE = Message(
    "cell_not_choice", en="{header} is “{got}”; expected one of: {expected}", zh="{header}为“{got}”；应为：{expected}"
)
BARE_PERCENT = Message(
    "cell_bare_percent",
    en="{header} is {got}; expected a share from 0 to 1, or a percentage with its sign: {got}%?",
    zh="{header}为 {got}；应填 0 至 1 的小数，或带 % 的百分数：{got}%？",
)
SCIENTIFIC = Message(
    "code_scientific",
    en="{header} is “{got}”, a code turned into scientific notation; its digits are lost. Set the column's format to text and type the code again",
    zh="{header}为“{got}”，代码变成了科学计数法，数字已丢失；请把该列设为文本格式后重新输入",
)
CODE_DIGITS_LOST = Message(
    "code_digits_lost",
    en="{header} is stored as the number {got}, whose last digits are lost; set the column's format to text and type the code again",
    zh="{header}被存为数值 {got}，末尾数字已丢失；请把该列设为文本格式后重新输入",
)
NOT_CODE = Message(
    "code_invalid", en="{header} is “{got}”; expected a code, as text", zh="{header}为“{got}”；应填代码（文本）"
)
NOT_COUNTY_CODE = Message(
    "county_code_invalid",
    en="{header} is “{got}”; expected the six digits of the county's code, such as 430302",
    zh="{header}为“{got}”；应填六位行政区划代码，如 430302",
)
PERCENT_NOT_ASKED = Message(
    "cell_percent",
    en="{header} is “{got}”; expected {expected}, not a percentage",
    zh="{header}为“{got}”；应填{expected}，不是百分数",
)

# --- across sheets --------------------------------------------------------------------------------------------------------------
ITEM_MISSING = Message("item_missing", en="the row “{item}” is missing; it is required", zh="缺少必需的一行“{item}”")
ITEM_UNKNOWN = Message("item_unknown", en="the row “{item}” is not known and is ignored", zh="不认识“{item}”，已忽略")
KEY_TWICE = Message(
    "key_twice",
    en="{header} {key} is a duplicate (first at {first}); expected each once",
    zh="{header}{key}重复出现（首次在 {first}）；每项只能出现一次",
)
SCHOOL_TWICE = Message(
    "school_twice",
    en="the school {school} has a second row of {stage} (first at {first}); expected one row a school a stage (a campus has a code of its own and names its school in 归属学校代码)",
    zh="学校 {school} 的{stage}出现第二行（首次在 {first}）；每校每学段只能一行（校区应有自己的代码，并填归属学校代码）",
)
SCHOOL_UNKNOWN = Message(
    "school_unknown",
    en="the school {school} is not in the sheet 学校; expected a code that stands there",
    zh="学校 {school} 不在“学校”表中；应填该表中的学校代码",
)
STAGE_UNKNOWN = Message(
    "stage_unknown",
    en="the school {school} has no row of {stage} in the sheet 学校",
    zh="学校 {school} 在“学校”表中没有{stage}的一行",
)
SHARED_AND_FILLED = Message(
    "shared_and_filled",
    en="{header} is filled although the school's total stands in {shared}; leave the cell empty, or delete the school from 共用资源",
    zh="{header}已填，而该校总量已在 {shared}；请将此格留空，或从“共用资源”删去该校",
)
NOT_SHARED = Message(
    "not_shared",
    en="{header} is empty; expected {expected} (only a school whose total stands in 共用资源 leaves it empty)",
    zh="{header}为空；应填{expected}（只有总量填在“共用资源”的学校才留空）",
)
SHARED_WITHOUT_PUPILS = Message(
    "shared_without_pupils",
    en="the school {school} has no pupils in any stage here; its total can't be split",
    zh="学校 {school} 各学段学生数均为 0，总量无法分配",
)
SHARED_STAGE_ABSENT = Message(
    "shared_stage_absent",
    en="the school {school} has {pupils} pupils of {stage} here, but no row of {stage} in the sheet 学校",
    zh="学校 {school} 在此有{stage}学生 {pupils} 人，但“学校”表中没有该校{stage}的一行",
)
SHARED_INDOOR = Message(
    "shared_indoor",
    en="室内体育用房面积 is filled although the school's total stands in {shared}; there it is deducted already: leave the cell empty",
    zh="室内体育用房面积已填，而该校总量在 {shared}，那里的面积应已扣除；请将此格留空",
)
INDOOR_BEYOND = Message(
    "indoor_beyond",
    en="室内体育用房面积 {indoor} is more than 教学及辅助用房面积 {teaching}, of which it is a part",
    zh="室内体育用房面积 {indoor} 大于包含它的教学及辅助用房面积 {teaching}",
)
CAMPUS_SCHOOL_UNKNOWN = Message(
    "campus_school_unknown",
    en="the campus {campus} names the school {school}, which is not in the sheet 学校",
    zh="校区 {campus} 的归属学校 {school} 不在“学校”表中",
)
CAMPUS_STAGE_UNKNOWN = Message(
    "campus_stage_unknown",
    en="the campus {campus} names the school {school}, which has no row of {stage} of its own",
    zh="校区 {campus} 的归属学校 {school} 自身没有{stage}的一行",
)
CAMPUS_CHAIN = Message(
    "campus_chain",
    en="the campus {campus} names {school}, which is itself a campus; name the school both belong to",
    zh="校区 {campus} 归属的 {school} 本身也是校区；请填二者共同所属的学校",
)
CAMPUS_TWO_SCHOOLS = Message(
    "campus_two_schools",
    en="the campus {campus} names the school {school} here and {other} at {first}; expected one school",
    zh="校区 {campus} 此处归属 {school}，而在 {first} 归属 {other}；只能归属一所学校",
)
ANNEXED_WITHOUT_SCHOOL = Message(
    "annexed_without_school",
    en="办学类型 is {got}; an annexed class is a row of its school: expected the school's code, with a row of the school's own kind",
    zh="办学类型为{got}；附设班应填所在学校的代码，且该校另有本类型的一行",
)
CLASSES_TWICE = Message(
    "classes_twice",
    en="the classes of {school} {stage} are given in {other} as well; give them once",
    zh="{school}{stage}的班级在 {other} 中也已填；请只填一处",
)
WAGE_TOO_LOW = Message(
    "wage_too_low",
    en="{key} is {got}; the unit is 元 a year; 万元 typed?{then}",
    zh="{key}为 {got}；单位是元/年，是否以万元填写？{then}",
)
WRITE_WAGE = Message("write_wage", en=" Then write {wan}", zh="若是，应填 {wan}")
RETENTION_TWICE = Message(
    "retention_twice",
    en="{key} is {got}, but the five numbers give {computed}; keep one of the two",
    zh="{key}为 {got}，而由五个数得 {computed}；请只留一种",
)
RETENTION_BASE = Message(
    "retention_impossible",
    en="the five numbers of retention give {retained} of {entered}; expected none below 0, and more than 0 who entered",
    zh="由三年巩固率的五个数得 {retained}/{entered}；分子不得为负，分母应大于 0",
)

# --- plausible but odd ----------------------------------------------------------------------------------------------------------
EQUIPMENT_LOW = Message(
    "odd_equipment",
    en="教学仪器设备值 is {value} 元 a pupil, under 50: 万元 typed for 元?",
    zh="生均教学仪器设备值为 {value} 元，不足 50 元：是否以万元填写？",
)
FAR_ABOVE_MEDIAN = Message(
    "odd_median",
    en="{header}{per_pupil} is {value}, {times} times the median of {stage} ({median})",
    zh="{header}{per_pupil}为 {value}，是{stage}中位数（{median}）的 {times} 倍",
)
CLASSES_PUPILS = Message(
    "odd_class_pupils",
    en="the classes of {name} ({school}) {stage} add up to {listed} pupils, 学生数 is {stated}",
    zh="{name}（{school}）{stage}各班学生合计{listed}人，学生数为 {stated}",
)
AT_LEAST = Message("at_least", en="at least {low}", zh="至少 {low} ")
FROM_TO = Message("from_to", en="{low} to {high}", zh=" {low} 至 {high} ")
EXACTLY = Message("exactly", en="{low}", zh=" {low} ")
CLASSES_COUNT = Message(
    "odd_class_count",
    en="{name} ({school}) {stage}: classes in {sheet}: {listed}, 班级数 is {stated}",
    zh="{name}（{school}）{stage}在“{sheet}”有 {listed} 个班，班级数为 {stated}",
)
CLASSES_NONE = Message(
    "odd_class_none",
    en="{name} ({school}) {stage} has no classes in {sheet}, 班级数 is {stated}",
    zh="{name}（{school}）{stage}在“{sheet}”没有班级，班级数为 {stated}",
)
CLASS_TWICE = Message(
    "odd_class_twice",
    en="the class {label} of {name} ({school}) {stage} is a duplicate (first at {first})",
    zh="{name}（{school}）{stage}的{label}重复出现（首次在 {first}）",
)
STAFF_HIGH = Message(
    "odd_staff",
    en="{header} is {value}, more than a plausible staff of {plausible} for {pupils} pupils in {classes} classes",
    zh="{header}为 {value}，超过 {pupils} 名学生、{classes} 个班可能的教职工数 {plausible}",
)
NO_PUPILS = Message(
    "odd_no_pupils", en="学生数 is 0; figures a pupil can't be computed", zh="学生数为 0，无法计算生均值"
)
TRAINING_HIGH = Message(
    "odd_training",
    en="教师培训经费 {training} is more than 年度公用经费预算 {budget}",
    zh="教师培训经费 {training} 大于年度公用经费预算 {budget}",
)
BUDGET_LOW = Message(
    "odd_budget",
    en="年度公用经费预算 is {value} 元 a pupil, under 50: 万元 typed for 元?",
    zh="生均年度公用经费预算为 {value} 元，不足 50 元：是否以万元填写？",
)
SPENDING_ODD = Message(
    "odd_spending",
    en="一般公共预算教育支出 is {value} 元 a pupil, outside {low} to {high}; is the amount in the unit of the header (万元 where it names none)?",
    zh="生均一般公共预算教育支出为 {value} 元，不在 {low} 至 {high} 元之间；金额与表头单位（未写则为万元）是否一致？",
)
FINANCE_YEARS = Message(
    "odd_finance_years",
    en="the sheet has {count} years ({years}); expected {expected} in a row",
    zh="表中有 {count} 年（{years}）；应为连续{expected}年",
)
FINANCE_NOTE = Message("finance_note", en="The last {years} years, one row a year.", zh="近{years}年，每年一行。")
SHARED_PUPILS = Message(
    "odd_shared_pupils",
    en="{header} is {shared}, 学生数 of {stage} in 学校 is {stated}; the total is split by this sheet's numbers",
    zh="{header}为 {shared}，“学校”表中{stage}学生数为 {stated}；按本表数分配",
)
SCHOOL_DIFFERS = Message(
    "odd_school_differs",
    en="{header} of {school} is “{got}” here and “{other}” at {first}",
    zh="{school}的{header}此处为“{got}”，在 {first} 为“{other}”",
)
NAME_TWICE = Message(
    "odd_name_twice",
    en="the name {name} also belongs to {other} at {first}; is it one school with two codes?",
    zh="名称“{name}”同时属于 {first} 的 {other}；是否同一学校用了两个代码？",
)
OWN_CAMPUS = Message(
    "odd_own_campus",
    en="the row names its own school in 归属学校代码 and is read as a school",
    zh="归属学校代码填的是本校，按学校读取",
)
POPULATION_LOW = Message(
    "odd_population",
    en="常住人口 {population} is less than the pupils in 学校, {pupils}",
    zh="常住人口 {population} 少于“学校”表学生数合计 {pupils}",
)

FIGURE_UNKNOWN = Message(
    "odd_figure_unknown",
    en="the rulebook does not ask for the figure “{key}”{meant}",
    zh="评估规则不使用“{key}”一项{meant}",
)
MEANT = Message("meant", en="; did you mean “{key}”?", zh="；是否应为“{key}”？")
PART_BEYOND = Message(
    "odd_part_beyond",
    en="{part} is {value}, more than {whole}, {limit}, of which it is a part",
    zh="{part}为 {value}，大于包含它的{whole} {limit}",
)
RETENTION_PART = Message(
    "odd_retention_incomplete",
    en="of the five numbers of retention only some are given ({given}), absent: {missing}; the rate is missing without all five (or 初中三年巩固人数 and 初中三年前入学人数)",
    zh="三年巩固率的五个数填了{given}，缺少：{missing}；五个数不全，又未填初中三年巩固人数与初中三年前入学人数，巩固率按“缺”处理",
)
RETENTION_STRAY = Message(
    "odd_retention_stray",
    en="{given}: not used, as 初中三年巩固人数 and 初中三年前入学人数 are given and the five numbers of the form are not complete (absent: {missing})",
    zh="{given}：未使用；已填初中三年巩固人数与初中三年前入学人数，而五个数不全（缺少：{missing}）",
)
RETENTION_BEYOND = Message(
    "odd_retention_beyond",
    en="the five numbers of retention give {retained} retained of {entered}, more than entered",
    zh="由三年巩固率的五个数得巩固 {retained} 人，多于入学 {entered} 人",
)

PER_PUPIL = Message("per_pupil", en=" a pupil", zh="（生均）")

UNKNOWN_HEADERS = Message("unknown_headers", en="; not understood there: {headers}", zh="；其中不认识的有：{headers}")

# --- what a cell should hold ----------------------------------------------------------------------------------------------------
EXPECTED_NUMBER = Message("expected_number", en="a number{unit}", zh="数字{unit}")
EXPECTED_WHOLE = Message("expected_whole", en="a whole number{unit}", zh="整数{unit}")
EXPECTED_SHARE = Message(
    "expected_share", en="a share from 0 to 1, or a percentage with its sign", zh="0 至 1 的小数或带 % 的百分数"
)
EXPECTED_YEAR = Message("expected_year", en="a year such as 2020", zh="年份，如 2020")
EXPECTED_TEXT = Message("expected_text", en="a text", zh="文字")
EXPECTED_CODE = Message("expected_code", en="a code, as text", zh="代码（文本）")
EXPECTED_COUNTY_CODE = Message("expected_county_code", en="six digits", zh="六位代码")
EXPECTED_CHOICE = Message("expected_choice", en="one of: {words}", zh="以下之一：{words}")

# --- the empty workbook ---------------------------------------------------------------------------------------------------------
GUIDE_SHEET = "说明"
LISTS_SHEET = "选项"
GUIDE_TITLE = "{title} · 统计工作簿"
GUIDE_OPENING = "填写前请先读本页。填好后用 junheng check 检查，用 junheng evaluate 评估。"
GUIDE = (
    "每张表第 1 行是该表说明，第 2 行是表头（不要改动），第 3 行是示例（以“示例”开头，读取时忽略，可以删除），从第 4 行起填写。",
    "必填格不能空着，也不能填 *、-、无；确实没有才填 0。单元格不要合并，不要留公式错误。",
    "单位写在表头括号里：面积为㎡，金额为元（财政表为万元）。若表头改为（万元）（万人）（万㎡），读取时乘以 10,000 并提示。",
    "代码、条款编号按文本填写；学校代码在各表之间须一致。",
    "县级数据、现场核查、B评分、一票否决已列出需要填的项目；尚未掌握的项目留空，相应条款判为“缺”。同一条款由几人评分时请添加行。",
    "初中三年巩固人数与初中三年前入学人数也可不填，改填五个数：毕业生数、三年转入、三年转出、三年前初一在校生数、三年死亡。",
    "没有相应情况的表（如没有按全校报总量的学校）可留空；“班级”与“班额分布”填一种即可。",
    "可以另加“备注”“序号”列；其他不认识的列和表会提示并忽略。",
)
GUIDE_HEADERS = ("表", "列", "单位", "必填", "可填内容", "说明")
REQUIRED_MARKS = ("必填", "可空", "可不填此列")

# --- docs/workbook.md -----------------------------------------------------------------------------------------------------------
WORKBOOK_INTRODUCTION = (
    "# The statistics workbook",
    "",
    "<!-- Generated by `python -m evaluation.documents docs` (make docs) from evaluation/reading/columns.py; do not edit. -->",
    "",
    "An .xlsx file, or a folder of .csv files (UTF-8 or GB18030) named as the sheets. `junheng template` writes an empty one;",
    "`junheng check` says what is wrong in a filled one, each line `sheet!cell: what is wrong and what is expected`.",
    "",
    "Kinds of special rooms, veto items, keys of 县级数据, years of finance and further columns of 学校 are those of the rulebook in use (`check` without",
    "`--rulebook` takes xiangtan-2018 and says so); this page lists those of xiangtan-2018.",
    "",
    "- Headers are found by name, in any order, below any number of title rows, with a unit in brackets or after a line break.",
    "  Unknown columns and sheets are reported and ignored; a sheet with a header and no row of data counts as not supplied (its clauses are missing), and is reported.",
    "- A unit in a header is obeyed: 万元, 万人, 万㎡ are multiplied by 10,000 and reported; a unit that is not listed below is an error, and so are several",
    "  at once (元/万元) and a unit such as 万元 over 数值 of 县级数据 or 值 of 基本信息, whose figures have different units (the name of one figure may carry its own).",
    "- Full-width digits, thousands separators, blanks round a value and numbers stored as text are read as people mean them.",
    "- A required cell that is empty is an error, never 0; so are `*`, `-`, 无, an error such as `#DIV/0!`, and a formula without a stored result.",
    "- Codes and clause numbers are text. A code turned into scientific notation (4.303E+09) is an error.",
    "- A row whose first cell begins with 示例 is an example and is ignored; so are rows such as 合计 (reported).",
    "- A row in which only the key of 县级数据, 现场核查, B评分, 一票否决 or 调查对象规模 is filled has not been typed yet: it is left out as if absent, and reported.",
    "  A row that was begun must be finished: one of 现场核查 with 依据 and no 结论, or of B评分 with 评估人 and no 得分, is an error.",
    "",
)
