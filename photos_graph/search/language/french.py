"""The grammar words of French."""

from __future__ import annotations

from photos_graph.model.search import MatchKind
from photos_graph.search.language.grammar import language
from photos_graph.search.language.holidays import Holiday
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.properties import Rated, TakenWith
from photos_graph.search.terms.times import DayTime

FRENCH = language(
    code="fr",
    stemmer="french",
    roles={
        PhraseRole.AND: "et",
        PhraseRole.OR: "ou, ou bien",
        PhraseRole.NOT: "pas, non, ne, n'",
        PhraseRole.WITHOUT: "sans, sauf, excepté, hormis, moins, à part, hors de, en dehors de, ni",
        PhraseRole.ONLY: (
            "seulement, uniquement, rien que, rien qu', seul, seule, seuls, seules, personne sauf, personne à part, "
            "personne d'autre que"
        ),
        PhraseRole.ALONE: "seul, seule, seuls, seules, tout seul, toute seule, et personne d'autre, personne d'autre",
        PhraseRole.LINK: (
            "à, au, aux, à la, à l', en, dans, sur, sous, de, du, des, d', de la, de l', avec, chez, par, pour, vers, "
            "pendant, durant, près de, près du, près d', autour de, contenant, montrant, prises à, prises en, "
            "prise à, prise en, prises avec, prises, prise, pris, intitulée, intitulées, nommée, nommées"
        ),
        PhraseRole.FILLER: (
            "le, la, les, l', ces, un, une, mon, ma, mes, notre, nos, chaque, quelques, mais, aussi, où, quand, qui, "
            "que, qu', est, sont, était, étaient, il y a, ensemble, exactement, que j'ai prises, que j'ai prise, "
            "que j'ai faites, que nous avons prises, j'ai prises, que j'ai, celles, ceux"
        ),
        PhraseRole.PHOTOS: (
            "photo, photos, photographie, photographies, image, images, cliché, clichés, tout, toute, tous, toutes"
        ),
        PhraseRole.OPENING: (
            "montre moi, montrez moi, montre, montrez, trouve moi, trouve, trouvez, cherche, cherchez, donne moi, "
            "affiche"
        ),
        PhraseRole.ME: "moi, je, moi même",
        PhraseRole.OF: "de, du, d', de l'",
        PhraseRole.BETWEEN: "entre, entre le, entre l'",
        PhraseRole.FROM: "de, du, d'",
        PhraseRole.TO: "à, au, jusqu'à, jusqu'au, jusqu'en",
        PhraseRole.BEFORE: "avant, avant le, avant l', plus vieilles que, plus anciennes que, antérieures à",
        PhraseRole.AFTER: "après, après le, après l', plus récentes que, postérieures à",
        PhraseRole.SINCE: "depuis, depuis le, depuis l', à partir de, à partir du",
        PhraseRole.UNTIL: "jusqu'à, jusqu'au, jusqu'en",
        PhraseRole.LAST: "dernier, dernière, derniers, dernières",
        PhraseRole.LAST_AFTER: "dernier, dernière, derniers, dernières, passé, passée",
        PhraseRole.THIS: "ce, cet, cette, ces",
        PhraseRole.AGO_BEFORE: "il y a",
        PhraseRole.DAY: "jour, jours",
        PhraseRole.WEEKEND: "week end, weekend",
        PhraseRole.WEEK: "semaine, semaines",
        PhraseRole.MONTH: "mois",
        PhraseRole.QUARTER: "trimestre",
        PhraseRole.NEAR: "près de, près d', proche de, autour de, aux environs de",
        PhraseRole.WITHIN: "à moins de, un rayon de",
        PhraseRole.AGED: "à, à l'âge, avait, quand il avait, quand elle avait, quand j'avais",
        PhraseRole.YEAR: "an, ans, année, années",
        PhraseRole.TODAY: "aujourd'hui, maintenant",
        PhraseRole.YESTERDAY: "hier",
        PhraseRole.DAY_BEFORE_YESTERDAY: "avant-hier",
        PhraseRole.EARLY: "début, début de, début des, au début de, au début des, premiers jours de, premiers jours d'",
        PhraseRole.MIDDLE: "mi, milieu de, milieu des",
        PhraseRole.LATE: "fin, fin de, fin des, derniers jours de, derniers jours d'",
        PhraseRole.FIRST_HALF: "première moitié de, première moitié du, première moitié des",
        PhraseRole.SECOND_HALF: (
            "deuxième moitié de, deuxième moitié du, seconde moitié de, seconde moitié du, seconde moitié des"
        ),
        PhraseRole.ON_THIS_DAY: "ce jour là, en ce jour, à cette date",
        PhraseRole.DECADE: "années",
        PhraseRole.OLDER: "plus vieilles que, plus vieilles de, plus anciennes que, plus anciennes de, de plus de",
        PhraseRole.NEWER: "plus récentes que, plus récentes de",
        PhraseRole.BEFORE_LAST: "avant-dernier, avant-dernière",
        PhraseRole.WORKDAYS: "jours ouvrables, jours de semaine, en semaine",
        PhraseRole.MINE: "mon",
        PhraseRole.HOUR: "h, heures, heure",
        PhraseRole.DAY_ENDING: "er, e, ème",
        PhraseRole.LESS_MINUTES: "moins",
    },
    seasons={3: "printemps", 6: "été, étés", 9: "automne, automnes", 12: "hiver, hivers"},
    quarters="t, q",
    ordinals="premier, deuxième/second, troisième, quatrième",
    week_ordinals="première/1ère, deuxième/seconde, troisième, quatrième",
    numbers=(
        "un/une, deux, trois, quatre, cinq, six, sept, huit, neuf, dix, onze, douze, treize, quatorze, quinze, seize, "
        "dix sept, dix huit, dix neuf, vingt"
    ),
    tens="trente, quarante, cinquante, soixante, soixante dix, quatre vingts, quatre vingt dix, cent",
    irregular="amis/ami, jeux/jeu, yeux/oeil, feux/feu, lieux/lieu, cheveux/cheveu, neveux/neveu, travaux/travail",
    decades=(
        "vingt, trente, quarante, cinquante, soixante, soixante dix, quatre vingt/quatre vingts, quatre vingt dix"
    ),
    times={
        DayTime.MORNING: "matin, matinée",
        DayTime.NOON: "midi",
        DayTime.MIDNIGHT: "minuit",
        DayTime.AFTERNOON: "après midi",
        DayTime.EVENING: "soir, soirée",
        DayTime.NIGHT: "nuit",
    },
    kinds={
        MatchKind.TAG: "étiquette, avec l'étiquette, étiquetées, étiquetée, étiquetées avec",
        MatchKind.FOLDER: "dossier, dans le dossier, du dossier, répertoire, dans le répertoire",
        MatchKind.ALBUM: "album, dans l'album, de l'album",
    },
    parts_after={30: "et demie, et demi", 15: "et quart, un quart", -15: "moins le quart, moins quart, moins un quart"},
    fives="vingt cinq, trente cinq, quarante cinq, cinquante cinq",
    holidays={
        Holiday.NEW_YEAR: "nouvel an, jour de l'an, premier de l'an",
        Holiday.EPIPHANY: "Épiphanie, fête des rois",
        Holiday.VALENTINE: "Saint Valentin",
        Holiday.CARNIVAL: "carnaval",
        Holiday.PALM_SUNDAY: "dimanche des Rameaux, Rameaux",
        Holiday.HOLY_WEEK: "Semaine sainte",
        Holiday.GOOD_FRIDAY: "vendredi saint",
        Holiday.EASTER: "Pâques",
        Holiday.EASTER_SUNDAY: "dimanche de Pâques",
        Holiday.EASTER_MONDAY: "lundi de Pâques",
        Holiday.ASCENSION: "Ascension",
        Holiday.PENTECOST: "Pentecôte",
        Holiday.LABOUR_DAY: "premier mai, fête du travail",
        Holiday.MOTHERS_DAY_IN_FRANCE: "fête des mères",
        Holiday.FATHERS_DAY: "fête des pères",
        Holiday.ASSUMPTION: "Assomption",
        Holiday.HALLOWEEN: "Halloween",
        Holiday.ALL_SAINTS: "Toussaint",
        Holiday.ADVENT: "avent",
        Holiday.SAINT_NICHOLAS: "Saint Nicolas",
        Holiday.CHRISTMAS_EVE: "réveillon de Noël, veille de Noël",
        Holiday.CHRISTMAS: "Noël",
        Holiday.CHRISTMAS_DAY: "jour de Noël",
        Holiday.NEW_YEARS_EVE: "Saint Sylvestre, réveillon du nouvel an, réveillon",
    },
    sayings={
        Saying.CAMERA: "appareil photo, appareil, objectif",
        Saying.MORE_THAN: "plus de, au dessus de",
        Saying.LESS_THAN: "moins de, au dessous de",
        Saying.RECENT: (
            "ajoutées récemment, nouvelles photos, photos récentes, dernières photos, dernières images, "
            "photos les plus récentes"
        ),
        Saying.UNNAMED: "visages sans nom, visages inconnus, personnes inconnues",
        Saying.PORTRAIT: "mode portrait, format portrait, verticales, verticale",
        Saying.LANDSCAPE: "format paysage, horizontales, horizontale",
        Saying.SQUARE: "carrées, carrée, format carré",
        Saying.PANORAMA: "panoramas, panorama, panoramiques, panoramique",
        Saying.SCREENSHOT: "captures d'écran, capture d'écran",
        Saying.RAW: "fichiers raw",
        Saying.MAYBE_RAW: "raw",
        Saying.EDITED: "modifiées, modifiée, retouchées, retouchée",
        Saying.DUPLICATES: "doublons, doublon",
        Saying.ADDED: "ajoutées, ajoutée, ajoutés, importées",
        Saying.APERTURE: "ouverture",
        Saying.FAVOURITE: "favoris, favori, favorites, favorite, préférées, préférés",
        Saying.TAGS: "étiquettes, étiquette",
        Saying.NO_ALBUM: "dans aucun album, sans album, aucun album",
        Saying.UNTAGGED: "sans étiquette",
        Saying.POSITION: "gps, position, coordonnées",
        Saying.DATED: "date",
        Saying.PEOPLE: "personnes, gens, visages, visage",
        Saying.NOBODY: "sans personne",
        Saying.GROUP: "photos de groupe, photo de groupe, images de groupe",
        Saying.STARS: "étoiles, étoile",
        Saying.RATED: "notées, noté",
        Saying.UNRATED: "non notées, sans note, sans étoiles",
        Saying.REJECTED: "rejetées, rejetée",
        Saying.AT_LEAST: "au moins, au minimum, pas moins de",
        Saying.AT_MOST: "au plus, au maximum, jusqu'à, pas plus de, maximum, max",
        Saying.OR_LESS: "ou moins",
        Saying.BIRTHDAY: "anniversaire, anniversaires",
        Saying.OR_MORE: "ou plus, ou mieux, et plus, et mieux",
    },
    prefixes={
        "etiquette": MatchKind.TAG,
        "personne": MatchKind.PERSON,
        "lieu": MatchKind.PLACE,
        "dossier": MatchKind.FOLDER,
        "annee": TakenIn,
        "note": Rated,
        "appareil": TakenWith,
    },
    countries={
        "AE": "Émirats",
        "GB": "Angleterre, Grande-Bretagne",
        "NL": "Hollande",
        "US": "Amérique",
        "VA": "Vatican",
    },
)
