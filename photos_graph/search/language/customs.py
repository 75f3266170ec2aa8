"""The languages in which texts are read, and the holidays and seasons of the owner's countries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from photos_graph.search.language.grammar import Language
from photos_graph.search.language.holidays import HolidayNames, public_holidays
from photos_graph.search.language.languages import LANGUAGES
from photos_graph.settings import SearchSettings


@dataclass(frozen=True, slots=True)
class Customs:
    languages: tuple[Language, ...]
    countries: tuple[str, ...] = ()  # by their codes of ISO 3166, of which public holidays are known
    is_southern: bool = False  # whether summer is from December to February

    def prepare(self) -> None:
        """Loads the names of the public holidays, which takes half a second, before somebody waits for them."""
        for language in self.languages:
            self.holidays(language)

    def holidays(self, language: Language) -> tuple[HolidayNames, HolidayNames]:
        """Returns the holidays of the language, and the public ones of the countries by their names in the language."""
        return language.holidays, public_holidays(self.countries, language.code)

    def seasons(self, language: Language) -> Mapping[str, int]:
        """Returns the first month of each season, of three, by its folded name."""
        shift = 6 if self.is_southern else 0
        return {name: (month - 1 + shift) % 12 + 1 for name, month in language.seasons.items()}

    @staticmethod
    def of(settings: SearchSettings) -> Customs:
        by_code = {language.code: language for language in LANGUAGES}
        languages = tuple(by_code[code] for code in dict.fromkeys(settings.languages))
        return Customs(languages, settings.countries, settings.hemisphere == "south")


EVERY_LANGUAGE = Customs(LANGUAGES)
