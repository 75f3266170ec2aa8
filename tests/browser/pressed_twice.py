"""What a person presses twice, on each page that changes something, is done once."""

from __future__ import annotations

from photos_graph.bootstrap import Services
from photos_graph.graph.learning import questions
from photos_graph.model.learning import ModelKind, Question
from tests.browser.stories import LOADED, MESSAGE, PREVIEW, UNDO, follow
from tests.kit.chromium import Page
from tests.kit.faces import Found, find
from tests.kit.graphql import Ask, data

SOON = 0.2  # seconds after the first of two presses


async def press_twice(page: Page, ask: Ask, services: Services) -> None:
    await _tags_a_folder(page, ask)
    await _names_groups(page, ask, services)
    await _answers(page, ask, services)
    await _marks_a_photo(page, ask)
    await _makes_a_token(page, ask)


async def _changes(ask: Ask) -> int:
    return len(data(await ask("{ changes(first: 500) { nodes { id } } }"))["changes"]["nodes"])


async def _tags_a_folder(page: Page, ask: Ask) -> None:
    """The key that asks what would change does not change it as well."""
    await follow(page, "Folders")
    await page.leave("document.querySelector('.card a').click()")
    await page.until(
        f"location.search.includes('Pictures') && !!document.querySelector('#tag[role=combobox]') && {LOADED}"
    )
    before = await _changes(ask)
    await page.evaluate("document.getElementById('tag').focus()")
    await page.type("Twice")
    await page.press("Enter")
    await page.press("Enter", later=SOON)
    await page.until(f"document.activeElement.closest('#preview') && {PREVIEW}.includes('Would tag')")
    await page.press("Enter", later=SOON)
    assert await page.evaluate(f"{PREVIEW}.includes('Would tag')") and await _changes(ask) == before
    await page.click_at("document.querySelector('#preview .main')", times=2)
    await page.until(f"{MESSAGE}.includes('was given to') && !!document.querySelector('[data-tag=Twice]')")
    assert await _changes(ask) == before + 1
    await page.click_at("document.querySelector('#message button')", times=2)
    await page.until(f"{MESSAGE}.includes('Undone') && !document.querySelector('[data-tag=Twice]')")


async def _names_groups(page: Page, ask: Ask, services: Services) -> None:
    """The next group comes where the named one was, and is not named as well."""
    photos = sorted([row["id"] for row in await services.graph.read("MATCH (p:Photo) RETURN p.id AS id")])[:6]
    for number, group in enumerate("wxyz"):
        await find(
            services.graph,
            *(
                Found(f"{group}{place}", photo, x=0.05 + 0.2 * number, y=0.7, cluster=group)
                for place, photo in enumerate(photos)
            ),
        )
    await services.index.catch_up()
    await follow(page, "People")
    shown = "document.querySelectorAll('.group:not([hidden])').length"
    await page.until(f"document.querySelectorAll('.group input[role=combobox]').length >= 4 && {LOADED}")
    before, groups = await _changes(ask), await page.evaluate(shown)
    for action in ("ignore", "later"):
        await page.click_at(f"document.querySelector('.group:not([hidden]) [data-{action}]')", times=2)
        groups -= 1
        await page.until(f"{shown} === {groups}")
    await page.until(f"{MESSAGE}.includes('ignored')")
    assert await _changes(ask) == before + 1
    await page.evaluate("document.querySelector('.group:not([hidden]) input').focus()")
    await page.type("Twin")
    await page.press("Enter")
    await page.press("Enter", later=SOON)
    await page.until(f"{MESSAGE}.includes('named Twin') && {shown} === {groups - 1}")
    assert await _changes(ask) == before + 2
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone')")


async def _answers(page: Page, ask: Ask, services: Services) -> None:
    """A question that nobody has seen gets no answer."""
    tag = services.tags.named("Sunset")
    assert tag is not None
    photos = services.index.search.photo_ids(range(90, 96))
    asked = [Question(ModelKind.TAGS, photo, None, tag.id, "Sunset", 0.5, "It is unsure.") for photo in photos]
    await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "made", asked))
    await follow(page, "Review")
    place = "document.getElementById('place').innerText"
    await page.until(f"{place}.startsWith('1 of 6') && {LOADED}")
    before = await _changes(ask)
    await page.click_at("document.getElementById('yes')", times=2)
    await page.until(f"{MESSAGE}.startsWith('Yes: ')")
    await page.evaluate("document.getElementById('no').focus()")
    await page.press("Enter")
    await page.press("Enter", later=SOON)
    await page.until(f"{MESSAGE}.startsWith('No: ')")
    assert await page.evaluate(f"{place}.startsWith('3 of 6')") and await _changes(ask) == before + 2
    await page.click_at("document.getElementById('yes')")
    await page.click_at("document.getElementById('yes')")
    assert await page.until(f"{place}.startsWith('5 of 6')"), "two clicks with a while between them are two answers"


async def _marks_a_photo(page: Page, ask: Ask) -> None:
    await follow(page, "Photos")
    await page.until("!!document.querySelector('.cell[data-place=\"20\"] a')")
    await page.leave("document.querySelector('.cell[data-place=\"20\"] a').click()")
    await page.until(f"location.pathname.startsWith('/photo/') && {LOADED}")
    before = await _changes(ask)
    pressed = "document.getElementById('favourite').getAttribute('aria-pressed') === 'true'"
    assert not await page.evaluate(pressed)
    await page.click_at("document.getElementById('favourite')", times=2)
    await page.until(f"{pressed} && {MESSAGE}.includes('favourite')")
    assert await _changes(ask) == before + 1


async def _makes_a_token(page: Page, ask: Ask) -> None:
    """What is sent again before the first answer is not heard, whatever sends it."""
    await follow(page, "System")
    await page.until(f"!!document.getElementById('let-in') && {LOADED}")
    tokens = "{ accessTokens { id } }"
    before = len(data(await ask(tokens))["accessTokens"])
    form = "document.getElementById('let-in')"
    await page.evaluate(f"{form}.elements.name.value = 'Twice'; {form}.requestSubmit(); {form}.requestSubmit()")
    await page.until(f"{MESSAGE}.includes('token was made')")
    assert len(data(await ask(tokens))["accessTokens"]) == before + 1
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('revoked') && !document.querySelector('[data-do=revoke]')")
