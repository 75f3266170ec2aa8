"""Texts whose encoding nobody declares."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photos_graph.library.encodings import UndeclaredText, likely_encoding
from photos_graph.library.metadata import read_metadata
from tests.kit.metadata import jpeg_with

WESTERN = [
    "Caffè Perù \u2013 Montée", "Città di Castello", "Zürich", "Müller", "São Paulo", "José", "Île de Ré", "Größe",
    "Malmö", "Niño", "perché", "Noël à l'église", "L\u2019Aquila", "dell\u2019acqua", "è", "Skåne", "château", "CITTÀ",
    "MÜNCHEN", "ÉTÉ", "coração", "façade",
]  # fmt: skip


@pytest.mark.parametrize("encoding", ["mac_roman", "cp1252"])
@pytest.mark.parametrize("text", WESTERN)
def test_a_word_of_western_europe_is_enough(text: str, encoding: str) -> None:
    assert UndeclaredText(()).decode(text.encode(encoding)) == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("Москва", "cp1251"),
        ("Красная площадь", "cp1251"),
        ("Москва", "koi8_r"),
        ("Αθήνα", "cp1253"),
        ("Łódź", "cp1250"),
        ("Žluťoučký kůň", "cp1250"),
        ("Příbram", "cp1250"),
        ("İstanbul", "cp1254"),
        ("Eskişehir", "cp1254"),
        ("東京", "cp932"),
        ("さくら", "cp932"),
        ("“quoted”", "cp1252"),
        ("25° C", "cp1252"),
    ],
)
def test_words_of_other_languages(text: str, encoding: str) -> None:
    assert UndeclaredText(()).decode(text.encode(encoding)) == text


def test_the_texts_of_a_file_are_judged_together() -> None:
    # Alone, the first is as likely in another encoding.
    texts = [text.encode("cp1250") for text in ("Gdańsk", "Łódź", "Poznań")]
    file = UndeclaredText(texts)
    assert [file.decode(text) for text in texts] == ["Gdańsk", "Łódź", "Poznań"]


def test_utf_8_is_recognised_beside_other_texts() -> None:
    file = UndeclaredText(["Città".encode("mac_roman")])
    assert file.decode("Zürich".encode()) == "Zürich"


@given(st.binary(min_size=1, max_size=200))
def test_whatever_the_bytes_are_there_is_an_encoding(raw: bytes) -> None:
    raw.decode(likely_encoding([raw]), "replace")


@pytest.mark.parametrize("encoding", ["utf-8", "mac_roman", "cp1252"])
def test_keywords_of_iptc_and_texts_of_exif(encoding: str) -> None:
    written = {
        "Iptc.Application2.Keywords": ["Caffè Perù".encode(encoding), "Zürich".encode(encoding)],
        "Iptc.Application2.Caption": "L\u2019été à Montréal".encode(encoding),
    }
    found, _ = read_metadata(jpeg_with(written), "a.jpg", 0)  # type: ignore[arg-type]
    assert found.keywords == ("Caffè Perù", "Zürich")
    assert found.description.caption == "L\u2019été à Montréal"
