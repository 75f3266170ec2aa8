"""The grammar words of English."""

from __future__ import annotations

from photos_graph.model.search import MatchKind
from photos_graph.search.language.grammar import language
from photos_graph.search.language.holidays import Holiday
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.properties import Saying
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.content import LooksLike
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import AperturePrefix, FocalPrefix, IsoPrefix, ShutterPrefix
from photos_graph.search.terms.persons import FacesIn
from photos_graph.search.terms.places import InBox, Near
from photos_graph.search.terms.properties import Rated, TakenWith
from photos_graph.search.terms.taken_prefix import TakenPrefix
from photos_graph.search.terms.times import DayTime
from photos_graph.search.terms.words import Words

ENGLISH = language(
    code="en",
    stemmer="english",
    roles={
        PhraseRole.AND: "and",
        PhraseRole.OR: "or",
        PhraseRole.NOT: "not, no",
        PhraseRole.WITHOUT: (
            "without, except, except for, excluding, minus, other than, apart from, outside of, all but, "
            "anything but, everything but, everyone but, everybody but, everywhere but, anywhere but, neither, nor, "
            "w o"
        ),
        PhraseRole.OUTSIDE: "outside",
        PhraseRole.ONLY: (
            "only, just, nothing but, nobody but, nobody except, no one but, no one except, nobody else but, "
            "no one else but"
        ),
        PhraseRole.ALONE: (
            "alone, only, on her own, on his own, on my own, on their own, by herself, by himself, by myself, "
            "by themselves, and nobody else, and no one else, with nobody else, nobody else, no one else"
        ),
        PhraseRole.LINK: (
            "in, at, on, with, from, to, of, for, by, near, during, containing, showing, including, featuring, about, "
            "taken in, taken at, taken on, taken by, taken with, taken, shot on, shot with, made with, captured with, "
            "that show, that contain, which show, w, over, within the, throughout, named, called, titled, entitled, "
            "captioned"
        ),
        PhraseRole.FILLER: (
            "a, an, the, my, our, your, s, any, some, every, each, but, also, too, both, either, please, where, when, "
            "who, together, that, which, there, is, are, was, were, am, be, been, it, its, as, exactly, everyone, "
            "everybody, I took, we took, I've taken, we've taken, I have taken, I shot, did I take, those, these, "
            "ones, pls, plz"
        ),
        PhraseRole.PHOTOS: (
            "photo, photos, photograph, photographs, picture, pictures, pic, pics, image, images, shot, shots, all, "
            "everything"
        ),
        PhraseRole.OPENING: "show me, show us, show, find me, find, give me, get me, get, list, search, search for",
        PhraseRole.ME: "me, myself, I",
        PhraseRole.OF: "of",
        PhraseRole.BETWEEN: "between",
        PhraseRole.FROM: "from",
        PhraseRole.TO: "to, through, until, till",
        PhraseRole.BEFORE: "before, prior to, older than, earlier than",
        PhraseRole.AFTER: "after, newer than, later than",
        PhraseRole.SINCE: "since",
        PhraseRole.UNTIL: "until, till, up to",
        PhraseRole.LAST: "last, past, previous",
        PhraseRole.THIS: "this, current",
        PhraseRole.AGO: "ago",
        PhraseRole.DAY: "day, days",
        PhraseRole.WEEKEND: "weekend, weekends",
        PhraseRole.WEEK: "week, weeks",
        PhraseRole.MONTH: "month, months",
        PhraseRole.QUARTER: "quarter",
        PhraseRole.NEAR: "near, near to, close to, around",
        PhraseRole.WITHIN: "within, less than",
        PhraseRole.AGED: (
            "at, aged, at age, at the age, age, when, when she was, when he was, when I was, was, turned, turning, "
            "turns"
        ),
        PhraseRole.OLD: "old, of age",
        PhraseRole.YEAR: "year, years",
        PhraseRole.ON_THIS_DAY: "on this day, on this date",
        PhraseRole.DECADE_ENDING: "s",
        PhraseRole.TODAY: "today, now, right now",
        PhraseRole.YESTERDAY: "yesterday",
        PhraseRole.DAY_BEFORE_YESTERDAY: "day before yesterday, the day before yesterday",
        PhraseRole.EARLY: "early, start of, beginning of, first days of, first few days of",
        PhraseRole.MIDDLE: "mid, middle of",
        PhraseRole.LATE: "late, end of, last days of, last few days of, final days of",
        PhraseRole.FIRST_HALF: "first half of",
        PhraseRole.SECOND_HALF: "second half of",
        PhraseRole.OLDER: "older than",
        PhraseRole.NEWER: "newer than, younger than, more recent than",
        PhraseRole.BEFORE_LAST_AFTER: "before last",
        PhraseRole.WORKDAYS: "weekdays, weekday, workdays, workday, working days, working day",
        PhraseRole.COUPLE: "a couple of, couple of, a couple",
        PhraseRole.HALF_YEAR: "half a year, a half year",
        PhraseRole.MINE: "my",
        PhraseRole.HOUR: "o'clock, oclock, h",
        PhraseRole.AM: "am, a.m.",
        PhraseRole.PM: "pm, p.m.",
        PhraseRole.DAY_ENDING: "st, nd, rd, th",
        PhraseRole.MINUTES_PAST: "past, minutes past, minutes after",
        PhraseRole.MINUTES_TO: "minutes to, minutes before, minutes till",
    },
    exactly="I",
    other_months=", , , , , , , , Sept, , , ",
    seasons={3: "spring, springs", 6: "summer, summers", 9: "autumn, autumns, fall", 12: "winter, winters"},
    quarters="q",
    ordinals="first, second, third, fourth",
    numbers=(
        "one/a/an, two, three, four, five, six, seven, eight, nine, ten, eleven, twelve, thirteen, fourteen, fifteen, "
        "sixteen, seventeen, eighteen, nineteen, twenty"
    ),
    tens="thirty, forty, fifty, sixty, seventy, eighty, ninety, hundred",
    decades="twenties, thirties, forties, fifties, sixties, seventies, eighties, nineties",
    leads_decades=False,
    irregular=(
        "children/child, grandchildren/grandchild, men/man, women/woman, snowmen/snowman, wives/wife, lives/life, "
        "leaves/leaf, loaves/loaf, knives/knife, wolves/wolf, calves/calf, elves/elf, shelves/shelf, mice/mouse, "
        "geese/goose, feet/foot, teeth/tooth, buses/bus"
    ),
    ages_need_no_years=True,
    times={
        DayTime.MORNING: "morning, mornings",
        DayTime.NOON: "noon, midday",
        DayTime.MIDNIGHT: "midnight",
        DayTime.AFTERNOON: "afternoon, afternoons",
        DayTime.EVENING: "evening, evenings",
        DayTime.NIGHT: "night, nights",
    },
    near_times={(0, DayTime.NIGHT): "tonight"},
    kinds={
        MatchKind.TAG: "tagged, tagged with, tagged as, tag, tags, with the tag, with tag, the tag, labelled, labeled",
        MatchKind.FOLDER: "folder, in folder, in the folder, from folder, from the folder, the folder, directory",
        MatchKind.ALBUM: "album, in album, in the album, from album, from the album, the album, albums",
    },
    parts_before={
        30: "half past, half after, half",
        15: "quarter past, a quarter past, quarter after, a quarter after",
        -15: "quarter to, a quarter to, quarter of, a quarter of, quarter till, a quarter till, quarter before",
    },
    fives="twenty five, thirty five, forty five, fifty five",
    holidays={
        Holiday.NEW_YEAR: "New Year, New Years, New Years Day, New Year's, New Year's Day",
        Holiday.EPIPHANY: "Epiphany",
        Holiday.VALENTINE: "Valentine's Day, Saint Valentine's Day, Valentines Day, Valentine's",
        Holiday.CARNIVAL: "Carnival, Mardi Gras",
        Holiday.PALM_SUNDAY: "Palm Sunday",
        Holiday.HOLY_WEEK: "Holy Week",
        Holiday.GOOD_FRIDAY: "Good Friday",
        Holiday.EASTER: "Easter",
        Holiday.EASTER_SUNDAY: "Easter Sunday",
        Holiday.EASTER_MONDAY: "Easter Monday",
        Holiday.ASCENSION: "Ascension Day",
        Holiday.PENTECOST: "Pentecost, Whitsun, Whit Sunday",
        Holiday.LABOUR_DAY: "May Day",
        Holiday.MOTHERS_DAY: "Mother's Day, Mothers Day",
        Holiday.FATHERS_DAY: "Father's Day, Fathers Day",
        Holiday.HALLOWEEN: "Halloween, Hallowe'en",
        Holiday.ALL_SAINTS: "All Saints' Day, All Saints, All Hallows",
        Holiday.THANKSGIVING: "Thanksgiving, Thanksgiving Day",
        Holiday.ADVENT: "Advent",
        Holiday.SAINT_NICHOLAS: "Saint Nicholas Day, St Nicholas Day",
        Holiday.CHRISTMAS_EVE: "Christmas Eve, Xmas Eve",
        Holiday.CHRISTMAS: "Christmas, Xmas, Christmastime, Christmas time",
        Holiday.CHRISTMAS_DAY: "Christmas Day, Xmas Day",
        Holiday.BOXING_DAY: "Boxing Day, Saint Stephen's Day, St Stephen's Day",
        Holiday.NEW_YEARS_EVE: "New Year's Eve, New Years Eve, NYE",
    },
    sayings={
        Saying.CAMERA: "camera, lens",
        Saying.MORE_THAN: (
            "more than, over, above, older than, higher than, greater than, better than, bigger than, larger than, "
            "longer than, slower than"
        ),
        Saying.LESS_THAN: (
            "less than, fewer than, under, below, younger than, lower than, worse than, smaller than, shorter than, "
            "faster than"
        ),
        Saying.RECENT: (
            "recently added, newly added, new photos, new pictures, latest, latest photos, recent, recent photos, "
            "newest, newest photos"
        ),
        Saying.UNNAMED: (
            "unnamed faces, unnamed people, unnamed persons, unnamed, unknown faces, unknown people, "
            "faces without names, people without names"
        ),
        Saying.PORTRAIT: "portrait format, portrait orientation, portrait shape, vertical, upright",
        Saying.LANDSCAPE: "landscape format, landscape orientation, landscape shape, horizontal",
        Saying.MAYBE_PORTRAIT: "portrait",
        Saying.MAYBE_LANDSCAPE: "landscape",
        Saying.SQUARE: "square format, square photos, square pictures",
        Saying.PANORAMA: "panorama, panoramas, panoramic",
        Saying.SCREENSHOT: "screenshots, screenshot, screen shots, screen shot",
        Saying.RAW: "raw files, raw format, raws",
        Saying.MAYBE_RAW: "raw",
        Saying.EDITED: "edited",
        Saying.DUPLICATES: "duplicates, duplicate",
        Saying.ADDED: "added, imported, uploaded",
        Saying.APERTURE: "aperture",
        Saying.FAVOURITE: "favourites, favourite, favorites, favorite, favs, fav, faves",
        Saying.TAGS: "tags",
        Saying.NO_ALBUM: (
            "in no album, not in any album, not in an album, without an album, without any album, without album, "
            "no album"
        ),
        Saying.UNTAGGED: "untagged, no tag, without a tag, without any tags, without tag, without tags, no tags",
        Saying.POSITION: "gps, position, location, coordinates, geotagged, geotag, geotags",
        Saying.DATED: "date, dated",
        Saying.UNDATED: "undated",
        Saying.PEOPLE: "people, persons, person, faces, face",
        Saying.NOBODY: "nobody, no one",
        Saying.GROUP: "group photos, group photo, group pictures, group picture, group shots, group shot",
        Saying.STARS: "stars, star",
        Saying.RATED: "rated, rating",
        Saying.UNRATED: (
            "unrated, not rated, without rating, without stars, no rating, no ratings, without ratings, no stars, "
            "without a rating"
        ),
        Saying.REJECTED: "rejected",
        Saying.AT_LEAST: "at least, no less than, not less than, minimum, min",
        Saying.AT_MOST: "at most, up to, no more than, not more than, maximum, max",
        Saying.OR_LESS: "or less, or fewer, or worse, or lower",
        Saying.BIRTHDAY: "birthday, birthdays, bday, b-day",
        Saying.OR_MORE: "or more, or better, and up, and more, and above, and over, and better",
    },
    prefixes={
        "tag": MatchKind.TAG,
        "person": MatchKind.PERSON,
        "place": MatchKind.PLACE,
        "in": MatchKind.FOLDER,
        "album": MatchKind.ALBUM,
        "year": TakenIn,
        "rating": Rated,
        "camera": TakenWith,
        "looks": LooksLike,
        "taken": TakenPrefix,
        "near": Near,
        "box": InBox,
        "faces": FacesIn,
        "iso": IsoPrefix,
        "aperture": AperturePrefix,
        "shutter": ShutterPrefix,
        "focal": FocalPrefix,
        "text": Words,
        "added": AddedIn,
    },
    countries={
        "AE": "UAE, Emirates",
        "CI": "Ivory Coast",
        "CV": "Cape Verde",
        "GB": "UK, U.K., Great Britain, Britain",
        "KP": "North Korea",
        "KR": "South Korea, Korea",
        "MK": "Macedonia",
        "MM": "Burma",
        "NL": "Holland",
        "RU": "Russia",
        "TR": "Turkey",
        "US": "USA, U.S.A., U.S., America, United States of America",
        "VA": "Vatican, Vatican City",
    },
)
