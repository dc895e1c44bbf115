"""A source's options from configuration, checked one by one; every fault is a BadRule that names its option."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import NoReturn

from scrapers.address import resolve
from scrapers.errors import BadRule


class Options:
    """The options of the source `name`: each is taken once, and `close` refuses what nobody took."""

    def __init__(self, name: str, given: Mapping[str, object]) -> None:
        self.name = name
        self._given = given
        self._known: list[str] = []

    def whole(self, option: str, default: int, most: int = 1_000_000, least: int = 1) -> int:
        value = self._take(option, default)
        if type(value) is not int or not least <= value <= most:
            self._refuse(option, f"a whole number from {least} to {most} is needed")
        return value

    def flag(self, option: str, default: bool) -> bool:
        value = self._take(option, default)
        if not isinstance(value, bool):
            self._refuse(option, "true or false is needed")
        return value

    def words(self, option: str) -> tuple[str, ...]:
        """A list of texts, empty where the option is not given."""
        value = self._take(option, [])
        if not isinstance(value, list | tuple) or not all(isinstance(word, str) and word.strip() for word in value):
            self._refuse(option, "a list of texts is needed")
        return tuple(word.strip() for word in value)

    def some_of(self, option: str, choices: Mapping[str, object]) -> tuple[str, ...]:
        """A list of names out of `choices`."""
        chosen = self.words(option)
        for word in chosen:
            if word not in choices:
                self._refuse(option, _hint(word, choices))
        return chosen

    def one_of(self, option: str, default: str, choices: Mapping[str, object]) -> str:
        value = self._take(option, default)
        if not isinstance(value, str) or value not in choices:
            self._refuse(option, _hint(str(value), choices))
        return value

    def address(self, option: str, default: str) -> str:
        """A web address without a slash at its end; an empty one takes the default."""
        value = self._take(option, default) or default
        if not isinstance(value, str) or resolve(value, "") is None:
            self._refuse(option, "an http or https address is needed")
        return value.rstrip("/")

    def key(self, credential: str) -> str:
        """The key of the interface, option `key`, which comes from the credential and never from configuration."""
        value = self._take("key", "")
        if not isinstance(value, str) or not value.strip():
            raise BadRule(
                f"source {self.name}: its interface asks for a key, give it as the credential {credential}",
                option="key",
                credential=credential,
            )
        if not value.strip().isascii() or not value.strip().isprintable():
            raise BadRule(f"source {self.name}: the credential {credential} is no key that fits a header", option="key")
        return value.strip()

    def close(self, *later: str) -> None:
        """Refuse the options that were given and never taken, nor are taken `later`."""
        for option in self._given:
            if option not in (*self._known, *later):
                hint = _hint(str(option), dict.fromkeys(self._known))
                raise BadRule(f"source {self.name}: no option {str(option)[:60]!r}: {hint}", option=str(option))

    def _take(self, option: str, default: object) -> object:
        self._known.append(option)
        return self._given.get(option, default)

    def _refuse(self, option: str, needed: str) -> NoReturn:
        shown = str(self._given.get(option))[:60]
        raise BadRule(f"source {self.name}: {option} = {shown!r}: {needed}", option=option)


def _hint(word: str, choices: Mapping[str, object]) -> str:
    near = get_close_matches(word, list(choices), n=1)
    return f"did you mean {near[0]!r}?" if near else f"known are {', '.join(sorted(choices))}"
