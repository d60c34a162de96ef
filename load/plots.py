"""The plots of a run, as SVG: what people look at before they read a number.

Colours are legible on light and dark ground; INK and GRID are what a page may replace by its own. Texts are English; a
Chinese twin lies hidden behind each (class `w-zh`), which a page may show in its place.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from html import escape, unescape
from io import StringIO
from typing import Any

from matplotlib import rc_context
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from load.capacity import Capacity, Tried
from load.figures import Figures
from load.series import Slot
from load.spread import curve, percentiles, summed
from load.stories import STORIES
from load.topics import CAME, LAG, LEFT, LETTER, PROBE, PURCHASE, TURNED_AWAY
from reports.load import GRID, INK, Plot
from reports.twins import name as name_of
from reports.twins import twin

BLUE, GREEN, ORANGE, RED, GREY = "#3b82c4", "#2f9e5f", "#d9822b", "#c8443c", "#8a949e"
COLOURS = (BLUE, ORANGE, GREEN, "#8e5bb5", RED, "#2a9d9d", "#b5763b", GREY, "#c25b93", "#6b8e23", "#5b6bb5")
SIZE = (7.4, 3.3)  # inches
ROW = 15  # points of one row of a legend
POINTS = 240  # of one percentile curve
SHOWN = (("longest", 100.0, GREY), ("p99", 99.0, RED), ("p95", 95.0, BLUE), ("p50", 50.0, GREEN))
SHORTEST = 1e-4  # seconds; what is shorter is not looked at
UNITS = ((1.0, "s"), (60.0, "min"), (3600.0, "h"))
_STYLE: Any = {
    "svg.fonttype": "none",
    "font.sans-serif": ["DejaVu Sans"],
    "font.size": 10,
    "axes.titlesize": 11.5,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.edgecolor": GRID,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "axes.spines.top": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": GRID,
    "grid.linewidth": 0.6,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "lines.linewidth": 1.4,
    "legend.frameon": False,
    "legend.fontsize": 9.5,
}

_TEXT = re.compile(r"<text( [^>]*)>([^<]*)</text>")

Draw = Callable[[Any], int]
"""Draws on axes of matplotlib; gives the number of rows of the legend."""


def plots(figures: Figures, capacity: Capacity | None = None) -> Iterator[Plot]:
    """Every plot for which there is something to show. The same figures make the same text."""
    slots = list(figures.series)
    metric = next((name for name in (PURCHASE, *figures.metrics) if figures.samples(name)), None)
    if metric is None:
        return
    yield _plot(
        "latency",
        f"Latency of {metric} over time, from the intended start",
        ("load.latency", "load.growth"),
        lambda axes: _latency(axes, slots, metric),
    )
    yield _plot("arrivals", "Arrivals and completions", (), lambda axes: _arrivals(axes, slots))
    yield _plot("success", "Success rate", ("load.success",), lambda axes: _success(axes, slots))
    yield _plot("percentiles", "Latency by percentile", ("load.latency",), lambda axes: _curves(axes, figures))
    if capacity is not None and capacity.probes:
        title = "Capacity: what was offered, what was completed, and how long it took"
        yield _plot("capacity", title, ("load.capacity",), lambda axes: _capacity(axes, figures, capacity))
    yield _plot("lag", "The generator itself", (), lambda axes: _lag(axes, slots, len(figures.engines)))


def _latency(axes: Any, slots: Sequence[Slot], metric: str) -> int:
    """Percentiles of what ended in each slot."""
    seen = [(slot, slot.histogram(metric)) for slot in slots]
    shown = [percent for _, percent, _ in SHOWN]
    rows = [(slot, percentiles(histogram, *shown)) for slot, histogram in seen if histogram.get_total_count()]
    times = _times(axes, [slot for slot, _ in rows], slots)
    for index, (name, _, colour) in enumerate(SHOWN):
        axes.plot(times, [values[index] for _, values in rows], color=colour, label=name)
    _logarithmic(axes.yaxis, axes.set_yscale, "latency", _duration)
    return _legend(axes, 4)


def _arrivals(axes: Any, slots: Sequence[Slot]) -> int:
    """What an open schedule asks for, beside what the target gave."""
    times = _times(axes, slots, slots)
    inside = axes.twinx()
    inside.fill_between(times, [slot.inside for slot in slots], color=GREY, alpha=0.2, linewidth=0, label="inside")
    inside.set_ylabel("stories inside")
    inside.set_ylim(bottom=0)
    inside.grid(visible=False)
    axes.set_zorder(inside.get_zorder() + 1)
    axes.patch.set_visible(False)
    for what, name, colour in ((CAME, "arrivals", BLUE), (LEFT, "completions", ORANGE)):
        axes.plot(times, [slot.count(what) / slot.seconds for slot in slots], color=colour, label=name)
    axes.set_ylabel("stories a second")
    axes.set_ylim(bottom=0)
    return _legend(axes, 3, inside)


def _success(axes: Any, slots: Sequence[Slot]) -> int:
    """Of the stories that ended in each slot, those that went well; who was turned away was not served."""
    over = [(slot, slot.count(LEFT)) for slot in slots if slot.count(LEFT)]
    bad = [slot.failed(STORIES) + slot.count(TURNED_AWAY) for slot, _ in over]
    shares = [100 * max(0, left - lost) / left for (_, left), lost in zip(over, bad, strict=True)]
    times = _times(axes, [slot for slot, _ in over], slots)
    axes.fill_between(times, shares, 100, color=RED, alpha=0.18, linewidth=0)
    axes.plot(times, shares, color=GREEN)
    axes.set_ylabel("stories that went well (%)")
    axes.set_ylim(min([95.0, *(share - 3 for share in shares)]), 100.5)
    return 0


def _curves(axes: Any, figures: Figures) -> int:
    """One line for each story, over how rare a longer one is; the generator's own lag beside them."""
    shown = [name for name in (*STORIES, LETTER) if figures.samples(name)]
    for name, colour in zip(shown, COLOURS, strict=False):
        rare, took = _thinned(figures, name)
        axes.plot(rare, took, color=colour, label=name)
    if figures.samples(LAG):
        axes.plot(*_thinned(figures, LAG), color=GREY, linestyle=":", label="generator's own lag")
    axes.set_ylim(bottom=SHORTEST)
    _logarithmic(axes.yaxis, axes.set_yscale, "latency", _duration)
    _logarithmic(axes.xaxis, axes.set_xscale, "percentile", _percentile)
    return _legend(axes, 4)


def _capacity(axes: Any, figures: Figures, capacity: Capacity) -> int:
    """Each probe: below the limit as much is completed as is offered, beyond it the wait grows."""
    numbered = sorted(enumerate(capacity.probes), key=lambda pair: pair[1].rate)
    probes = [(number, tried) for number, tried in numbered if not tried.void]
    rates = [tried.rate for _, tried in probes]
    alone = min((tried.measured.halves[0].median for _, tried in probes), default=0.0)
    completed = [_completed(tried, alone) for _, tried in probes]
    waited = axes.twinx()
    waited.plot(rates, [_slow(figures, number) for number, _ in probes], "s--", color=ORANGE, ms=3, lw=0.9, label="p95")
    _logarithmic(waited.yaxis, waited.set_yscale, "p95 of the stories", _duration)
    waited.grid(visible=False)
    axes.plot(rates, rates, color=GREY, linestyle=":", label="as many as were offered")
    axes.plot(rates, completed, "o-", color=BLUE, ms=3.5, label="completed")
    if capacity.low is not None:
        high = capacity.high or capacity.low * 1.01
        axes.axvspan(capacity.low, high, color=GREEN, alpha=0.25, linewidth=0, label="the limit")
    axes.set_xlabel("stories offered a second")
    axes.set_ylabel("stories completed a second")
    axes.set_ylim(bottom=0)
    return _legend(axes, 4, waited)


def _completed(tried: Tried, alone: float) -> float:
    """Stories a second. One that broke was busy until its last story had ended, `alone` being how long one takes."""
    return tried.stories / (tried.seconds + max(0.0, tried.worst - alone)) if tried.broken else tried.rate


def _slow(figures: Figures, probe: int) -> float:
    """p95 of the stories of a probe, which has two stages of the day."""
    stages = (f"{PROBE}.{2 * probe}", f"{PROBE}.{2 * probe + 1}")
    return percentiles(summed(figures.histogram(stage) for stage in stages), 95)[0] or SHORTEST


def _lag(axes: Any, slots: Sequence[Slot], engines: int) -> int:
    """How late it was, and how much of its processor it used: beyond a whole core it measures itself."""
    times = _times(axes, slots, slots)
    used = axes.twinx()
    shares = [100 * slot.processor / slot.seconds / max(1, engines) for slot in slots]
    used.fill_between(times, shares, color=GREY, alpha=0.2, linewidth=0, label="processor")
    used.set_ylabel("of a core, each engine (%)")
    used.set_ylim(0, max([100.0, *shares]))
    used.grid(visible=False)
    axes.set_zorder(used.get_zorder() + 1)
    axes.patch.set_visible(False)
    late = [slot for slot in slots if slot.lag]
    axes.plot(_times(axes, late, slots), [slot.lag for slot in late], color=BLUE, label="worst lag")
    _logarithmic(axes.yaxis, axes.set_yscale, "lag", _duration)
    return _legend(axes, 2, used)


# the drawing board


def _plot(name: str, title: str, topics: tuple[str, ...], draw: Draw) -> Plot:
    """Whoever looks at the run as a whole finds it there, too."""
    with rc_context(_STYLE | {"svg.hashsalt": name}):
        figure = Figure(figsize=SIZE, layout="constrained")
        axes = figure.add_subplot()
        axes.set_title(title, pad=8 + ROW * draw(axes))
        text = StringIO()
        figure.savefig(text, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    return Plot(name, title, _element(text.getvalue(), name, title), (*topics, "load.generator"))


def _element(document: str, name: str, title: str) -> str:
    """The drawing as one element, so that it may stand in a page or in a file of its own."""
    element = document[document.index("<svg") :].strip()
    element = re.sub(r"<metadata>.*?</metadata>\s*", "", element, flags=re.DOTALL)
    element = re.sub(r"<!--.*?-->\s*", "", element, flags=re.DOTALL)
    element = element.replace("'DejaVu Sans'", "system-ui, 'DejaVu Sans'")
    element = _TEXT.sub(partial(_in_both, name, title), element)
    return element.replace("<svg ", f'<svg role="img" aria-labelledby="{name}-title" ', 1)


def _in_both(name: str, title: str, found: re.Match[str]) -> str:
    """A text with its Chinese twin behind it, hidden by an attribute, than which a page's style is stronger."""
    attributes, text = found.groups()
    english = unescape(text)
    chinese = name_of(english) or twin(english)
    both = found[0]
    if chinese is not None:
        hidden = f'<text class="w-zh" lang="zh" display="none"{attributes}>{escape(chinese)}</text>'
        both = f'<text class="w-en"{attributes}>{text}</text>{hidden}'
    return f'<g id="{name}-title">{both}</g>' if english == title else both


def _times(axes: Any, slots: Iterable[Slot], every: Sequence[Slot]) -> list[float]:
    """The middles of slots, in the unit that suits the whole run."""
    whole = every[-1].begin + every[-1].seconds
    unit, name = next((each for each in UNITS if whole / each[0] <= 300), UNITS[-1])
    axes.set_xlabel(f"time since the beginning ({name})")
    axes.set_xlim(0, whole / unit)
    return [(slot.begin + slot.seconds / 2) / unit for slot in slots]


def _thinned(figures: Figures, metric: str) -> tuple[list[float], list[float]]:
    """How rare it is that it takes longer (one in so many), and how long it takes; no more points than can be seen."""
    histogram = figures.histogram(metric)
    total = int(histogram.get_total_count())
    points = [(1 / max(1 - share, 1 / total), took) for took, share in curve(histogram)]
    step = points[-1][0] ** (1 / POINTS)
    kept, least = [(1.0, points[0][1])], 1.0
    for rare, took in points:
        if rare >= least:
            kept.append((rare, took))
            least = rare * step
    return [rare for rare, _ in kept], [took for _, took in kept]


def _logarithmic(axis: Any, scale: Callable[[str], None], label: str, tell: Callable[[float], str]) -> None:
    scale("log")
    axis.set_label_text(label)
    low, high = axis.get_view_interval()
    axis.set_major_locator(LogLocator(subs=(1, 2, 5) if high < 300 * low else (1,)))
    axis.set_minor_locator(NullLocator())
    axis.set_major_formatter(FuncFormatter(lambda value, _: tell(value)))


def _duration(seconds: float) -> str:
    for unit, name in ((1.0, "s"), (1e-3, "ms")):
        if seconds >= unit:
            return f"{seconds / unit:g} {name}"
    return f"{seconds / 1e-6:g} µs"


def _percentile(rare: float) -> str:
    return f"{100 * (1 - 1 / rare):.10g} %" if rare >= 1 else ""


def _legend(axes: Any, columns: int, beside: Any = None) -> int:
    lines, names = axes.get_legend_handles_labels()
    if beside is not None:
        more, others = beside.get_legend_handles_labels()
        lines, names = lines + more, names + others
    axes.legend(lines, names, loc="lower left", bbox_to_anchor=(0, 1), borderaxespad=0.2, ncols=columns)
    return -(-len(names) // columns)
