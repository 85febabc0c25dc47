"""Fixed words of the bulletin, which is a Chinese paper whatever language the pages are in."""

from typing import Final

ALERTS_HEADING: Final = "要处理的事"
NO_ALERTS: Final = "没有要处理的事。"
GROUPS_HEADING: Final = "各类人员"
DAYS: Final = "最近几天交来的份数"
RETURNED: Final = "回收"
SCHOOLS_HEADING: Final = "各校"
SEAL: Final = "校验"
GRAVE: Final = "急"
NOTE: Final = "只列份数，不含任何答案和认可度；没有交回的就是没有填写，不作推测。“预计”括号里是九成把握的范围。"
FONT: Final = "宋体"
HEADING_FONT: Final = "黑体"
