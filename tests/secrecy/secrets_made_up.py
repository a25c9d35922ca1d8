"""Made-up secrets of every form: put together here, so that no file of ours holds one."""

from __future__ import annotations

import re
import string

from hypothesis import strategies as st

DIGITS, LOWER, UPPER = string.digits, string.ascii_lowercase, string.ascii_uppercase
WORDY = LOWER + UPPER + DIGITS


def mixed(length: int) -> st.SearchStrategy[str]:
    """Random letters of both cases and digits, some of each, and nothing that looks like a placeholder."""
    rest = st.text(WORDY, min_size=length - 4, max_size=length - 4)
    return rest.map(lambda text: f"Zq7{text}k").filter(looks_random)


def looks_random(text: str) -> bool:
    """Whether nothing in a text says that it stands for something else."""
    return not re.search(r"(?i)(.)\1\1|your|change|example|dummy", text)


FORMS = {
    "Slack's webhook": mixed(24).map(
        lambda text: "https://hooks.slack.com/" + f"services/T0{text[:8]}/B0{text[:8]}/{text}"
    ),
    "Slack's token": mixed(24).map(lambda text: "xox" + f"b-{text}"),
    "AWS": st.text(UPPER + "234567", min_size=16, max_size=16)
    .filter(looks_random)
    .map(lambda text: "AK" + f"IA{text}"),
    "GitHub": mixed(36).map(lambda text: "gh" + f"p_{text}"),
    "GitLab": mixed(20).map(lambda text: "glp" + f"at-{text}"),
    "Google": mixed(35).map(lambda text: "AI" + f"za{text}"),
    "OpenAI": mixed(40).map(lambda text: "sk" + f"-proj-{text}"),
    "Grafana": mixed(32).map(lambda text: "gl" + f"sa_{text}"),
    "JSON web token": mixed(24).map(lambda text: "ey" + f"J{text}.ey" + f"J{text}.{text}"),
}
"""A strategy for the secrets of each issuer."""

ANY_FORM = st.one_of(*FORMS.values())
PASSWORDS = mixed(12)
HEX = st.text("0123456789abcdef", min_size=32, max_size=32).filter(looks_random)
