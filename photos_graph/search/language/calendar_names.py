"""The names of months and days as the CLDR has them, the short ones without accents. Loading the CLDR would take 10 MB
and 0.05 seconds of every start; a test compares."""

from __future__ import annotations

# By language: the months, what is short for them, and the days from Monday on. Alternatives have a slash between them.
CALENDAR_NAMES: dict[str, tuple[str, str, str]] = {
    "en": (
        "January,February,March,April,May,June,July,August,September,October,November,December",
        "jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec",
        "Monday,Tuesday,Wednesday,Thursday,Friday,Saturday,Sunday",
    ),
    "it": (
        "gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre",
        "gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic",
        "lunedì,martedì,mercoledì,giovedì,venerdì,sabato,domenica",
    ),
    "de": (
        "Januar,Februar,März,April,Mai,Juni,Juli,August,September,Oktober,November,Dezember",
        "jan,feb,marz/mar,apr,mai,juni/jun,juli/jul,aug,sept/sep,okt,nov,dez",
        "Montag,Dienstag,Mittwoch,Donnerstag,Freitag,Samstag,Sonntag",
    ),
    "fr": (
        "janvier,février,mars,avril,mai,juin,juillet,août,septembre,octobre,novembre,décembre",
        "janv,fevr,mars,avr,mai,juin,juil,aout,sept,oct,nov,dec",
        "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
    ),
    "es": (
        "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
        "ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic",
        "lunes,martes,miércoles,jueves,viernes,sábado,domingo",
    ),
}
