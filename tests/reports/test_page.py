"""The page of a report in a real browser: clicked, typed in, zoomed, printed, and read."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from browser import installed, opened, started

import fillerkit as fk

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page

pytest.importorskip("jinja2", reason="Jinja2 is not installed")
pytest.importorskip("pygraphviz", reason="pygraphviz is not installed")
installed()

SAMPLES = Path(__file__).parents[2] / "sample_nets"
AXE = Path(__file__).parent / "axe/axe.min.js"
Open = Callable[..., AbstractContextManager["Page"]]

HOSTILE = """</script></style><script>document.title = 'taken'</script>"'& ]]> <!-- \u202e\x07"""
PHONE = {"width": 400, "height": 800}
# Of all letters in boxes, how far those stand out that do least: WCAG 2's ratio.
CONTRAST = """() => {
  const light = (colour) => {
    const [r, g, b] = colour.match(/[0-9.]+/g).map((part) => part / 255)
      .map((part) => part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const fill = (part) => light(getComputedStyle(part).fill);
  const ratios = [...document.querySelectorAll("#picture .node text")].map((text) => {
    const both = [fill(text), fill(text.closest(".node").querySelector("polygon"))];
    return (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
  });
  return Math.min(...ratios);
}"""
SEEN = HOSTILE.replace("\u202e", r"\u202e").replace("\x07", r"\x07")


# One browser for this file only: while it runs, nothing else of asyncio runs in its thread.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with started() as browser:
        yield browser


@pytest.fixture(scope="module")
def reports(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The file of a page, made once."""
    folder = tmp_path_factory.mktemp("pages")

    def file(kind: str) -> Path:
        path = folder / f"{kind}.html"
        if not path.exists():
            MADE[kind](path)
        return path

    return file


@pytest.fixture
def show(browser: Browser, reports: Callable[[str], Path]) -> Open:
    return lambda kind, **settings: opened(browser, reports(kind), **settings)


@pytest.fixture
def lenet(show: Open) -> Iterator[Page]:
    with show("lenet") as page:
        yield page


def _sample(name: str) -> Callable[[Path], object]:
    return lambda path: fk.report(fk.load_net(SAMPLES / name / "deploy.prototxt"), path)


def _filled(path: Path) -> None:
    net = fk.load_net(SAMPLES / "lenet/deploy.prototxt")
    fk.report(net, path, blobs=net.fill(1))


def _signal(path: Path) -> None:
    pytest.importorskip("torch", reason="PyTorch is not installed")
    net = fk.load_net(SAMPLES / "lenet/deploy.prototxt")
    fk.report(
        net,
        path,
        blobs=net.fill(1),
        signal=[
            fk.signal(net, filler=filler, seed=seed, batch=2)
            for filler in ("xavier", "msra")
            for seed in (1, 2)
        ],
    )


def _hostile(path: Path) -> None:
    name = HOSTILE.replace('"', r"\"").replace("\x07", r"\007")
    fk.report(
        fk.load_net(
            f'name: "{name}"\n'
            'layer { name: "data" type: "Input" top: "data"\n'
            "        input_param { shape { dim: [2, 6] } } }\n"
            f'layer {{ name: "{name}" type: "InnerProduct" bottom: "data" top: "ip"\n'
            "        inner_product_param { num_output: 4 } }\n"
        ),
        path,
    )


def _words(path: Path) -> None:
    fk.report(
        fk.load_net(
            "name: 'a # \\' {' # top: \"x\" 3\n"
            'layer { type: "Input" top: "d" input_param { shape { dim: 2 } }\n'
            "loss_weight: -1e-3 transform_param { scale: .5 } phase : TRAIN }\n"
        ),
        path,
    )


def _large(path: Path) -> None:
    """2,000 layers and an input."""
    pair = (
        'layer {{ name: "c{0}" type: "InnerProduct" bottom: "b{0}" top: "b{1}"\n'
        "  inner_product_param {{ num_output: 4 }} }}\n"
        'layer {{ name: "r{0}" type: "ReLU" bottom: "b{1}" top: "b{1}" }}\n'
    )
    pairs = "".join(pair.format(at, at + 1) for at in range(1000))
    fk.report(fk.load_net('input: "b0" input_shape { dim: [1, 4] }\n' + pairs), path)


MADE: dict[str, Callable[[Path], object]] = {
    "lenet": _filled,
    "signal": _signal,
    "hostile": _hostile,
    "words": _words,
    "large": _large,
    "googlenet": _sample("googlenet"),
    "resnet50": _sample("resnet50"),
}


def box(page: Page, name: str) -> Locator:
    return page.locator(f'#picture .node:has(text[data-layer="{name}"])')


def lines(page: Page, name: str) -> Locator:
    return page.locator(f'#lines .block[data-layer="{name}"]')


def names(page: Page) -> list[str]:
    """The layers of the table's rows that are seen, in order."""
    return page.locator("#table tbody tr:visible th").all_text_contents()


def is_marked(part: Locator) -> bool:
    return "on" in (part.get_attribute("class") or "").split()


def in_view(page: Page, part: Locator) -> bool:
    """Whether any of a part is inside the window and inside what scrolls it."""
    inside = part.evaluate(
        """part => {
          let seen = part.getBoundingClientRect();
          let [top, bottom] = [Math.max(seen.top, 0), Math.min(seen.bottom, innerHeight)];
          for (const id of ["lines", "view"]) {
            const outer = part.closest("#" + id);
            if (!outer) continue;
            const edge = outer.getBoundingClientRect();
            [top, bottom] = [Math.max(top, edge.top), Math.min(bottom, edge.bottom)];
          }
          return bottom - top > 1;
        }"""
    )
    return bool(inside)


def place(page: Page) -> tuple[float, ...]:
    """Where the drawing is moved to, and how large it is: left, top, scale."""
    page.evaluate("() => new Promise(requestAnimationFrame)")
    told = page.locator("#picture").evaluate("e => getComputedStyle(e).transform")
    scale, _, _, _, left, top = (float(part) for part in re.findall(r"-?[\d.]+(?:e-?\d+)?", told))
    return left, top, scale


def area(part: Locator) -> tuple[float, float, float, float]:
    """Left, top, right, bottom in the window."""
    found = part.bounding_box()
    assert found
    return found["x"], found["y"], found["x"] + found["width"], found["y"] + found["height"]


def middle(part: Locator) -> tuple[float, float]:
    left, top, right, bottom = area(part)
    return (left + right) / 2, (top + bottom) / 2


def whole_is_seen(page: Page) -> bool:
    place(page)
    left, top, right, bottom = area(page.locator("#picture"))
    edge = area(page.locator("#view"))
    return left >= edge[0] and top >= edge[1] and right <= edge[2] and bottom <= edge[3]


def test_a_box_that_is_clicked_shows_its_layer_and_its_lines(lenet: Page) -> None:
    box(lenet, "conv2").click()
    panel = lenet.locator("#layer")
    assert panel.get_by_role("heading").inner_text() == "conv2 (Convolution)"
    told = panel.inner_text()
    assert "pool1 → conv2 64x50x8x8" in told
    assert "weight 50x20x5x5 = 25,000: uniform ±0.07746" in told
    assert is_marked(lines(lenet, "conv2"))
    assert is_marked(lenet.locator('#table tr[data-layer="conv2"]'))
    panel.get_by_role("link", name="line").click()
    assert in_view(lenet, lines(lenet, "conv2"))


def test_a_line_that_is_clicked_leads_back_to_its_box(lenet: Page) -> None:
    lines(lenet, "ip2").click()
    panel = lenet.locator("#layer")
    assert panel.get_by_role("heading").inner_text() == "ip2 (InnerProduct)"
    panel.get_by_role("link", name="drawing").click()
    assert in_view(lenet, box(lenet, "ip2"))
    assert is_marked(box(lenet, "ip2"))


def test_one_layer_is_chosen_at_a_time_and_escape_lets_it_go(lenet: Page) -> None:
    box(lenet, "conv1").click()
    lenet.locator('#table tr[data-layer="ip1"] a').first.click()
    assert lenet.locator("#chosen").inner_text() == "ip1 (InnerProduct)"
    assert not is_marked(box(lenet, "conv1"))
    lenet.keyboard.press("Escape")
    assert not lenet.locator("#layer").is_visible()
    assert lenet.locator(".on").count() == 0


def test_the_text_gets_its_colours_and_an_anchor_a_line(lenet: Page) -> None:
    lenet.wait_for_selector(".block[data-n]", state="detached", timeout=30_000)
    text = (SAMPLES / "lenet/deploy.prototxt").read_text()
    assert lenet.locator("#lines").text_content() == text
    rows = lenet.locator("#lines .line")
    told = rows.evaluate_all("all => all.map((e) => [e.id, e.dataset.n, e.textContent])")
    assert told == [
        [f"L{at}", f"{at}", row] for at, row in enumerate(text.splitlines(keepends=True), 1)
    ]
    conv1 = lines(lenet, "conv1")
    for kind, found in {
        "string": ['"conv1"', '"Convolution"', '"data"', '"conv1"', '"xavier"', '"constant"'],
        "number": ["20", "5", "1"],
        "word": [],
        "comment": [],
    }.items():
        assert conv1.locator(f".{kind}").all_text_contents() == found


def test_parts_of_a_line_are_told_apart(show: Open) -> None:
    with show("words") as page:
        page.wait_for_selector(".block[data-n]", state="detached", timeout=30_000)
        parts = page.locator("#lines .line span").evaluate_all(
            "all => all.map((e) => [e.className, e.textContent])"
        )
        assert parts == [
            ["string", "'a # \\' {'"],
            ["comment", '# top: "x" 3'],
            ["string", '"Input"'],
            ["string", '"d"'],
            ["number", "2"],
            ["number", "-1e-3"],
            ["number", ".5"],
            ["word", "TRAIN"],
        ]


@pytest.mark.parametrize("number", [1, 31, 40])
def test_a_page_can_be_opened_at_a_line(
    browser: Browser, reports: Callable[[str], Path], number: int
) -> None:
    """Also at one that no link of the page leads to."""
    page = browser.new_page(viewport={"width": 1400, "height": 400})
    page.goto(f"{reports('lenet').as_uri()}#L{number}")
    line = page.locator(f"#L{number}.line")
    line.wait_for()
    assert in_view(page, line)
    assert line.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"
    page.close()


def test_without_the_script_the_text_has_its_numbers_and_links_lead_to_it(show: Open) -> None:
    with show("lenet", java_script_enabled=False) as page:
        text = (SAMPLES / "lenet/deploy.prototxt").read_text()
        assert page.locator("#lines").text_content() == text
        numbers = page.locator("#lines .block").evaluate_all(
            "all => all.map((e) => getComputedStyle(e, '::before').content.replaceAll('\\\\a', ''))"
        )
        assert re.findall(r"\d+", " ".join(numbers)) == [str(at) for at in range(1, 79)]
        page.locator('#table tr[data-layer="ip2"] a').first.click()
        assert in_view(page, lines(page, "ip2"))


def test_in_the_frame_of_a_notebook_links_lead_to_places_of_the_page(
    browser: Browser, tmp_path: Path
) -> None:
    report = fk.report(fk.load_net(SAMPLES / "googlenet/deploy.prototxt"))
    notebook = tmp_path / "notebook.html"
    notebook.write_text(f"<!DOCTYPE html><title>n</title>{report._repr_html_()}")
    with opened(browser, notebook) as page:
        frame = page.frames[1]
        frame.locator("#row20 a").click()
        line = frame.locator(".line:target")
        line.wait_for()
        assert "inception_3a/relu_5x5" in line.inner_text()
        assert frame.locator("#chosen").inner_text() == "inception_3a/relu_5x5 (ReLU)"


def test_a_finding_leads_to_its_line(lenet: Page) -> None:
    link = lenet.locator("#findings a[href^='#L']").first
    line = lenet.locator(str(link.get_attribute("href")))
    assert not in_view(lenet, line)
    link.click()
    assert in_view(lenet, line)
    assert lenet.locator("#chosen").inner_text() == "ip1 (InnerProduct)"


def test_the_search_finds_layers_by_name_and_by_type(lenet: Page) -> None:
    search = lenet.get_by_label("Find a layer")
    search.fill("CONV")
    assert lenet.locator("#count").inner_text() == "2 layers"
    search.fill("pooling")
    assert lenet.locator("#found a").all_inner_texts() == ["pool1 (Pooling)", "pool2 (Pooling)"]
    search.press("Enter")
    assert lenet.locator("#chosen").inner_text() == "pool1 (Pooling)"
    assert in_view(lenet, box(lenet, "pool1"))
    search.fill("no such layer")
    assert lenet.locator("#count").inner_text() == "0 layers"
    assert not lenet.locator("#found").is_visible()


def test_the_table_is_sorted_and_sorted_back(lenet: Page) -> None:
    first = ["data", "conv1", "pool1", "conv2", "pool2", "ip1", "relu1", "ip2", "prob"]
    assert names(lenet) == first
    head = lenet.locator("#table thead")
    head.get_by_role("button", name="Parameters").click()
    assert names(lenet)[:4] == ["ip1", "conv2", "ip2", "conv1"]
    assert lenet.locator("th[aria-sort=descending]").inner_text().startswith("Parameters")
    head.get_by_role("button", name="Layer").click()
    assert names(lenet) == sorted(first)
    head.get_by_role("button", name="Layer").click()
    assert names(lenet) == sorted(first, reverse=True)
    head.get_by_role("button", name="#").click()
    assert names(lenet) == first


def test_the_table_is_filtered_by_all_that_it_says(lenet: Page) -> None:
    asked = lenet.get_by_label("Show only rows with")
    asked.fill("innerproduct")
    assert names(lenet) == ["ip1", "ip2"]
    assert lenet.locator("#shown").inner_text() == "2 layers of 9"
    asked.fill("±0.06124")
    assert names(lenet) == ["ip1"]
    asked.fill("")
    assert len(names(lenet)) == 9


def test_every_blob_has_its_numbers_and_a_picture(lenet: Page) -> None:
    blobs = lenet.locator("#table .blob")
    assert blobs.count() == 8
    for blob in blobs.all():
        assert re.search(r"found: mean .*, std .*% zeros", blob.text_content() or "")
        picture = blob.get_by_role("img").bounding_box()
        assert picture
        assert picture["width"] > 50


def test_the_wheel_zooms_where_the_mouse_is(lenet: Page) -> None:
    at = middle(box(lenet, "conv1"))
    before = place(lenet)
    lenet.mouse.move(*at)
    lenet.mouse.wheel(0, -300)
    assert place(lenet)[2] > 1.3 * before[2]
    assert middle(box(lenet, "conv1")) == pytest.approx(at, abs=2)
    assert lenet.evaluate("scrollY") == 0


def test_a_drag_moves_the_drawing_and_chooses_nothing(lenet: Page) -> None:
    x, y = middle(box(lenet, "conv1"))
    lenet.mouse.move(x, y)
    lenet.mouse.down()
    lenet.mouse.move(x + 30, y + 40, steps=4)
    lenet.mouse.up()
    place(lenet)
    assert middle(box(lenet, "conv1")) == pytest.approx((x + 30, y + 40), abs=2)
    assert not lenet.locator("#layer").is_visible()


def test_keys_move_and_zoom_the_drawing(lenet: Page) -> None:
    lenet.locator("#view").focus()
    start = place(lenet)
    lenet.keyboard.press("+")
    assert place(lenet)[2] == pytest.approx(1.25 * start[2])
    lenet.keyboard.press("ArrowDown")
    lenet.keyboard.press("ArrowRight")
    x, y, scale = place(lenet)
    lenet.keyboard.press("ArrowUp")
    lenet.keyboard.press("ArrowLeft")
    back = place(lenet)
    assert back[0] > x
    assert back[1] > y
    assert back[2] == scale
    for _ in range(9):
        lenet.keyboard.press("+")
    assert not whole_is_seen(lenet)
    lenet.keyboard.press("0")
    assert whole_is_seen(lenet)


def test_buttons_zoom_the_drawing(lenet: Page) -> None:
    start = place(lenet)[2]
    lenet.get_by_role("button", name="Zoom in").click()
    assert place(lenet)[2] > start
    lenet.get_by_role("button", name="Zoom out").click()
    assert place(lenet)[2] == pytest.approx(start, rel=0.01)
    for _ in range(6):
        lenet.get_by_role("button", name="Zoom in").click()
    assert not whole_is_seen(lenet)
    lenet.get_by_role("button", name="Whole net").click()
    assert whole_is_seen(lenet)


def test_two_fingers_zoom_and_a_tap_shows_a_layer(show: Open) -> None:
    with show("lenet", has_touch=True, is_mobile=True, viewport=PHONE) as page:
        box(page, "conv1").scroll_into_view_if_needed()
        x, y = middle(box(page, "conv1"))
        before = place(page)[2]
        touches = page.context.new_cdp_session(page)

        def fingers(kind: str, *apart: float) -> None:
            points = [{"x": x + gap, "y": y, "id": at} for at, gap in enumerate(apart)]
            touches.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

        fingers("touchStart", -20, 20)
        for gap in (30, 40, 50, 60):
            fingers("touchMove", -gap, gap)
        fingers("touchEnd")
        assert place(page)[2] == pytest.approx(3 * before, rel=0.2)
        box(page, "conv1").tap()
        assert page.locator("#chosen").inner_text() == "conv1 (Convolution)"


def test_the_keyboard_alone_reaches_everything(lenet: Page) -> None:
    reached: list[str] = []
    for _ in range(60):
        lenet.keyboard.press("Tab")
        where = lenet.evaluate(
            "(e => e === document.body ? '' : e.id || e.getAttribute('href') || e.textContent)"
            "(document.activeElement)"
        )
        if not where:
            break
        reached.append(where)
    for wanted in ("#overview", "search", "+", "view", "box0", "filter", "Parameters", "lines"):
        assert wanted in reached
    assert len([each for each in reached if re.fullmatch(r"box\d+", each)]) == 1
    assert sum(each.startswith("#L") for each in reached) == 9 + 1  # the table's, and a finding's


def test_boxes_are_walked_by_arrows_and_opened_by_enter(lenet: Page) -> None:
    box(lenet, "data").focus()
    for _ in range(3):
        lenet.keyboard.press("ArrowDown")
    lenet.keyboard.press("Enter")
    assert lenet.locator("#chosen").inner_text() == "conv2 (Convolution)"
    lenet.keyboard.press("ArrowUp")
    lenet.keyboard.press(" ")
    assert lenet.locator("#chosen").inner_text() == "pool1 (Pooling)"


def test_a_box_that_is_out_of_view_comes_into_view_with_the_focus(lenet: Page) -> None:
    lenet.locator("#view").focus()
    for _ in range(30):
        lenet.keyboard.press("ArrowDown")
    place(lenet)
    assert not in_view(lenet, box(lenet, "data"))
    lenet.keyboard.press("Tab")
    place(lenet)
    assert in_view(lenet, box(lenet, "data"))
    assert lenet.locator("#view").evaluate("e => e.scrollTop") == 0


def test_what_has_the_focus_is_seen(lenet: Page) -> None:
    lenet.keyboard.press("Tab")
    style = "getComputedStyle(document.activeElement)"
    assert lenet.evaluate(f"{style}.outlineStyle") == "solid"
    box(lenet, "data").focus()
    lenet.keyboard.press("ArrowDown")
    stroke = "getComputedStyle(document.activeElement.querySelector('polygon')).strokeWidth"
    assert lenet.evaluate(stroke) == "3px"


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_letters_stand_out_from_their_ground_in_light_and_dark(show: Open, scheme: str) -> None:
    with show("lenet", color_scheme=scheme) as page:
        ground, ink = (
            sum(int(part) for part in re.findall(r"\d+", page.evaluate(f"getComputedStyle({of}")))
            for of in ("document.body).backgroundColor", "document.body).color")
        )
        assert (ground < 150 and ink > 600) if scheme == "dark" else (ground > 700 and ink < 150)
        # The boxes of the drawing, which axe does not measure.
        assert page.evaluate(CONTRAST) > 4.5


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_serious(show: Open, scheme: str) -> None:
    with show("signal", color_scheme=scheme) as page:
        box(page, "conv2").click()
        page.evaluate(AXE.read_text("utf-8"))
        found = page.evaluate("axe.run()")
        assert len(found["passes"]) > 20
        serious = {
            (each["id"], node["html"][:90])
            for each in found["violations"]
            for node in each["nodes"]
            if each["impact"] in ("serious", "critical")
        }
        assert serious == set()


def test_in_colours_of_the_system_what_is_chosen_is_seen(show: Open) -> None:
    with show("lenet", forced_colors="active") as page:
        box(page, "conv2").click()
        row = page.locator('#table tr[data-layer="conv2"]')
        assert row.evaluate("e => getComputedStyle(e).outlineStyle") == "solid"


def test_without_colour_curves_differ_by_their_dashes(show: Open) -> None:
    with show("signal") as page:
        dashes = page.locator(".chart").first.locator(".line")
        kinds = dashes.evaluate_all("all => all.map(e => getComputedStyle(e).strokeDasharray)")
        assert len(kinds) == len(set(kinds)) == 2


def test_a_curves_point_tells_its_numbers(show: Open) -> None:
    with show("signal") as page:
        point = page.locator(".chart .point").nth(1)
        point.hover()
        told = page.locator("#told")
        assert told.is_visible()
        assert "conv2" in told.inner_text()
        row = page.locator('#signal tr[data-layer="conv2"]').first
        assert row.locator("td").nth(1).inner_text() in told.inner_text()
        page.mouse.move(5, 5)
        assert not told.is_visible()


def test_text_is_selected_and_copied_without_its_line_numbers(lenet: Page) -> None:
    copied = lenet.evaluate(
        """() => {
          getSelection().selectAllChildren(document.querySelector("#lines .block[data-layer=ip2]"));
          return String(getSelection());
        }"""
    )
    text = (SAMPLES / "lenet/deploy.prototxt").read_text()
    assert copied.strip() in text
    assert 'name: "ip2"' in copied


def test_paper_has_all_but_what_only_moves(lenet: Page, tmp_path: Path) -> None:
    assert lenet.pdf(path=tmp_path / "page.pdf").startswith(b"%PDF")
    lenet.emulate_media(media="print")
    for part in ("nav", ".search", ".tools"):
        assert not lenet.locator(part).first.is_visible()
    for scrolled in ("#lines", "#layers .wide"):
        hidden = "e => [e.scrollHeight - e.clientHeight, e.scrollWidth - e.clientWidth]"
        assert max(lenet.locator(scrolled).evaluate(hidden)) <= 1, scrolled
    assert lenet.locator("#picture").evaluate("e => getComputedStyle(e).transform") == "none"
    assert lines(lenet, "prob").is_visible()


def test_a_large_drawing_goes_on_paper_in_strips_that_overlap(show: Open) -> None:
    with show("googlenet") as page:
        page.evaluate("dispatchEvent(new Event('beforeprint'))")
        page.emulate_media(media="print")
        assert not page.locator("#view").is_visible()
        strips = page.locator("#strips svg")
        assert strips.count() == 3
        ends = strips.evaluate_all(
            "all => all.map(({ viewBox: { baseVal: box } }) => [box.y, box.y + box.height])"
        )
        assert all(end > top for (_, end), (top, _) in pairwise(ends))
        boxes = page.locator("#strips .node[data-layer]").evaluate_all(
            "all => [...new Set(all.map((e) => e.dataset.layer))]"
        )
        assert len(boxes) == page.locator("#picture .node").count()
        page.evaluate("dispatchEvent(new Event('afterprint'))")
        assert page.locator("#strips").count() == 0


def test_a_small_drawing_is_one_picture_on_paper(lenet: Page) -> None:
    lenet.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert lenet.locator("#strips").count() == 0


def test_numbers_that_are_folded_are_on_paper(show: Open) -> None:
    with show("signal") as page:
        folded = page.locator("#signal details").nth(1).locator("table")
        height = "e => e.getBoundingClientRect().height"
        assert folded.evaluate(height) == 0 or not folded.is_visible()
        page.emulate_media(media="print")
        assert folded.evaluate(height) > 50


def test_names_of_strangers_are_shown_as_they_are(show: Open) -> None:
    with show("hostile") as page:
        assert page.title() == SEEN.strip()
        assert page.locator("h1").inner_text() == SEEN
        page.locator("#table th a").nth(1).click()
        assert page.locator("#chosen").inner_text() == f"{SEEN} (InnerProduct)"
        page.get_by_label("Find a layer").fill("]]>")
        assert page.locator("#found a").all_inner_texts() == [f"{SEEN} (InnerProduct)"]
        drawn = page.locator("#picture .node").nth(1).text_content() or ""
        assert SEEN in drawn.replace("\u2060", "")
        assert "</script></style><script>" in page.locator("#L1").inner_text()
        assert page.locator("script").count() == 1


def test_the_pages_own_policy_refuses_a_request(browser: Browser, show: Open) -> None:
    seen: list[str] = []
    with pytest.raises(AssertionError, match="Content Security Policy"), show("hostile") as page:
        page.on("request", lambda request: seen.append(request.url))
        answer = page.evaluate("fetch('http://127.0.0.1:9/').then(() => 'sent', () => 'refused')")
        assert answer == "refused"
    assert seen == []


@pytest.mark.parametrize("kind", ["lenet", "googlenet", "signal", "hostile"])
def test_a_phone_scrolls_the_page_down_and_not_sideways(show: Open, kind: str) -> None:
    with show(kind, viewport=PHONE, is_mobile=True, has_touch=True) as page:
        assert page.evaluate("document.documentElement.scrollWidth") == 400
        page.locator("#table th a").nth(1).click()
        panel = page.locator("#layer").bounding_box()
        assert panel
        assert panel["width"] <= 400


def test_resnet50_answers_to_a_click(show: Open) -> None:
    with show("resnet50") as page:
        box(page, "conv1").click()
        assert page.locator("#chosen").inner_text() == "conv1 (Convolution)"


def test_only_rows_that_are_near_are_laid_out(show: Open) -> None:
    laid_out = "e => e.firstElementChild.checkVisibility({ contentVisibilityAuto: true })"
    with show("large") as page:
        near, far = page.locator("#row3"), page.locator("#row1500")
        near.get_by_role("link").hover()  # waits until it is there
        assert near.evaluate(laid_out)
        assert not far.evaluate(laid_out)
        far.scroll_into_view_if_needed()
        far.get_by_role("link").hover()  # a click would lead away from it
        assert far.evaluate(laid_out)


def test_boxes_far_below_are_laid_out_when_the_drawing_moves_or_later(show: Open) -> None:
    drawn = "e => e.querySelector('text').getBoundingClientRect().height > 0"
    with show("large") as page:
        near, far = box(page, "c1"), box(page, "c777")
        assert near.evaluate(drawn)
        assert not far.evaluate(drawn)
        page.wait_for_selector(".far", state="detached", timeout=30_000)  # by itself
        assert far.evaluate(drawn)
    with show("large") as page:
        page.locator("#view").press("ArrowDown")
        place(page)
        assert box(page, "c777").evaluate(drawn)


def test_without_scripts_all_boxes_are_laid_out(show: Open) -> None:
    with show("large", java_script_enabled=False) as page:
        place = box(page, "c777").bounding_box()
        assert place is not None
        assert place["height"] > 0


def test_the_columns_of_all_rows_are_in_line(lenet: Page) -> None:
    edges = "all => all.map((row) => [...row.cells].map((cell) => cell.getBoundingClientRect().x))"
    rows = lenet.locator("#table tr").evaluate_all(edges)
    assert rows == [rows[0]] * 10


def test_a_reader_of_the_screen_finds_all_of_the_table(
    browser: Browser, reports: Callable[[str], Path]
) -> None:
    """Rows that are not laid out yet as well."""
    wanted = {"table": 1, "columnheader": 7, "row": 10, "rowheader": 9, "cell": 54}
    found: dict[str, int] = {}
    with (
        browser.browser_type.launch(
            executable_path=installed(), args=["--force-renderer-accessibility"]
        ) as told,
        opened(told, reports("lenet"), viewport={"width": 1400, "height": 300}) as page,
    ):
        session = page.context.new_cdp_session(page)
        session.send("Accessibility.enable")
        for _ in range(200):
            tree = session.send("Accessibility.getFullAXTree")["nodes"]
            roles = [node["role"]["value"] for node in tree if not node["ignored"]]
            found = {role: roles.count(role) for role in wanted}
            if found == wanted:
                break
            page.evaluate("new Promise((done) => requestAnimationFrame(done))")
    assert found == wanted


def test_a_layer_can_be_chosen_before_its_lines_are_read(
    browser: Browser, reports: Callable[[str], Path], tmp_path: Path
) -> None:
    html = reports("lenet").read_text()
    head = html.split('<section id="text"')[0]
    short = tmp_path / "short.html"
    short.write_text(head)
    with opened(browser, short) as page:
        box(page, "conv1").click()
        assert page.locator("#chosen").inner_text() == "conv1 (Convolution)"


def test_a_long_name_breaks_between_its_parts_and_is_copied_whole(show: Open) -> None:
    with show("googlenet") as page:
        name = page.locator("#table [data-layer='inception_3a/5x5_reduce'] a")
        assert name.inner_html() == "inception_<wbr>3a/<wbr>5x5_<wbr>reduce"
        assert name.text_content() == "inception_3a/5x5_reduce"


def test_a_net_of_2000_layers_opens_and_is_searched(show: Open) -> None:
    with show("large") as page:
        assert "2,001" in page.locator("#overview").inner_text()
        assert 0.7 <= place(page)[2] <= 1.3
        page.get_by_label("Find a layer").fill("c777")
        page.locator("#found a").click()
        assert page.locator("#chosen").inner_text() == "c777 (InnerProduct)"
        assert in_view(page, box(page, "c777"))
        page.get_by_label("Show only rows with").fill("r99")
        assert names(page) == ["r99", *(f"r{at}" for at in range(990, 1000))]


def test_the_chosen_box_stands_out_among_those_that_are_found(lenet: Page) -> None:
    lenet.fill("#search", "conv")
    lenet.keyboard.press("Enter")
    looks = """each => each.map(box => {
      const style = getComputedStyle(box);
      return [style.strokeDasharray, style.stroke];
    })"""
    chosen = lenet.locator(".picture .node.hit.on polygon").evaluate_all(looks)
    others = lenet.locator(".picture .node.hit:not(.on) polygon").evaluate_all(looks)
    assert (len(chosen), len(others)) == (1, 1)
    assert chosen[0][0] == "none"
    assert chosen[0] != others[0]


def test_without_javascript_nothing_is_offered_that_needs_it(show: Open) -> None:
    with show("lenet", java_script_enabled=False, viewport=PHONE) as page:
        assert page.locator(".search").is_hidden()
        assert [each for each in page.locator(".tools").all() if each.is_visible()] == []
        view = page.locator("#view")
        assert view.evaluate("each => getComputedStyle(each).overflow") == "auto"
