from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from photos_graph.search.file_words import FileWords

names = st.dictionaries(
    st.integers(0, 30), st.lists(st.sampled_from(["a", "ab", "abc", "b", "山", "山田", "\udcff", "1"]), max_size=3)
)


@given(st.lists(st.tuples(names, st.sets(st.integers(0, 30), max_size=3)), max_size=12), st.integers(1, 8))
def test_prefixes_find_what_is_known_through_segments_and_merges(
    changes: list[tuple[dict[int, list[str]], set[int]]], most_recent: int
) -> None:
    index, known = FileWords(most_recent), dict[int, list[str]]()
    for words, gone in changes:
        index.replace(BitMap([*words, *gone]), words)
        known = {number: those for number, those in known.items() if number not in gone} | words
        for prefix in ("a", "ab", "abc", "b", "山", "1", "z", "\udcff"):
            expected = {n for n, those in known.items() if any(word.startswith(prefix) for word in those)}
            assert set(index.find(prefix)) == expected
            assert index.has(prefix, whole=False) == bool(expected)
            assert index.has(prefix, whole=True) == any(prefix in those for those in known.values())


@given(st.lists(names, max_size=8))
def test_words_survive_a_dump(changes: list[dict[int, list[str]]]) -> None:
    index, again = FileWords(5), FileWords()
    for words in changes:
        index.replace(BitMap(words), words)
    again.restore(index.dump())
    assert [again.find(prefix) for prefix in ("a", "ab", "山")] == [index.find(p) for p in ("a", "ab", "山")]


def test_segments_stay_few() -> None:
    index = FileWords(4)
    for number in range(1000):
        index.replace(BitMap([number]), {number: [f"{number}"]})
    assert len(index.dump()) <= 10
    assert set(index.find("99")) == {99, *range(990, 1000)}
