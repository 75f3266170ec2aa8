"""The grammar words of German."""

from __future__ import annotations

from photos_graph.model.search import MatchKind
from photos_graph.search.language.grammar import language
from photos_graph.search.language.holidays import Holiday
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.properties import Rated, TakenWith
from photos_graph.search.terms.times import DayTime

GERMAN = language(
    code="de",
    stemmer="german",
    roles={
        PhraseRole.AND: "und, sowie",
        PhraseRole.OR: "oder",
        PhraseRole.NOT: "nicht, kein, keine, keinen, keiner, keinem",
        PhraseRole.WITHOUT: "ohne, außer, ausgenommen, abgesehen von, minus, außerhalb von, weder",
        PhraseRole.NOR: "noch",
        PhraseRole.OUTSIDE: "außerhalb",
        PhraseRole.ONLY: (
            "nur, allein, ausschließlich, niemand außer, niemand als, niemand anderes als, nichts außer, nichts als"
        ),
        PhraseRole.ALONE: "allein, alleine, und sonst niemand, und niemand sonst, niemand sonst, sonst niemand",
        PhraseRole.LINK: (
            "in, im, ins, an, am, ans, auf, aus, bei, beim, mit, von, vom, zu, zum, zur, für, um, über, unter, nahe, "
            "während, zwischen, neben, vor, hinter, gegenüber, rund um, in der nähe von, aufgenommen in, "
            "aufgenommen am, aufgenommen mit, aufgenommen, gemacht, namens, mit dem Titel"
        ),
        PhraseRole.FILLER: (
            "der, die, das, den, dem, des, ein, eine, einen, einem, einer, eines, mein, meine, meinen, meinem, "
            "meiner, unser, unsere, unserem, unserer, auch, aber, sowohl, als, wo, wann, wer, sind, waren, uns, "
            "zeigen, zeigt, sehen, zu sehen, zusammen, genau, die ich gemacht habe, die ich aufgenommen habe, "
            "die wir gemacht haben, die ich geschossen habe, ich gemacht habe, die ich, die wir, denen, diejenigen, "
            "habe, gemacht habe, gemacht haben, aufgenommen habe, aufgenommen haben"
        ),
        PhraseRole.PHOTOS: (
            "foto, fotos, fotografie, fotografien, bild, bilder, bildern, aufnahme, aufnahmen, alle, allen, aller, "
            "alles"
        ),
        PhraseRole.OPENING: "zeige mir, zeig mir, zeige, zeig, finde, suche, such, gib mir",
        PhraseRole.ME: "mich, mir, ich",
        PhraseRole.OF: "des, vom, von",
        PhraseRole.BETWEEN: "zwischen, zwischen dem, zwischen den",
        PhraseRole.FROM: "von, vom, ab",
        PhraseRole.TO: "bis, bis zum, bis zu, zum",
        PhraseRole.ONTO: "auf, auf den, zu",
        PhraseRole.BEFORE: "vor, vor dem, vor den, vor der, älter als",
        PhraseRole.AFTER: "nach, nach dem, nach den, nach der, neuer als",
        PhraseRole.SINCE: "seit, seit dem, seit den, ab, ab dem",
        PhraseRole.UNTIL: "bis, bis zum, bis zu",
        PhraseRole.LAST: (
            "letzter, letzte, letztes, letzten, letztem, voriger, vorige, voriges, vorigen, vorigem, vergangener, "
            "vergangene, vergangenes, vergangenen, vergangenem"
        ),
        PhraseRole.THIS: "dieser, diese, dieses, diesen, diesem",
        PhraseRole.AGO_BEFORE: "vor",
        PhraseRole.DAY: "Tag, Tage, Tagen, Tages",
        PhraseRole.WEEKEND: "Wochenende, Wochenendes",
        PhraseRole.WEEK: "Woche, Wochen",
        PhraseRole.MONTH: "Monat, Monate, Monaten, Monats",
        PhraseRole.QUARTER: "Quartal, Quartals, Vierteljahr",
        PhraseRole.NEAR: "in der nähe, nahe, nahe bei",
        PhraseRole.WITHIN: "im Umkreis von, im Umkreis, weniger als",
        PhraseRole.AGED: "mit, im Alter",
        PhraseRole.OLD: "alt, war, alt war",
        PhraseRole.YEAR: "Jahr, Jahre, Jahren, Jahres",
        PhraseRole.TODAY: "heute, jetzt",
        PhraseRole.YESTERDAY: "gestern",
        PhraseRole.DAY_BEFORE_YESTERDAY: "vorgestern",
        PhraseRole.EARLY: "Anfang, Anfang des, Anfang der, Beginn des, ersten Tage im, erste Tage im, ersten Tage des",
        PhraseRole.MIDDLE: "Mitte, Mitte des, Mitte der",
        PhraseRole.LATE: "Ende, Ende des, Ende der, letzten Tage im, letzte Tage im, letzten Tage des",
        PhraseRole.FIRST_HALF: "erste Hälfte, erste Hälfte des, erste Hälfte der, ersten Hälfte des, ersten Hälfte der",
        PhraseRole.SECOND_HALF: (
            "zweite Hälfte, zweite Hälfte des, zweite Hälfte der, zweiten Hälfte des, zweiten Hälfte der"
        ),
        PhraseRole.ON_THIS_DAY: "an diesem Tag",
        PhraseRole.OLDER: "älter als",
        PhraseRole.NEWER: "neuer als, jünger als",
        PhraseRole.BEFORE_LAST: "vorletzter, vorletzte, vorletztes, vorletzten, vorletztem",
        PhraseRole.WORKDAYS: "werktags, Werktage, Werktagen, Wochentage, Wochentagen, unter der Woche",
        PhraseRole.HALF_YEAR: "halbes Jahr, halben Jahr, einem halben Jahr, ein halbes Jahr",
        PhraseRole.MINE: "mein, meinem, meinen, meines",
        PhraseRole.CLOCK: "um, gegen",
        PhraseRole.HOUR: "Uhr, h",
        PhraseRole.DECADE_ENDING: "er, ern",
        PhraseRole.MINUTES_PAST: "nach, Minuten nach",
        PhraseRole.MINUTES_TO: "vor, Minuten vor",
    },
    other_months="Jänner/Jän, Feber, , , , , , , Sep, , , Dez",
    seasons={3: "Frühling, Frühjahr", 6: "Sommer, Sommern", 9: "Herbst", 12: "Winter, Wintern"},
    quarters="q",
    ordinals="erstes/ersten/erste, zweites/zweiten/zweite, drittes/dritten/dritte, viertes/vierten/vierte",
    numbers=(
        "eins/ein/eine/einem/einer/einen, zwei, drei, vier, fünf, sechs, sieben, acht, neun, zehn, elf, zwölf, "
        "dreizehn, vierzehn, fünfzehn, sechzehn, siebzehn, achtzehn, neunzehn, zwanzig"
    ),
    tens="dreißig, vierzig, fünfzig, sechzig, siebzig, achtzig, neunzig, hundert",
    irregular=(
        "seen/see, autos/auto, museen/museum, freundinnen/freundin, enkelinnen/enkelin, partys/party, kinos/kino, "
        "zoos/zoo, pizzen/pizza, omas/oma, opas/opa, babys/baby, kameras/kamera, villen/villa, stadien/stadion, "
        "cafes/cafe"
    ),
    decades=(
        "zwanziger/zwanzigern, dreißiger/dreißigern, vierziger/vierzigern, fünfziger/fünfzigern, "
        "sechziger/sechzigern, siebziger/siebzigern, achtziger/achtzigern, neunziger/neunzigern"
    ),
    leads_decades=False,
    times={
        DayTime.MORNING: "Morgen, morgens, Vormittag, vormittags",
        DayTime.NOON: "Mittag, mittags",
        DayTime.MIDNIGHT: "Mitternacht",
        DayTime.AFTERNOON: "Nachmittag, nachmittags",
        DayTime.EVENING: "Abend, Abende, abends",
        DayTime.NIGHT: "Nacht, nachts",
    },
    near_times={(0, DayTime.MORNING): "heute früh", (1, DayTime.MORNING): "gestern früh"},
    kinds={
        MatchKind.TAG: "Schlagwort, mit Schlagwort, mit dem Schlagwort, verschlagwortet, verschlagwortet mit",
        MatchKind.FOLDER: "Ordner, im Ordner, aus dem Ordner, Verzeichnis, im Verzeichnis",
        MatchKind.ALBUM: "Album, im Album, aus dem Album",
    },
    parts_before={
        -30: "halb",
        15: "Viertel nach",
        -15: "Viertel vor, dreiviertel, drei Viertel",
        -45: "Viertel",
    },
    fives="fünfundzwanzig, fünfunddreißig, fünfundvierzig, fünfundfünfzig",
    holidays={
        Holiday.NEW_YEAR: "Neujahr, Neujahrstag",
        Holiday.EPIPHANY: "Dreikönig, Dreikönigstag, Heilige Drei Könige",
        Holiday.VALENTINE: "Valentinstag",
        Holiday.CARNIVAL: "Fasching, Karneval, Fasnacht, Fastnacht",
        Holiday.PALM_SUNDAY: "Palmsonntag",
        Holiday.HOLY_WEEK: "Karwoche",
        Holiday.GOOD_FRIDAY: "Karfreitag",
        Holiday.EASTER: "Ostern",
        Holiday.EASTER_SUNDAY: "Ostersonntag",
        Holiday.EASTER_MONDAY: "Ostermontag",
        Holiday.ASCENSION: "Himmelfahrt, Christi Himmelfahrt, Vatertag, Auffahrt",
        Holiday.PENTECOST: "Pfingsten",
        Holiday.LABOUR_DAY: "Maifeiertag, Tag der Arbeit, erster Mai",
        Holiday.MOTHERS_DAY: "Muttertag",
        Holiday.ASSUMPTION: "Mariä Himmelfahrt",
        Holiday.HALLOWEEN: "Halloween",
        Holiday.ALL_SAINTS: "Allerheiligen",
        Holiday.ADVENT: "Advent, Adventszeit",
        Holiday.SAINT_NICHOLAS: "Nikolaus, Nikolaustag",
        Holiday.CHRISTMAS_EVE: "Heiligabend, Heiliger Abend",
        Holiday.CHRISTMAS: "Weihnachten, Weihnacht",
        Holiday.CHRISTMAS_DAY: "Weihnachtstag, erster Weihnachtstag",
        Holiday.BOXING_DAY: "zweiter Weihnachtstag, Stephanstag, Stefanitag",
        Holiday.NEW_YEARS_EVE: "Silvester",
    },
    sayings={
        Saying.CAMERA: "Kamera, Objektiv",
        Saying.MORE_THAN: "mehr als, über, älter als",
        Saying.LESS_THAN: "weniger als, unter, jünger als",
        Saying.RECENT: (
            "kürzlich hinzugefügt, kürzlich hinzugefügte, neue Fotos, neue Bilder, neueste Fotos, letzte Fotos, "
            "letzte Bilder, neueste Bilder, neuste Fotos"
        ),
        Saying.UNNAMED: "unbenannte Gesichter, unbekannte Gesichter, unbekannte Personen, Gesichter ohne Namen",
        Saying.PORTRAIT: "Hochformat, hochkant",
        Saying.LANDSCAPE: "Querformat",
        Saying.SQUARE: "quadratisch, quadratische",
        Saying.PANORAMA: "Panorama, Panoramen, Panoramabilder",
        Saying.SCREENSHOT: "Screenshots, Screenshot, Bildschirmfotos, Bildschirmfoto",
        Saying.RAW: "Rohdateien, Rohdaten, Raw-Dateien",
        Saying.MAYBE_RAW: "raw",
        Saying.EDITED: "bearbeitet, bearbeitete, bearbeiteten",
        Saying.DUPLICATES: "Duplikate, Dubletten, doppelte",
        Saying.ADDED: "hinzugefügt, hinzugefügte, importiert, hochgeladen, hochgeladene",
        Saying.APERTURE: "Blende",
        Saying.FAVOURITE: "Favoriten, Favorit, Lieblingsbilder, Lieblingsfotos",
        Saying.TAGS: "Schlagwörter, Schlagwort",
        Saying.NO_ALBUM: "in keinem Album, nicht in einem Album, ohne Album, kein Album",
        Saying.UNTAGGED: "unverschlagwortet",
        Saying.POSITION: "gps, Position, Koordinaten, Standort",
        Saying.DATED: "Datum",
        Saying.PEOPLE: "Personen, Leute, Menschen, Gesichter, Gesicht",
        Saying.NOBODY: "niemand, niemandem",
        Saying.GROUP: "Gruppenfotos, Gruppenfoto, Gruppenbilder, Gruppenbild",
        Saying.STARS: "Sterne, Sternen, Stern",
        Saying.RATED: "bewertet mit",
        Saying.UNRATED: "unbewertet, unbewertete, ohne Bewertung, ohne Sterne",
        Saying.REJECTED: "abgelehnt, abgelehnte",
        Saying.AT_LEAST: "mindestens, wenigstens, minimum, nicht weniger als, min",
        Saying.AT_MOST: "höchstens, maximal, bis zu, nicht mehr als, max",
        Saying.OR_LESS: "oder weniger, oder schlechter",
        Saying.BIRTHDAY: "Geburtstag, Geburtstage, Geburtstags, Geburtstagen",
        Saying.OR_MORE: "oder mehr, oder besser, und mehr, und besser, und höher",
    },
    prefixes={
        "schlagwort": MatchKind.TAG,
        "person": MatchKind.PERSON,
        "ort": MatchKind.PLACE,
        "ordner": MatchKind.FOLDER,
        "jahr": TakenIn,
        "bewertung": Rated,
        "kamera": TakenWith,
    },
    countries={
        "AE": "Emirate",
        "CZ": "Tschechien",
        "GB": "England, Großbritannien",
        "NL": "Holland",
        "US": "USA, Amerika",
        "VA": "Vatikan",
    },
)
