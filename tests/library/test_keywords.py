"""Keywords: hierarchical ones are paths, plain ones never are."""

from __future__ import annotations

from xml.sax.saxutils import escape

import pytest

from photos_graph.library.metadata import read_metadata
from photos_graph.library.sidecar import SidecarLabels, read_sidecar, write_sidecar
from tests.kit.cases import case
from tests.kit.metadata import bag, jpeg_with, sidecar


def keywords(data: bytes, beside: bytes | None = None) -> tuple[str, ...]:
    return read_metadata(data, "a.jpg", 0, beside)[0].keywords


def of_sidecar(*elements: str) -> tuple[str, ...]:
    return keywords(jpeg_with(), sidecar("".join(elements)))


def test_keywords_are_paths_and_the_words_that_are_in_none() -> None:
    found = of_sidecar(
        bag("lr:hierarchicalSubject", "Places|Italy|Abruzzo", "a/b|c"),
        bag("digiKam:TagsList", "Places/Italy/Abruzzo", "People/Ada"),
        bag("dc:subject", "Abruzzo", "italy", "Ada", "sea"),
    )
    assert found == ("Places/Italy/Abruzzo", r"a\/b/c", "People/Ada", "sea")


@pytest.mark.parametrize("word", ["AC/DC", "24/7", "s/w", "Nature/Birds", "/", "a/"])
def test_a_plain_keyword_with_a_slash_is_one_tag(word: str) -> None:
    escaped = word.replace("/", r"\/")
    assert of_sidecar(bag("dc:subject", word, "sea")) == (escaped, "sea")
    assert keywords(jpeg_with({"Iptc.Application2.Keywords": [word, "sea"]})) == (escaped, "sea")


@pytest.mark.parametrize("plain", ["AC/DC", "Music/AC/DC", "Music|AC/DC", "ac/dc"])
def test_a_plain_keyword_that_a_path_has_is_no_other_one(plain: str) -> None:
    assert of_sidecar(bag("lr:hierarchicalSubject", "Music|AC/DC"), bag("dc:subject", plain)) == (r"Music/AC\/DC",)


def test_a_path_of_digikam_has_a_backslash_where_the_name_has_a_slash() -> None:
    found = of_sidecar(bag("lr:hierarchicalSubject", "Music|AC/DC"), bag("digiKam:TagsList", r"Music/AC\DC"))
    assert found == (r"Music/AC\/DC",)


def node(name: str, *children: str, applied: str = "") -> str:
    below = f"<mwg-kw:Children><rdf:Bag>{''.join(children)}</rdf:Bag></mwg-kw:Children>" if children else ""
    says = f"<mwg-kw:Applied>{applied}</mwg-kw:Applied>" if applied else ""
    keyword = f"<mwg-kw:Keyword>{name}</mwg-kw:Keyword>"
    return f'<rdf:li rdf:parseType="Resource">{keyword}{says}{below}</rdf:li>'


def tree(*nodes: str) -> str:
    return (
        '<mwg-kw:Keywords xmlns:mwg-kw="http://www.metadataworkinggroup.com/schemas/keywords/" '
        f'rdf:parseType="Resource"><mwg-kw:Hierarchy><rdf:Bag>{"".join(nodes)}</rdf:Bag></mwg-kw:Hierarchy>'
        "</mwg-kw:Keywords>"
    )


def test_a_tree_of_keywords_says_which_apply() -> None:
    nodes = tree(
        node("Places", node("Italy", node("Abruzzo"), node("Lazio", applied="False"), applied="True")),
        node("Music", node("AC/DC", applied="True")),
        node("sea"),
    )
    found = of_sidecar(nodes, bag("dc:subject", "sea", "Abruzzo", "sky"))
    assert found == ("Places/Italy", "Places/Italy/Abruzzo", r"Music/AC\/DC", "sea", "sky")


@pytest.mark.corpora
def test_the_case_of_lightroom_is_one_keyword() -> None:
    assert keywords(case("keyword_acdc_lightroom.jpg")) == (r"Music/AC\/DC",)


@pytest.mark.parametrize(
    "tags",
    [
        (r"Music/AC\/DC",),
        (r"AC\/DC", "AC/DC"),
        (r"a | b\/c/d", "e"),
        ("a\\b/c",),
        ("beach, sun",),
        ("beach; sun",),
        ("24\\/7", "x"),
    ],
)
def test_names_with_slashes_come_back_from_a_sidecar_as_they_were(tags: tuple[str, ...]) -> None:
    read, doubts = read_sidecar(write_sidecar(SidecarLabels(tags, excluded=tags), 400, 300, 1), 400, 300, 1)
    assert not doubts
    assert sorted(read.tags) == sorted(tags) and read.excluded == tags


def test_keywords_of_iptc_and_windows() -> None:
    data = jpeg_with(
        {
            "Iptc.Application2.Keywords": ["mare", "Citta\u0300"],
            "Exif.Image.XPKeywords": " ".join(map(str, "mare;Roma\0".encode("utf-16-le"))),
        }
    )
    assert keywords(data) == ("mare", "Citt\u00e0", "Roma")


ACDSEE = (
    '<Categories><Category Assigned="0">Places<Category Assigned="1">Italy</Category></Category>'
    '<Category Assigned="1">AC/DC</Category><Category Assigned="0">Not this</Category></Categories>'
)


def of_acdsee(categories: str, *elements: str) -> tuple[str, ...]:
    namespace = 'xmlns:acdsee="http://ns.acdsee.com/iptc/1.0/"'
    return of_sidecar(f"<acdsee:categories {namespace}>{escape(categories)}</acdsee:categories>", *elements)


def test_the_categories_of_acdsee_that_are_assigned() -> None:
    assert of_acdsee(ACDSEE) == ("Places/Italy", r"AC\/DC")
    assert of_acdsee(ACDSEE, bag("dc:subject", "Italy", "sea")) == ("Places/Italy", r"AC\/DC", "sea")


def test_broken_categories_lose_no_more_than_they_must() -> None:
    assert of_acdsee(ACDSEE[: ACDSEE.index("AC/DC")]) == ("Places/Italy",)
    assert of_acdsee('<!DOCTYPE a [<!ENTITY b "c">]>' + ACDSEE) == ()
    assert of_acdsee('<Category Assigned="1">a' * 3000) == ()


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("sea; sun ;sand", ("sea", "sun", "sand")),
        ("sea, sun, Gran Sasso d'Italia", ("sea", "sun", "Gran Sasso d'Italia")),
        ("sea,sun", ("sea", "sun")),
        ("Rossi, Anna; Bianchi, Ugo", ("Rossi, Anna", "Bianchi, Ugo")),
        ("The day we went to the sea, and it rained", ("The day we went to the sea, and it rained",)),
        ("f/1,8", (r"f\/1,8",)),
    ],
)
def test_the_only_value_of_a_field_may_be_a_list(value: str, found: tuple[str, ...]) -> None:
    assert of_sidecar(bag("dc:subject", value)) == found
    assert keywords(jpeg_with({"Iptc.Application2.Keywords": [value]})) == found


def test_a_keyword_that_iptc_cut_off_is_no_other_one() -> None:
    word = "The garden of my grandmother where we spent every summer of the nineties"
    beside = of_sidecar(bag("dc:subject", word, "sea"))
    fields: dict[str, str | list[str] | bytes] = {
        "Xmp.dc.subject": [word, "sea"],
        "Iptc.Application2.Keywords": [word[:64], "sea", "sea side"],
    }
    assert beside == (word, "sea")
    assert keywords(jpeg_with(fields)) == (word, "sea", "sea side")


def test_what_darktable_notes_for_itself_is_no_keyword() -> None:
    found = of_sidecar(
        bag("lr:hierarchicalSubject", "darktable|format|jpg", "darktable|exported", "Places|Italy"),
        bag("dc:subject", "darktable", "format", "jpg", "exported", "Italy", "sea"),
    )
    assert found == ("Places/Italy", "sea")


def test_values_beside_others_are_no_lists() -> None:
    assert of_sidecar(bag("dc:subject", "Rome, Italy", "sea")) == ("Rome, Italy", "sea")


def test_keywords_are_bounded() -> None:
    assert len(of_sidecar(bag("dc:subject", *(f"{n}" for n in range(2000))))) == 500
