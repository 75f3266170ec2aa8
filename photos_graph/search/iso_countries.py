"""The names that ISO 3166 gives to countries, and their translations."""

from __future__ import annotations

import gettext
from collections.abc import Iterable
from typing import Any


def iso_names(country: Any, translations: Iterable[gettext.NullTranslations]) -> set[str]:
    """Returns the names of a country of ``pycountry``, or of None, in English and in the languages of the
    translations."""
    own = {str(name) for key in ("name", "common_name", "official_name") if (name := getattr(country, key, None))}
    return own | {translation.gettext(name) for translation in translations for name in own}
