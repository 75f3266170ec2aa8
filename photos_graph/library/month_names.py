"""The words for dates that people write into the names of files, in the languages of western Europe."""

from __future__ import annotations

_BY_MONTH = (
    "january januar jänner januari janvier gennaio enero janeiro",
    "february februar februari février fevrier febbraio febrero fevereiro",
    "march märz maerz maart mars marzo março marco",
    "april avril aprile abril",
    "may mai mei maggio mayo maio",
    "june juni juin giugno junio junho",
    "july juli juillet luglio julio julho",
    "august augustus août aout agosto",
    "september septembre settembre septiembre setembro",
    "october oktober octobre ottobre octubre outubro",
    "november novembre noviembre novembro",
    "december dezember décembre decembre dicembre diciembre dezembro",
)
MONTHS = {name: number for number, names in enumerate(_BY_MONTH, 1) for name in names.split()}

# A number of four digits after one of these words is a year.
BEFORE_A_YEAR = [
    *("circa", "ca", "spring", "summer", "autumn", "winter", "christmas", "easter"),
    *("frühling", "frühjahr", "sommer", "herbst", "weihnachten", "ostern"),
    *("printemps", "été", "automne", "hiver", "noël", "pâques"),
    *("primavera", "estate", "autunno", "inverno", "natale", "pasqua"),
    *("verano", "otoño", "invierno", "navidad", "verão", "outono", "natal"),
    *("lente", "zomer", "herfst", "kerstmis"),
]
