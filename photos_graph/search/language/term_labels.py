"""What conditions that name nothing are called, in the words of a language."""

from __future__ import annotations

from photos_graph.search.label_words import LabelWords
from photos_graph.search.terms import taken_prefix
from photos_graph.search.terms.added import AddedIn
from photos_graph.search.terms.albums import InNoAlbum, OnlyInAlbums
from photos_graph.search.terms.dates import TakenIn
from photos_graph.search.terms.exposure import Exposed
from photos_graph.search.terms.persons import FacesIn, OnlyPersons, UnnamedFaces
from photos_graph.search.terms.picture_kinds import HasCopies, IsEdited, IsRaw, IsScreenshot, Shaped
from photos_graph.search.terms.places import InBox, Near
from photos_graph.search.terms.properties import Favourite, Rated, TakenWith
from photos_graph.search.terms.ranges import in_words
from photos_graph.search.terms.tags import OnlyTagged, Untagged
from photos_graph.search.terms.term import Term

_PLAIN: dict[type[Term], str] = {
    OnlyTagged: "no other tags",
    OnlyPersons: "nobody else",
    OnlyInAlbums: "no other albums",
    InNoAlbum: "in no album",
    IsRaw: "RAW",
    HasCopies: "duplicates",
    IsEdited: "edited",
    IsScreenshot: "screenshots",
    UnnamedFaces: "unnamed faces",
    Untagged: "untagged",
}


def term_label(term: Term, words: LabelWords) -> str | None:
    """Returns the label of a condition, or None for one that is about something with a name, or about a text."""
    match term:
        case TakenIn():
            return taken_prefix.label(term, words)
        case Near() | InBox() | Exposed() | AddedIn() | Shaped():
            return term.label(words)
        case Rated(low, high):
            return words.say("rating {}", in_words(low, high, words))
        case Favourite(wanted):
            return words.say("favourite" if wanted else "not a favourite")
        case FacesIn(low, high):
            is_nobody = (low or 0, high) == (0, 0)
            return words.say("nobody") if is_nobody else words.say("{} people", in_words(low, high, words))
        case TakenWith(text):
            return words.say("camera {}", text)
    return words.say(_PLAIN[type(term)]) if type(term) in _PLAIN else None
