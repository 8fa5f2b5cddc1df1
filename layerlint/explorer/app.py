"""The explorer: layers, their files, and the Dockerfile, side by side."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from rich.text import Text
from textual.app import App, ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import DataTable, Footer, Input, Static, Tree
from textual.widgets.tree import TreeNode

from layerlint.domain.size import ZERO, Size
from layerlint.explorer.tree import Item, Order, layer_tree, rows, search
from layerlint.report import HiddenRecord, LayersReport, Origin
from layerlint.reporters.characters import one_line, printable
from layerlint.reporters.forecast import headline
from layerlint.reporters.size import short_size

MOST = 1000
"""Names of one folder that are listed; the rest is one line."""
ALL = "all"
"""Key of the row that stands for every layer."""


class Explorer(App[None]):
    """``report`` with its changes; ``source`` are the lines of the Dockerfile, empty where there is none."""

    TITLE: str | None = "layerlint"
    ENABLE_COMMAND_PALETTE: ClassVar[bool] = False
    CSS: ClassVar[str] = """
    #head { height: 1; padding: 0 1; text-style: bold; }
    #left { width: 46%; }
    #layers { height: 1fr; }
    #source { height: 1fr; border-top: solid $primary; }
    #files { width: 1fr; border-left: solid $primary; }
    #details { height: 4; padding: 0 1; border-top: solid $primary; }
    #search { display: none; dock: bottom; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("q", "quit", "quit"),
        Binding("tab", "focus_next", "next pane", show=False),
        Binding("h", "hidden", "hidden only"),
        Binding("s", "sort", "sort"),
        Binding("slash", "search", "search", key_display="/"),
        Binding("d", "to_line", "its line"),
        Binding("x", "to_hider", "what hid it"),
        Binding("a", "all_layers", "all layers"),
        Binding("escape", "leave", "back", show=False),
    ]

    def __init__(self, report: LayersReport, source: Iterable[str] = ()) -> None:
        super().__init__()
        self._report = report
        self._source = tuple(source)
        self._order = Order.SIZE
        self._hidden_only = False
        self._shown: tuple[int, ...] = tuple(layer.index for layer in report.layers)
        self._tree = layer_tree(report, self._shown)
        self._hidden: dict[str, list[HiddenRecord]] = {}
        for record in report.hidden:
            self._hidden.setdefault(record.path, []).append(record)

    # ------------------------------------------------------------------------- the panes

    def compose(self) -> ComposeResult:
        yield Static(Text(headline(self._report)), id="head")
        with Horizontal():
            with Vertical(id="left"):
                yield DataTable[Text](id="layers", cursor_type="row", zebra_stripes=True)
                if self._source:
                    yield DataTable[Text](id="source", cursor_type="row", show_header=False)
            with Vertical():
                yield Tree[Item](Text("/"), id="files")
                yield Static("", id="details")
        yield Input(placeholder="part of a path", id="search")
        yield Footer()

    def on_mount(self) -> None:
        layers = self._layers()
        layers.add_columns("layer", "adds", "hidden", "instruction")
        layers.add_row(
            Text(ALL),
            _amount(self._tree.bytes),
            _hidden(self._report.hidden_bytes),
            Text(one_line(f"all above FROM {self._report.base.reference}")),
            key=ALL,
        )
        for layer in self._report.layers:
            layers.add_row(
                Text(f"{layer.index + 1}{'' if layer.complete else '?'}"),
                _amount(layer.bytes),
                _hidden(layer.hidden),
                Text(one_line(layer.instruction)),
                key=str(layer.index),
            )
        if self._source:
            source = self.query_one("#source", DataTable)
            source.add_columns("line", "text")
            for number, line in enumerate(self._source, 1):
                source.add_row(Text(f"{number}", style="dim"), Text(printable(line)), key=str(number))
        self._fill()
        layers.focus()

    def _layers(self) -> DataTable[Text]:
        return self.query_one("#layers", DataTable)

    def _files(self) -> Tree[Item]:
        return self.query_one("#files", Tree)

    # ------------------------------------------------------------------------ the files

    def _fill(self) -> None:
        """The tree of the layers that are shown, anew."""
        files = self._files()
        files.clear()
        files.root.data = self._tree
        files.root.set_label(self._label(self._tree))
        self._add(files.root, rows(self._tree, self._order, hidden_only=self._hidden_only))
        files.root.expand()

    def _add(self, node: TreeNode[Item], items: list[Item], *, whole: bool = False) -> None:
        for item in items[:MOST]:
            label = self._label(item, whole=whole)
            node.add(label, data=item, allow_expand=bool(item.children))
        if len(items) > MOST:
            node.add_leaf(Text(f"{len(items) - MOST} more", style="italic"))

    def _label(self, item: Item, *, whole: bool = False) -> Text:
        label = Text(f"{short_size(item.bytes):>12}  ")
        name = printable(item.path if whole else item.name)
        gone = item.bytes == item.hidden != ZERO
        style = (
            "red"
            if item.removed
            else "strike"
            if gone and not item.children
            else "bold"
            if item.children
            else ""
        )
        label.append(f"{name} (deleted here)" if item.removed else name, style)
        if item.hidden.likely:
            label.append(f"  {short_size(item.hidden)} hidden", "yellow")
        return label

    def on_tree_node_expanded(self, event: Tree.NodeExpanded[Item]) -> None:
        node = event.node
        if not node.children and node.data is not None:
            self._add(node, rows(node.data, self._order, hidden_only=self._hidden_only))

    def on_tree_node_highlighted(self, event: Tree.NodeHighlighted[Item]) -> None:
        item = event.node.data
        self.query_one("#details", Static).update(Text("") if item is None else self._details(item))

    def _details(self, item: Item) -> Text:
        text = Text(printable(item.path), style="bold")
        text.append(f"\n{short_size(item.bytes)}", "not bold")
        text.append(f", {item.kind}", "not bold")
        if item.layers:
            text.append(f", of {', '.join(map(self._named, item.layers))}", "not bold")
        if item.because:
            text.append(f"\n{one_line(item.because)}", "not bold")
        for record in self._hidden.get(item.path, ())[:1]:
            by = _origin(record.hidden_by)
            text.append(f"\n{short_size(record.bytes)} hidden: {record.kind} by {by}", "not bold yellow")
        return text

    def _named(self, layer: int) -> str:
        line = self._line(layer)
        return f"layer {layer + 1}" + (f" (line {line})" if line else "")

    def _line(self, layer: int) -> int:
        return next((each.line for each in self._report.layers if each.index == layer), 0)

    # ------------------------------------------------------------------------- the moves

    def on_data_table_row_highlighted(self, event: DataTable.RowHighlighted) -> None:
        if event.data_table.id != "layers" or event.row_key.value is None:
            return
        key = event.row_key.value
        every = tuple(layer.index for layer in self._report.layers)
        shown = every if key == ALL else (int(key),)
        if shown != self._shown:
            self._shown, self._tree = shown, layer_tree(self._report, shown)
            self._fill()
        if key != ALL:
            self._go_to(self._line(int(key)))

    def _go_to(self, line: int) -> None:
        if self._source and 0 < line <= len(self._source):
            self.query_one("#source", DataTable).move_cursor(row=line - 1)

    def action_hidden(self) -> None:
        self._hidden_only = not self._hidden_only
        self._fill()

    def action_sort(self) -> None:
        self._order = Order.NAME if self._order is Order.SIZE else Order.SIZE
        self._fill()

    def action_all_layers(self) -> None:
        self._layers().move_cursor(row=0)

    def action_search(self) -> None:
        field = self.query_one("#search", Input)
        field.display = True
        field.focus()

    def action_leave(self) -> None:
        field = self.query_one("#search", Input)
        field.display = False
        field.value = ""
        self._fill()
        self._files().focus()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.input.display = False
        if not event.value:
            self.action_leave()
            return
        files = self._files()
        files.clear()
        found = list(search(self._tree, event.value))
        files.root.set_label(Text(f"{len(found)} paths with {printable(event.value)}"))
        files.root.data = None
        self._add(files.root, found, whole=True)
        files.root.expand()
        files.focus()

    def action_to_line(self) -> None:
        """The Dockerfile line that made the path."""
        item = self._current()
        if item is not None and (layers := item.layers or _layers_below(item)):
            self._go_to(self._line(layers[-1]))

    def action_to_hider(self) -> None:
        """The Dockerfile line that hid the path, or the most of what is in it."""
        item = self._current()
        if item is None:
            return
        prefix = item.path.rstrip("/") + "/"
        records = [r for r in self._report.hidden if r.path == item.path or r.path.startswith(prefix)]
        if records:
            self._go_to(max(records, key=lambda record: record.bytes.likely).hidden_by.line or 0)

    def _current(self) -> Item | None:
        node = self._files().cursor_node
        return None if node is None else node.data


def _layers_below(item: Item) -> tuple[int, ...]:
    """Of the largest file in a folder that has no entry of its own."""
    while item.children:
        item = max(item.children.values(), key=lambda child: (child.bytes.likely, child.name))
    return item.layers


def _origin(origin: Origin) -> str:
    if origin.line:
        return f"line {origin.line}"
    return "the base" if origin.layer is None else f"layer {origin.layer + 1}"


def _amount(size: Size) -> Text:
    return Text(short_size(size), justify="right", style="dim" if size == ZERO else "")


def _hidden(size: Size) -> Text:
    return Text("" if size == ZERO else short_size(size), justify="right", style="yellow")
