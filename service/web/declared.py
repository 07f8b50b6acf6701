"""What a team declared about the use of AI, said in one way to its judges, its supervisor and the committee."""

from service.text import Words

__all__ = ["say_ai"]


def say_ai(ready_ar: str, ready_en: str, own: str, words: Words) -> str:
    """Say the ready statement that was chosen, then own words that say something else, each on lines of its own.

    The ready statement comes in the reader's language, or in the other one where it was written in that only.
    """
    ready = (ready_ar or ready_en) if words.lang == "ar" else (ready_en or ready_ar)
    return "\n".join(text for text in (ready, "" if own in {ready_ar, ready_en} else own) if text)
