"""The grammar words of Spanish."""

from __future__ import annotations

from photos_graph.model.search import MatchKind
from photos_graph.search.language.grammar import language
from photos_graph.search.language.holidays import Holiday
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.properties import Rated, TakenWith
from photos_graph.search.terms.times import DayTime

SPANISH = language(
    code="es",
    stemmer="spanish",
    roles={
        PhraseRole.AND: "y, e",
        PhraseRole.OR: "o, u",
        PhraseRole.NOT: "no",
        PhraseRole.WITHOUT: "sin, excepto, salvo, menos, aparte de, fuera de, ni",
        PhraseRole.ONLY: "solo, solamente, únicamente, nadie excepto, nadie salvo, nadie menos, nadie más que",
        PhraseRole.ALONE: "solo, sola, solos, solas, a solas, y nadie más, nadie más",
        PhraseRole.LINK: (
            "en, a, al, de, del, con, por, para, sobre, durante, ante, bajo, hacia, junto a, cerca de, cerca del, "
            "tomadas en, tomadas con, hechas en, hechas con, tomada en, hecha en, que muestran, que muestra, tomadas, "
            "tomada, hechas, hecha, sacadas, sacada, tituladas, titulada, llamadas, llamada"
        ),
        PhraseRole.FILLER: (
            "el, la, los, las, lo, un, una, unos, unas, mi, mis, nuestro, nuestra, nuestros, nuestras, cada, pero, "
            "también, que, donde, juntos, juntas, cuando, es, están, estaban, hay, exactamente, que tomé, que saqué, "
            "que hice, que tomamos, que hicimos, que he hecho, que he tomado, aquellas, aquellos, las de, las que"
        ),
        PhraseRole.PHOTOS: "foto, fotos, fotografía, fotografías, imagen, imágenes, todo, toda, todos, todas",
        PhraseRole.OPENING: "muéstrame, muestra, enséñame, encuentra, busca, buscar, dame, quiero ver, ver",
        PhraseRole.ME: "yo, mí, conmigo, yo mismo, yo misma",
        PhraseRole.OF: "de, del",
        PhraseRole.BETWEEN: "entre, entre el",
        PhraseRole.FROM: "de, del, desde, desde el",
        PhraseRole.TO: "a, al, hasta, hasta el",
        PhraseRole.BEFORE: "antes, antes de, antes del, antes de la, anteriores a, más antiguas que",
        PhraseRole.AFTER: (
            "después, después de, después del, después de la, tras, tras el, más recientes que, más reciente que, "
            "más nuevas que, posteriores a"
        ),
        PhraseRole.SINCE: "desde, desde el, desde la, a partir de, a partir del",
        PhraseRole.UNTIL: "hasta, hasta el, hasta la",
        PhraseRole.LAST: "último, última, últimos, últimas, pasado, pasada, pasados, pasadas",
        PhraseRole.LAST_AFTER: "pasado, pasada, pasados, pasadas",
        PhraseRole.THIS: "este, esta",
        PhraseRole.AGO_BEFORE: "hace",
        PhraseRole.AGO: "atrás",
        PhraseRole.DAY: "día, días",
        PhraseRole.WEEKEND: "fin de semana",
        PhraseRole.WEEK: "semana, semanas",
        PhraseRole.MONTH: "mes, meses",
        PhraseRole.QUARTER: "trimestre",
        PhraseRole.NEAR: "cerca de, cerca del, junto a",
        PhraseRole.WITHIN: "a menos de, un radio de",
        PhraseRole.AGED: "a los, con, a la edad, de, tenía, cuando tenía, cuando yo tenía",
        PhraseRole.YEAR: "año, años",
        PhraseRole.TODAY: "hoy, ahora",
        PhraseRole.YESTERDAY: "ayer",
        PhraseRole.DAY_BEFORE_YESTERDAY: "anteayer, antes de ayer",
        PhraseRole.EARLY: "principios de, principios del, comienzos de, inicios de, primeros días de",
        PhraseRole.MIDDLE: "mediados de",
        PhraseRole.LATE: "finales de, finales del, fines de, fin de, últimos días de",
        PhraseRole.FIRST_HALF: "primera mitad de, primera mitad del",
        PhraseRole.SECOND_HALF: "segunda mitad de, segunda mitad del",
        PhraseRole.ON_THIS_DAY: "en este día, en esta fecha",
        PhraseRole.DECADE: "años, los",
        PhraseRole.OLDER: "más antiguas que, más antiguas de, más viejas que, más viejas de",
        PhraseRole.NEWER: "más recientes que, más recientes de, más nuevas que, más nuevas de",
        PhraseRole.BEFORE_LAST: "penúltimo, penúltima",
        PhraseRole.BEFORE_LAST_AFTER: "antepasado, antepasada",
        PhraseRole.WORKDAYS: "días laborables, días hábiles, entre semana",
        PhraseRole.COUPLE: "un par de",
        PhraseRole.HALF_YEAR: "medio año",
        PhraseRole.MINE: "mi",
        PhraseRole.CLOCK: "las, a las, la",
        PhraseRole.HOUR: "h, horas, hora",
        PhraseRole.DAY_ENDING: "o, er",
        PhraseRole.MINUTES_TO: "para las, minutos para las",
        PhraseRole.AND_MINUTES: "y",
        PhraseRole.LESS_MINUTES: "menos",
    },
    other_months=", , , , , , , , sep/setiembre, , , ",
    seasons={3: "primavera, primaveras", 6: "verano, veranos", 9: "otoño, otoños", 12: "invierno, inviernos"},
    quarters="t, q",
    ordinals="primer/primero, segundo, tercer/tercero, cuarto",
    week_ordinals="primera, segunda, tercera, cuarta",
    numbers=(
        "uno/un/una, dos, tres, cuatro, cinco, seis, siete, ocho, nueve, diez, once, doce, trece, catorce, quince, "
        "dieciséis, diecisiete, dieciocho, diecinueve, veinte"
    ),
    tens="treinta, cuarenta, cincuenta, sesenta, setenta, ochenta, noventa, cien",
    irregular=(
        "peces/pez, luces/luz, voces/voz, cruces/cruz, nueces/nuez, raíces/raíz, ciudades/ciudad, actrices/actriz"
    ),
    decades="veinte, treinta, cuarenta, cincuenta, sesenta, setenta, ochenta, noventa",
    times={
        DayTime.MORNING: "mañana, mañanas",
        DayTime.NOON: "mediodía",
        DayTime.MIDNIGHT: "medianoche",
        DayTime.AFTERNOON: "tarde, tardes",
        DayTime.NIGHT: "noche, noches",
    },
    exactly="mí",
    near_times={(1, DayTime.NIGHT): "anoche, ayer noche"},
    kinds={
        MatchKind.TAG: "etiqueta, con la etiqueta, con etiqueta, etiquetadas, etiquetadas con, etiquetada",
        MatchKind.FOLDER: "carpeta, en la carpeta, de la carpeta",
        MatchKind.ALBUM: "álbum, en el álbum, del álbum",
    },
    parts_before={-15: "cuarto para las, un cuarto para las"},
    parts_after={30: "y media", 15: "y cuarto, y un cuarto", -15: "menos cuarto, menos un cuarto"},
    fives="veinticinco, treinta y cinco, cuarenta y cinco, cincuenta y cinco",
    holidays={
        Holiday.NEW_YEAR: "Año Nuevo",
        Holiday.EPIPHANY: "Reyes, Reyes Magos, día de Reyes, Epifanía",
        Holiday.VALENTINE: "San Valentín",
        Holiday.CARNIVAL: "carnaval, carnavales",
        Holiday.PALM_SUNDAY: "Domingo de Ramos",
        Holiday.HOLY_WEEK: "Semana Santa",
        Holiday.GOOD_FRIDAY: "Viernes Santo",
        Holiday.EASTER: "Pascua",
        Holiday.EASTER_SUNDAY: "Domingo de Resurrección, Domingo de Pascua",
        Holiday.EASTER_MONDAY: "Lunes de Pascua",
        Holiday.ASCENSION: "Ascensión",
        Holiday.PENTECOST: "Pentecostés",
        Holiday.LABOUR_DAY: "primero de mayo, día del trabajo",
        Holiday.MOTHERS_DAY_IN_SPAIN: "día de la madre",
        Holiday.SAINT_JOSEPH: "día del padre, San José",
        Holiday.ASSUMPTION: "Asunción",
        Holiday.HALLOWEEN: "Halloween",
        Holiday.ALL_SAINTS: "Todos los Santos, día de Todos los Santos",
        Holiday.ADVENT: "Adviento",
        Holiday.CHRISTMAS_EVE: "Nochebuena",
        Holiday.CHRISTMAS: "Navidad, Navidades",
        Holiday.CHRISTMAS_DAY: "día de Navidad",
        Holiday.NEW_YEARS_EVE: "Nochevieja",
    },
    sayings={
        Saying.CAMERA: "cámara, objetivo",
        Saying.MORE_THAN: "más de, por encima de",
        Saying.LESS_THAN: "menos de, por debajo de",
        Saying.RECENT: (
            "añadidas recientemente, fotos nuevas, nuevas fotos, fotos recientes, últimas fotos, fotos más recientes"
        ),
        Saying.UNNAMED: "caras sin nombre, rostros sin nombre, caras desconocidas, personas desconocidas",
        Saying.PORTRAIT: "formato vertical, verticales, vertical",
        Saying.LANDSCAPE: "formato horizontal, horizontales, horizontal",
        Saying.SQUARE: "cuadradas, cuadrada, formato cuadrado",
        Saying.PANORAMA: "panorámicas, panorámica, panoramas",
        Saying.SCREENSHOT: "capturas de pantalla, captura de pantalla",
        Saying.RAW: "archivos raw",
        Saying.MAYBE_RAW: "raw",
        Saying.EDITED: "editadas, editada, retocadas, retocada",
        Saying.DUPLICATES: "duplicados, duplicadas, duplicado",
        Saying.ADDED: "añadidas, añadidos, añadida, agregadas, importadas, subidas",
        Saying.APERTURE: "diafragma",
        Saying.FAVOURITE: "favoritas, favoritos, favorita, favorito",
        Saying.TAGS: "etiquetas",
        Saying.NO_ALBUM: "en ningún álbum, sin álbum, ningún álbum",
        Saying.UNTAGGED: "sin etiqueta",
        Saying.POSITION: "gps, posición, coordenadas, ubicación",
        Saying.DATED: "fecha",
        Saying.PEOPLE: "personas, gente, caras, cara, rostros",
        Saying.NOBODY: "nadie",
        Saying.GROUP: "fotos de grupo, foto de grupo, imágenes de grupo",
        Saying.STARS: "estrellas, estrella",
        Saying.RATED: "valoradas con",
        Saying.UNRATED: "sin valorar, sin valoración, sin estrellas",
        Saying.REJECTED: "rechazadas, rechazada",
        Saying.AT_LEAST: "al menos, como mínimo, por lo menos, no menos de",
        Saying.AT_MOST: "como máximo, como mucho, hasta, no más de, máximo",
        Saying.OR_LESS: "o menos",
        Saying.BIRTHDAY: "cumpleaños",
        Saying.OR_MORE: "o más, o mejor, y más, y mejor",
    },
    prefixes={
        "etiqueta": MatchKind.TAG,
        "persona": MatchKind.PERSON,
        "lugar": MatchKind.PLACE,
        "carpeta": MatchKind.FOLDER,
        "ano": TakenIn,
        "valoracion": Rated,
        "camara": TakenWith,
    },
    countries={
        "AE": "Emiratos",
        "GB": "Inglaterra, Gran Bretaña",
        "NL": "Holanda",
        "US": "EE. UU., EEUU, América",
        "VA": "Vaticano",
    },
)
