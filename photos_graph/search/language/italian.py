"""The grammar words of Italian."""

from __future__ import annotations

from photos_graph.model.search import MatchKind
from photos_graph.search.language.grammar import language
from photos_graph.search.language.holidays import Holiday
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.properties import Rated, TakenWith
from photos_graph.search.terms.times import DayTime

ITALIAN = language(
    code="it",
    stemmer="italian",
    roles={
        PhraseRole.AND: "e, ed",
        PhraseRole.OR: "o, od, oppure",
        PhraseRole.NOT: "non, no",
        PhraseRole.WITHOUT: (
            "senza, tranne, eccetto, escluso, esclusa, esclusi, escluse, meno, a parte, fuori da, fuori dall', "
            "fuori dal, né"
        ),
        PhraseRole.OUTSIDE: "fuori",
        PhraseRole.ONLY: (
            "solo, soltanto, solamente, nessuno tranne, nessuno eccetto, nessuno a parte, nessun altro che"
        ),
        PhraseRole.ALONE: "da solo, da sola, da soli, da sole, solo, sola, soli, e nessun altro, e basta, nessun altro",
        PhraseRole.LINK: (
            "in, nel, nello, nella, nell', nei, negli, nelle, a, ad, al, allo, alla, all', ai, agli, alle, con, col, "
            "coi, di, del, dello, della, dell', dei, degli, delle, d', da, dal, dallo, dalla, dall', dai, dagli, "
            "dalle, su, sul, sullo, sulla, sull', sui, sugli, sulle, per, durante, vicino a, presso, contenente, "
            "contenenti, che mostrano, che mostra, che contengono, insieme a, fatte a, fatte in, scattate in, "
            "scattate a, scattate con, scattata con, fatte con, fatta con, scattate, scattata, scattati, scattato, "
            "fatte, fatta, prese, oltre gli, intitolata, intitolate, chiamata, chiamate"
        ),
        PhraseRole.FILLER: (
            "il, lo, la, l', i, gli, le, un, uno, una, un', mio, mia, miei, mie, nostro, nostra, nostri, nostre, "
            "ogni, qualche, alcune, alcuni, ma, anche, sia, che, dove, quando, sono, ero, era, erano, c', ci, "
            "insieme, esattamente, che ho scattato, che ho fatto, che abbiamo fatto, che abbiamo scattato, "
            "ho scattato, ho fatto, quelle, quelli"
        ),
        PhraseRole.PHOTOS: (
            "foto, fotografia, fotografie, immagine, immagini, scatto, scatti, tutto, tutta, tutti, tutte"
        ),
        PhraseRole.OPENING: "mostra, mostrami, mostraci, trova, trovami, cerca, cercami, dammi, fammi vedere, vedi",
        PhraseRole.ME: "me, io, me stesso, me stessa",
        PhraseRole.OF: "di, del, dello, della, dell', d'",
        PhraseRole.BETWEEN: "tra, fra, tra il, fra il, tra l', fra l'",
        PhraseRole.FROM: "dal, dallo, dalla, dall', da, dalle, dalle ore",
        PhraseRole.TO: "al, allo, alla, all', a, ad, fino al, fino alla, fino all', fino a, fino ad, alle, alle ore",
        PhraseRole.BEFORE: (
            "prima, prima di, prima del, prima della, prima dell', più vecchie di, più vecchie del, anteriori al"
        ),
        PhraseRole.AFTER: "dopo, dopo il, dopo la, dopo l', più recenti di, più recenti del, posteriori al",
        PhraseRole.SINCE: "dal, dallo, dalla, dall', da",
        PhraseRole.UNTIL: "fino a, fino ad, fino al, fino alla, fino all', fino alle",
        PhraseRole.LAST: "scorso, scorsa, scorsi, scorse, ultimo, ultima, ultimi, ultime",
        PhraseRole.LAST_AFTER: "scorso, scorsa, scorsi, scorse, passato, passata, passati, passate",
        PhraseRole.THIS: "questo, questa, quest'",
        PhraseRole.AGO: "fa",
        PhraseRole.DAY: "giorno, giorni",
        PhraseRole.WEEKEND: "fine settimana, weekend",
        PhraseRole.WEEK: "settimana, settimane",
        PhraseRole.MONTH: "mese, mesi",
        PhraseRole.QUARTER: "trimestre",
        PhraseRole.NEAR: "vicino a, vicino ad, vicino al, vicino alla, nei pressi di, nei dintorni di",
        PhraseRole.WITHIN: "entro, a meno di, nel raggio di",
        PhraseRole.AGED: "a, all'età, di, quando aveva",
        PhraseRole.YEAR: "anno, anni",
        PhraseRole.ON_THIS_DAY: "in questo giorno, in questa data",
        PhraseRole.DECADE: "anni",
        PhraseRole.DECADE_ENDING: "s",
        PhraseRole.TODAY: "oggi",
        PhraseRole.YESTERDAY: "ieri",
        PhraseRole.DAY_BEFORE_YESTERDAY: "l'altro ieri, altro ieri, avantieri",
        PhraseRole.EARLY: (
            "inizio, inizio di, inizio del, inizio degli, inizi di, inizi degli, primi di, primi giorni di, "
            "primi giorni del"
        ),
        PhraseRole.MIDDLE: "metà, metà di, metà del, metà degli",
        PhraseRole.LATE: "fine, fine di, fine del, fine degli, ultimi giorni di, ultimi giorni del",
        PhraseRole.FIRST_HALF: "prima metà, prima metà di, prima metà del, prima metà degli",
        PhraseRole.SECOND_HALF: "seconda metà, seconda metà di, seconda metà del, seconda metà degli",
        PhraseRole.OLDER: "più vecchie di, più vecchi di, più vecchia di",
        PhraseRole.NEWER: "più recenti di, più nuove di, più recente di",
        PhraseRole.BEFORE_LAST: "penultimo, penultima",
        PhraseRole.BEFORE_LAST_AFTER: "prima dello scorso, prima della scorsa, prima dell'ultimo",
        PhraseRole.WORKDAYS: "giorni feriali, giorni lavorativi, giorno feriale",
        PhraseRole.COUPLE: "un paio di, paio di",
        PhraseRole.HALF_YEAR: "mezzo anno",
        PhraseRole.MINE: "mio",
        PhraseRole.CLOCK: "alle, alle ore, le, le ore, delle, dalle, dalle ore, ore",
        PhraseRole.HOUR: "h, ore, in punto",
        PhraseRole.DAY_ENDING: "o, °",
        PhraseRole.MINUTES_TO: "minuti alle",
        PhraseRole.AND_MINUTES: "e",
        PhraseRole.LESS_MINUTES: "meno",
    },
    seasons={3: "primavera, primavere", 6: "estate, estati", 9: "autunno, autunni", 12: "inverno, inverni"},
    quarters="t, q",
    ordinals="primo, secondo, terzo, quarto",
    week_ordinals="prima, seconda, terza, quarta",
    numbers=(
        "uno/una/un, due, tre, quattro, cinque, sei, sette, otto, nove, dieci, undici, dodici, tredici, quattordici, "
        "quindici, sedici, diciassette, diciotto, diciannove, venti/vent"
    ),
    tens="trenta/trent, quaranta/quarant, cinquanta/cinquant, sessanta, settanta, ottanta, novanta, cento",
    irregular="laghi/lago, uomini/uomo, templi/tempio, buoi/bue",
    decades="venti, trenta, quaranta, cinquanta, sessanta, settanta, ottanta, novanta",
    times={
        DayTime.MORNING: "mattina, mattino, mattine",
        DayTime.NOON: "mezzogiorno",
        DayTime.MIDNIGHT: "mezzanotte",
        DayTime.AFTERNOON: "pomeriggio, pomeriggi",
        DayTime.EVENING: "sera, serata, sere",
        DayTime.NIGHT: "notte, notti",
    },
    other_weekdays=", , , , , sabati, domeniche",
    near_times={
        (0, DayTime.MORNING): "stamattina, stamani, stamane",
        (0, DayTime.EVENING): "stasera",
        (0, DayTime.NIGHT): "stanotte",
    },
    kinds={
        MatchKind.TAG: "etichetta, con etichetta, con l'etichetta, etichettate, etichettate con, etichettata",
        MatchKind.FOLDER: "cartella, nella cartella, dalla cartella, la cartella",
        MatchKind.ALBUM: "album, nell'album, dall'album, l'album",
    },
    parts_before={-15: "un quarto alle"},
    parts_after={
        30: "e mezza, e mezzo",
        15: "e un quarto, e quarto",
        45: "e tre quarti",
        -15: "meno un quarto, meno quarto",
    },
    fives="venticinque, trentacinque, quarantacinque, cinquantacinque",
    holidays={
        Holiday.NEW_YEAR: "Capodanno, primo dell'anno",
        Holiday.EPIPHANY: "Epifania, Befana",
        Holiday.VALENTINE: "San Valentino",
        Holiday.CARNIVAL: "Carnevale",
        Holiday.PALM_SUNDAY: "domenica delle palme",
        Holiday.HOLY_WEEK: "Settimana Santa",
        Holiday.GOOD_FRIDAY: "Venerdì Santo",
        Holiday.EASTER: "Pasqua",
        Holiday.EASTER_SUNDAY: "domenica di Pasqua",
        Holiday.EASTER_MONDAY: "Pasquetta, lunedì di Pasqua, Lunedì dell'Angelo",
        Holiday.ASCENSION: "Ascensione",
        Holiday.PENTECOST: "Pentecoste",
        Holiday.LABOUR_DAY: "primo maggio, festa dei lavoratori",
        Holiday.MOTHERS_DAY: "festa della mamma",
        Holiday.SAINT_JOSEPH: "festa del papà, San Giuseppe",
        Holiday.ASSUMPTION: "Ferragosto",
        Holiday.HALLOWEEN: "Halloween",
        Holiday.ALL_SAINTS: "Ognissanti, Tutti i Santi",
        Holiday.ADVENT: "Avvento",
        Holiday.CHRISTMAS_EVE: "vigilia di Natale",
        Holiday.CHRISTMAS: "Natale",
        Holiday.CHRISTMAS_DAY: "giorno di Natale",
        Holiday.BOXING_DAY: "Santo Stefano",
        Holiday.NEW_YEARS_EVE: "San Silvestro, vigilia di Capodanno",
    },
    sayings={
        Saying.CAMERA: "fotocamera, obiettivo, macchina fotografica",
        Saying.MORE_THAN: "più di, oltre, sopra",
        Saying.LESS_THAN: "meno di, sotto",
        Saying.RECENT: (
            "aggiunte di recente, nuove foto, foto nuove, foto recenti, ultime foto, foto più recenti, le più recenti"
        ),
        Saying.UNNAMED: "volti senza nome, facce senza nome, volti sconosciuti, persone sconosciute",
        Saying.PORTRAIT: "formato verticale, verticali, verticale",
        Saying.LANDSCAPE: "formato orizzontale, orizzontali, orizzontale",
        Saying.SQUARE: "quadrate, quadrata, quadrati, formato quadrato",
        Saying.PANORAMA: "panoramiche, panoramica",
        Saying.SCREENSHOT: "screenshot, schermate, schermata",
        Saying.RAW: "file raw",
        Saying.MAYBE_RAW: "raw",
        Saying.EDITED: "modificate, modificati, ritoccate, ritoccati",
        Saying.DUPLICATES: "duplicati, doppioni, duplicate",
        Saying.ADDED: "aggiunte, aggiunti, aggiunta, importate, importati, caricate, caricati",
        Saying.APERTURE: "diaframma",
        Saying.FAVOURITE: "preferiti, preferite, preferito, preferita",
        Saying.TAGS: "etichette",
        Saying.NO_ALBUM: "in nessun album, non in un album, senza album, nessun album",
        Saying.UNTAGGED: "senza etichetta",
        Saying.POSITION: "gps, posizione, coordinate",
        Saying.DATED: "data",
        Saying.PEOPLE: "persone, persona, volti, volto",
        Saying.NOBODY: "nessuno",
        Saying.GROUP: "foto di gruppo, immagini di gruppo",
        Saying.STARS: "stelle, stella",
        Saying.RATED: "voto",
        Saying.UNRATED: "senza voto, senza stelle, senza valutazione",
        Saying.REJECTED: "rifiutate, rifiutata",
        Saying.AT_LEAST: "almeno, non meno di, minimo",
        Saying.AT_MOST: "al massimo, fino a, non più di, massimo, max",
        Saying.OR_LESS: "o meno",
        Saying.BIRTHDAY: "compleanno, compleanni",
        Saying.OR_MORE: "o più, in su, e oltre, o meglio",
    },
    prefixes={
        "etichetta": MatchKind.TAG,
        "persona": MatchKind.PERSON,
        "luogo": MatchKind.PLACE,
        "anno": TakenIn,
        "voto": Rated,
        "fotocamera": TakenWith,
    },
    countries={
        "AE": "Emirati",
        "CV": "Capo Verde",
        "CZ": "Repubblica Ceca",
        "GB": "Gran Bretagna, Inghilterra",
        "KR": "Corea",
        "MM": "Birmania",
        "NL": "Olanda",
        "US": "America, Stati Uniti d'America",
        "VA": "Vaticano, Città del Vaticano",
    },
)
