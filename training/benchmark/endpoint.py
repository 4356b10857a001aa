"""Hosted models: OpenAI's chat and completion interfaces, and Hugging Face's text-generation-inference.

The URL says which interface is spoken, and after `#` the model's name:

    https://host/v1#name                    chat completions, as .../v1/chat/completions#name
    https://host/v1/completions#name        completions, with the conversation as plain text
    https://host/generate                   text-generation-inference, plain text
    https://host#name                       asked: chat completions if it answers to /v1/models, else Inference
                                            Endpoints' own interface, at the very URL

A key is taken from the environment variable ODIN_ENDPOINT_KEY and from nowhere else, and is written nowhere.
"""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from email.utils import parsedate_to_datetime
from threading import Event
from urllib.parse import urlsplit

import httpx
import numpy as np
from tqdm import tqdm

from training.checkpoint import CheckpointError

from .decoding import Decoding
from .local_models import PLAIN_STOP, first_line, render_plain, versions


KEY = "ODIN_ENDPOINT_KEY"
PASSING = {408, 409, 425, 429, 500, 502, 503, 504, 529}  # statuses that may be better the next time


class EndpointError(CheckpointError):
    """An endpoint cannot be asked, or does not answer as its interface says."""


class _Passing(Exception):
    """What may be better the next time; `wait` seconds if the server has said so."""

    def __init__(self, message: str, wait: float | None = None):
        super().__init__(message)
        self.wait = wait


@dataclass(frozen=True)
class Patience:
    """How much an endpoint is forgiven.

    Attributes:
        attempts: requests for one answer.
        timeout: seconds for one request.
        first_wait: seconds before the second attempt, doubled each time, plus up to as much again by chance.
        longest_wait: seconds at most, also where the server asks for more.
    """

    attempts: int = 6
    timeout: float = 300.0
    first_wait: float = 1.0
    longest_wait: float = 60.0


class Endpoint:
    """A hosted model. The calculator needs the model's next token and cannot be had here.

    Args:
        url: see the module.
        concurrency: requests at a time.
        patience: what happens when one fails.

    Raises:
        EndpointError: the URL is none, holds a password, or nobody answers there.
    """

    def __init__(self, url: str, concurrency: int = 8, patience: Patience = Patience()):
        parts = urlsplit(url)
        if parts.username or parts.password:
            raise EndpointError(f"a URL must not hold a password, it would be written into reports: set {KEY} instead")
        if not parts.hostname:
            raise EndpointError(f"'{url}' is no URL of a host: expected https://host/v1#model-name")
        self.model = parts.fragment or None
        self.url = parts._replace(fragment="").geturl().rstrip("/")
        self.concurrency, self.patience = concurrency, patience
        key = os.environ.get(KEY)
        self.client = httpx.Client(
            timeout=httpx.Timeout(patience.timeout, connect=min(30.0, patience.timeout)),
            headers={"Authorization": f"Bearer {key}"} if key else {},
            limits=httpx.Limits(max_connections=concurrency),
        )
        self.interface, self.url = self._recognise(parts.path.rstrip("/"))
        self.name = self.model or parts.netloc
        self.length_key = "max_tokens"

    def _recognise(self, path: str) -> tuple[str, str]:
        """Interface and address to post to; asks the server, so that an address where nobody is shows at once."""
        models = None
        try:
            models = self.client.get(self.url if path else f"{self.url}/v1/models", timeout=10.0)
        except (httpx.ReadTimeout, httpx.RemoteProtocolError):
            pass  # somebody is there, and may understand a real question better
        except httpx.HTTPError as error:
            raise EndpointError(f"nobody answers at '{self.url}': {first_line(error)}") from error
        if path.endswith("/chat/completions"):
            return "chat", self.url
        if path.endswith("/completions"):
            return "completions", self.url
        if path.endswith("/v1"):
            return "chat", f"{self.url}/chat/completions"
        if not path and models is not None and models.status_code in (200, 401, 403):
            return "chat", f"{self.url}/v1/chat/completions"
        return "generate", self.url

    def describe(self) -> dict:
        return {
            "kind": "endpoint",
            "name": self.name,
            "url": urlsplit(self.url)._replace(query="").geturl(),
            "interface": self.interface,
            "model": self.model,
            "prompts": "chat" if self.interface == "chat" else "plain",
            # What is not known of a model behind a URL is said, not guessed.
            "parameters": None,
            "dtype": None,
            "device": None,
            "files": None,
            "calculator": False,
            "versions": versions("httpx"),
        }

    def answer(
        self, conversations: Sequence[list[dict]], decoding: Decoding, progress: bool = False
    ) -> list[list[str]]:
        """`decoding.samples` texts for each conversation; `batch_size` bounds the requests at a time.

        Draws are left to the server, which is sent a seed for each (seed, conversation, sample).

        Raises:
            EndpointError: an answer could not be had; the message says why.
            ValueError: the calculator is asked for.
        """
        if decoding.calculator:
            raise ValueError(f"{self.name} is behind a URL: the calculator works for local models only")
        if self.interface != "chat":
            decoding = replace(decoding, stop=(*decoding.stop, PLAIN_STOP))
        jobs = [(item, sample) for item in range(len(conversations)) for sample in range(decoding.drawn)]
        texts: dict[tuple[int, int], str] = {}
        failed = Event()
        with (
            ThreadPoolExecutor(min(self.concurrency, decoding.batch_size)) as pool,
            tqdm(total=len(jobs), desc=self.name, unit=" answers", disable=not progress) as bar,
        ):
            tasks = [
                pool.submit(self.ask, self.payload(conversations[item], decoding, item, sample), decoding.stop, failed)
                for item, sample in jobs
            ]
            try:
                for job, task in zip(jobs, tasks, strict=True):
                    texts[job] = task.result()
                    bar.update()
            except BaseException:
                failed.set()
                pool.shutdown(cancel_futures=True)
                raise
        return [
            [texts[item, sample % decoding.drawn] for sample in range(decoding.samples)]
            for item in range(len(conversations))
        ]

    def payload(self, messages: list[dict], decoding: Decoding, item: int, sample: int) -> dict:
        """The body of a request."""
        drawn = decoding.temperature > 0
        # 31 bits: what all servers take as a seed.
        seed = int(np.random.SeedSequence([decoding.seed, item, sample]).generate_state(1)[0]) >> 1
        if self.interface == "generate":
            parameters: dict = {
                "max_new_tokens": decoding.max_new_tokens,
                "do_sample": drawn,
                "return_full_text": False,
            }
            parameters["stop"] = list(decoding.stop)
            if drawn:
                parameters |= {"temperature": decoding.temperature, "seed": seed}
                parameters |= {"top_p": decoding.top_p} if decoding.top_p < 1 else {}  # the server refuses 1
            return {"inputs": render_plain(messages), "parameters": parameters}
        body: dict = {"max_tokens": decoding.max_new_tokens, "temperature": decoding.temperature}
        body |= {"messages": messages} if self.interface == "chat" else {"prompt": render_plain(messages)}
        body |= {"model": self.model} if self.model else {}
        body |= {"stop": list(decoding.stop)} if decoding.stop else {}
        return body | ({"top_p": decoding.top_p, "seed": seed} if drawn else {})

    def ask(self, payload: dict, stop: Sequence[str], failed: Event) -> str:
        """One answer, after as many attempts as patience allows, and no more of them once `failed` is set."""
        for attempt in range(1, self.patience.attempts + 1):
            try:
                text = self._post(payload)
                return text[: min((place for place in map(text.find, stop) if place >= 0), default=len(text))]
            except _Passing as error:
                if attempt == self.patience.attempts or failed.is_set():
                    raise EndpointError(f"'{self.url}' failed {attempt} times, at last: {error}") from error
                wait = self.patience.first_wait * 2 ** (attempt - 1)
                failed.wait(min(error.wait or wait * (1 + random.random()), self.patience.longest_wait))
        raise AssertionError("unreachable")

    def _post(self, payload: dict) -> str:
        if "max_tokens" in payload and self.length_key != "max_tokens":
            payload = {self.length_key if key == "max_tokens" else key: value for key, value in payload.items()}
        try:
            response = self.client.post(self.url, json=payload)
        except httpx.TimeoutException as error:
            raise _Passing(f"no answer within {self.patience.timeout:g} seconds") from error
        except httpx.HTTPError as error:
            raise _Passing(first_line(error)) from error
        if response.status_code == 400 and "max_completion_tokens" in response.text and "max_tokens" in payload:
            self.length_key = "max_completion_tokens"  # newer servers of the same interface call it so
            return self._post(payload)
        if response.status_code in PASSING:
            wait = retry_after(response.headers.get("retry-after"))
            raise _Passing(f"status {response.status_code}, {shortened(response.text)}", wait)
        if response.status_code != 200:
            hint = f" (set {KEY})" if response.status_code in (401, 403) else ""
            raise EndpointError(
                f"'{self.url}' refuses with status {response.status_code}{hint}: {shortened(response.text)}"
            )
        try:
            return self._text(response.json())
        except (json.JSONDecodeError, UnicodeDecodeError, LookupError, TypeError) as error:
            raise _Passing(f"not an answer of the interface '{self.interface}': {shortened(response.text)}") from error

    def _text(self, body) -> str:
        if self.interface == "generate":
            text = (body[0] if isinstance(body, list) else body)["generated_text"]
        elif self.interface == "chat":
            # A model that found nothing to say sends null.
            text = body["choices"][0]["message"]["content"] or ""
        else:
            text = body["choices"][0]["text"]
        if not isinstance(text, str):
            raise TypeError("the text is none")
        return text if self.interface == "chat" else text.removeprefix(" ")


def retry_after(value: str | None) -> float | None:
    """Seconds that a server asks to wait, given as such or as a date."""
    if value is None:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return None


def shortened(text: str, length: int = 200) -> str:
    """The beginning of a text, on one line."""
    text = " ".join(text.split())
    return (text[:length] + "...") if len(text) > length else text or "an empty body"
