"""Where in a text the reading is, and the words that introduce or join its conditions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from photos_graph.search.language.grammar import Language
from photos_graph.search.language.operand_maker import Operand
from photos_graph.search.language.operands import OperandReader
from photos_graph.search.language.phrase_roles import PhraseRole
from photos_graph.search.language.tokens import ANDS, Token, TokenKind

NO_NAME = frozenset((TokenKind.CLOSE, TokenKind.OR, TokenKind.MINUS))
_NEGATIONS = (PhraseRole.NOT, PhraseRole.WITHOUT)


@dataclass(slots=True)
class Lead:
    """The words before a group. ``meaningful`` holds the tokens of those with a meaning."""

    negate: bool = False
    goes_on: bool = False  # after an "and"
    only: int | None = None
    meaningful: list[tuple[int, int]] = field(default_factory=list)


class TextCursor:
    """Skips the words before conditions, and tells what they mean."""

    def __init__(self, tokens: Sequence[Token], reader: OperandReader, language: Language) -> None:
        self._tokens = tokens
        self._reader = reader
        self._language = language
        self._at = 0
        self._negates = False  # whether a negation was read

    def _lead(self) -> Lead:
        lead = Lead()
        while not self._ended() and not self._reader.is_me(self._at):
            if self._kind() is TokenKind.OR:
                self._at += 1
                continue
            if self._kind() is TokenKind.MINUS and self._introduces(self._at + 1):
                lead.negate = not lead.negate
                lead.meaningful.append((self._at, self._at + 1))
                self._at += 1
                continue
            if outside := self._reader.outside(self._at):
                lead.negate = not lead.negate
                lead.meaningful.append((self._at, self._at + outside))
                self._at += outside
                continue
            count, roles = self._language.lead(self._reader.texts, self._at)
            if not count or self._reader.begins(self._at, count):
                break
            span = (self._at, self._at + count)
            if PhraseRole.NEAR in roles:
                lead.meaningful.append(span)
            elif not roles.isdisjoint(_NEGATIONS) or (self._negates and PhraseRole.NOR in roles):
                self._negates = True
                lead.negate = not lead.negate
                lead.goes_on = PhraseRole.NOT not in roles
                lead.meaningful.append(span)
            elif PhraseRole.ONLY in roles:
                lead.only = self._at
                lead.meaningful.append(span)
            self._at += count
        return lead

    def _introduces(self, at: int) -> bool:
        """Returns whether a phrase without a meaning of its own is at the token, such as "in"."""
        reader = self._reader
        return self._language.lead(reader.texts, at)[0] > 0 and not reader.is_me(at) and not reader.begins(at)

    def _go_on(self) -> bool:
        """Skips an "and" if a name follows it directly, without an introducing word. A date does not count as a name.
        Returns whether it did."""
        texts = self._reader.texts
        count = self._language.taken(texts, self._at, PhraseRole.AND)
        joined = self._left() and not ANDS.isdisjoint(self._tokens[self._at].joint)
        if not count and not joined:
            return False
        at = self._at + count
        while at < len(texts) and (filler := self._language.taken(texts, at, PhraseRole.FILLER)):
            at += filler
        if at >= len(texts) or self._tokens[at].kind in NO_NAME or self._reader.dates.read(at) is not None:
            return False
        if self._language.lead(texts, at)[0] and not self._reader.begins(at):
            return False
        self._at = at
        return True

    def _or(self, operand: Operand) -> bool:
        """Returns whether an alternative follows, which is true after "or", and before a date that excludes the
        previous date, since no photo has both."""
        if self._kind() is TokenKind.OR:
            self._at += 1
            return True
        if count := self._language.taken(self._reader.texts, self._at, PhraseRole.OR):
            self._at += count
            return True
        at = self._at
        if operand.span is not None:
            lead = self._lead()
            if not lead.meaningful and not self._ended():
                following = self._reader.dates.read(self._at)
                if following is not None and operand.span.excludes(following[1]):
                    return True
        self._at = at
        return False

    def _or_follows_alone(self) -> bool:
        texts = self._reader.texts
        at = self._at + self._language.taken(texts, self._at, PhraseRole.ALONE)
        if not self._at < at < len(texts):
            return False
        return self._tokens[at].kind is TokenKind.OR or self._language.taken(texts, at, PhraseRole.OR) > 0

    def _names(self, count: int) -> bool:
        """Returns whether a name follows the next words, so that they stand before it, as in "Rome, only Anna"."""
        at = self._at + count
        return at < len(self._tokens) and not self._language.lead(self._reader.texts, at)[0]

    def _kind(self) -> TokenKind | None:
        return self._tokens[self._at].kind if self._left() else None

    def _left(self) -> int:
        return len(self._tokens) - self._at

    def _ended(self) -> bool:
        return not self._left() or self._tokens[self._at].kind is TokenKind.CLOSE
