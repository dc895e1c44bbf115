"""All HTTP manners in one place: honest name, pauses, limits, refusals; the answer is content or an error.

Names are resolved and checked by `nftd.net`; no proxy, cookie or credential is taken from the environment. A
challenge page, a login page, robots.txt or any other refusal by the site is an error and never evaded.
"""

from nftd.http.answer import CODECS, Answer, replayed
from nftd.http.download import Downloads, Part, Tell
from nftd.http.limits import HttpLimits, user_agent
from nftd.http.session import HttpSession
from nftd.pages import PageStore, StoredPage

__all__ = [
    "CODECS",
    "Answer",
    "Downloads",
    "HttpLimits",
    "HttpSession",
    "PageStore",
    "Part",
    "StoredPage",
    "Tell",
    "replayed",
    "user_agent",
]
