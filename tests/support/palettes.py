"""The palettes of the desktops' themes, in which the contrast of every view is measured."""

from PySide6.QtGui import QColor, QPalette

from deepvue_tray.ui.color_scheme import dark_palette

Role, Group = QPalette.ColorRole, QPalette.ColorGroup

_THEMES = ("Adwaita", "Adwaita dark", "Breeze", "Breeze dark", "Fusion")
_COLOURS = """
Window                    #faf9f8   #323232   #eff0f1   #2a2e32   #efefef
Window.Disabled           #faf9f8   #323232   #fcfcfc   #31363b   #efefef
WindowText                #000000   #ffffff   #232629   #fcfcfc   #000000
WindowText.Inactive       #929595   #919190   #232629   #fcfcfc   #000000
WindowText.Disabled       #7d7c7c   #989898   #7e7e7e   #626c76   #bebebe
Base                      #faf9f8   #323232   #ffffff   #1b1e20   #ffffff
Base.Disabled             #faf9f8   #323232   #fcfcfc   #31363b   #efefef
AlternateBase             #eae9e8   #2f2f2f   #f7f7f7   #232629   #f7f7f7
Text                      #000000   #ffffff   #232629   #fcfcfc   #000000
Text.Disabled             #7d7c7c   #989898   #7e7e7e   #626c76   #bebebe
PlaceholderText           #646464   #9b9b9b   #707d8a   #a1a9b1   #80000000
Button                    #faf9f8   #323232   #fcfcfc   #31363b   #efefef
ButtonText                #000000   #ffffff   #232629   #fcfcfc   #000000
ButtonText.Disabled       #7d7c7c   #989898   #7e7e7e   #626c76   #bebebe
Light                     #ffffff   #3e3e3e   #ffffff   #181b1d   #ffffff
Midlight                  #ffffff   #383838   #ffffff   #25292c   #cacaca
Mid                       #ffffff   #383838   #a8a8a8   #41484e   #b8b8b8
Dark                      #dbdada   #2c2c2c   #7e7e7e   #626c76   #9f9f9f
Dark.Disabled             #dbdada   #2c2c2c   #7e7e7e   #626c76   #bebebe
Shadow                    #0c0c0c   #020202   #767676   #191919   #767676
Shadow.Disabled           #0c0c0c   #020202   #b1b1b1   #252525   #b1b1b1
Highlight                 #3584e4   #15539e   #3daee9   #3daee9   #308cc6
Highlight.Disabled        #3584e4   #15539e   #a8a8a8   #41484e   #919191
HighlightedText           #ffffff   #ffffff   #ffffff   #fcfcfc   #ffffff
HighlightedText.Disabled  #000000   #ffffff   #ffffff   #25292c   #ffffff
Link                      #0000ff   #308cc6   #2980b9   #1d99f3   #0000ff
LinkVisited               #ff00ff   #ff00ff   #9b59b6   #9b59b6   #ff00ff
ToolTipBase               #ffffdc   #ffffdc   #f7f7f7   #31363b   #ffffdc
ToolTipText               #000000   #000000   #232629   #fcfcfc   #000000
"""
"""What Qt 6.11 makes of GTK 3's and Plasma 5's themes, and its own style's light palette.

A row for each colour role, of the active window unless it names another group; a column for each
theme.
"""


def palette_of(
    background: str, text: str, *, base: str = "", highlight: str = "#15539e"
) -> QPalette:
    """Return a palette as a platform provides it, with a half transparent placeholder text.

    By default the selection is that of GNOME's dark theme.
    """
    scheme = QPalette(QColor(background))
    for role in (Role.Window, Role.Base, Role.Button, Role.ToolTipBase):
        scheme.setColor(role, QColor(background))
    scheme.setColor(Role.Base, QColor(base or background))
    for role in (Role.WindowText, Role.Text, Role.ButtonText, Role.ToolTipText):
        scheme.setColor(role, QColor(text))
    scheme.setColor(Role.Highlight, QColor(highlight))
    # The links of Qt's palette.
    scheme.setColor(Role.Link, QColor("#0000ff"))
    placeholder = QColor(text)
    placeholder.setAlpha(128)
    scheme.setColor(Role.PlaceholderText, placeholder)
    return scheme


def _theme(name: str) -> QPalette:
    palette = QPalette()
    for line in _COLOURS.split("\n")[1:-1]:
        role_and_group, *colours = line.split()
        role, _, group = role_and_group.partition(".")
        colour = QColor(colours[_THEMES.index(name)])
        if group:
            palette.setColor(Group[group], Role[role], colour)
        else:
            palette.setColor(Role[role], colour)
    return palette


THEMES = {name: _theme(name) for name in _THEMES} | {"Fusion dark": dark_palette()}
"""The themes that most people have, light and dark."""

SCHEMES = THEMES | {
    "light": palette_of("#efefef", "#000000"),
    "dark": palette_of("#323232", "#ffffff"),
    "black": palette_of("#000000", "#ffffff"),
    "white": palette_of("#ffffff", "#000000"),
    "solarized": palette_of("#fdf6e3", "#586e75"),
    "Yaru": palette_of("#fcfcfc", "#000000", highlight="#e95420"),
    "Yaru dark": palette_of("#2a2a2a", "#ffffff", highlight="#e95420"),
}
"""The same, and colours that other desktops and people choose."""
