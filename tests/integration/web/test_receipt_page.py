"""The receipt's page is rendered once for each language and print; everybody still gets the own receipt, and nobody another's."""

from flask.testing import FlaskClient

from survey_app.storage import tables
from tests.builders_survey import Survey
from tests.builders_web import SCHOOL, Page, all_satisfied

VIEWS = ("", "?lang=en", "?big=1", "?big=1&lang=en")


def test_each_view_of_the_page_shows_the_own_receipt_and_code(client: FlaskClient, survey: Survey) -> None:
    codes = survey.codes["parent", SCHOOL][:8]
    pages = []
    for code, view in zip(codes, VIEWS * 2, strict=True):
        form = Page(client.get(f"/s/{code}{view}").text).values | all_satisfied("parent")
        pages.append(client.post(f"/s/{code}{view}", data=form).text)
    receipts = [Page(page).receipt for page in pages]
    assert sorted(receipts) == sorted(receipt for receipt in survey.stored(tables.code, "receipt") if receipt)
    for code, receipt, page, view in zip(codes, receipts, pages, VIEWS * 2, strict=True):
        assert f'data-code="{code}"' in page
        assert f"receipt={receipt}" in page
        assert not any(other in page for other in [*codes, *receipts] if other not in (code, receipt))
        assert "STANDS" not in page
        assert ('lang="en"' in page) == ("lang=en" in view)
        assert ('class="big"' in page) == ("big=1" in view)
