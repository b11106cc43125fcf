"""What a reading network says of a passage, whichever network it is."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Logits:
    """What a network says of one window of a text, token by token.

    Attributes:
        ranges: characters of the text for each of the window's tokens.
        starts, ends: logits of an answer that starts or ends at each of these tokens.
        null: start plus end logit of "no answer here".
        answerable: logit that the window answers at all.
    """

    ranges: Sequence[tuple[int, int]]
    starts: Floats
    ends: Floats
    null: float
    answerable: float


class Network(Protocol):
    """Reads texts with a question in mind.

    Attributes:
        name: what an answer names as its model.
        weights: ``span`` says how much each field of ``Evidence`` weighs, ``answer`` the same for
            ``Standing``; ``bias`` is added, and what is not named weighs nothing. ``right``, in
            ``answer``, is the share of right answers where there is one. ``reach``, in ``span``, is
            by how much a statement that no network has read yet may be behind the best and still
            have a part in the answer; without it all passages are read.
    """

    @property
    def name(self) -> str: ...

    @property
    def weights(self) -> Mapping[str, Mapping[str, float]]: ...

    def read(self, question: str, texts: Sequence[str]) -> Generator[Sequence[Logits], None, None]:
        """Gives the windows of one text after the other, which together cover it.

        Reads little more than what is taken: whoever has seen enough closes it.

        Raises:
            ModelMissing: the network's files are not there, or are not what they should be.
        """
        ...
