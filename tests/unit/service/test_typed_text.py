"""Texts that people spell otherwise are found as one, and digits of either kind read alike."""

from hypothesis import given
from hypothesis import strategies as st

from service.typed_text import fold_for_search, western_digits


def test_search_ignores_how_arabic_was_spelt():
    assert fold_for_search("الفَلَج الأخيــر") == fold_for_search("فلج الاخير")
    assert fold_for_search("مكتبةُ مُصطفى") == fold_for_search("مكتبه مصطفي")
    assert fold_for_search("ذاكرة ٢٠٢٧") == fold_for_search("ذاكره 2027")
    assert fold_for_search("Café  Noir") == "cafe noir"


def test_the_article_alone_is_not_dropped():
    assert fold_for_search("ال") == "ال"


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_folding_twice_changes_no_spelling_but_a_second_article(text):
    once = fold_for_search(text)
    assert western_digits(once) == once
    assert "\u0640" not in once
