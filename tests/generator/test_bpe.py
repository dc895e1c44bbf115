"""The tokenizer: CLIP's numbers for CLIP's texts, and nothing that a stranger's text could do to it."""

from __future__ import annotations

import hashlib
import json
import random
import re
import time
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import generator.bpe
from generator.bpe import clean, split, tokenize, vocabulary
from generator.errors import BadCheckpoint

if TYPE_CHECKING:
    from transformers import CLIPTokenizer

START, END = 49406, 49407

# Alphabets that strings are drawn from; NFC, so that the oracle, which cleans less than OpenAI's program, agrees.
ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz ABCDEFG ' 0123456789 .,;:!?-–—()[]{}#@$%*+=/\\|~^_\"",
    "äöüßéèêçñ åøæœ ÄÖÜÉ ",
    "漢字かなカナ한국어 ไทย عربي עברית ",
    "😀🎨🖼👩‍🎨🏳🌈 ",
    "абвгд ЖЗИ αβγς ",
    "²½①٣४ ",
    "'s't're've'm'll'd ' s",
    "\t\n\r ",
)
WORDS = """a an the of in by painting photo picture Animal landscape portrait it's don't we'll they've I'm she'd Van
Gogh surrealism cubist hyper-realistic 4k 1920s #nft @artist (untitled) "Quoted" state-of-the-art émigré naïve 100%
$5.00""".split()


def strings(count: int, seed: int) -> list[str]:
    """Words, then characters of two alphabets at a time."""
    dice = random.Random(seed)
    sentences = [" ".join(dice.choices(WORDS, k=dice.randint(0, 14))) for _ in range(count // 2)]
    mixed = [
        "".join(dice.choices("".join(dice.sample(ALPHABETS, 2)), k=dice.randint(0, 40))) for _ in range(count // 2)
    ]
    return sentences + mixed


@pytest.fixture(scope="module")
def oracle() -> CLIPTokenizer:
    """`transformers` CLIPTokenizer with the same merges."""
    from transformers import CLIPTokenizer

    words = vocabulary()
    numbers = dict(words.numbers) | {"<|startoftext|>": words.start, "<|endoftext|>": words.end}
    return CLIPTokenizer(vocab=numbers, merges=list(words.ranks))


def test_known_sentences_have_the_numbers_that_clip_was_trained_with() -> None:
    numbers = tokenize(["a diagram", "a dog", "a cat", "a photo of a cat"]).tolist()
    assert numbers[0] == [START, 320, 22697, END, 0, 0, 0]
    assert numbers[1] == [START, 320, 1929, END, 0, 0, 0]
    assert numbers[2] == [START, 320, 2368, END, 0, 0, 0]
    assert numbers[3] == [START, 320, 1125, 539, 320, 2368, END]


def check_against(oracle: CLIPTokenizer, texts: list[str]) -> None:
    expected = oracle(texts, truncation=True, max_length=77)["input_ids"]
    for text, wanted in zip(texts, expected, strict=True):
        assert tokenize([text])[0].tolist() == wanted, repr(text)


def test_every_string_gets_the_numbers_of_another_implementation(oracle: CLIPTokenizer) -> None:
    check_against(oracle, strings(1000, seed=1))


@pytest.mark.slow
def test_a_hundred_thousand_strings_get_the_numbers_of_another_implementation(oracle: CLIPTokenizer) -> None:
    check_against(oracle, strings(100_000, seed=2))


def test_a_text_too_long_loses_its_end_as_in_the_other_implementation(oracle: CLIPTokenizer) -> None:
    check_against(oracle, ["a very long prompt " * 40, "x" * 290, "1" * 200, "漢" * 100, " ".join(WORDS * 3)])
    assert tokenize(["word " * 500, "short"]).shape == (2, 77)
    assert tokenize(["word " * 500], context_length=9)[0].tolist()[-1] == END


@pytest.mark.parametrize(
    ("foreign", "plain"),
    [
        ("Don\u2019t \u201cquote\u201d", 'don\'t "quote"'),
        ("\ufb01ne \uff21\uff22\uff23\uff01", "fine abc!"),
        ("cats &amp;amp; dogs &lt;3", "cats & dogs <3"),
        ("  many\t\n spaces\u3000here ", "many spaces here"),
        ("be\x00ll\x07 and\ufeff all", "bell and all"),
        ("cafe\u0301", "café"),
    ],
)
def test_foreign_characters_are_made_plain(foreign: str, plain: str) -> None:
    assert clean(foreign) == plain
    assert tokenize([foreign]).tolist() == tokenize([plain]).tolist()


def test_a_text_splits_into_contractions_letters_digits_and_the_rest() -> None:
    assert list(split("it's 2nd-rate: they'll!?")) == ["it", "'s", "2", "nd", "-", "rate", ":", "they", "'ll", "!?"]
    assert list(split("'quoted'")) == ["'", "quoted", "'"]


def test_no_text_ends_the_sentence_early() -> None:
    numbers = tokenize(["a cat <|endoftext|> a dog <|startoftext|>"])[0].tolist()
    assert numbers.count(END) == 1
    assert numbers.index(END) == len(numbers) - 1
    assert numbers.count(START) == 1


@pytest.mark.parametrize("text", ["", " ", "\x00", "\ud800", "\U0010ffff", "\u202e", "\u0378", "</w>", "a</w>", "&#0;"])
def test_any_text_has_numbers(text: str) -> None:
    numbers = tokenize([text])[0].tolist()
    assert numbers[0] == START
    assert numbers[-1] == END
    assert all(0 <= number < START for number in numbers[1:-1])


def test_no_texts_have_no_rows() -> None:
    assert tokenize([]).shape == (0, 2)


@pytest.mark.parametrize("text", ["ab" * 500_000, "é" * 1_000_000, "a " * 500_000, "&amp;" * 200_000, "'" * 1_000_000])
def test_a_giant_text_costs_no_time(text: str) -> None:
    vocabulary()
    begin = time.process_time()
    assert tokenize([text]).shape[1] <= 77
    assert time.process_time() - begin < 2


def test_the_shipped_file_is_the_manifests_and_names_its_origin_and_license() -> None:
    folder = files("generator") / "vocabulary"
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    data = (folder / manifest["file"]).read_bytes()
    assert hashlib.sha256(data).hexdigest() == manifest["sha256"]
    assert "openai/CLIP" in manifest["origin"]
    assert re.search("MIT.*OpenAI", manifest["license"])
    assert "Copyright (c) 2021 OpenAI" in (folder / "LICENSE").read_text("utf-8")


def test_a_damaged_vocabulary_is_named_with_both_digests(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = files("generator") / "vocabulary"
    copy = tmp_path / "vocabulary"
    copy.mkdir()
    manifest = (shipped / "manifest.json").read_text("utf-8")
    (copy / "manifest.json").write_text(manifest, "utf-8")
    name, wanted = json.loads(manifest)["file"], json.loads(manifest)["sha256"]
    damaged = bytearray((shipped / name).read_bytes())
    damaged[1000] ^= 1
    (copy / name).write_bytes(damaged)
    monkeypatch.setattr(generator.bpe, "files", lambda _package: tmp_path)
    vocabulary.cache_clear()
    try:
        with pytest.raises(BadCheckpoint, match="reinstall the package") as caught:
            vocabulary()
    finally:
        vocabulary.cache_clear()
    assert caught.value.evidence == {"file": name, "expected": wanted, "found": hashlib.sha256(damaged).hexdigest()}
