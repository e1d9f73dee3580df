"""`relance replies learn`: the word model of replies, learnt anew from the labelled corpus.

Multinomial logistic regression (scikit-learn's, which is needed for this alone: `pip install scikit-learn`).
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

from chalicelib.replies.lexicon_files import lexicon
from chalicelib.replies.undressing import undress
from chalicelib.replies.word_model import BUCKETS, FILE, LABELS, features, pack

CORPUS = FILE.with_name("corpus")
_LOOSE = 20.0
"""The inverse of how strongly weights are held back; chosen on replies that were kept aside."""


def labelled(files: Iterable[Path]) -> list[tuple[str, str]]:
    """Texts, as `undress` leaves them, with their intents."""
    words, found = lexicon(), []
    for file in files:
        for line in file.read_text(encoding="utf-8").splitlines():
            row = json.loads(line)
            found.append((undress(row["text"], words).flat, row["intent"]))
    return found


def learn(rows: Sequence[tuple[str, str]]) -> bytes:
    """The model's file. The same rows make the same file."""
    # By name: what is needed for this alone is not installed where types are checked.
    csr_matrix = import_module("scipy.sparse").csr_matrix
    logistic_regression = import_module("sklearn.linear_model").LogisticRegression
    seen = Counter(bucket for flat, _ in rows for bucket in features(flat))
    rarity = [math.log((1 + len(rows)) / (1 + seen[bucket])) + 1 for bucket in range(BUCKETS)]
    matrix = _matrix(csr_matrix, [features(flat, rarity) for flat, _ in rows])
    model = logistic_regression(C=_LOOSE, max_iter=2_000).fit(matrix, [intent for _, intent in rows])
    places = [list(model.classes_).index(label) for label in LABELS]
    return pack(rarity, [model.coef_[place].tolist() for place in places], [model.intercept_[p] for p in places])


def _matrix(make: Any, rows: Sequence[dict[int, float]]) -> Any:
    values = [value for row in rows for value in row.values()]
    columns = [bucket for row in rows for bucket in row]
    ends = [0]
    for row in rows:
        ends.append(ends[-1] + len(row))
    return make((values, columns, ends), shape=(len(rows), BUCKETS))
