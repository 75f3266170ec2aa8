"""The names of months and days as the CLDR has them, without accents. Loading the CLDR would take 10 MB and 0.05
seconds of every start; a test compares."""

from __future__ import annotations

# By language: the months, what is short for them, and the days from Monday on. Alternatives have a slash between them.
CALENDAR_NAMES: dict[str, tuple[str, str, str]] = {
    "en": (
        "january,february,march,april,may,june,july,august,september,october,november,december",
        "jan,feb,mar,apr,may,jun,jul,aug,sep,oct,nov,dec",
        "monday,tuesday,wednesday,thursday,friday,saturday,sunday",
    ),
    "it": (
        "gennaio,febbraio,marzo,aprile,maggio,giugno,luglio,agosto,settembre,ottobre,novembre,dicembre",
        "gen,feb,mar,apr,mag,giu,lug,ago,set,ott,nov,dic",
        "lunedi,martedi,mercoledi,giovedi,venerdi,sabato,domenica",
    ),
    "de": (
        "januar,februar,marz,april,mai,juni,juli,august,september,oktober,november,dezember",
        "jan,feb,marz/mar,apr,mai,juni/jun,juli/jul,aug,sept/sep,okt,nov,dez",
        "montag,dienstag,mittwoch,donnerstag,freitag,samstag,sonntag",
    ),
    "fr": (
        "janvier,fevrier,mars,avril,mai,juin,juillet,aout,septembre,octobre,novembre,decembre",
        "janv,fevr,mars,avr,mai,juin,juil,aout,sept,oct,nov,dec",
        "lundi,mardi,mercredi,jeudi,vendredi,samedi,dimanche",
    ),
    "es": (
        "enero,febrero,marzo,abril,mayo,junio,julio,agosto,septiembre,octubre,noviembre,diciembre",
        "ene,feb,mar,abr,may,jun,jul,ago,sept,oct,nov,dic",
        "lunes,martes,miercoles,jueves,viernes,sabado,domingo",
    ),
}
