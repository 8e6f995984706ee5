"""Opens every page of the built book in Chromium and says what is wrong with it."""

import argparse
import functools
import http.server
import re
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Error, sync_playwright

THEMES = ["light", "navy"]
NARROW = {"width": 360, "height": 800}
WIDE = {"width": 1280, "height": 900}
PHONE = {"width": 390, "height": 844}

# What is wrong with a page that was loaded, as lines for a reader.
INSPECT = """async (hasFormulas) => {
    const problems = [];
    document.querySelectorAll("main details").forEach((details) => (details.open = true));
    await document.fonts.ready;
    for (const image of document.images) {
        await image.decode().catch(() => {});
        if (image.naturalWidth === 0) problems.push(`the image ${image.getAttribute("src")} is not shown`);
    }
    const fonts = [...document.fonts];
    for (const font of fonts.filter((font) => font.status === "error")) {
        problems.push(`the font ${font.family} is not loaded`);
    }
    if (hasFormulas) {
        const formulas = document.querySelectorAll("main .katex").length;
        const loaded = fonts.some((font) => font.family.startsWith("KaTeX") && font.status === "loaded");
        if (!formulas) problems.push("no formula is shown");
        if (!loaded || !document.fonts.check("16px KaTeX_Main")) problems.push("no font of KaTeX's is loaded");
    }
    const error = document.querySelector(".katex-error");
    if (error) problems.push(`a formula is wrong: ${error.textContent}`);
    const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
    while (texts.nextNode()) {
        const { parentElement, data } = texts.currentNode;
        if (data.includes("$$") && !parentElement.closest("code, script, style, annotation")) {
            problems.push(`a formula is left as text: ${data.trim().slice(0, 60)}`);
        }
    }
    // mdBook's page hides or scrolls what is too wide: what has no scroll bar of its own is too wide all the same.
    const main = document.querySelector("main");
    const scrolls = (element) => {
        for (let at = element; at && at !== main; at = at.parentElement) {
            if (at.matches(".katex-mathml") || getComputedStyle(at).overflowX !== "visible") return true;
        }
        return false;
    };
    const wide = [...main.querySelectorAll("*")].find(
        (element) => element.getBoundingClientRect().right > innerWidth + 1 && !scrolls(element.parentElement));
    if (document.documentElement.scrollWidth > innerWidth || wide) {
        const what = wide ? wide.outerHTML.slice(0, 80) : "the page";
        problems.push(`wider than a window of ${innerWidth} px: ${what}`);
    }
    return problems;
}"""


# The least text of a figure in pixels, and the least contrast of text.
LEAST_TEXT = 12
LEAST_CONTRAST = 4.5

# Figures whose text is too small in the size at which they are shown; and links and text that are too pale.
READABLE = """async ([leastText, leastContrast]) => {
    const problems = [];
    for (const image of document.querySelectorAll("main figure img")) {
        const file = image.currentSrc || image.src;
        const svg = new DOMParser().parseFromString(await (await fetch(file)).text(), "image/svg+xml");
        const scale = image.getBoundingClientRect().width / Number(svg.documentElement.getAttribute("width"));
        const sizes = [...svg.querySelectorAll("text")].map((text) => scale * parseFloat(text.getAttribute("font-size")));
        const least = Math.min(...sizes);
        const name = file.split("/").pop();
        if (!sizes.length) problems.push(`${name} has no text`);
        if (least < leastText) problems.push(`${name}: text of ${least.toFixed(1)} px`);
    }
    const channels = (colour) => colour.match(/[0-9.]+/g).map(Number);
    const luminance = ([r, g, b]) => {
        const linear = [r, g, b].map((c) => (c / 255 <= 0.04045 ? c / 255 / 12.92 : ((c / 255 + 0.055) / 1.055) ** 2.4));
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
    };
    const background = (element) => {
        for (let at = element; at; at = at.parentElement) {
            const colour = channels(getComputedStyle(at).backgroundColor);
            if (colour.length < 4 || colour[3] === 1) return colour;
        }
        return [255, 255, 255];
    };
    const pale = new Set();
    for (const element of document.querySelectorAll("main :is(p, li, td, th, a, figcaption, h1, h2, h3, summary, label, button)")) {
        if (!element.textContent.trim() || !element.getClientRects().length || element.disabled) continue;
        const pair = [channels(getComputedStyle(element).color), background(element)].map(luminance);
        const contrast = (Math.max(...pair) + 0.05) / (Math.min(...pair) + 0.05);
        if (contrast < leastContrast) pale.add(`${element.tagName.toLowerCase()} with a contrast of ${contrast.toFixed(1)}`);
    }
    return [...problems, ...pale];
}"""

# How far the text of a page jumps while it loads, in pixels: watched from its first moment on. A line that grows by
# a pixel or two when the font of its formula arrives is no jump.
WATCH_SHIFTS = """
    window.jump = 0;
    new PerformanceObserver((list) => {
        for (const { sources, hadRecentInput } of list.getEntries()) {
            for (const { node, previousRect, currentRect } of hadRecentInput ? [] : sources) {
                // Words within a line may move to the next one when the font of the page arrives.
                const isBlock = node?.nodeType === Node.ELEMENT_NODE && !getComputedStyle(node).display.startsWith("inline");
                if (isBlock && node.closest("main > *")) {
                    window.jump = Math.max(window.jump, Math.abs(currentRect.top - previousRect.top));
                }
            }
        }
    }).observe({ type: "layout-shift", buffered: true });
"""
MOST_JUMP = 30

# Code and tables that are wider than the page on a desk.
FITS = """() => {
    const wide = (selector) => [...document.querySelectorAll(selector)].filter(
        (element) => element.clientWidth && element.scrollWidth > element.clientWidth + 1);
    const line = (element) => element.textContent.trim().split("\\n")[0].slice(0, 60);
    return wide("main pre > code, main pre, main .table-wrapper").map((element) => `wider than the page: ${line(element)}`);
}"""


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *args):
        pass


class Checker:
    """A browser, and the problems found with it."""

    def __init__(self, browser, base, site):
        self.browser, self.base, self.site = browser, base, site
        self.problems = []

    def report(self, page, problem):
        line = f"{page}: {problem}"
        if line not in self.problems:
            self.problems.append(line)
            print(line, flush=True)

    @contextmanager
    def opened(self, name, theme="light", viewport=WIDE, by_file=False, **options):
        """A page, listened to for all that must not happen on it."""
        context = self.browser.new_context(viewport=viewport, **options)
        # print.html asks for a printer.
        context.add_init_script(WATCH_SHIFTS)
        context.add_init_script(f"window.print = () => {{}}; localStorage.setItem('mdbook-theme', '{theme}');")
        page = context.new_page()
        page.set_default_timeout(15_000)
        base = self.site.as_uri() + "/" if by_file else self.base
        ways = [theme, f"{viewport['width']} px", "by file" if by_file else "", *options.values()]
        where = f"{name} ({', '.join(filter(None, ways))})"

        def on_console(message):
            if message.type in ("error", "warning"):
                self.report(where, f"console {message.type}: {message.text}")

        def on_request(request):
            if not request.url.startswith((base, "data:", "blob:")):
                self.report(where, f"asks another server: {request.url}")

        def on_response(response):
            if response.status >= 400:
                self.report(where, f"status {response.status} of {response.url}")

        page.on("console", on_console)
        page.on("pageerror", lambda error: self.report(where, f"error: {error}"))
        page.on("request", on_request)
        page.on("response", on_response)
        page.on("requestfailed", lambda request: self.report(where, f"not loaded: {request.url}"))
        try:
            page.goto(base + name, wait_until="load")
            yield page, functools.partial(self.report, where)
        except Error as error:
            self.report(where, str(error).splitlines()[0])
        finally:
            page.remove_listener("console", on_console)
            context.close()

    def check_page(self, name, has_formulas):
        for theme in THEMES:
            with self.opened(name, theme, NARROW) as (page, report):
                for problem in page.evaluate(INSPECT, has_formulas):
                    report(problem)
                for problem in page.evaluate(READABLE, [LEAST_TEXT, LEAST_CONTRAST]):
                    report(problem)
        with self.opened(name, viewport=WIDE) as (page, report):
            page.wait_for_timeout(300)
            jump = page.evaluate("window.jump")
            if jump > MOST_JUMP:
                report(f"jumps by {jump:.0f} px while it loads")
            page.evaluate("document.querySelectorAll('main details').forEach((details) => (details.open = true))")
            for problem in page.evaluate(FITS) + page.evaluate(READABLE, [LEAST_TEXT, LEAST_CONTRAST]):
                report(problem)

    def check_search(self, word):
        with self.opened("index.html") as (page, report):
            page.keyboard.press("s")
            page.locator("#mdbook-searchbar").press_sequentially(word)
            results = page.locator("#mdbook-searchresults li")
            results.first.wait_for()
            if word not in " ".join(results.all_text_contents()).lower():
                report(f"the search for {word} finds nothing")

    def check_print(self, pages):
        """The printed book: a PDF with at least a page for each chapter, and nothing cut off."""
        sheet = {"width": 794, "height": 1123}
        with self.opened("print.html", viewport=sheet) as (page, report):
            page.emulate_media(media="print")
            page.wait_for_timeout(500)
            narrow = "[...document.querySelectorAll('figure img')].filter((image) => image.currentSrc.includes('-narrow')).length"
            if page.evaluate(narrow):
                report("the printed book has figures for phones")
            pdf = page.pdf(format="A4")
            count = len(re.findall(rb"/Type\s*/Page\b", pdf))
            if count < pages:
                report(f"the printed book has {count} sheets for {pages} chapters")

    def take_screenshots(self, names, folder):
        folder.mkdir(parents=True, exist_ok=True)
        for kind, theme, viewport in [("light", "light", WIDE), ("dark", "navy", WIDE), ("phone", "light", PHONE)]:
            for name in names:
                with self.opened(name, theme, viewport) as (page, _):
                    page.evaluate("document.fonts.ready")
                    page.screenshot(path=folder / f"{Path(name).stem}-{kind}.png", full_page=True)


class PlaygroundCheck:
    """Plays with the playground as a reader does who has no mouse."""

    def __init__(self, page, report):
        self.page, self.report = page, report
        self.root = page.locator("#loss-walks")
        self.canvas = self.root.locator("canvas.walks-map")

    def expect(self, condition, problem):
        if not condition:
            self.report(f"playground: {problem}")

    def step(self):
        return int(re.search(r"\d+", self.root.locator(".walks-step").text_content())[0])

    def place(self):
        return self.root.locator("tbody tr").first.text_content()

    def image(self):
        return self.canvas.evaluate("canvas => canvas.toDataURL()")

    def button(self, name):
        return self.root.get_by_role("button", name=name, exact=True)

    def wait_for_step(self, step):
        self.page.wait_for_function(
            "step => parseInt(document.querySelector('.walks-step').textContent.match(/[0-9]+/)[0]) >= step", arg=step
        )

    def check(self):
        self.check_names()
        self.check_playing()
        self.check_scrubbing()
        self.check_wrong_input()
        self.check_address()
        for surface in self.root.get_by_role("radio").all():
            self.check_surface(surface)
        self.check_canvas()

    def check_names(self):
        """Each control has a name for those who do not see it."""
        roles = "button|radio|checkbox|spinbutton|combobox|textbox|slider|application|region|table|group"
        for line in self.root.aria_snapshot().splitlines():
            nameless = re.match(rf"\s*- ({roles})(?! \"|: )", line)
            self.expect(not nameless, f"a control without a name: {line.strip()}")

    def check_playing(self):
        page, start = self.page, self.place()
        self.root.get_by_role("radio").first.focus()
        for _ in range(3):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Play":
                break
        self.expect(page.evaluate("document.activeElement.textContent") == "Play", "Play is not reached with Tab")
        page.keyboard.press("Enter")
        self.wait_for_step(3)
        self.expect(self.place() != start, "it plays, and no place changes")
        self.button("Pause").press("Space")
        paused = self.step()
        page.wait_for_timeout(500)
        self.expect(self.step() == paused, "it does not pause")
        self.button("Step").press("Enter")
        self.expect(self.step() == paused + 1, "Step is not one step")
        self.button("Reset").press("Enter")
        self.expect((self.step(), self.place()) == (0, start), "Reset does not lead back to the start")

    def check_scrubbing(self):
        scrub = self.root.get_by_role("slider", name="The step that is shown")
        last = self.step()
        scrub.focus()
        self.page.keyboard.press("Home")
        self.expect(self.step() == 0, "the slider does not lead back to the start")
        self.page.keyboard.press("End")
        self.expect(self.step() == last, "the slider does not lead to the last step")

    def check_wrong_input(self):
        field = self.root.get_by_role("spinbutton", name="learning rate of Adagrad", exact=True)
        before = self.place()
        field.fill("-1")
        field.press("Enter")
        status = self.root.get_by_role("status").text_content()
        self.expect("learning rate of Adagrad must be" in status, f"a wrong rate says: {status}")
        self.expect(field.get_attribute("aria-invalid") == "true", "a wrong rate is not marked")
        self.expect(self.place() == before, "a wrong rate changes the walk")
        field.fill("0.5")
        field.press("Enter")
        self.expect(field.get_attribute("aria-invalid") is None, "a right rate stays marked")

    def check_address(self):
        self.button("Step").press("Enter")
        self.page.wait_for_timeout(700)
        address, place = self.page.evaluate("location.hash"), self.place()
        self.expect("adagrad=0.5" in address, f"the address does not hold the rate: {address}")
        self.page.reload()
        self.page.wait_for_function("document.querySelector('#loss-walks tbody tr')")
        self.expect(self.place() == place, "the address does not lead back to the walk")
        self.button("Default start and rates").press("Enter")

    def check_surface(self, surface):
        before = self.image()
        was_chosen = surface.is_checked()
        surface.check()
        self.expect(was_chosen or self.image() != before, f"{surface.get_attribute('value')}: the same picture")
        start = self.place()
        self.button("Step").press("Enter")
        self.expect(self.place() != start, f"{surface.get_attribute('value')}: no step is made")

    def check_canvas(self):
        self.button("Reset").press("Enter")
        self.canvas.focus()
        self.page.keyboard.press("Space")
        self.wait_for_step(2)
        self.page.keyboard.press("Space")
        self.expect(self.button("Play").is_visible(), "Space on the picture does not pause")
        start = self.root.get_by_role("spinbutton").first.input_value()
        self.canvas.click(position={"x": 100, "y": 100})
        clicked = self.root.get_by_role("spinbutton").first.input_value()
        self.expect(clicked != start, "a click sets no start")
        self.canvas.hover(position={"x": 100, "y": 100})
        self.page.mouse.down()
        self.canvas.hover(position={"x": 160, "y": 120})
        self.page.mouse.up()
        self.expect(self.root.get_by_role("spinbutton").first.input_value() != clicked, "the start is not dragged")
        before = self.image()
        self.page.evaluate("document.documentElement.classList.replace('light', 'navy')")
        self.page.wait_for_timeout(200)
        self.expect(self.image() != before, "the picture does not follow the theme")


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("book", type=Path, help="its folder, built")
    parser.add_argument("--chromium", required=True)
    parser.add_argument("--screenshots", type=Path)
    options = parser.parse_args()

    source, site = options.book.resolve() / "src", options.book.resolve() / "book"
    pages = re.findall(r"\(([^)]+\.md)\)", (source / "SUMMARY.md").read_text())
    formulas = {page[:-3] + ".html": "$$" in (source / page).read_text() for page in pages}
    formulas["print.html"] = any(formulas.values())

    handler = functools.partial(QuietHandler, directory=site)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    base = f"http://127.0.0.1:{server.server_port}/"

    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=options.chromium, args=arguments)
        checker = Checker(browser, base, site)
        for name, has_formulas in formulas.items():
            checker.check_page(name, has_formulas)
        checker.check_search("accumulator")
        checker.check_print(len(pages))
        if "playground.html" in formulas:
            for how in [{}, {"by_file": True}, {"reduced_motion": "reduce"}, {"viewport": NARROW}]:
                with checker.opened("playground.html", **how) as (page, report):
                    PlaygroundCheck(page, report).check()
            with checker.opened("print.html") as (page, report):
                if page.locator("#loss-walks canvas.walks-map").count() != 1:
                    report("the playground is not there once")
                small = page.locator("[data-preset]").count()
                if small == 0 or page.locator("[data-preset] canvas.walks-map").count() != small:
                    report("the small playgrounds are not there once each")
        if options.screenshots:
            checker.take_screenshots(formulas, options.screenshots)
        browser.close()
    server.shutdown()
    if checker.problems:
        sys.exit(f"{len(checker.problems)} problems in the book")
    print(f"{len(formulas)} pages, nothing wrong with them")


main()
