"""What a person can ask for with a click."""

from enum import Enum


class Action(Enum):
    """What a person can ask for with a click; some of them mend an error."""

    CARD = "card"
    REFRESH = "refresh"
    HISTORY = "history"
    SETTINGS = "settings"
    UNLOCK = "unlock"
    STATUS_PAGE = "status page"
    DASHBOARD = "dashboard"
    SNOOZE_HOUR = "snooze an hour"
    SNOOZE_MORNING = "snooze until tomorrow morning"
    SNOOZE_TOP_UP = "snooze until the next top-up"
    RESUME = "resume"
    ABOUT = "about"
    QUIT = "quit"
