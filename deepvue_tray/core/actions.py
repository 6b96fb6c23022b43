"""The actions of the user interface."""

from enum import Enum


class Action(Enum):
    """What a click can request; an error names the action that helps."""

    CARD = "card"
    REFRESH = "refresh"
    HISTORY = "history"
    SETTINGS = "settings"
    SET_UP = "set up"
    UNLOCK = "unlock"
    STATUS_PAGE = "status page"
    DASHBOARD = "dashboard"
    SNOOZE_HOUR = "snooze an hour"
    SNOOZE_MORNING = "snooze until tomorrow morning"
    SNOOZE_TOP_UP = "snooze until the next top-up"
    RESUME = "resume"
    ABOUT = "about"
    QUIT = "quit"
