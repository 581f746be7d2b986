"""A person without a pointer: the Tab key, and at every stop one sees where one is."""

from datetime import date

from .visitor import Visitor

FARTHEST = 80


def tab_to(visitor: Visitor, target: str) -> None:
    """Press Tab until the focus is on what a CSS selector names, and hold that it is seen at every stop."""
    for _stop in range(FARTHEST):
        visitor.page.keyboard.press("Tab")
        seen, reached = visitor.page.evaluate(
            """target => {
                const here = document.activeElement
                const style = getComputedStyle(here)
                const box = here.getBoundingClientRect()
                const marked = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2
                const inSight = box.width > 0 && box.bottom > 0 && box.top < innerHeight
                return [here === document.body || (marked && inSight), here.matches(target)]
            }""",
            target,
        )
        assert seen, visitor.page.evaluate("document.activeElement.outerHTML")
        if reached:
            return
    raise AssertionError(f"{target} is out of reach of the Tab key.")


def type_in(visitor: Visitor, target: str, text: str) -> None:
    tab_to(visitor, target)
    visitor.page.keyboard.type(text)


def press(visitor: Visitor, target: str, key: str = "Enter") -> None:
    tab_to(visitor, target)
    visitor.page.keyboard.press(key)


def choose(visitor: Visitor, name: str, value: str) -> None:
    """Choose one of several by the arrows, from wherever the Tab key enters the group."""
    tab_to(visitor, f"input[name={name}]")
    keyboard, here = visitor.page.keyboard, "[document.activeElement.value, document.activeElement.checked]"
    keyboard.press("Space")
    for _one in range(FARTHEST):
        if visitor.page.evaluate(here) == [value, True]:
            return
        keyboard.press("ArrowDown")
    raise AssertionError(f"{value} is not among the choices of {name}.")


def type_day(visitor: Visitor, target: str, day: date) -> None:
    """Type a day into a field of the browser's own, which begins with the day or with the month as its system does."""
    tab_to(visitor, target)
    for digits in (f"{day:%d%m%Y}", f"{day:%m%d%Y}"):
        visitor.page.keyboard.type(digits)
        if visitor.page.evaluate("document.activeElement.value") == day.isoformat():
            return
        for _part in range(2):
            visitor.page.keyboard.press("ArrowLeft")
    raise AssertionError(f"{target} does not take {day}.")
