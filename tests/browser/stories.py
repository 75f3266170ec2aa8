"""What people do on pages of the service, one page a function. Each is given a page that has signed in as the owner."""

from __future__ import annotations

import json

import pytest

from photos_graph.bootstrap import Services
from photos_graph.web.pages import people_page
from tests.kit.chromium import Page
from tests.kit.faces import Found, find
from tests.kit.graphql import Ask, data, photo_ids

LOADED = "document.readyState === 'complete'"  # and so the scripts, which hear the keys
MESSAGE = "document.getElementById('message').innerText"
UNDO = "document.querySelector('#message button').click()"
NAMES = "[...document.querySelectorAll('.person .called')].map(each => each.innerText).join()"
PREVIEW = "document.getElementById('preview').innerText"


async def follow(page: Page, label: str) -> None:
    """Opens a page by its name in the header."""
    link = f"[...document.querySelectorAll('.top nav a')].find(each => each.innerText === '{label}')"
    await page.leave(f"{link}.click()")
    await page.until(f"document.title.startsWith('{label} -') && document.readyState === 'complete'")


async def tag_a_folder(page: Page, ask: Ask) -> None:
    """Pictures gets a tag that one of its photos has and another one excludes, and loses it again, by keys alone."""
    photos = [*(await photo_ids(ask)).values()]
    rest = len(photos) - 2
    [root] = data(await ask("{ library { roots { folder { id } } } }"))["library"]["roots"]
    folder = json.dumps(root["folder"]["id"])
    for change in (
        f"tagFolder(folder: {folder}",
        f"untagPhotos(photos: {json.dumps(photos[1])}",
        f"untagFolder(folder: {folder}",
        f"tagPhotos(photos: {json.dumps(photos[0])}",
    ):
        data(await ask(f'mutation {{ {change}, tags: "Walks") {{ changed }} }}'))
    await follow(page, "Folders")
    await page.leave("document.querySelector('.card a').click()")
    await page.until("location.search.includes('Pictures') && !!document.querySelector('#tag[role=combobox]')")
    await page.evaluate("document.getElementById('tag').focus()")
    await page.type("wal")
    await page.until("document.querySelector('#tags [role=option]')?.innerText.includes('Walks')")
    await page.press("ArrowDown")
    await page.press("Enter")
    said = await page.until(f"document.activeElement.closest('#preview') && {PREVIEW}")
    assert f"Would tag {rest} photo" in said and "1 has it already; 1 is excluded." in said, said
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('was given to {rest} photo') && document.activeElement.id === 'tag'")
    assert await _tagged(ask) == rest + 1
    await page.evaluate("document.querySelector('[data-untag]').focus()")
    await page.press("Enter")
    said = await page.until(f"document.activeElement.closest('#preview') && {PREVIEW}")
    assert f"Would take “Walks” from {rest} photo" in said, said
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('was taken from {rest} photo') && !document.querySelector('[data-untag]')")
    assert await _tagged(ask) == 1
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone') && !!document.querySelector('[data-untag]')")
    assert await _tagged(ask) == rest + 1


async def _tagged(ask: Ask) -> int:
    return int(data(await ask('{ tag(name: "Walks") { photoCount } }'))["tag"]["photoCount"])


async def name_people(page: Page, ask: Ask, services: Services) -> None:
    """Three groups of faces take three names and Enter; then somebody turns out to be somebody else."""
    photos = sorted([row["id"] for row in await services.graph.read("MATCH (p:Photo) RETURN p.id AS id")])[:6]
    sizes = {"a": 6, "b": 5, "c": 4, "d": 3}
    faces = [
        Found(f"{group}{place}", photo, x=0.1 + 0.2 * number, cluster=group)
        for number, (group, size) in enumerate(sizes.items())
        for place, photo in enumerate(photos[:size])
    ]
    await find(services.graph, *faces)
    await services.index.catch_up()
    await follow(page, "People")
    await page.until("document.querySelectorAll('.group input[role=combobox]').length === 4")
    await page.evaluate("document.querySelector('.group input').focus()")
    for name, named in (("Anna", 6), ("Ben", 5)):
        await page.type(name)
        await page.press("Enter")
        await page.until(f"{MESSAGE}.includes('{named} faces named {name}')")
    assert await page.evaluate("document.activeElement.getAttribute('aria-label').includes('4 faces')")
    await page.evaluate("document.activeElement.closest('.group').querySelector('.seen').click()")
    await page.evaluate("document.activeElement.closest('.group').querySelector('[data-me]').click()")
    await page.type("Cleo")
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('3 faces named Cleo')")
    await page.until("document.querySelectorAll('.person').length === 3")
    assert await _persons(ask) == {("Anna", 6, False), ("Ben", 5, False), ("Cleo", 3, True)}
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone') && document.querySelectorAll('.person').length === 2")
    edit = "[...document.querySelectorAll('[data-edit]')].find(each => each.innerText.includes('Ben')).click()"
    await page.evaluate(edit)
    await page.evaluate("document.getElementById('into').focus()")
    await page.type("ann")
    await page.until("document.querySelector('#edit [role=option]')?.innerText.includes('Anna')")
    await page.press("ArrowDown")
    await page.press("Enter")
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('5 faces of Ben now belong to Anna')")
    assert await _persons(ask) == {("Anna", 11, False)}
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone') && document.querySelectorAll('.person').length === 2")
    assert await _persons(ask) == {("Anna", 6, False), ("Ben", 5, False)}
    await _name_together(page, ask)
    await _leaf_through_people(page)
    await _edit_a_person(page, ask)


async def _name_together(page: Page, ask: Ask) -> None:
    """Both groups that are left are of one person; then one of them is of a stranger."""
    await page.evaluate(
        "document.querySelectorAll('.group:not([hidden]) [data-together]').forEach(each => each.click())"
    )
    await page.evaluate("document.querySelector('.group:not([hidden]) [data-me]').click()")
    first = "document.querySelector('.group:not([hidden]) input')"
    assert await page.evaluate(f"{first}.value") == "Cleo", "what was undone may be corrected"
    await page.evaluate(f"{first}.select()")
    await page.type("Dora")
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('6 faces named Dora')")  # all but the one that is still marked as another's
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone') && document.querySelectorAll('.group:not([hidden])').length === 2")
    await page.evaluate("document.querySelector('.group:not([hidden]) [data-ignore]').click()")
    await page.until(f"{MESSAGE}.includes('4 faces ignored')")
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone') && document.querySelectorAll('.group:not([hidden])').length === 2")
    assert data(await ask("{ faceClusters { nodes { size } } }"))["faceClusters"]["nodes"] == [{"size": 4}, {"size": 3}]


async def _leaf_through_people(page: Page) -> None:
    """With one group and one person on a page, the others follow."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(people_page, "GROUPS", 1)
        patch.setattr(people_page, "PERSONS", 1)
        await follow(page, "People")
        shown = "[...document.querySelectorAll('.group:not([hidden])')].map(each => each.dataset.size).join()"
        assert await page.until(f"!!document.querySelector('.group input[role=combobox]') && {shown}") == "4"
        await page.evaluate("document.querySelector('[data-later]').click()")
        await page.until(f"{shown} === '3'")
        assert await page.evaluate(f"{NAMES}") == "Anna"
        await page.leave("document.querySelector('#persons a.button').click()")
        await page.until(f"location.search.includes('after=') && {NAMES} === 'Ben'")
        assert await page.evaluate("!document.querySelector('#persons a.button')")


async def _edit_a_person(page: Page, ask: Ask) -> None:
    """All that the dialog has is written by one click, and taken back by another one."""
    await follow(page, "People")
    await page.until(f"{NAMES} === 'Anna,Ben' && !!document.querySelector('#into[role=combobox]')")
    await page.evaluate("document.querySelectorAll('[data-edit]')[1].click()")
    for name, value in (("name", "Benno"), ("birthday", "1980-05-17"), ("note", "cousin"), ("groups", "choir, family")):
        await page.evaluate(f"document.querySelector('#edit [name={name}]').value = {json.dumps(value)}")
    await page.evaluate("document.querySelector('#edit [name=isMe]').click()")
    await page.evaluate("document.querySelector('#edit [name=hidden]').click()")
    await page.evaluate("document.getElementById('into').focus()")
    await page.type("nobody of this name")
    await page.press("Enter")
    await page.until("document.getElementById('edit-problem').innerText === 'Choose one of the suggested people.'")
    await page.evaluate("document.querySelector('#edit [value=save]').click()")
    await page.until(f"{MESSAGE}.includes('Benno was changed') && {NAMES} === 'Anna'")
    about = "{ persons(includeHidden: true) { nodes { name birthday note groups isMe hidden } } }"
    edited = ["Benno", "1980-05-17", "cousin", ["choir", "family"], True, True]
    assert edited in [[*node.values()] for node in data(await ask(about))["persons"]["nodes"]]
    await page.leave("document.querySelector('#persons > p a').click()")
    await page.until(f"location.search.includes('hidden') && {NAMES} === 'Anna,Benno'")
    for change in data(await ask("{ changes(first: 2) { nodes { id } } }"))["changes"]["nodes"]:
        data(await ask("mutation ($id: ID!) { undo(change: $id) { changed } }", id=change["id"]))
    assert await _persons(ask) == {("Anna", 6, False), ("Ben", 5, False)}


async def _persons(ask: Ask) -> set[tuple[str, int, bool]]:
    nodes = data(await ask("{ persons { nodes { name faceCount isMe } } }"))["persons"]["nodes"]
    return {(node["name"], node["faceCount"], node["isMe"]) for node in nodes}
