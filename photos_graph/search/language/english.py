"""English."""

from __future__ import annotations

from photos_graph.search.language.grammar import Prefix, Role, language

ENGLISH = language(
    stemmer="english",
    roles={
        Role.AND: "and",
        Role.OR: "or",
        Role.NOT: "not, no",
        Role.WITHOUT: "without, except, except for, excluding, neither, nor",
        Role.ONLY: "only, just",
        Role.LINK: (
            "in, at, on, with, from, to, of, for, by, near, during, containing, showing, including, featuring, about, "
            "taken in, taken at, taken on, taken by, taken with, taken, that show, that contain, which show"
        ),
        Role.FILLER: (
            "a, an, the, photo, photos, photograph, photographs, picture, pictures, pic, pics, image, images, shot, "
            "shots, my, our, your, s, all, any, some, every, but, also, too, both, either, please, where, when, who, "
            "that, which, there, is, are, was, were, am, be, been, it, its"
        ),
        Role.OPENING: "show me, show us, show, find me, find, give me, get me, get, list, search, search for",
        Role.ME: "me, myself, I",
        Role.OF: "of",
        Role.BETWEEN: "between",
        Role.FROM: "from",
        Role.TO: "to, through, until, till",
        Role.BEFORE: "before",
        Role.AFTER: "after",
        Role.SINCE: "since",
        Role.UNTIL: "until, till, up to",
        Role.LAST: "last, past, previous",
        Role.THIS: "this, current",
        Role.WEEK: "week",
        Role.MONTH: "month",
        Role.YEAR: "year",
        Role.TODAY: "today",
        Role.YESTERDAY: "yesterday",
        Role.DAY_ENDING: "st, nd, rd, th",
    },
    capitals="I",
    months="January, February, March, April, May, June, July, August, September, October, November, December",
    short_months="Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sep/Sept, Oct, Nov, Dec",
    seasons={3: "spring", 6: "summer", 9: "autumn, fall", 12: "winter"},
    prefixes={
        "tag": Prefix.TAG,
        "person": Prefix.PERSON,
        "in": Prefix.IN,
        "year": Prefix.YEAR,
        "rating": Prefix.RATING,
        "camera": Prefix.CAMERA,
    },
)
