"""The pages of the service as a person meets them, in a real browser."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from photos_graph.bootstrap import Services
from photos_graph.graph.learning import questions
from photos_graph.model.learning import ModelKind, Question
from photos_graph.model.search import Ref
from photos_graph.settings import Settings
from tests.browser import stories
from tests.browser.pressed_twice import press_twice
from tests.browser.stories import LOADED, MESSAGE, UNDO
from tests.kit import node_modules
from tests.kit.chromium import Page, chromium
from tests.kit.graphql import TOKENS, Ask, data, photo_ids, scan
from tests.kit.pictures import OLD, jpeg, put
from tests.kit.predicted_library import predicted
from tests.kit.previews import with_thumbnail

pytestmark = [pytest.mark.anyio, pytest.mark.http]

PHOTOS = 130  # more than come with the page
SUNDAYS = 110  # of these, the first were taken on a Sunday
OPENED = 8  # the photo whose page is opened
PREVIEWED = 11  # the photo whose file has a preview
YEAR = 365 * 86400
FOCUSED = "document.activeElement?.closest('.cell')?.dataset.place"
SELECTED = "document.querySelector('#selection:not([hidden]) [data-count]')?.innerText"


@pytest.fixture
def settings(settings: Settings) -> Settings:
    settings.faces.enabled = "off"
    return settings


@pytest.fixture
async def page(client: httpx.AsyncClient, ask: Ask, settings: Settings, tmp_path: Path) -> AsyncIterator[Page]:
    """Signed in by the address that the service prints, in front of photos of two years."""
    for number in range(PHOTOS):
        size = (600, 400) if number == OPENED else (48, 32)
        picture = jpeg(number * 50021, *size)
        if number == PREVIEWED:
            picture = with_thumbnail(jpeg(number * 50021, 600, 400), jpeg(number * 50021, 160, 107))
        put(tmp_path / f"Pictures/{number:03}.jpg", picture, OLD - (number // SUNDAYS) * YEAR - number)
    await ask('mutation($p: String!) { addRoot(path: $p, name: "Pictures") { id } }', p=str(tmp_path / "Pictures"))
    await scan(ask)
    shutil.rmtree(settings.data_dir / "renditions")  # so that pictures have to be made of the originals
    async with chromium(tmp_path / "chromium") as page:
        await page.go(f"{client.base_url}/login?token={TOKENS['owner']}")
        first = "document.querySelector('.cell[data-id]')?.dataset.place === '0'"
        await page.until(f"location.pathname === '/' && {first} && {LOADED}")
        yield page
    assert page.complaints == []
    foreign = [url for url in page.requested if not url.startswith((str(client.base_url), "data:"))]
    assert foreign == [], "nothing is fetched from elsewhere"


async def test_a_person_finds_and_labels_photos_with_the_keyboard_alone(
    page: Page, ask: Ask, app: Starlette, client: httpx.AsyncClient
) -> None:
    await _sees_pictures_in_place_of_their_previews(page)
    await _walks(page)
    await _labels_several(page, ask)
    await _searches(page)
    await _searches_for_what_no_filter_says(page)
    await _labels_one(page, ask)
    await stories.tag_a_folder(page, ask)
    await stories.name_people(page, ask, app.state.services)
    await _names_a_face(page, ask)
    await _reviews(page, ask, app.state.services)
    await press_twice(page, ask, app.state.services)
    await _runs_the_service(page, client)
    await _is_accessible(page)


async def _sees_pictures_in_place_of_their_previews(page: Page) -> None:
    image = f"document.querySelector('.cell[data-place=\"{PREVIEWED}\"] img')"
    assert await page.until(f"{image}.currentSrc.endsWith('&wait=1') && {image}.complete && {image}.naturalWidth")


async def _walks(page: Page) -> None:
    """What is not near the view is not there, and is asked for when somebody goes to it."""
    assert await page.until("document.images.length && [...document.images].every(each => each.naturalWidth)")
    assert await page.evaluate("document.querySelector('.cell[data-place=\"129\"]')") is None
    await page.evaluate("document.querySelector('.cell a').focus()")
    await page.press("End")
    assert await page.until(f"{FOCUSED} === '129' && document.activeElement.href.includes('at=129')")
    await page.press("Enter")
    await page.until("location.pathname.startsWith('/photo/') && document.readyState === 'complete'")
    await page.leave("history.back()")
    await page.until("location.pathname === '/' && !!document.querySelector('.cell[data-place=\"129\"] a')")
    assert await page.until("scrollY > innerHeight"), "it is where it was"
    years = await page.evaluate("[...document.querySelectorAll('#jump option')].map(each => Number(each.value))")
    assert len(years) == 2
    await page.evaluate("document.querySelector('.cell[data-place=\"129\"] a').focus()")
    await page.press("ArrowUp")
    await page.until(f"Number({FOCUSED}) < 129")
    jump = "const choice = document.getElementById('jump'); choice.selectedIndex = 0"
    await page.evaluate(f"{{{jump}; choice.dispatchEvent(new Event('change'))}}")
    await page.until("document.querySelector('.cell[data-place=\"0\"] a') !== null")


async def _labels_several(page: Page, ask: Ask) -> None:
    await page.evaluate("document.querySelector('.cell[data-place=\"0\"] a').focus()")
    await page.press(" ")
    for _ in range(2):
        await page.press("ArrowRight", shift=True)
    await page.until(f"{SELECTED} === '3 photos selected'")
    await page.evaluate("document.getElementById('selection-tags').focus()")
    await page.type("Seaside")
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('Seaside') && !!document.querySelector('#message button')")
    assert await _count(ask, "Seaside") == 3
    await page.evaluate(UNDO)
    await page.until(f"{MESSAGE}.includes('Undone')")
    assert await _count(ask, "Seaside") == 0
    await page.evaluate("document.querySelector('[data-action=favourite]').click()")
    await page.until(f"{MESSAGE}.includes('Favourites') && document.querySelectorAll('.marks').length === 3")
    await page.evaluate("document.getElementById('selection-album').focus()")
    await page.type("Best")
    await page.press("Enter")
    await page.until(f"{MESSAGE}.includes('album')")
    assert data(await ask("{ albums { nodes { name photoCount } } }"))["albums"]["nodes"] == [
        {"name": "Best", "photoCount": 3}
    ]
    await page.type("bes")
    above = "document.querySelector('#selection-album').getBoundingClientRect().top"
    await page.until(f"document.querySelector('.suggestions:popover-open')?.getBoundingClientRect().bottom < {above}")
    await page.press("ArrowDown")
    await page.press("Enter")
    assert await page.evaluate("document.getElementById('selection-album').value") == "Best"
    await page.press("Enter")
    await page.until(f"{MESSAGE} !== '' && document.getElementById('selection-album').value === ''")
    assert len(data(await ask("{ albums { nodes { name } } }"))["albums"]["nodes"]) == 1, (
        "it is put into the chosen one"
    )
    await page.press("Escape")
    await page.until(f"{SELECTED} === undefined")
    for place, shift in ((1, "false"), (14, "true")):
        event = f"new MouseEvent('click', {{bubbles: true, cancelable: true, shiftKey: {shift}}})"
        await page.evaluate(f"document.querySelector('.cell[data-place=\"{place}\"] .check').dispatchEvent({event})")
    await page.until(f"{SELECTED} === '14 photos selected'")
    await page.evaluate("document.querySelector('[data-action=clear]').click()")


async def _searches(page: Page) -> None:
    """A suggestion is chosen, and the history leads back."""
    await page.evaluate("document.getElementById('search').focus()")
    await page.type("bes")
    await page.until("document.querySelector('#suggestions [role=option]')?.innerText.includes('Best')")
    await page.press("ArrowDown")
    await page.press("Enter")
    await page.until("location.search.includes('q=') && document.querySelectorAll('.cell[data-id]').length === 3")
    assert await page.evaluate("document.querySelector('.chip').innerText.includes('Best')")
    await page.leave("history.back()")
    await page.until("location.search === '' && document.getElementById('total')?.innerText === '130 photos'")


async def _searches_for_what_no_filter_says(page: Page) -> None:
    await page.leave("location.href = '/?q=on+a+sunday'")
    await page.until("document.getElementById('total')?.innerText === '110 photos' && location.search.length > 1")
    await page.until(f"!!document.querySelector('.cell[data-id] a') && {LOADED}")
    await page.evaluate("document.querySelector('.cell a').focus()")
    await page.press("End")
    await page.until("document.activeElement?.querySelector('img')?.alt.startsWith('109.jpg')")
    await page.leave("location.href = '/'")
    await page.until("location.search === '' && document.getElementById('total')?.innerText === '130 photos'")


async def _labels_one(page: Page, ask: Ask) -> None:
    await page.until("!!document.querySelector('.cell[data-place=\"7\"] a')")
    await page.leave("document.querySelector('.cell[data-place=\"7\"] a').click()")
    await page.until("location.pathname.startsWith('/photo/') && document.readyState === 'complete'")
    await page.press("ArrowRight")
    await page.until("location.search.includes('at=8') && document.readyState === 'complete'")
    name = await page.evaluate("document.querySelector('h1').innerText")
    await page.evaluate("document.getElementById('tag').focus()")
    await page.type("Sunset")
    await page.press("Enter")
    await page.until("!!document.querySelector('[data-name=Sunset]') && document.activeElement.id === 'tag'")
    [photo] = [id_ for known, id_ in (await photo_ids(ask)).items() if known == name]
    tags = "query ($id: ID!) { photo(id: $id) { tags { tag { name } } } }"
    assert data(await ask(tags, id=photo))["photo"]["tags"] == [{"tag": {"name": "Sunset"}}]
    await page.evaluate(UNDO)
    await page.until("!document.querySelector('[data-name=Sunset]')")
    await page.evaluate("document.activeElement.blur()")
    await page.press("Escape")
    await page.until(f"location.pathname === '/' && {FOCUSED} === '8'")


async def _reviews(page: Page, ask: Ask, services: Services) -> None:
    """A model of "Sunset" asks four questions, and has a sheet."""
    photos = services.index.search.photo_ids(range(PHOTOS))
    await services.tagging.tag_photos(photos[:3], [Ref(name="Sunset")])
    tag = services.tags.named("Sunset")
    assert tag is not None
    await predicted(services, "tags", PHOTOS, {tag.id: dict.fromkeys(range(50, 60), 0.9)}, 0.8)
    asked = [Question(ModelKind.TAGS, photos[n], None, tag.id, "Sunset", 0.5, "It is unsure.") for n in range(70, 74)]
    await services.graph.transaction(lambda tx: questions.replace(tx, ModelKind.TAGS, "made", asked))

    await page.leave("location.href = '/review'")
    await page.until(f"document.getElementById('asks')?.innerText.includes('Sunset') && {LOADED}")
    before = await _count(ask, "Sunset")
    place = "document.getElementById('place').innerText"
    await page.press("n")
    await page.until(f"{MESSAGE}.startsWith('No: ')")
    await page.press("u")
    await page.until(f"{MESSAGE} === 'Undone.' && {place}.startsWith('1 of 4')")
    await page.press("y")
    await page.until(f"{MESSAGE}.startsWith('Yes: ') && {place}.startsWith('2 of 4')")
    assert await _count(ask, "Sunset") == before + 1
    await page.press("s")
    await page.until(f"{MESSAGE}.startsWith('1 question') && {place}.includes('2 in')")

    await page.leave("document.querySelector('.promises a').click()")
    await page.until("document.querySelectorAll('.judged').length > 9 && document.readyState === 'complete'")
    await page.evaluate("document.querySelector('.judged').focus()")
    await page.press("ArrowRight")
    await page.evaluate("document.activeElement.click()")
    shown = await page.evaluate("document.querySelectorAll('.judged').length")
    await page.until(f"document.getElementById('judge').innerText === 'The other {shown - 1} are right'")
    await page.evaluate("document.getElementById('judge').click()")
    await page.until(f"{MESSAGE}.startsWith('{shown} photos judged: {shown - 1} show')")
    await page.until("!!document.querySelector('.promises .proven')")


async def _runs_the_service(page: Page, client: httpx.AsyncClient) -> None:
    """The owner starts a scan, which is seen to end, and makes a token and revokes it."""
    await page.leave("location.href = '/system'")
    await page.until("!!document.getElementById('do-scan') && document.readyState === 'complete'")
    scans = "[...document.querySelectorAll('#work li')].filter(each => each.innerText.includes('Reading photos done'))"
    before = await page.evaluate(f"{scans}.length")
    await page.evaluate("document.getElementById('do-scan').click()")
    await page.until(f"{scans}.length > {before} && document.getElementById('work').dataset.active === '0'")
    await page.evaluate("document.getElementById('token-name').focus()")
    await page.type("Tablet")
    await page.evaluate("document.getElementById('token-only').value = 'xyzzy'")
    await page.press("Enter")
    await page.until(f"{MESSAGE}.startsWith('Nothing was made')")
    await page.evaluate("document.getElementById('token-only').value = 'Sunset'")
    await page.press("Enter")
    secret = await page.until("document.getElementById('secret').innerText")
    asked = {"query": "{ viewer { name role } photos { totalCount } }"}
    headers = {"Authorization": f"Bearer {secret}"}
    seen = (await client.post("/graphql", json=asked, headers=headers)).json()["data"]
    assert seen["viewer"] == {"name": "Tablet", "role": "VIEWER"} and 0 < seen["photos"]["totalCount"] < PHOTOS
    await page.until("!!document.querySelector('[data-do=revoke]')")
    await page.evaluate("document.querySelector('[data-do=revoke]').click()")
    await page.until("document.getElementById('sure').open")
    await page.evaluate("document.getElementById('sure-yes').click()")
    await page.until(f"{MESSAGE}.includes('revoked') && !document.querySelector('[data-do=revoke]')")
    assert (await client.post("/graphql", json=asked, headers=headers)).status_code == 401


async def _names_a_face(page: Page, ask: Ask) -> None:
    """A face is named on the page of its photo, is me, and is somebody else after all."""
    photo = (await photo_ids(ask))[f"{OPENED:03}.jpg"]
    box = {"x": 0.25, "y": 0.25, "width": 0.25, "height": 0.5}
    data(await ask("mutation ($p: ID!, $b: BoxInput!) { addFace(photo: $p, box: $b) { id } }", p=photo, b=box))
    await page.leave(f"location.href = {json.dumps(f'/photo/{photo}')}")
    face = "[...document.querySelectorAll('.face')].find(each => each.style.left === '25%')"
    about = f"document.querySelector({face}.getAttribute('href'))"
    await page.until(f"location.pathname.startsWith('/photo/') && !!{face} && {LOADED}")
    await page.evaluate(f"{face}.click()")
    await page.until("document.activeElement?.name === 'person'")
    await page.type("ann")
    await page.until("document.querySelector('.suggestions:popover-open')?.innerText.includes('Anna')")
    await page.press("ArrowDown")
    await page.press("Enter")
    await page.press("Enter")
    await page.until(f"{face}?.innerText === 'Anna'")
    await page.evaluate(UNDO)
    await page.until(f"{face}?.innerText === 'Unknown'")
    await page.evaluate(f"{face}.click()")
    await page.until("document.activeElement?.name === 'person'")
    await page.type("Ada")
    await page.press("Enter")
    await page.until(f"{face}?.innerText === 'Ada'")
    await page.evaluate(f"{about}.querySelector('[data-action=me]').click()")
    await page.until(f"{MESSAGE}.includes('This is you')")
    await page.until(f"!{about}.querySelector('[data-action=me]')")  # it is known now
    persons = data(await ask("{ persons { nodes { name isMe } } }"))["persons"]["nodes"]
    assert {"name": "Ada", "isMe": True} in persons
    await page.evaluate(f"{about}.querySelector('[data-action=reject]').click()")
    await page.until(f"{face}?.innerText === 'Unknown'")


async def _is_accessible(page: Page) -> None:
    """Axe finds nothing on desktops and phones, by day and by night."""
    axe = (node_modules.install(Path(__file__).parent) / "axe-core" / "axe.min.js").read_text()
    found = {}
    tag = await page.evaluate("document.querySelector('.labels a').getAttribute('href')")
    await page.leave("location.href = '/'")
    photo = await page.until(f"document.querySelector('.cell[data-place=\"{OPENED}\"] a')?.href")
    others = ("/folders", "/folders?path=Pictures", "/people")
    for address in ("/", "/?q=best+xyzzy", photo, *others, "/review", tag, "/system", "/photo/UGhvdG86MDA="):
        await page.evaluate("window.isOld = true")  # which may have the same address
        await page.leave(f"location.href = {json.dumps(address)}")
        await page.until(f"!window.isOld && location.href.endsWith({json.dumps(address)}) && {LOADED}")
        if "MDA" in address:
            page.complaints.clear()  # the browser complains about the 404 itself
        else:
            shown = ".cell[data-id] img, .frame img, .review, .system, .card, #tags, .person"
            await page.until(f"!!document.querySelector('{shown}')")
        if address == "/":
            await page.evaluate("document.querySelector('.cell a').focus()")
            await page.press(" ")
            await page.until(f"{SELECTED} === '1 photo selected'")
        await page.evaluate(axe + "; true")
        for width, height in ((1400, 900), (360, 740)):
            for dark in (False, True):
                await page.resize(width, height, dark=dark)
                await page.evaluate("new Promise(done => setTimeout(done, 300))")
                ran = await page.evaluate("axe.run().then(found => found.violations)")
                for each in ran:
                    found[address, width, dark, each["id"]] = [node["html"] for node in each["nodes"]][:3]
                wide = await page.evaluate("document.documentElement.scrollWidth > innerWidth")
                assert not wide, (address, width)
    assert found == {}


async def _count(ask: Ask, tag: str) -> int:
    found = data(await ask("query ($t: String!) { tag(name: $t) { photoCount } }", t=tag))["tag"]
    return int(found["photoCount"]) if found else 0
