"""The example's pictures, its map and its tune, made from nothing: the same bytes every time, nobody's copyright."""

import io
import math
import struct
import wave
from collections.abc import Callable
from random import Random

from PIL import Image, ImageDraw, ImageFont
from PIL.ImageDraw import ImageDraw as Pen

SIZE = WIDTH, HEIGHT = 1600, 1067  # pixels
FINER = 2  # drawn larger, then reduced: smooth edges
PAPER, SAND, INK, PETROL, SUN, LEAF = "#f7f5f0", "#ece8df", "#17202a", "#0b4f5c", "#f7bb0a", "#5f8a5b"


def jpeg(name: str) -> bytes:
    """One of the pictures in PICTURES, 1,600 × 1,067 pixels."""
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), PAPER)
    PICTURES[name](ImageDraw.Draw(image), Random(name))
    target = io.BytesIO()
    image.reduce(FINER).save(target, "JPEG", quality=85)
    return target.getvalue()


def network(pen: Pen, chance: Random) -> None:
    """Clusters of dots, each around its own centre, and long arcs from one centre to another."""
    centres = [(420, 800), (1180, 620), (1940, 900), (2720, 640), (820, 1560), (1640, 1740), (2480, 1620)]
    for first, second in [(0, 1), (1, 2), (2, 3), (0, 4), (4, 5), (5, 6), (6, 3), (1, 5), (2, 6), (4, 2)]:
        pen.line(_arc(centres[first], centres[second]), fill="#9fbfc3", width=7, joint="curve")
    for number, (x, y) in enumerate(centres):
        for _ in range(26):
            angle, reach = chance.uniform(0, math.tau), chance.uniform(70, 280)
            dot = x + reach * math.cos(angle), y + reach * math.sin(angle)
            pen.line([(x, y), dot], fill="#b9cfd1", width=4)
            _disc(pen, *dot, chance.uniform(9, 26), SUN if chance.random() < 0.12 else PETROL)
        _disc(pen, x, y, 66, SUN if number == 2 else PETROL)


def pines(pen: Pen, chance: Random) -> None:
    """Umbrella pines on three ranges of hills, the nearest the darkest, before a low sun."""
    _sky(pen, (247, 226, 178), (247, 245, 240))
    _disc(pen, 2250, 900, 260, SUN)
    for base, colour, height in ((1150, "#9dbabb", 190), (1400, "#4f8388", 330), (1720, PETROL, 560)):
        phase = chance.uniform(0, math.tau)
        ridge = [(x, base + 90 * math.sin(x / 430 + phase)) for x in range(0, WIDTH * FINER + 40, 40)]
        pen.polygon([*ridge, (WIDTH * FINER, HEIGHT * FINER), (0, HEIGHT * FINER)], fill=colour)
        x = chance.uniform(0, height)
        while x < WIDTH * FINER:
            _pine(
                pen,
                x,
                base + 90 * math.sin(x / 430 + phase) + 12,
                height * chance.uniform(0.75, 1.15),
                colour,
            )
            x += height * chance.uniform(0.7, 2.1)


def coast(pen: Pen, chance: Random) -> None:
    """Bands of water from the beach to the deep, and meadows of seagrass below them."""
    _disc(pen, 2500, 330, 150, SUN)
    colours = ("#d9ebea", "#b5d9da", "#86bfc4", "#4f9aa3", "#23727e", PETROL, "#083a44")
    for row, colour in enumerate(colours):
        base, phase, swell = 520 + row * 210, chance.uniform(0, math.tau), chance.uniform(260, 520)
        crest = [(x, base + 46 * math.sin(x / swell + phase)) for x in range(0, WIDTH * FINER + 40, 40)]
        pen.polygon([*crest, (WIDTH * FINER, HEIGHT * FINER), (0, HEIGHT * FINER)], fill=colour)
    for _ in range(420):
        x, y = chance.gauss(1500, 800), HEIGHT * FINER - abs(chance.gauss(0, 150))
        lean, length = chance.uniform(-70, 70), chance.uniform(80, 260)
        pen.line(
            [(x, y), (x + lean / 3, y - length / 2), (x + lean, y - length)],
            fill=LEAF,
            width=9,
            joint="curve",
        )


def heat(pen: Pen, chance: Random) -> None:
    """Waves that leave a grid of machines, hot near it, cool far from it."""
    rings = 17
    for ring in range(rings, 0, -1):
        share = ring / rings
        _disc(pen, 1000, 1067, ring * 150, _warmth(share))
        _disc(pen, 1000, 1067, ring * 150 - 70, _warmth(share - 0.5 / rings))
    for column in range(6):
        for row in range(6):
            x, y = 730 + column * 96, 797 + row * 96
            pen.rounded_rectangle((x, y, x + 66, y + 66), 12, fill=SUN if chance.random() < 0.3 else PETROL)


def hall(pen: Pen, chance: Random) -> None:
    """A stage under three spotlights, seen over rows of empty seats."""
    pen.rectangle((0, 0, WIDTH * FINER, HEIGHT * FINER), fill=INK)
    pen.rectangle((500, 520, 2700, 1180), fill="#26333f")
    for x, reach in ((900, 260), (1600, 340), (2300, 260)):
        pen.polygon([(x, 60), (x - reach, 1180), (x + reach, 1180)], fill="#6d6440")
        _disc(pen, x, 70, 44, SUN)
    pen.rectangle((300, 1180, 2900, 1250), fill=SAND)
    for row in range(5):
        width, top = 150 + row * 34, 1340 + row * 170
        for seat in range(-9, 10):
            x = 1600 + seat * (width + 24) - width / 2 + chance.uniform(-4, 4)
            pen.rounded_rectangle((x, top, x + width, top + 140 + row * 20), 30, fill=PETROL)


def tree(pen: Pen, chance: Random) -> None:
    """The foundation’s own pine, above a yellow line."""
    _pine(pen, 1600, 1700, 1300, PETROL)
    pen.rectangle((900, 1790, 2300, 1860), fill=SUN)


PICTURES: dict[str, Callable[[Pen, Random], None]] = {
    f.__name__: f for f in (network, pines, coast, heat, hall)
}


def logo_png() -> bytes:
    """The foundation’s logo on nothing, 1,600 × 1,067 pixels."""
    image = Image.new("RGBA", (WIDTH * FINER, HEIGHT * FINER), (255, 255, 255, 0))
    tree(ImageDraw.Draw(image), Random("logo"))
    target = io.BytesIO()
    image.reduce(FINER).save(target, "PNG")
    return target.getvalue()


def tune_wav() -> bytes:
    """Three rising notes and a chord, two seconds in all."""
    rate, notes = 11025, [(523.25,), (659.25,), (783.99,), (523.25, 659.25, 783.99)]
    samples = bytearray()
    for number, chord in enumerate(notes):
        count = rate if number == len(notes) - 1 else rate // 3
        for n in range(count):
            level = 9000 * min(1, n / 200) * (1 - n / count) / len(chord)
            samples += struct.pack(
                "<h", round(level * sum(math.sin(math.tau * tone * n / rate) for tone in chord))
            )
    target = io.BytesIO()
    with wave.open(target, "wb") as sound:
        sound.setparams((1, 2, rate, 0, "NONE", "not compressed"))
        sound.writeframes(bytes(samples))
    return target.getvalue()


def map_pdf() -> bytes:
    """A one-page map of the way to the forum, A4, labelled in both languages (Pillow’s own font has no accents)."""
    page = Image.new("RGB", (1240, 1754), "white")
    pen = ImageDraw.Draw(page)
    title, label = ImageFont.load_default(54), ImageFont.load_default(34)
    pen.rectangle((90, 90, 330, 104), fill=SUN)
    pen.text((90, 130), "Forum : le plan / The map", INK, title)
    pen.rectangle((90, 260, 1150, 1640), fill=SAND)
    pen.line([(90, 1420), (560, 1180), (700, 760), (1150, 520)], fill="white", width=44, joint="curve")
    pen.line([(560, 1180), (1150, 1320)], fill="white", width=30)
    for x, y in [
        (220, 420),
        (330, 560),
        (250, 760),
        (900, 900),
        (1010, 1010),
        (820, 1080),
        (960, 1480),
        (300, 1560),
    ]:
        _pine(pen, x, y, 110, LEAF)
    places = (
        ((700, 760), "Auditorium", PETROL),
        ((560, 1180), "Bus", INK),
        ((960, 1276), "Parking / Car park", INK),
        ((930, 628), "Salle de presse / Press room", PETROL),
    )
    for (x, y), name, colour in places:
        _disc(pen, x, y, 24, colour)
        pen.text((x, y + 36), name, colour, label, anchor="ma")
    return _pdf(page, "Forum : le plan / The map")


def card_pdf(number: str) -> bytes:
    """What an applicant sends as a proof: a press card that is visibly nobody’s, with its number."""
    page = Image.new("RGB", (640, 400), SAND)
    pen = ImageDraw.Draw(page)
    pen.rectangle((0, 0, 640, 90), fill=PETROL)
    pen.text((30, 24), "PRESSE / PRESS", "white", ImageFont.load_default(36))
    pen.rectangle((30, 130, 190, 340), fill=PAPER)
    pen.text((220, 200), "SPECIMEN", INK, ImageFont.load_default(60))
    pen.text((220, 290), number, INK, ImageFont.load_default(30))
    return _pdf(page, "Specimen")


def _pdf(page: Image.Image, title: str) -> bytes:
    target = io.BytesIO()
    page.save(target, "PDF", resolution=150, title=title, creationDate=None, modDate=None)
    return target.getvalue()


def _disc(pen: Pen, x: float, y: float, radius: float, colour) -> None:
    pen.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)


def _arc(start: tuple[int, int], end: tuple[int, int]) -> list[tuple[float, float]]:
    """A line from one point to the other that bulges upwards."""
    (x0, y0), (x1, y1) = start, end
    bulge = math.dist(start, end) / 4
    steps = [step / 40 for step in range(41)]
    return [(x0 + (x1 - x0) * t, y0 + (y1 - y0) * t - bulge * 4 * t * (1 - t)) for t in steps]


def _sky(pen: Pen, low: tuple[int, int, int], high: tuple[int, int, int]) -> None:
    for y in range(0, HEIGHT * FINER, 8):
        pen.rectangle((0, y, WIDTH * FINER, y + 8), fill=_mix(high, low, y / (HEIGHT * FINER)))


def _mix(one: tuple[int, int, int], other: tuple[int, int, int], share: float) -> tuple[int, int, int]:
    return tuple(round(a + (b - a) * share) for a, b in zip(one, other, strict=True))


def _warmth(share: float) -> tuple[int, int, int]:
    """From yellow (0) over sand to petrol (1)."""
    yellow, sand, petrol = (247, 187, 10), (242, 232, 205), (11, 79, 92)
    return _mix(yellow, sand, share * 2) if share < 0.5 else _mix(sand, petrol, share * 2 - 1)


def _pine(pen: Pen, x: float, foot: float, height: float, colour) -> None:
    """A bare trunk under a flat crown."""
    top = foot - height
    pen.line([(x, foot), (x + height / 20, top + height / 4)], fill=colour, width=max(4, round(height / 16)))
    for shift, rise, reach in ((-0.24, 0.24, 0.26), (0.26, 0.22, 0.27), (0, 0.1, 0.34)):
        middle, level = x + shift * height, top + rise * height
        pen.ellipse(
            (middle - reach * height, level - height / 9, middle + reach * height, level + height / 9),
            fill=colour,
        )
