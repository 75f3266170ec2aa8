"""The stories of the first hour: each ends when the owner sees what came of it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping

from tests.owner.hands import Hands
from tests.owner.library import JUDGED, UNSORTED, Home

LOADED = "document.readyState === 'complete'"
SAID = "(document.getElementById('message')?.innerText ?? '')"
SHOWN = "[...document.images].filter(each => each.complete && each.naturalWidth).length"
TOTAL = "parseInt(document.getElementById('total')?.innerText.replaceAll(',', '') ?? '')"
ME = "Anna"


async def look_around(hands: Hands) -> None:
    """Sees more photos as they are read, because the page says that there are more."""
    more = "document.querySelector('#news button') && 'more'"
    while await hands.sees(f"{LOADED} && ({SHOWN} > 20 ? 'enough' : {more})") == "more":
        await _to_another_page(hands, hands.click("#news button"))
    await hands.picture("photos")


async def tag_a_folder(hands: Hands) -> None:
    await _page(hands, "Folders")
    for name in ("Pictures", *hands.home.folder.split("/")):
        await hands.click(".card a", name)
        await hands.sees(f"{LOADED} && document.querySelector('h1')?.innerText === {name!r}")
    await hands.type("#tag", "Landscapes")
    await hands.sees("document.getElementById('preview')?.innerText.includes('Would tag')")
    await hands.picture("folder")
    await hands.click("#preview button.main")
    await hands.sees(f"{SAID}.includes('was given to')")


async def name_yourself(hands: Hands) -> None:
    """Waits until faces are grouped, names the first group, and says that it is the owner."""
    await _page(hands, "People")
    await _once(hands, "!!document.querySelector('.group')")
    await hands.picture("people")
    await hands.click(".group [data-me]")
    await hands.type(".group .name input", ME)
    await hands.sees(f"[...document.querySelectorAll('.person')].some(each => each.innerText.includes('{ME}'))")


async def find_abruzzo(hands: Hands) -> None:
    await _search(hands, hands.home.question)
    assert await hands.sees("document.querySelectorAll('.chip:not(.unmatched)').length >= 3")
    await hands.picture("found")


async def see_a_photo(hands: Hands) -> None:
    await hands.click(".tile")
    await hands.sees(f"location.pathname.startsWith('/photo/') && {LOADED}")
    await hands.picture("photo")


async def train_tags(hands: Hands) -> None:
    for kind in hands.home.kinds:
        await _page(hands, "Folders")
        for name in ("Pictures", "Places", kind):
            await hands.click(".card a", name)
            await hands.sees(f"{LOADED} && document.querySelector('h1')?.innerText === {name!r}")
        await hands.type("#tag", kind)
        await hands.click("#preview button.main")
        await hands.sees(f"{SAID}.includes('was given to')")
    await _page(hands, "System")
    await hands.click("#train-TAGS")
    await _once(hands, "!!document.querySelector('#models-TAGS .labels')")
    await hands.picture("system")


async def judge_a_sheet(hands: Hands) -> None:
    await _page(hands, "Review")
    await hands.click(f".promises a[aria-label='Judge a sheet of {JUDGED}']")
    await hands.sees(f"{LOADED} && location.search.includes('sheet=')")
    await _once(hands, "!!document.querySelector('.judged')")  # all photos have to be predicted first
    shown = "[...document.querySelectorAll('.judged')]"
    hands.judged = await hands.sees(f"{shown}.map(each => each.dataset.id)")
    labels = await hands.sees(f"{shown}.map(each => each.ariaLabel)")
    for label in (each for each in labels if f"{hands.home.kinds[JUDGED]}-" not in each):
        await hands.click(f".judged[aria-label='{label}']")
    await hands.picture("sheet")
    await hands.click("#judge")
    await hands.sees(f"{SAID}.includes('judged')")


async def answer_questions(hands: Hands) -> None:
    """Skips three questions, if there are so many."""
    await _page(hands, "Review")
    for _ in range(3):
        await hands.sees(f"{LOADED} && !!document.querySelector('#question, #end')")
        if not await hands.page.evaluate("!!document.getElementById('asks')?.checkVisibility()"):
            return
        photo = await hands.sees("document.getElementById('picture').src")
        await hands.click("#skip")
        await hands.sees(f"document.getElementById('picture')?.src !== {photo!r}")


async def correct_predictions(hands: Hands) -> None:
    """Says on the page of a photo that a tag which it got by itself is wrong, and then says so of two photos at once.
    Search knows it when it answers."""
    text = f"tag:{JUDGED} in:{UNSORTED}"
    await _search(hands, text)
    unjudged = f"""[...document.querySelectorAll('.cell[data-id]')].map(each => each.dataset.id)
      .filter(each => !{json.dumps(hands.judged)}.includes(each))"""
    await _once(hands, f"{unjudged}.length > 2")  # the photos are predicted again after a sheet
    first, *others = (await hands.sees(unjudged))[:3]
    count = await hands.sees(TOTAL)
    await hands.click(f".cell[data-id='{first}'] a")
    await hands.sees(f"location.pathname.startsWith('/photo/') && {LOADED}")
    await hands.sees(f"!!document.querySelector('[data-name={JUDGED}] [data-action=confirm]')")
    await hands.picture("predicted")
    await hands.click(f"[data-name={JUDGED}] [data-action=untag]", "Wrong")
    await hands.sees(f"!document.querySelector('[data-name={JUDGED}]') && {SAID} !== ''")
    await _search(hands, text)
    await _lacks(hands, [first], count)
    for each in others:
        await hands.click(f".cell[data-id='{each}'] .check")
    await hands.type("#selection-tags", JUDGED, enter=False)
    await hands.picture("correction")
    await hands.click("#selection [data-action=untag]")
    await hands.sees(f"{SAID}.includes('Removed')")
    await _search(hands, text)
    await _lacks(hands, [first, *others], count)


async def _lacks(hands: Hands, ids: list[str], before: int) -> None:
    """Sees that search finds fewer photos, and these not. A tag of which people correct too much is withdrawn from all
    photos that it was predicted for."""
    found = f"{json.dumps(ids)}.some(each => document.querySelector(`.cell[data-id='${{each}}']`))"
    await hands.sees(f"!!document.querySelector('.cell[data-id]') && !{found} && {TOTAL} <= {before - len(ids)}")


async def make_an_album(hands: Hands) -> None:
    await _search(hands, "Abruzzo")
    await hands.page.evaluate("document.querySelector('.tile').focus()")
    for key in (" ", "ArrowRight", " ", "ArrowRight", " "):
        await hands.page.press(key)
    await hands.sees("document.getElementById('selection').checkVisibility()")
    await hands.picture("selection")
    await hands.type("#selection-album", "Abruzzo, the best")
    await hands.sees(f"{SAID}.includes('in the album')")


async def start_an_export(hands: Hands) -> None:
    """In GraphiQL, by the tab for exports."""
    await hands.click("header a", "GraphiQL")
    operations = "document.querySelector('.graphiql-query-editor .CodeMirror')?.CodeMirror?.operations"
    await hands.sees(f"{operations}?.length")
    await hands.click("[role=tab] button", "Export")
    await hands.sees(f"{operations}?.[0]?.name?.value === 'Export'")
    await hands.click(".graphiql-execute-button")
    answer = "document.querySelector('.graphiql-response .CodeMirror').CodeMirror.getValue()"
    assert "errors" not in await hands.sees(f"/^.\\s+.(data|errors)/.test({answer}) && {answer}")
    await hands.picture("graphiql")


Story = Callable[[Hands], Awaitable[None]]


def stories(home: Home) -> Mapping[str, Story]:
    """Returns the stories of an owner by what they are about, in their order."""
    first: dict[str, Story] = {
        "look at the photos": look_around,
        "tag a folder": tag_a_folder,
        "name yourself from a group of faces": name_yourself,
        f"find {home.question}": find_abruzzo,
        "look at one photo": see_a_photo,
    }
    learning: dict[str, Story] = {
        "tag three folders and train": train_tags,
        "judge a sheet": judge_a_sheet,
        "answer questions": answer_questions,
        "correct predictions": correct_predictions,
    }
    return (
        first | (learning if home.kinds else {}) | {"make an album": make_an_album, "start an export": start_an_export}
    )


async def _page(hands: Hands, label: str) -> None:
    await hands.click("nav a", label)
    await hands.sees(f"{LOADED} && document.querySelector('[aria-current=page]')?.innerText === {label!r}")


async def _search(hands: Hands, text: str) -> None:
    """Types a text into the search box, and waits for what it finds."""
    await _to_another_page(hands, hands.type("#search", text))
    await hands.sees(f"{TOTAL} > 0")


async def _to_another_page(hands: Hands, leaving: Awaitable[None]) -> None:
    """Does what leads to another page, or to this one as it is now, and waits for that page."""
    await hands.page.evaluate("void (document.body.dataset.left = '')")
    await leaving
    await hands.sees(f"document.body && !('left' in document.body.dataset) && {LOADED}")


async def _once(hands: Hands, script: str) -> None:
    """Loads the page again until a script is true, as people do who wait for something."""
    while not await hands.page.evaluate(script):
        await asyncio.sleep(2)
        await hands.page.evaluate("void location.reload()")
        await hands.sees(LOADED)
