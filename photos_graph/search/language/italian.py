"""Italian."""

from __future__ import annotations

from photos_graph.search.language.grammar import Prefix, Role, language

ITALIAN = language(
    stemmer="italian",
    roles={
        Role.AND: "e, ed",
        Role.OR: "o, od, oppure",
        Role.NOT: "non, no",
        Role.WITHOUT: "senza, tranne, eccetto, escluso, esclusa, esclusi, escluse, né",
        Role.ONLY: "solo, soltanto, solamente",
        Role.LINK: (
            "in, nel, nello, nella, nell', nei, negli, nelle, a, ad, al, allo, alla, all', ai, agli, alle, con, col, "
            "coi, di, del, dello, della, dell', dei, degli, delle, d', da, "
            "dal, dallo, dalla, dall', dai, dagli, dalle, "
            "su, sul, sullo, sulla, sull', sui, sugli, sulle, per, durante, vicino a, presso, contenente, contenenti, "
            "che mostrano, che mostra, che contengono, insieme a, fatte a, fatte in, scattate in, scattate a"
        ),
        Role.FILLER: (
            "il, lo, la, l', i, gli, le, un, uno, una, un', foto, fotografia, fotografie, immagine, immagini, scatto, "
            "scatti, mio, mia, miei, mie, nostro, nostra, nostri, nostre, tutto, tutta, tutti, tutte, ogni, qualche, "
            "alcune, alcuni, ma, anche, sia, che, dove, quando, sono, ero, era, erano, c', ci"
        ),
        Role.OPENING: "mostra, mostrami, mostraci, trova, trovami, cerca, cercami, dammi, fammi vedere, vedi",
        Role.ME: "me, io, me stesso, me stessa",
        Role.OF: "di, del, dello, della, dell', d'",
        Role.BETWEEN: "tra, fra, tra il, fra il, tra l', fra l'",
        Role.FROM: "dal, dallo, dalla, dall', da",
        Role.TO: "al, allo, alla, all', a, ad, fino al, fino alla, fino all', fino a, fino ad",
        Role.BEFORE: "prima, prima di, prima del, prima della, prima dell'",
        Role.AFTER: "dopo, dopo il, dopo la, dopo l'",
        Role.SINCE: "dal, dallo, dalla, dall', da",
        Role.UNTIL: "fino a, fino ad, fino al, fino alla, fino all'",
        Role.LAST: "scorso, scorsa, ultimo, ultima",
        Role.LAST_AFTER: "scorso, scorsa, passato, passata",
        Role.THIS: "questo, questa, quest'",
        Role.WEEK: "settimana",
        Role.MONTH: "mese",
        Role.YEAR: "anno",
        Role.TODAY: "oggi",
        Role.YESTERDAY: "ieri",
        Role.DAY_ENDING: "o, °",
    },
    months="gennaio, febbraio, marzo, aprile, maggio, giugno, luglio, agosto, settembre, ottobre, novembre, dicembre",
    short_months="gen, feb, mar, apr, mag, giu, lug, ago, set, ott, nov, dic",
    seasons={3: "primavera", 6: "estate", 9: "autunno", 12: "inverno"},
    prefixes={
        "etichetta": Prefix.TAG,
        "persona": Prefix.PERSON,
        "anno": Prefix.YEAR,
        "voto": Prefix.RATING,
        "fotocamera": Prefix.CAMERA,
    },
)
