from survey_app.output.typesetting import UNPRINTABLE, fit, missing_characters, printable, text_width, wrap

NAME = "湖南省清溪县白水镇中心学校附属第二完全小学（东校区）"


def test_lines_are_no_wider_than_asked_and_lose_nothing():
    lines = wrap(NAME, 80, 10)
    assert len(lines) > 3
    assert all(text_width(line, 10) <= 80 for line in lines)
    assert "".join(lines) == NAME


def test_closing_mark_never_begins_a_line_and_opening_mark_never_ends_one():
    for width in range(30, 200, 7):
        lines = wrap("匿名：单子随机抽取，不登记（也不编号）。答案“打乱”后，谁也查不出。", width, 10)
        assert not any(line[0] in "，。：）”" for line in lines)
        assert not any(line[-1] in "（“" for line in lines)


def test_latin_word_is_kept_whole_between_chinese():
    assert "".join(wrap("打开 wj.example.cn/s 这个网址", 70, 10)).count("wj.example.cn/s") == 1
    assert any("wj.example.cn/s" in line for line in wrap("打开 wj.example.cn/s 这个网址", 90, 10))


def test_fit_shrinks_before_it_takes_a_second_line():
    choices = ((1, (11.0, 8.0)), (2, (11.0,)))
    assert fit("短校名", 200, *choices).size == 11
    shrunk = fit(NAME, text_width(NAME, 8.5), *choices)
    assert (len(shrunk.lines), shrunk.size) == (1, 8)
    wrapped = fit(NAME, text_width(NAME, 6), *choices)
    assert (len(wrapped.lines), wrapped.size) == (2, 11)


def test_fit_cuts_off_visibly_where_nothing_helps():
    setting = fit("校" * 500, 100, (1, (10.0,)), (2, (10.0, 5.0)))
    assert len(setting.lines) == 2
    assert setting.lines[-1].endswith("…")
    assert all(text_width(line, setting.size) <= 100 for line in setting.lines)


def test_word_without_a_break_is_broken_where_the_line_ends():
    setting = fit("x" * 60, 100, (3, (10.0,)))
    assert "".join(setting.lines) == "x" * 60
    assert all(text_width(line, 10) <= 100 for line in setting.lines)


def test_rare_characters_print_and_those_the_font_lacks_are_named_and_marked():
    assert missing_characters("䶮㛃𠮷学校𠮷") == ["𠮷"]
    assert printable("𠮷田\n小学") == f"{UNPRINTABLE}田 小学"
    assert missing_characters("") == []
