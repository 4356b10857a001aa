"""What went wrong at the Hub, in words that say what to do."""

from huggingface_hub.errors import OfflineModeIsEnabled
from requests import RequestException

from .problems import PublishError, Unreachable


FULL = ("quota", "storage", "limit reached", "payment", "billing")


def explained(error: Exception, endpoint: str, what: str) -> PublishError:
    """The error of a request as an error in words.

    Args:
        what: the repository, or whatever the request was about.
    """
    cause: BaseException = error
    # huggingface_hub wraps what stopped a transfer.
    while cause.__cause__ is not None and not isinstance(cause, RequestException):
        cause = cause.__cause__
    if isinstance(cause, OfflineModeIsEnabled):
        return Unreachable(f"{what}: HF_HUB_OFFLINE forbids asking {endpoint}; unset it")
    response = getattr(cause, "response", None)
    if response is not None:
        said = str(getattr(cause, "server_message", None) or response.headers.get("X-Error-Message") or "").strip()
        quoted = f", '{said}'" if said else ""
        advice = advice_on(response.status_code, said, endpoint)
        return PublishError(f"{what}: the Hub answered {response.status_code}{quoted}: {advice}")
    if isinstance(cause, RequestException):
        return Unreachable(
            f"{what}: {endpoint} cannot be reached, or the connection broke ({type(cause).__name__}): check network, "
            "HF_ENDPOINT and proxy, then run the same command again"
        )
    advice = f": {no_room(endpoint)}" if is_full(str(error)) else ""
    return PublishError(f"{what}: {error}{advice}")


def advice_on(status: int, said: str, endpoint: str) -> str:
    """What to do about an answer with this status and message."""
    tokens = f"{endpoint}/settings/tokens"
    if status in (402, 413, 507) or (status == 403 and is_full(said)):
        return no_room(endpoint)
    if status >= 500:
        return "that is a fault of the Hub; run the same command again later"
    return {
        401: f"the token is not valid; make one that can write at {tokens}, then `hf auth login`, or set HF_TOKEN",
        403: f"the token may not write there; give it that permission at {tokens}",
        404: "it is not there, or the token may not see it; compare the name, and the token's permissions",
        409: "the name is taken, or somebody is changing it; look at its page, choose another name if it is not yours",
        412: "somebody committed in between; look at what, then run the same command again",
        429: "too many requests; run the same command again in some minutes",
    }.get(status, "no answer that is known here; look at the page of the repository")


def is_full(said: str) -> bool:
    return any(word in said.lower() for word in FULL)


def no_room(endpoint: str) -> str:
    return f"the account has no room left; make some, or see {endpoint}/settings/billing"
