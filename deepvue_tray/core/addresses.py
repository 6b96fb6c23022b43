"""The addresses of Deepvue's pages for people."""

DASHBOARD = "https://dashboard.deepvue.ai"
STATUS_PAGE = "https://status.deepvue.ai"
DOCUMENTATION = "https://docs.deepvue.ai"
